"""How long a run will take, asked for a moment after something changed."""

from __future__ import annotations

import functools
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.spec import RunSpec
from workbench.domain.views import Estimate
from workbench.ui.bridge import Bridge

_DELAY_MS = 250


class Estimates(QObject):
    """Asks the core; an answer to an older question is dropped.

    Args:
        bridge: to the core.
        question: what would run now and the tokens of its prompt, where they are known; None where
            nothing can run.
        parent: with which it ends.

    Signals:
        told(object): an Estimate, or None where it cannot be told.
    """

    told = Signal(object)

    def __init__(
        self,
        bridge: Bridge,
        question: Callable[[], tuple[RunSpec, int | None] | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._question = bridge, question
        self._number = 0
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self._ask)

    @Slot()
    def ask_soon(self) -> None:
        """Something changed that it depends on."""
        self._timer.start()

    @Slot()
    def _ask(self) -> None:
        asked = self._question()
        if asked is None:
            return
        self._number += 1
        spec, tokens = asked
        self._bridge.call(
            lambda core: core.estimate(spec, tokens),
            functools.partial(self._on_answer, self._number),
            self._on_failed,
            owner=self,
        )

    def _on_answer(self, number: int, estimate: Estimate) -> None:
        if number == self._number:
            self.told.emit(estimate)

    def _on_failed(self, _error: WorkbenchError) -> None:
        self.told.emit(None)
