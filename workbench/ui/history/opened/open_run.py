"""View model of the opened run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.spec import RunSpec
from workbench.ui.tasks import background, cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

T = TypeVar("T")
_READ_AGAIN_MS = 700


class Opened(NamedTuple):
    """What was read of a run; ``stoppable`` where this program is running it."""

    spec: RunSpec | None
    state: RunState
    problem: str
    stoppable: bool
    earlier: tuple[int, bool] | None
    """The finished run before it of the same spec, and whether its output is the same."""
    expected: str
    """The right answer that it is judged by, "" where none is known."""


class OpenRun(QObject):
    """Reads one run from the history; one that is still running is read again until it ends.

    ``spec`` is None where what the run was made from cannot be read any more; ``problem`` then
    says so.

    Signals:
        changed(): another run, or the same one further.
        failed(str): a sentence.
        deleted(tuple), restored(tuple): what was asked for is done; the runs' ids.
        started(int): a run was started; its id.
        reproduced(object): a run was done again; a RunPair of both.
    """

    changed = Signal()
    failed = Signal(str)
    deleted = Signal(tuple)
    restored = Signal(tuple)
    started = Signal(int)
    reproduced = Signal(object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.run_id: int | None = None
        self.spec: RunSpec | None = None
        self.state: RunState | None = None
        self.problem = ""
        self.stoppable = False
        self.earlier: tuple[int, bool] | None = None
        self.expected = ""
        self.reproducing = False
        self._again = QTimer(self, singleShot=True, interval=_READ_AGAIN_MS)
        self._again.timeout.connect(self.read)

    def open(self, run_id: int) -> None:
        """Show another run."""
        if run_id != self.run_id:
            self.run_id = run_id
            self.read()

    def close(self) -> None:
        """Show no run."""
        cancel(self, "read")
        self._again.stop()
        self.run_id, self.spec, self.state = None, None, None
        self.changed.emit()

    @latest
    async def read(self) -> None:
        """Read the open run (again)."""
        run_id = self.run_id
        if run_id is None:
            return

        async def ask(core: Workbench) -> Opened:
            spec, problem = None, ""
            events = await core.runs.events(run_id)
            try:
                spec = await core.runs.spec(run_id)
            except WorkbenchError as error:
                if not events:
                    raise
                problem = str(error)
            state = fold_all(events)
            state.run_id = run_id
            return Opened(
                spec,
                state,
                problem,
                stoppable=core.runs.is_running(run_id),
                earlier=await core.history.earlier_alike(run_id),
                expected=await core.history.expected_answer(run_id),
            )

        try:
            opened = await self.bridge.ask(ask)
        except WorkbenchError as error:
            self.close()
            self.failed.emit(str(error))
            return
        self.spec, self.state = opened.spec, opened.state
        self.problem, self.stoppable = opened.problem, opened.stoppable
        self.earlier, self.expected = opened.earlier, opened.expected
        if self.state.status == "running" or self.stoppable:
            self._again.start()
        self.changed.emit()

    # --- what can be done -----------------------------------------------------------------------

    def run_again(self) -> None:
        """Start a new run from the same spec: same seed, prompt source and expected answer."""
        spec, expected = self.spec, self.expected
        if spec is not None:
            self._do(lambda core: core.runs.start(spec, expected), self.started.emit)

    @background
    async def reproduce(self) -> None:
        """Do the run again with its own seed, and compare what comes with what was."""
        run_id = self.run_id
        if run_id is None or self.reproducing:
            return
        self.reproducing = True
        self.changed.emit()
        try:
            pair = await self.bridge.ask(lambda core: core.pairs.reproduce(run_id))
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        finally:
            self.reproducing = False
            self.changed.emit()
        self.reproduced.emit(pair)

    def resume(self) -> None:
        """Go on with the run from where it was cut; what was written is not asked again."""
        run_id = self.run_id
        if run_id is not None:
            self._do(lambda core: core.steering.resume(run_id), lambda _: self.read())

    def stop(self) -> None:
        """Cancel the run where this program runs it."""
        run_id = self.run_id
        if run_id is not None:
            self.bridge.call(lambda core: core.runs.cancel(run_id))

    def delete(self, run_ids: Sequence[int], groups: Sequence[str] = ()) -> None:
        """Take runs, and whole comparisons, out of the lists."""
        self._do(lambda core: core.history.delete_runs(run_ids, groups), self.deleted.emit)

    def restore(self, run_ids: Sequence[int]) -> None:
        """Bring deleted runs back."""
        restored = tuple(run_ids)
        self._do(
            lambda core: core.history.restore_runs(run_ids),
            lambda _: self.restored.emit(restored),
        )

    @background
    async def _do(
        self, ask: Callable[[Workbench], Awaitable[T]], done: Callable[[T], object]
    ) -> None:
        try:
            done(await self.bridge.ask(ask))
        except WorkbenchError as error:
            self.failed.emit(str(error))
