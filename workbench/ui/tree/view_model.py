"""View model of the tree: one run's events, the replay position, the selected node, its actions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs import events as ev
from workbench.domain.runs.nodes import FORK, HAND, NodeState
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Json, RunSpec
from workbench.domain.runs.steering import (
    AddThought,
    BoostNode,
    EditThought,
    ForkToken,
    Grow,
    PruneNode,
    SteerAction,
    Undo,
)
from workbench.domain.text import count_text
from workbench.domain.views import StrategyInfo
from workbench.ui.runs.run_follower import RunFollower
from workbench.ui.runs.words import NO_STRATEGY, is_search
from workbench.ui.tasks import background, cancel, latest
from workbench.ui.tree.puzzle import start_puzzle
from workbench.ui.tree.replay.replay import Replay

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_READ_AGAIN_MS = 700
_LOOKED_AT = 32
_LINE = 48
_QUIET = (
    ev.TextReceived,
    ev.PromptEvaluated,
    ev.SamplingApplied,
    ev.BudgetCharged,
    ev.NoteAdded,
    ev.Parsed,
)
"""Events after which no card moves or changes its text."""


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
        changed(bool): the run, or the place in it, changed; whether more than text may differ.
        selected(str): another node is the current one.
        failed(str): a sentence.
        steered(str): a node was changed, as a sentence; it can be taken back. "" after that.
    """

    steered = Signal(str)
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
        self._selects_new = False
        """Whether the thought that the user just asked for is selected when it comes."""
        self._follower = RunFollower(bridge, self)
        self._follower.came.connect(self._on_events)
        self._is_new = False
        """Whether nothing of the open run was read yet."""
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
        cancel(self, "_find")  # a search that was being looked for is not wanted any more
        self.close()
        self.run_id, self._is_new = run_id, True
        self._follower.follow(run_id, holds=True)
        self._read()

    def open_other(self, run_id: int) -> None:
        """Show a run, unless it is the one that is open; whatever was being looked for is not."""
        cancel(self, "_find")
        if run_id != self.run_id:
            self.open(run_id)

    def close(self) -> None:
        """Show no run."""
        cancel(self, "_read")
        self._again.stop()
        self._selects_new = False
        self._follower.stop()
        self.run_id, self.spec, self.node = None, None, ""
        self.replay, self.live, self.running_here, self._ended = Replay(), True, False, False
        self.opened.emit()

    @Slot()
    def open_latest(self) -> None:
        """Show the newest run of the history that searches or has searched, if there is one."""
        self._find(running=False)

    def follow_running(self) -> None:
        """Show a search that is at work now in place of one that has ended, if there is one."""
        if not self.is_at_work:
            self._find(running=True)

    @latest
    async def _find(self, *, running: bool) -> None:
        run_id = await self._bridge.ask(lambda core: _newest_search(core, running=running))
        if running and (run_id == self.run_id or self.is_at_work):
            run_id = None
        if run_id is not None:
            self.open(run_id)
        elif running and self.run_id is None:
            self.open_latest()

    @property
    def is_at_work(self) -> bool:
        """Whether the run has not ended, be it paused."""
        return self.running_here and not self._ended

    @latest
    async def _read(self) -> None:
        run_id = self.run_id
        if run_id is None:
            return

        async def ask(core: Workbench) -> Read:
            events = await core.runs.events(run_id)
            try:
                spec = await core.runs.spec(run_id)
            except WorkbenchError:
                if not events:
                    raise
                spec = None  # the events alone can be looked at; nothing can be repeated
            return Read(events, spec, core.runs.strategies(), core.runs.is_running(run_id))

        try:
            read = await self._bridge.ask(ask)
        except WorkbenchError as error:
            self.close()
            self.failed.emit(str(error))
            return
        self.spec, self.strategies, self.running_here = (
            read.spec,
            read.strategies,
            read.running_here,
        )
        new = self._take(self._follower.take(read.events))
        if self._is_new:
            self._is_new = False
            self.replay.seek(len(self.replay))
            self._choose_first()
            self.opened.emit()
            self.changed.emit(True)
        elif new:
            self._follow_on(new)
        if self.state.status == "running" and not self.running_here and self.live:
            self._again.start()

    @Slot(list)
    def _on_events(self, batch: list[ev.LoggedEvent]) -> None:
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
        self._select_asked(new)
        self.changed.emit(any(not isinstance(each.event, _QUIET) for each in new))

    def _select_asked(self, new: list[ev.LoggedEvent]) -> None:
        """Select the thought that the user wrote or forked, once it is there."""
        added = [
            each.event.node
            for each in new
            if isinstance(each.event, ev.NodeAdded) and each.event.kind in (HAND, FORK)
        ]
        if added and self._selects_new:
            self._selects_new = False
            self.select(added[-1])

    def _choose_first(self) -> None:
        state = self.state
        self.select(state.best_node or next(iter(state.nodes), ""))

    # --- the place, and the node ----------------------------------------------------------------

    def seek(self, position: int) -> None:
        """Show the run as it was after ``position`` events; at the end it follows the live run."""
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

    # --- user actions ---------------------------------------------------------------------------

    def steer(self, action: SteerAction, sentence: str = "") -> None:
        """Do something to the search; what comes of it comes back as events.

        Args:
            action: what is done.
            sentence: the message once it is done, where it can be undone.
        """
        self._do(lambda core, run_id: core.steering.steer(run_id, action), sentence)

    @property
    def can_undo(self) -> bool:
        """Whether a node was changed and the end of the run is looked at."""
        return self.live and bool(self.state.undoable)

    @Slot()
    def undo(self) -> None:
        """Take back the last change of a node."""
        if self.can_undo:
            self.select(self.state.undoable[-1].action.node or self.node)
            self.steer(Undo())

    def prune(self) -> None:
        """Let the node, and what is under it, not go on."""
        if self.current is not None:
            under = sum(each.startswith(f"{self.node}.") for each in self.state.nodes)
            below = f" and {count_text(under, 'thought')} under it" if under else ""
            self.steer(PruneNode(self.node), f"Pruned {self._thought()}{below}")

    def boost(self) -> None:
        """Raise the node's value."""
        if self.current is not None:
            action = BoostNode(self.node)
            self.steer(action, f"Raised the value of {self._thought()} by {action.amount:g}")

    def _thought(self) -> str:
        return _quoted(self.current.text if self.current is not None else "")

    def edit(self, text: str) -> None:
        """Put another thought in place of the node's."""
        if self.current is not None and text.strip():
            self.steer(EditThought(self.node, text.strip()), f"Changed {self._thought()}")

    def add_sibling(self, text: str) -> None:
        """Write a thought next to the node; under it where it is the start."""
        if self.current is not None and text.strip():
            thought = text.strip()
            self._selects_new = True
            self.steer(
                AddThought(self.current.parent or self.node, thought), f"Added {_quoted(thought)}"
            )

    def grow(self, params: dict[str, Json]) -> None:
        """Search on from the node with these changes."""
        if self.current is not None:
            self.steer(Grow(self.node, params))

    def fork(self, call: str, sample: int, token: int, text: str) -> None:
        """Write a thought again from a token on."""
        self._selects_new = True
        self.steer(ForkToken(call, sample, token, text))

    def pause(self) -> None:
        """Make no further call until the run is resumed."""
        self._do(lambda core, run_id: core.steering.pause(run_id))

    def resume(self) -> None:
        """Go on with a run that was paused, or that ended before its end."""
        self._do(lambda core, run_id: core.steering.resume(run_id))

    def stop(self) -> None:
        """End the run with what it has."""
        self._do(lambda core, run_id: core.runs.cancel(run_id))

    @Slot()
    def search_puzzle(self) -> None:
        """Search the three-number puzzle that comes with the program, with its own solver."""
        self._start(start_puzzle)

    def reproduce(self) -> None:
        """Run the same again, with the same seed, and show that run."""
        spec = self.spec
        if spec is not None:
            self._start(lambda core: core.runs.start(spec))

    @background
    async def _start(self, start: Callable[[Workbench], Awaitable[int]]) -> None:
        try:
            self.open(await self._bridge.ask(start))
        except WorkbenchError as error:
            self._fail(error)

    @background
    async def _do(
        self, act: Callable[[Workbench, int], Awaitable[object]], steered: str | None = None
    ) -> None:
        run_id = self.run_id
        if run_id is None:
            return
        try:
            await self._bridge.ask(lambda core: act(core, run_id))
        except WorkbenchError as error:
            self._fail(error)
            return
        if steered is not None:
            self.steered.emit(steered)

    def _fail(self, error: WorkbenchError) -> None:
        self._selects_new = False
        self.failed.emit(str(error))


async def _newest_search(core: Workbench, *, running: bool) -> int | None:
    """The newest run that searches or has searched; where ``running``, only one at work."""
    for run in await core.history.list_runs(limit=_LOOKED_AT):
        at_work = core.runs.is_running(run.run_id)  # its calls are counted at its end
        if not at_work and (running or run.calls <= 1):
            continue
        if is_search(await core.runs.load(run.run_id)):
            return run.run_id
    return None


def _quoted(text: str) -> str:
    """A thought in quotation marks, on one line, its end cut where it is long."""
    words = " ".join(text.split())
    return f"“{words if len(words) <= _LINE else f'{words[:_LINE]}…'}”"
