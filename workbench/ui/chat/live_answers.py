"""Follows the answers that are being written, in all conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.domain.runs.events import LoggedEvent
from workbench.domain.runs.run_state import RunState, fold
from workbench.ui.runs.run_follower import RunFollower

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge


@dataclass
class _Live:
    conversation_id: int
    follower: RunFollower
    state: RunState | None = None
    """None until the log was read."""


class LiveAnswers(QObject):
    """Follows runs from their logs on until they end, whether shown or not.

    Signals:
        changed(RunState): an answer is further, or has ended; at most once a frame.
        listed(): other conversations are being answered.
        ended(RunState, int): an answer has, in this conversation.
    """

    changed = Signal(object)
    listed = Signal()
    ended = Signal(object, int)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._live: dict[int, _Live] = {}

    def of_conversation(self, conversation_id: int | None) -> int | None:
        """The run that answers in a conversation, None where none does."""
        return next(iter(self.all_of_conversation(conversation_id)), None)

    def all_of_conversation(self, conversation_id: int | None) -> tuple[int, ...]:
        """The runs that answer in a conversation: several where answers are side by side."""
        return tuple(run for run, it in self._live.items() if it.conversation_id == conversation_id)

    @property
    def any(self) -> bool:
        """Whether any answer is being written."""
        return bool(self._live)

    def state(self, run_id: int | None) -> RunState | None:
        """How far an answer is."""
        live = self._live.get(run_id) if run_id is not None else None
        return live.state if live is not None else None

    def follow(self, run_id: int, conversation_id: int) -> None:
        """Follow a run until it ends."""
        if run_id in self._live:
            return
        follower = RunFollower(self._bridge, self)
        self._live[run_id] = _Live(conversation_id, follower)
        follower.came.connect(self._on_came)
        follower.lost.connect(self._let_go)  # the answer's message says what is known of it
        follower.follow_log(run_id)
        self.listed.emit()

    @Slot(list)
    def _on_came(self, new: list[LoggedEvent]) -> None:
        run_id = new[0].run_id
        live = self._live[run_id]
        state = live.state = live.state or RunState()
        for logged in new:
            fold(state, logged)
        if state.status == "running":
            self.changed.emit(state)
            return
        self._let_go(run_id)
        self.changed.emit(state)
        self.ended.emit(state, live.conversation_id)

    @Slot(int, str)
    def _let_go(self, run_id: int, _error: str = "") -> None:
        follower = self._live.pop(run_id).follower
        follower.stop()
        follower.deleteLater()
        self.listed.emit()
