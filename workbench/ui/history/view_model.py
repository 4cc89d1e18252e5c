"""The run that is open, and what can be done with it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.errors import WorkbenchError
from workbench.domain.run_state import RunState, fold_all
from workbench.domain.spec import RunSpec

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_READ_AGAIN_MS = 700


class Opened(NamedTuple):
    """What was read of a run; ``stoppable`` where this program is running it."""

    spec: RunSpec | None
    state: RunState
    event_count: int
    problem: str
    stoppable: bool


class OpenRun(QObject):
    """Reads one run from the history; one that is still running is read again until it ends.

    ``spec`` is None where what the run was made from cannot be read any more; ``problem`` then
    says so.

    Signals:
        changed(): another run, or the same one further.
        failed(str): a sentence.
        deleted(int), restored(int), started(int): what was asked for is done; the run's id.
    """

    changed = Signal()
    failed = Signal(str)
    deleted = Signal(int)
    restored = Signal(int)
    started = Signal(int)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.run_id: int | None = None
        self.spec: RunSpec | None = None
        self.state: RunState | None = None
        self.event_count = 0
        self.problem = ""
        self.stoppable = False
        self._number = 0
        self._again = QTimer(self, singleShot=True, interval=_READ_AGAIN_MS)
        self._again.timeout.connect(self.read)

    def open(self, run_id: int) -> None:
        """Show another run."""
        if run_id != self.run_id:
            self.run_id = run_id
            self.read()

    def close(self) -> None:
        """Show no run."""
        self._number += 1
        self._again.stop()
        self.run_id, self.spec, self.state = None, None, None
        self.changed.emit()

    @Slot()
    def read(self) -> None:
        """Read the open run (again)."""
        run_id = self.run_id
        if run_id is None:
            return
        self._number += 1

        async def ask(core: Workbench) -> Opened:
            spec, problem = None, ""
            events = await core.events(run_id)
            try:
                spec = await core.run_spec(run_id)
            except WorkbenchError as error:
                if not events:
                    raise
                problem = str(error)
            state = fold_all(events)
            state.run_id = run_id
            return Opened(spec, state, len(events), problem, stoppable=core.is_running(run_id))

        self.bridge.call(
            ask,
            functools.partial(self._on_read, self._number),
            functools.partial(self._on_failed, self._number),
            owner=self,
        )

    def _on_read(self, number: int, opened: Opened) -> None:
        if number != self._number:
            return
        self.spec, self.state, self.event_count, self.problem, self.stoppable = opened
        if self.state.status == "running":
            self._again.start()
        self.changed.emit()

    def _on_failed(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self.close()
            self.failed.emit(str(error))

    # --- what can be done -----------------------------------------------------------------------

    def run_again(self) -> None:
        """Start a new run from the same spec: same seed, same prompt source."""
        spec = self.spec
        if spec is not None:
            self.bridge.call(
                lambda core: core.start_run(spec), self.started.emit, self._on_error, owner=self
            )

    def stop(self) -> None:
        """Cancel the run where this program runs it."""
        run_id = self.run_id
        if run_id is not None:
            self.bridge.call(lambda core: core.cancel_run(run_id), owner=self)

    def delete(self, run_id: int) -> None:
        """Take a run out of the lists."""
        self.bridge.call(
            lambda core: core.delete_run(run_id),
            functools.partial(self._on_deleted, run_id),
            self._on_error,
            owner=self,
        )

    def restore(self, run_id: int) -> None:
        """Bring a deleted run back."""
        self.bridge.call(
            lambda core: core.restore_run(run_id),
            functools.partial(self._on_restored, run_id),
            self._on_error,
            owner=self,
        )

    def _on_deleted(self, run_id: int, _nothing: None) -> None:
        self.deleted.emit(run_id)

    def _on_restored(self, run_id: int, _nothing: None) -> None:
        self.restored.emit(run_id)

    def _on_error(self, error: WorkbenchError) -> None:
        self.failed.emit(str(error))
