"""The set that is open in Evaluate: read, estimated, run, scored."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QTimer, Signal, Slot

from workbench.domain.errors import DataSetError, SetFileError, WorkbenchError
from workbench.domain.evaluation.cells import Cell, CellId, SweepEstimate
from workbench.domain.evaluation.evaluation_set import EvaluationOptions, EvaluationSet
from workbench.domain.evaluation.results import EvaluationResult
from workbench.ui.evaluate.comparing import Comparing
from workbench.ui.evaluate.edited_set import EditedSet
from workbench.ui.evaluate.progress import Progress
from workbench.ui.tasks import background, cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.service.evaluation.evaluation import Evaluation
    from workbench.ui.bridge import Bridge

_CELLS_MS = 250
_RESULT_MS = 2_000
_SHARE = 8
"""Results while it runs take at most one eighth of the time."""


@dataclass(frozen=True)
class Problem:
    """Why a set cannot be used, in one sentence; ``line`` of its file, 0 for none."""

    sentence: str
    path: str = ""
    line: int = 0
    of_data: bool = False


@dataclass(eq=False)
class Work:
    """An evaluation that is being run; ``pending`` are the cells that changed since last shown."""

    evaluation: Evaluation
    progress: Progress
    pending: deque[CellId] = field(default_factory=deque)
    only: Sequence[CellId] | None = None
    measured: tuple[int, int] = (0, 0)
    """Questions to judges and metrics that have an answer, and all of them."""


class EvaluationModel(EditedSet):
    """One set at a time, with its cases, cells and result; a run goes on while another is shown.

    Signals:
        opened(): another set is open, or the same one was read again; also where it cannot be.
        cells_changed(list): ids of cells, a few times a second at most.
        result_changed(): the result was made again.
        running_changed(bool): whether the set that is open is being run.
        progress_changed(): what is being run has begun or ended; it went on while another is open.
        estimate_changed(): what a run of the set that is open takes.
    """

    opened = Signal()
    cells_changed = Signal(list)
    result_changed = Signal()
    running_changed = Signal(bool)
    progress_changed = Signal()
    estimate_changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.evaluation: Evaluation | None = None
        self.result: EvaluationResult | None = None
        self.estimate: SweepEstimate | None = None
        self.problem: Problem | None = None
        self.looks = 0
        """How often scores of the held-out cases were shown."""
        self.at_work: Work | None = None
        self.progress = Progress({})
        self.comparing = Comparing(bridge, self)
        self._begins = False
        self._edited.timeout.connect(self._read_edited)
        self.moved.connect(self.read_again)
        self._cells_timer = QTimer(self, interval=_CELLS_MS)
        self._cells_timer.timeout.connect(self._tell_cells)
        self._result_timer = QTimer(self, singleShot=True, interval=_RESULT_MS)
        self._result_timer.timeout.connect(self._look_at_result)

    @property
    def running(self) -> bool:
        """Whether the set that is open is being run."""
        return self.at_work is not None and self.at_work.evaluation is self.evaluation

    @property
    def waits_for_code(self) -> bool:
        """Whether checks would run the code of answers, and the user has not allowed it."""
        evaluation = self.evaluation
        return evaluation is not None and evaluation.has_code and not evaluation.runs_code

    def allow_code(self) -> None:
        """Let checks run the code of answers, as long as this set is open."""
        self.choose(msgspec.structs.replace(self.options, run_code=True))

    # --- opening --------------------------------------------------------------------------------

    @latest
    async def open_path(self, path: str) -> None:
        """Open the set of a file, with what was changed in it and not saved."""
        bridge = self._bridge
        try:
            draft = await bridge.ask(lambda core: core.evaluation_files.draft(path))
            try:
                saved = await bridge.ask(lambda core: core.evaluations.read(path))
            except WorkbenchError:
                if draft is None:
                    raise
                saved = None
        except WorkbenchError as error:
            self._show_problem(error, path)
            return
        self._begin(draft or saved, saved)

    @latest
    async def open_kept(self, evaluation_id: int) -> None:
        """Open an evaluation of the history as it was, also where its file is gone."""
        bridge = self._bridge
        try:
            given = await bridge.ask(lambda core: core.evaluation_files.definition(evaluation_id))
        except WorkbenchError as error:
            self._show_problem(error, "")
            return
        try:
            saved = await bridge.ask(lambda core: core.evaluations.read(given.path))
        except WorkbenchError:  # its file is gone, or no longer a set
            saved = None
        self._begin(given, saved)

    def open_set(self, given: EvaluationSet) -> None:
        """Open a set that is in no file yet."""
        self._begin(given, None)
        self._keep_draft(given)

    def close(self) -> None:
        """Have no set open."""
        self._begin(None, None)

    def _begin(self, given: EvaluationSet | None, saved: EvaluationSet | None) -> None:
        for task in ("open_path", "open_kept", "_reading"):
            cancel(self, task)
        self._edited.stop()
        self.edits.clear()
        self.set, self.saved, self.problem = given, saved, None
        self.evaluation = self.result = self.estimate = None
        self.options, self.looks = EvaluationOptions(), 0
        self.progress = Progress({})
        work = self.at_work
        if given is not None and work is not None and work.evaluation.set == given:
            self._show_evaluation(work.evaluation, work.progress)
            self._look_at_result()
            return
        self.running_changed.emit(False)
        self.set_changed.emit()
        self.result_changed.emit()
        self.estimate_changed.emit()
        if given is None:
            self.opened.emit()
        else:
            self.read_again()

    def _show_problem(self, error: WorkbenchError, path: str) -> None:
        self._begin(None, None)
        self.problem = _problem(error, path)
        self.opened.emit()

    @background
    async def discard(self, path: str) -> None:
        """Forget what was changed of a set and not saved."""
        await self._bridge.ask(lambda core: core.evaluation_files.discard_draft(path))
        if self.path == path and self.saved is not None:
            self._begin(self.saved, self.saved)
        elif self.path == path:
            self.close()
        self.kept.emit()

    # --- cases and cells ------------------------------------------------------------------------

    @Slot()
    def read_again(self) -> None:
        """Read prompts and cases, find what is in the history, and estimate the rest."""
        self._reading(None)

    @Slot()
    def _read_edited(self) -> None:
        """After an edit: where that changed no run, only scores are made again."""
        self._reading(self.evaluation)

    @latest
    async def _reading(self, before: Evaluation | None) -> None:
        await self._read(before)

    async def _read(self, before: Evaluation | None = None) -> bool:
        self._edited.stop()
        given, options, bridge = self.set, self.options, self._bridge
        if given is None:
            return False
        try:
            evaluation = await bridge.ask(
                lambda core: core.evaluations.open(given, options, before)
            )
            looks = await bridge.ask(lambda core: core.evaluation_work.looks(evaluation))
        except WorkbenchError as error:
            self.problem = _problem(error, given.path)
            self.evaluation = self.result = self.estimate = None
            self.progress = Progress({})
            self.estimate_changed.emit()
            self.opened.emit()
            return False
        self.problem, self.looks = None, looks
        self.result = None
        self._show_evaluation(evaluation, Progress(evaluation.cells))
        self.estimate = await bridge.ask(lambda core: core.evaluations.estimate(evaluation))
        self.estimate_changed.emit()
        if self.progress.answered and not options.held_out:
            await self._read_result(evaluation)
        return True

    def _show_evaluation(self, evaluation: Evaluation, progress: Progress) -> None:
        self.evaluation, self.progress = evaluation, progress
        self.opened.emit()
        self.running_changed.emit(self.running)
        self.progress_changed.emit()

    # --- running --------------------------------------------------------------------------------

    def run(self, only_cells: Sequence[CellId] | None = None) -> None:
        """Run the cells that have no answer, or some of them; one evaluation at a time."""
        if self.at_work is not None and not self.running:
            name = self.at_work.evaluation.set.name
            self.failed.emit(f"“{name}” is being run. Pause it first.")
        elif self.set is not None and not self.running and not self._begins:
            self._begins = True
            self._run(only_cells)

    @background
    async def _run(self, only: Sequence[CellId] | None) -> None:
        try:
            if self._edited.isActive() or self.evaluation is None:
                cancel(self, "_reading")
                if not await self._read():
                    return
            evaluation = self.evaluation
            if evaluation is None:
                return
        finally:
            self._begins = False
        work = Work(evaluation, self.progress, only=only)
        self._start(work)
        error = ""
        try:
            await self._bridge.ask(lambda core: _work(core, work))
        except WorkbenchError as refused:
            error = str(refused)
        await self._end(work, error)

    def _start(self, work: Work) -> None:
        self.at_work = work
        work.progress.begin(work.only)
        self._cells_timer.start()
        self._result_timer.start(_RESULT_MS)
        self.running_changed.emit(True)
        self.progress_changed.emit()
        self.kept.emit()

    async def _end(self, work: Work, error: str) -> None:
        """Show what came out; the result is kept."""
        self._cells_timer.stop()
        self._result_timer.stop()
        cancel(self, "_look_at_result")
        self._tell_cells()
        evaluation = work.evaluation
        try:
            result = await self._bridge.ask(lambda core: core.evaluations.result(evaluation))
        except WorkbenchError as refused:
            error = error or str(refused)
        else:
            if self.evaluation is evaluation:
                self.result, self.looks = result, result.looks or self.looks
        self.at_work = None
        if self.evaluation is evaluation:
            self.running_changed.emit(False)
            self.result_changed.emit()
            self.estimate = await self._bridge.ask(
                lambda core: core.evaluations.estimate(evaluation)
            )
            self.estimate_changed.emit()
        self.progress_changed.emit()
        self.kept.emit()
        if error:
            self.failed.emit(error)

    def pause(self) -> None:
        """Stop what is being run; finished cells stay, and :meth:`run` goes on from there."""
        if self.at_work is not None:
            self._pause(self.at_work.evaluation)

    @background
    async def _pause(self, evaluation: Evaluation) -> None:
        await self._bridge.ask(lambda core: core.evaluation_work.pause(evaluation))

    @Slot()
    def _tell_cells(self) -> None:
        """Hand out the cells that changed since the last time."""
        work = self.at_work
        if work is None:
            return
        changed = list(dict.fromkeys(work.pending.popleft() for _ in range(len(work.pending))))
        work.progress.update(changed)
        if changed and self.running:
            self.cells_changed.emit(changed)
        else:
            self.progress_changed.emit()

    @latest
    async def _look_at_result(self) -> None:
        """The result so far; held-out scores are shown at the end alone."""
        evaluation = self.evaluation
        if evaluation is None or not self.running or self.options.held_out:
            return
        began = time.monotonic()
        await self._read_result(evaluation)
        took = int(1000 * (time.monotonic() - began))
        if self.running:
            self._result_timer.start(max(_RESULT_MS, _SHARE * took))

    @latest
    async def read_result(self) -> None:
        """Make the result again: the votes let a judge rank, or no longer."""
        evaluation = self.evaluation
        if evaluation is not None and self.result is not None and not self.running:
            await self._read_result(evaluation)

    async def _read_result(self, evaluation: Evaluation) -> None:
        result = await self._bridge.ask(
            lambda core: core.evaluations.result(evaluation, keep=False)
        )
        if self.evaluation is evaluation:
            self.result = result
            self.result_changed.emit()


async def _work(core: Workbench, work: Work) -> None:
    """C: run the cells; the ids of those that change are put where the window takes them."""

    def note(cell: Cell) -> None:
        work.pending.append(cell.id)

    def note_measured(done: int, total: int) -> None:
        work.measured = (done, total)

    await core.evaluation_work.run(work.evaluation, note, work.only, note_measured)


def _problem(error: WorkbenchError, path: str) -> Problem:
    line = error.line if isinstance(error, SetFileError) else 0
    place = error.path if isinstance(error, SetFileError) and error.path else path
    return Problem(str(error), place, line, of_data=isinstance(error, DataSetError))
