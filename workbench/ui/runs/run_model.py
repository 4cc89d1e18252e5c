"""A strategy with its parameters, and the run of it that is shown: a column of Compare."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.comparison import FoundRun
from workbench.domain.errors import WorkbenchError
from workbench.domain.events import LoggedEvent
from workbench.domain.run_state import RunState, fold
from workbench.domain.spec import Budget, Json, RunSpec
from workbench.domain.views import Estimate, StrategyInfo

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

Phase = Literal["idle", "starting", "running", "ended"]
_READ_AGAIN_MS = 700


class RunModel(QObject):
    """Starts, follows and stops one run at a time.

    ``state`` is None until a run has begun; ``error`` is a sentence when one could not begin;
    ``found`` is the run of the history that stands in for one that need not be made again.

    Signals:
        changed(): the run is further; at most once a frame.
        configured(): the strategy or its parameters are others.
        ended(): the run has ended, or could not begin.
    """

    changed = Signal()
    configured = Signal()
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
        self._number = 0
        self._followed: int | None = None
        self._again = QTimer(self, singleShot=True, interval=_READ_AGAIN_MS)
        self._again.timeout.connect(self._read_again)
        bridge.run_changed.connect(self._on_run_changed)

    @property
    def busy(self) -> bool:
        """Whether a run is being started or is running."""
        return self.phase in ("starting", "running")

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
        self.configured.emit()

    def set_params(self, params: dict[str, Json]) -> None:
        """Other parameters, for the next run."""
        if params != self.params:
            self.params = params
            self.configured.emit()

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
        number = self._number

        async def ask(core: Workbench) -> FoundRun | int:
            return await (core.find_or_start(spec) if reuse else core.start_run(spec))

        self._bridge.call(
            ask,
            functools.partial(self._on_begun, number),
            functools.partial(self._on_refused, number),
            owner=self,
        )
        self._bridge.call(
            lambda core: core.estimate(spec),
            functools.partial(self._on_estimate, number),
            functools.partial(self._on_no_estimate, number),
            owner=self,
        )

    def stop(self) -> None:
        """Cancel the run; what it wrote stays."""
        if self.phase == "running" and self.run_id is not None:
            self._cancel(self.run_id)
        elif self.phase == "starting":
            self._number += 1  # cancelled as soon as its id is known
            self.phase, self.state = "ended", RunState(status="cancelled")
            self.changed.emit()
            self.ended.emit()

    def _on_begun(self, number: int, begun: FoundRun | int) -> None:
        if isinstance(begun, int):
            self._on_started(number, begun)
        elif number == self._number:
            self.load(begun.run_id, begun.spec, begun.state)
            self.found = begun
            self.changed.emit()
            self.ended.emit()

    def _on_started(self, number: int, run_id: int) -> None:
        if number != self._number:
            self._cancel(run_id)
            return
        self.phase, self.run_id, self.state = "running", run_id, RunState(run_id=run_id)
        self._followed = run_id
        self._bridge.follow(run_id, self._on_events)
        self.changed.emit()

    def _on_refused(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self.phase, self.error = "ended", str(error)
            self.changed.emit()
            self.ended.emit()

    def _on_estimate(self, number: int, estimate: Estimate) -> None:
        if number == self._number:
            self.expected_tokens = estimate.new_tokens

    def _on_no_estimate(self, _number: int, _error: WorkbenchError) -> None:
        """The run's own start says what is wrong."""

    def _on_events(self, batch: list[LoggedEvent]) -> None:
        if self.state is None or batch[0].run_id != self.run_id:
            return
        for logged in batch:
            fold(self.state, logged)
        if self.state.status != "running":
            self._finish()
        self.changed.emit()

    def _finish(self) -> None:
        self.phase = "ended"
        self._unfollow()
        self.ended.emit()

    # --- runs of the history --------------------------------------------------------------------

    def load(self, run_id: int, spec: RunSpec, state: RunState) -> None:
        """Show a stored run; one that is still running is read again until it ends."""
        self._forget()
        self.run_id, self.spec, self.state, self.error = run_id, spec, state, ""
        self.phase = "running" if state.status == "running" else "ended"
        if self.busy:
            self._again.start()
        self.changed.emit()

    @Slot()
    def _read_again(self) -> None:
        run_id, number = self.run_id, self._number
        if run_id is not None and self.busy:
            self._bridge.call(
                lambda core: core.load_run(run_id),
                functools.partial(self._on_read, number),
                owner=self,
            )

    @Slot(int)
    def _on_run_changed(self, run_id: int) -> None:
        """The answer of the ended run was taken out again, here or elsewhere."""
        if run_id == self.run_id and self.phase == "ended":
            number = self._number
            self._bridge.call(
                lambda core: core.load_run(run_id),
                functools.partial(self._on_answer, number),
                owner=self,
            )

    def _on_answer(self, number: int, state: RunState) -> None:
        if number == self._number:
            self.state = state
            self.changed.emit()
            self.ended.emit()

    def _on_read(self, number: int, state: RunState) -> None:
        if number == self._number and self.spec is not None and self.run_id is not None:
            self.load(self.run_id, self.spec, state)
            if not self.busy:
                self.ended.emit()

    def _forget(self, *, cancel: bool = True) -> None:
        """Let go of the run that is shown: its late answers are not for this column any more."""
        if cancel and self.phase == "running" and self._followed is not None:
            self._cancel(self._followed)
        self._number += 1
        self.expected_tokens, self.found = 0, None
        self._again.stop()
        self._unfollow()

    def _unfollow(self) -> None:
        if self._followed is not None:
            self._bridge.unfollow(self._followed, self._on_events)
            self._followed = None

    def _cancel(self, run_id: int) -> None:
        self._bridge.call(lambda core: core.cancel_run(run_id))
