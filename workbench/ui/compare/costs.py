"""What running all columns will cost, and how long what is running still takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.estimate_words import estimate_text, several_text
from workbench.domain.text import count_text
from workbench.domain.views import Estimate
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.runs.run_model import RunModel
from workbench.ui.tasks import cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench

_DELAY_MS = 250
_LEAST_SHARE = 0.02
_LEAST_SECONDS = 4.0
"""Before that the pace is of prompts that are read, above all after Resume, not of answers."""


class _Before(NamedTuple):
    """A run as it was when the comparison began to work, in tokens."""

    run_id: int | None = None
    tokens: int = 0
    whole: int = 0


_NOT_BEGUN = _Before()


class Costs(QObject):
    """Asks the core for the estimates of all columns, a moment after something changed.

    Columns run together, so the time of all is by the pace of the last comparison on the same
    model, in tokens a second of all runs together; before there was one, by the model's own speed.

    Signals:
        changed(): ``text`` changed.
        estimated(): what a run of each column will take is known, or not any more; see
            :meth:`of_column`.
    """

    changed = Signal()
    estimated = Signal()

    def __init__(self, model: CompareModel) -> None:
        super().__init__()
        self._model = model
        self.text = ""
        self._estimates: list[Estimate] = []
        self._clock = QElapsedTimer()
        self._before: dict[RunModel, _Before] = {}
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self.ask)
        for signal in (model.settings_changed, model.columns_changed):
            signal.connect(self._forget)
        for signal in (model.counted, model.previewed, model.bridge.engine_changed):
            signal.connect(self._timer.start)
        model.running_changed.connect(self._on_running)

    @Slot()
    def _forget(self) -> None:
        """Clear the estimate: the runs have changed."""
        cancel(self, "ask")
        self._estimates = []
        self._show("")
        self.estimated.emit()
        self._timer.start()

    @latest
    async def ask(self) -> None:
        """Estimate all columns; nothing is shown where that cannot be done."""
        model = self._model
        if not model.text or not model.columns:
            return
        specs = [model.spec(each.info.id, each.params) for each in model.columns]
        tokens = model.prompt_tokens

        async def estimates(core: Workbench) -> list[Estimate]:
            return [await core.runs.estimate(spec, tokens) for spec in specs]

        try:
            self._estimates = await model.bridge.ask(estimates)
        except WorkbenchError:
            self._estimates = []
        self._show(self.text_of(model.repeats))
        self.estimated.emit()

    def text_of(self, repeats: int) -> str:
        """What running each column so often will cost, "" before that is known."""
        runs = [each for each in self._estimates for _ in range(repeats)]
        return several_text(runs, self._seconds(runs)) if runs else ""

    def of_column(self, place: int) -> str:
        """What one run of the column at that place will take, "" before that is known."""
        if place >= len(self._estimates):
            return ""
        repeats = self._model.repeats
        each = f" for each of {count_text(repeats, 'run')}" if repeats > 1 else ""
        return f"{estimate_text(self._estimates[place])}{each}"

    def _show(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.changed.emit()

    def _seconds(self, runs: list[Estimate]) -> float | None:
        pace = self._model.paces.get(self._model.spec("", {}).model)
        if pace and not self._model.equal_seconds:
            return sum(each.tokens for each in runs) / pace
        known = [each.seconds for each in runs if each.seconds is not None]
        return sum(known) if len(known) == len(runs) else None

    # --- while it works -------------------------------------------------------------------------

    @Slot(bool)
    def _on_running(self, running: bool) -> None:
        if running:
            self._before = {
                cell: _Before(cell.run_id, cell.state.generated_tokens, cell.state.whole_tokens)
                for cell in self._cells()
                if cell.state is not None
            }
            self._clock.start()
            return
        seconds, tokens = self._clock.elapsed() / 1000, self._written()
        model = self._model.spec("", {}).model
        whole = all(cell.phase != "ended" or not cell.can_resume for cell in self._cells())
        if whole and model and seconds > 0 and tokens > 0:
            self._model.paces[model] = tokens / seconds
        self._timer.start()

    def _cells(self) -> list[RunModel]:
        return [cell for each in self._model.columns for cell in each.cells if cell.phase != "idle"]

    def _since(self, cell: RunModel) -> tuple[int, int]:
        """Tokens of a run: written since the comparison began to work, and whole before that."""
        if cell.state is None:
            return 0, 0
        before = self._before.get(cell)
        if before is None or before.run_id != cell.run_id:
            before = _NOT_BEGUN
        return max(cell.state.generated_tokens - before.tokens, 0), before.whole

    def _written(self) -> int:
        """Tokens that were written since the comparison began to work."""
        return sum(self._since(cell)[0] for cell in self._cells() if cell.found is None)

    def progress(self) -> tuple[float, float | None]:
        """How far all runs are (0 to 1), and the seconds that are left, None before it is known.

        What a run will write is what the ended repeats of its column wrote, else its estimate.
        """
        left = total = 0.0
        unknown = False
        for column in self._model.columns:
            ended = [
                cell.state.generated_tokens
                for cell in column.cells
                if cell.phase == "ended" and cell.state is not None and not cell.can_resume
            ]
            for cell in column.cells:
                if cell.phase == "idle":
                    continue
                written, whole = self._since(cell)
                expected = sum(ended) / len(ended) if ended else cell.expected_tokens
                unknown |= cell.busy and not expected
                done = written + whole
                rest = max(expected - done, 0.05 * expected) if cell.busy else 0.0
                left, total = left + rest, total + done + rest
        share = 1 - left / total if total else 0.0
        seconds = self._clock.elapsed() / 1000 if self._clock.isValid() else 0.0
        written_now = self._written()
        if unknown or share < _LEAST_SHARE or written_now <= 0 or seconds < _LEAST_SECONDS:
            return share, None
        return share, left / (written_now / seconds)
