"""A strategy with its parameters, and the run that is shown of it: a column of Compare."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.comparison import FoundRun
from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import RunState, fold, fold_all
from workbench.domain.runs.spec import Budget, Json, RunSpec
from workbench.domain.views import StrategyInfo
from workbench.ui.runs.run_follower import RunFollower
from workbench.ui.tasks import background, cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

Phase = Literal["idle", "starting", "running", "ended"]


class _Begun(NamedTuple):
    """A run that was started, with the model and seed that were left open filled in."""

    run_id: int
    spec: RunSpec


class RunModel(QObject):
    """Starts, follows and stops one run at a time.

    ``state`` is None until a run has begun; ``error`` is a sentence when one could not begin;
    ``found`` is the run of the history that is used instead of making an equal one;
    ``expected`` is the right answer by which the history judges it, put there before it starts.

    Signals:
        changed(): the run is further; at most once a frame.
        ended(): the run has ended, or could not begin.
    """

    changed = Signal()
    ended = Signal()

    def __init__(self, bridge: Bridge, info: StrategyInfo, params: dict[str, Json]) -> None:
        super().__init__()
        self._bridge = bridge
        self.info = info
        self.params = params
        self.phase: Phase = "idle"
        self.run_id: int | None = None
        self.spec: RunSpec | None = None
        self.state: RunState | None = None
        self.error = ""
        self.found: FoundRun | None = None
        self.expected_tokens = 0
        self.expected = ""
        self._number = 0
        """Of what is shown: a run that has begun for something else is cancelled."""
        self._is_mine = False
        """Whether the shown run was started or resumed here."""
        self._awaits_log = False
        """Whether the log of a run that was loaded as running is to come."""
        self._follower = RunFollower(bridge, self)
        self._follower.came.connect(self._on_came)
        self._follower.lost.connect(self._on_lost)
        bridge.run_changed.connect(self._on_run_changed)

    @property
    def busy(self) -> bool:
        """Whether a run is being started or is running."""
        return self.phase in ("starting", "running")

    @property
    def can_resume(self) -> bool:
        """Whether the shown run ended before its end: :meth:`resume` goes on with it."""
        return (
            self.phase == "ended"
            and self.spec is not None
            and self.state is not None
            and self.state.is_cut
        )

    @property
    def answer(self) -> str:
        """The answer, "" where there is none yet."""
        return (self.state.answer or "") if self.state is not None else ""

    def share(self) -> float:
        """How far the run is, 0 to 1: of its budgets, else of the most it may generate."""
        if self.state is None:
            return 0.0
        budget = self.spec.budget if self.spec is not None else Budget()
        if budget.max_tokens is not None or budget.max_seconds is not None:
            tokens = self.state.generated_tokens / (budget.max_tokens or math.inf)
            return max(tokens, self.state.seconds / (budget.max_seconds or math.inf))
        if self.phase == "ended":
            return 1.0 if self.state.status == "done" else self._expected_share()
        return min(self._expected_share(), 0.99)

    def _expected_share(self) -> float:
        tokens = self.state.generated_tokens if self.state is not None else 0
        return tokens / self.expected_tokens if self.expected_tokens else 0.0

    # --- configuration --------------------------------------------------------------------------

    def choose_strategy(self, info: StrategyInfo) -> None:
        """Another strategy, with its own defaults; a shown run is put away."""
        if info.id == self.info.id:
            return
        self.info, self.params = info, {}
        self.clear()

    def set_params(self, params: dict[str, Json]) -> None:
        """Other parameters, for the next run."""
        self.params = params

    def clear(self, *, cancel: bool = True) -> None:
        """Show no run; one that is running is cancelled, or else goes on out of sight."""
        self._forget(cancel=cancel)
        self.phase, self.state, self.run_id, self.spec, self.error = "idle", None, None, None, ""
        self.changed.emit()

    # --- running --------------------------------------------------------------------------------

    def wait(self, spec: RunSpec) -> None:
        """Put away what is shown and wait for the turn; :meth:`start` begins."""
        self._forget()
        self.phase, self.spec = "starting", spec
        self.state, self.run_id, self.error = None, None, ""
        self.changed.emit()

    def start(self, spec: RunSpec, *, reuse: bool = False) -> None:
        """Start a run in place of the one that is shown.

        With ``reuse`` a finished run of the same spec, if the history has one, is shown in place
        of making it again.
        """
        self.wait(spec)
        self._begin(spec, reuse=reuse)
        self._estimate(spec)

    @background
    async def _begin(self, spec: RunSpec, *, reuse: bool) -> None:
        number, expected = self._number, self.expected

        async def ask(core: Workbench) -> FoundRun | _Begun:
            start = core.answers.find_or_start if reuse else core.runs.start
            begun = await start(spec, expected)
            if isinstance(begun, FoundRun):
                return begun
            return _Begun(begun, await core.runs.spec(begun))

        try:
            begun = await self._bridge.ask(ask)
        except WorkbenchError as error:
            if number == self._number:
                self._refuse(error)
            return
        if number != self._number:
            if isinstance(begun, _Begun):
                self._cancel(begun.run_id)
            return
        if self.expected != expected:  # changed while it began
            self._judge(begun.run_id)
        if isinstance(begun, FoundRun):
            self.load(begun.run_id, begun.spec, begun.state)
            self.found = begun
            self.changed.emit()
            self.ended.emit()
            return
        self.phase, self.run_id, self.spec = "running", begun.run_id, begun.spec
        self.state, self._is_mine = RunState(run_id=begun.run_id), True
        self._follower.follow(begun.run_id)
        self.changed.emit()

    @latest
    async def _estimate(self, spec: RunSpec) -> None:
        try:
            estimate = await self._bridge.ask(lambda core: core.runs.estimate(spec))
        except WorkbenchError:
            return  # the run's own start says what is wrong
        self.expected_tokens = estimate.tokens

    def stop(self) -> None:
        """Cancel the run; what it wrote stays."""
        if self.phase == "running" and self.run_id is not None:
            self._cancel(self.run_id)
        elif self.phase == "starting":
            self._drop_answers()  # cancelled as soon as it has begun
            self._follower.stop()
            self.phase = "ended"
            if self.run_id is None:
                self.state = RunState(status="cancelled")
            self.changed.emit()
            self.ended.emit()

    def resume(self) -> None:
        """Go on with the shown run from where it was cut; finished calls are not asked again.

        One that was stopped before it had begun starts from its beginning.
        """
        run_id, spec = self.run_id, self.spec
        if not self.can_resume or spec is None:
            return
        if run_id is None:
            self.start(spec)
            return
        self._forget()
        self.phase, self.error, self._is_mine = "starting", "", True
        self._follower.follow(run_id, holds=True)
        self._go_on(run_id)
        self._estimate(spec)
        self.changed.emit()

    @background
    async def _go_on(self, run_id: int) -> None:
        """What comes while the log is read is folded onto it; the log may have some of it."""
        number = self._number

        async def ask(core: Workbench) -> list[LoggedEvent]:
            log = await core.runs.events(run_id)
            await core.steering.resume(run_id)
            return log

        try:
            log = await self._bridge.ask(ask)
        except WorkbenchError as error:
            if number == self._number:
                self._follower.stop()
                self._refuse(error)
            return
        if number != self._number:
            self._cancel(run_id)
            return
        new = self._follower.take(log)
        self.phase, self.state = "running", fold_all(log)
        self.state.status = "running"
        self._fold(new[len(log) :])
        self.changed.emit()

    def _refuse(self, error: WorkbenchError) -> None:
        self.phase, self.error = "ended", str(error)
        self.changed.emit()
        self.ended.emit()

    def judge_by(self, expected: str) -> None:
        """Have the history judge the shown run by another right answer, "" for by none."""
        if expected != self.expected:
            self.expected = expected
            if self.run_id is not None:
                self._judge(self.run_id)

    def _judge(self, run_id: int) -> None:
        expected = self.expected
        self._bridge.call(lambda core: core.history.expect(expected, [run_id]))

    @Slot(list)
    def _on_came(self, new: list[LoggedEvent]) -> None:
        if self._awaits_log:
            self.state, self._awaits_log = RunState(), False
        self._fold(new)
        self.changed.emit()

    @Slot(int, str)
    def _on_lost(self, _run_id: int, error: str) -> None:
        self._bridge.failed.emit(error)

    def _fold(self, batch: list[LoggedEvent]) -> None:
        assert self.state is not None
        for logged in batch:
            fold(self.state, logged)
        if self.state.status != "running":
            self._finish()

    def _finish(self) -> None:
        self.phase = "ended"
        self._follower.stop()
        self.ended.emit()

    # --- runs of the history --------------------------------------------------------------------

    def load(self, run_id: int, spec: RunSpec, state: RunState) -> None:
        """Show a stored run; one that is still running is followed from its log on."""
        self._forget()
        self.run_id, self.spec, self.state, self.error = run_id, spec, state, ""
        self.phase = "running" if state.status == "running" else "ended"
        if self.busy:
            self._awaits_log = True
            self._follower.follow_log(run_id)
        self.changed.emit()

    @Slot(int)
    def _on_run_changed(self, run_id: int) -> None:
        """The answer of the ended run was taken out again, here or elsewhere."""
        if run_id == self.run_id and self.phase == "ended":
            self._read_answer(run_id)

    @latest
    async def _read_answer(self, run_id: int) -> None:
        self.state = await self._bridge.ask(lambda core: core.runs.load(run_id))
        self.changed.emit()
        self.ended.emit()

    def _forget(self, *, cancel: bool = True) -> None:
        """Let go of the run that is shown: its late answers are not for this column any more."""
        if cancel and self.phase == "running" and self._is_mine and self.run_id is not None:
            self._cancel(self.run_id)
        self._drop_answers()
        self.expected_tokens, self.found = 0, None
        self._is_mine = self._awaits_log = False
        self._follower.stop()

    def _drop_answers(self) -> None:
        """What was asked is not for what is shown from now on."""
        self._number += 1
        for asked in ("_estimate", "_read_answer"):
            cancel(self, asked)

    def _cancel(self, run_id: int) -> None:
        self._bridge.call(lambda core: core.runs.cancel(run_id))
