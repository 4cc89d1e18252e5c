"""Another evaluation, with which the open one is compared in Results and in Analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.evaluation.grid.earlier import Earlier
from workbench.domain.evaluation.results import EvaluationSummary
from workbench.ui.tasks import cancel, errors_to, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.evaluate.view_model import EvaluationModel


class Comparing(QObject):
    """Compares each variant with that of the same name in another evaluation.

    Signals:
        changed(): another evaluation is compared with, or none, or its comparisons are new.
        failed(str): a sentence.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge, model: EvaluationModel) -> None:
        super().__init__(model)
        self._bridge, self._model = bridge, model
        self.earlier: Earlier | None = None
        self._other: EvaluationSummary | None = None
        self._set = ""
        """Which set it was chosen for."""
        model.opened.connect(self._on_opened)
        model.result_changed.connect(self._on_result)

    @Slot()
    def _on_opened(self) -> None:
        given = self._model.set
        name = f"{given.path}\0{given.name}" if given is not None else ""
        if name != self._set:
            self._set = name
            self.compare_with(None)

    @Slot()
    def _on_result(self) -> None:
        if self._other is not None and self._model.result is not None:
            self._read()

    def compare_with(self, other: EvaluationSummary | None) -> None:
        """Compare with another evaluation; None ends it."""
        self._other = other
        if other is not None and self._model.result is not None:
            self._read()
        elif other is None:
            cancel(self, "_read")
            self._take(None)

    @latest
    async def _read(self) -> None:
        result, other = self._model.result, self._other
        if result is None or other is None:
            return
        with errors_to(self.failed.emit):
            found = await self._bridge.ask(lambda core: core.grids.earlier(result, other))
            self._take(found)

    def _take(self, earlier: Earlier | None) -> None:
        if earlier is not self.earlier:
            self.earlier = earlier
            self.changed.emit()
