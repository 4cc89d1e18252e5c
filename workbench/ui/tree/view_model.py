"""What the tree works on: one run's events, a place in them, a node, and what can be done to it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain import events as ev
from workbench.domain.errors import WorkbenchError
from workbench.domain.run_state import NodeState, RunState
from workbench.domain.spec import Json, RunSpec
from workbench.domain.steering import (
    AddThought,
    BoostNode,
    EditThought,
    ForkToken,
    Grow,
    PruneNode,
    SteerAction,
)
from workbench.domain.views import StrategyInfo
from workbench.ui.runs.words import NO_STRATEGY, is_search
from workbench.ui.tree.replay import Replay

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_READ_AGAIN_MS = 700
_LOOKED_AT = 32
_QUIET = (
    ev.TextReceived,
    ev.PromptEvaluated,
    ev.SamplingApplied,
    ev.BudgetCharged,
    ev.NoteAdded,
    ev.Parsed,
)
"""Events after which every card stands where it stood and says what it said."""


class Read(NamedTuple):
    """What was read of a run."""

    events: list[ev.LoggedEvent]
    spec: RunSpec | None
    strategies: tuple[StrategyInfo, ...]
    running_here: bool


class TreeModel(QObject):
    """One run in the tree.

    ``live`` says that the end is followed; else ``replay.position`` stays where it was put.

    Signals:
        opened(): another run is shown, or none.
        changed(bool): the run, or the place in it, is another; whether more than text may differ.
        selected(str): another node is the current one.
        failed(str): a sentence.
    """

    opened = Signal()
    changed = Signal(bool)
    selected = Signal(str)
    failed = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.run_id: int | None = None
        self.spec: RunSpec | None = None
        self.strategies: tuple[StrategyInfo, ...] = ()
        self.replay = Replay()
        self.live = True
        self.running_here = False
        self.node = ""
        self._ended = False
        self._early: list[ev.LoggedEvent] | None = None
        self._number = 0
        self._again = QTimer(self, singleShot=True, interval=_READ_AGAIN_MS)
        self._again.timeout.connect(self._read)

    @property
    def state(self) -> RunState:
        """The run as it was at the place that is shown."""
        return self.replay.state

    @property
    def info(self) -> StrategyInfo:
        """The run's strategy."""
        wanted = self.state.strategy or (self.spec.strategy if self.spec is not None else "")
        return next((info for info in self.strategies if info.id == wanted), NO_STRATEGY)

    @property
    def current(self) -> NodeState | None:
        """The node that is looked at, None where there is none at this place."""
        return self.state.nodes.get(self.node)

    @property
    def ended(self) -> bool:
        """Whether the run is over, wherever in it one looks; a hand may still have changed it."""
        return self._ended

    # --- reading --------------------------------------------------------------------------------

    def open(self, run_id: int) -> None:
        """Show another run, from its stored events and what comes after them."""
        self.close()
        self.run_id = run_id
        self._early = []
        self._bridge.follow(run_id, self._on_events)
        self._read()

    def close(self) -> None:
        """Show no run."""
        self._number += 1
        self._again.stop()
        if self.run_id is not None:
            self._bridge.unfollow(self.run_id, self._on_events)
        self.run_id, self.spec, self._early, self.node = None, None, None, ""
        self.replay, self.live, self.running_here, self._ended = Replay(), True, False, False
        self.opened.emit()

    def open_latest(self) -> None:
        """Show the newest run of the history that has searched, if there is one."""

        async def ask(core: Workbench) -> int | None:
            for run in await core.list_runs(limit=_LOOKED_AT):
                if run.calls > 1 and is_search(await core.load_run(run.run_id)):
                    return run.run_id
            return None

        self._bridge.call(ask, self._on_latest, owner=self)

    def _on_latest(self, run_id: int | None) -> None:
        if run_id is not None:
            self.open(run_id)

    @Slot()
    def _read(self) -> None:
        run_id = self.run_id
        if run_id is None:
            return
        self._number += 1

        async def ask(core: Workbench) -> Read:
            events = await core.events(run_id)
            try:
                spec = await core.run_spec(run_id)
            except WorkbenchError:
                if not events:
                    raise
                spec = None  # the events alone can be looked at; nothing can be repeated
            return Read(events, spec, core.strategies(), core.is_running(run_id))

        self._bridge.call(
            ask,
            functools.partial(self._on_read, self._number),
            functools.partial(self._on_unread, self._number),
            owner=self,
        )

    def _on_read(self, number: int, read: Read) -> None:
        if number != self._number:
            return
        early, self._early = self._early, None
        self.spec, self.strategies, self.running_here = (
            read.spec,
            read.strategies,
            read.running_here,
        )
        new = [*self._take(read.events), *self._take(early or [])]
        if early is not None:
            self.replay.seek(len(self.replay))
            self._choose_first()
            self.opened.emit()
            self.changed.emit(True)
        elif new:
            self._follow_on(new)
        if self.state.status == "running" and not self.running_here and self.live:
            self._again.start()

    def _on_unread(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self.close()
            self.failed.emit(str(error))

    def _on_events(self, batch: list[ev.LoggedEvent]) -> None:
        if batch[0].run_id != self.run_id:
            return
        if self._early is not None:
            self._early.extend(batch)
            return
        new = self._take(batch)
        self.running_here = not self._ended
        if new:
            self._follow_on(new)

    def _take(self, batch: list[ev.LoggedEvent]) -> list[ev.LoggedEvent]:
        """Add what is new to the log, and notice whether the run goes on."""
        new = self.replay.extend(batch)
        for logged in new:
            if isinstance(logged.event, ev.RunFinished):
                self._ended = True
            elif isinstance(logged.event, ev.RunStarted | ev.RunResumed | ev.GrowthStarted):
                self._ended = False
        return new

    def _follow_on(self, new: list[ev.LoggedEvent]) -> None:
        """Show what is new where the end is followed; else only that there is more."""
        if not self.live:
            self.changed.emit(False)
            return
        self.replay.seek(len(self.replay))
        if not self.node:
            self._choose_first()
        self.changed.emit(any(not isinstance(each.event, _QUIET) for each in new))

    def _choose_first(self) -> None:
        state = self.state
        self.select(state.best_node or next(iter(state.nodes), ""))

    # --- the place, and the node ----------------------------------------------------------------

    def seek(self, position: int) -> None:
        """Look at the run as it was after so many events; the end is followed from then on."""
        before = self.replay.position
        self.replay.seek(position)
        self.live = self.replay.position == len(self.replay)
        passed = self.replay.events[before : self.replay.position]
        shape = self.replay.position < before or any(
            not isinstance(each.event, _QUIET) for each in passed
        )
        self.changed.emit(shape)

    def select(self, node: str) -> None:
        """Look at a node."""
        if node != self.node:
            self.node = node
            self.selected.emit(node)

    def step(self, by: int) -> None:
        """Look at the next node, or the one before, in the order in which they were made."""
        names = list(self.state.nodes)
        if names:
            at = names.index(self.node) if self.node in self.state.nodes else 0
            self.select(names[max(0, min(at + by, len(names) - 1))])

    # --- what a person does ---------------------------------------------------------------------

    def steer(self, action: SteerAction) -> None:
        """Do something to the search; what comes of it comes back as events."""
        run_id = self.run_id

        async def ask(core: Any) -> None:
            await core.steer(run_id, action)

        self._do(ask)

    def prune(self) -> None:
        """Let the node, and what is under it, not go on."""
        if self.current is not None:
            self.steer(PruneNode(self.node))

    def boost(self) -> None:
        """Raise the node's value."""
        if self.current is not None:
            self.steer(BoostNode(self.node))

    def edit(self, text: str) -> None:
        """Put another thought in place of the node's."""
        if self.current is not None and text.strip():
            self.steer(EditThought(self.node, text.strip()))

    def add_sibling(self, text: str) -> None:
        """Write a thought beside the node; under it where it is the start."""
        if self.current is not None and text.strip():
            self.steer(AddThought(self.current.parent or self.node, text.strip()))

    def grow(self, params: dict[str, Json]) -> None:
        """Search on from the node with these changes."""
        if self.current is not None:
            self.steer(Grow(self.node, params))

    def fork(self, call: str, sample: int, token: int, text: str) -> None:
        """Write a thought again from a token on."""
        self.steer(ForkToken(call, sample, token, text))

    def pause(self) -> None:
        """Make no further call until the run is resumed."""
        run_id = self.run_id

        async def ask(core: Any) -> None:
            await core.pause_run(run_id)

        self._do(ask)

    def resume(self) -> None:
        """Go on with a run that was paused, or that ended before its end."""
        run_id = self.run_id

        async def ask(core: Any) -> None:
            await core.resume_run(run_id)

        self._do(ask)

    def stop(self) -> None:
        """End the run with what it has."""
        run_id = self.run_id

        async def ask(core: Workbench) -> None:
            if run_id is not None:
                await core.cancel_run(run_id)

        self._do(ask)

    def reproduce(self) -> None:
        """Run the same again, with the same seed, and show that run."""
        spec = self.spec
        if spec is not None:
            self._bridge.call(
                lambda core: core.start_run(spec), self.open, self._on_error, owner=self
            )

    def _do(self, ask: Any) -> None:
        if self.run_id is not None:
            self._bridge.call(ask, None, self._on_error, owner=self)

    def _on_error(self, error: WorkbenchError) -> None:
        self.failed.emit(str(error))
