"""Estimates of a run, requested shortly after something changed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.spec import RunSpec
from workbench.ui.bridge import Bridge
from workbench.ui.tasks import latest

_DELAY_MS = 250


class Estimates(QObject):
    """Asks the core; an answer to an older question is dropped.

    Args:
        bridge: to the core.
        question: what would run now and the tokens of its prompt, where they are known; None where
            nothing can run.
        parent: with which it ends.

    Signals:
        estimated(object): an Estimate, or None where it is unknown.
    """

    estimated = Signal(object)

    def __init__(
        self,
        bridge: Bridge,
        question: Callable[[], tuple[RunSpec, int | None] | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._question = bridge, question
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self._ask)

    @Slot()
    def ask_soon(self) -> None:
        """Something changed that it depends on."""
        self._timer.start()

    @latest
    async def _ask(self) -> None:
        asked = self._question()
        if asked is None:
            return
        spec, tokens = asked
        try:
            self.estimated.emit(
                await self._bridge.ask(lambda core: core.runs.estimate(spec, tokens))
            )
        except WorkbenchError:
            self.estimated.emit(None)
