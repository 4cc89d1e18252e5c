"""Unsent drafts of each conversation, on disk within a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.domain.chat import ChatDraft
from workbench.domain.errors import WorkbenchError
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_SAVE_MS = 250
_RETRY_MS = 2000
_EMPTY = ChatDraft()


class Drafts(QObject):
    """Keeps drafts by the ids of their conversations; what could not be saved is tried again.

    Signals:
        read(): the drafts of earlier sessions are there.
    """

    read = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._drafts: dict[int, ChatDraft] = {}
        self._unsaved: set[int] = set()
        self._timer = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._timer.timeout.connect(self.flush)

    @background
    async def read_all(self) -> None:
        """Read what earlier sessions left."""
        found = await self._bridge.ask(lambda core: core.chats.drafts())
        self._drafts = found | self._drafts
        self.read.emit()

    def get(self, conversation_id: int) -> ChatDraft:
        """What is written in a conversation."""
        return self._drafts.get(conversation_id, _EMPTY)

    def set(self, conversation_id: int, draft: ChatDraft) -> None:
        """Something else is written in a conversation."""
        if draft != self.get(conversation_id):
            self._drafts[conversation_id] = draft
            self._unsaved.add(conversation_id)
            if not self._timer.isActive():
                self._timer.start(_SAVE_MS)

    def take(self, conversation_id: int) -> None:
        """The draft is being sent: the core forgets it when the message is on disk."""
        self.flush()
        self._drafts[conversation_id] = ChatDraft(waiting=self.get(conversation_id).waiting)

    def sent(self, conversation_id: int, begun_as: int) -> None:
        """The message is on disk; what was written since stays, under the conversation's id."""
        since = msgspec.structs.replace(self._drafts.pop(begun_as, _EMPTY), system=None)
        self._drafts[conversation_id] = since
        if not since.is_empty:  # what was on disk of it went with the message
            self._unsaved.add(conversation_id)
            self.flush()

    @Slot()
    def flush(self) -> None:
        """Write what is not on disk yet."""
        self._timer.stop()
        unsaved, self._unsaved = self._unsaved, set()
        for conversation_id in unsaved:
            self._save(conversation_id, self.get(conversation_id))

    @background
    async def _save(self, conversation_id: int, draft: ChatDraft) -> None:
        try:
            await self._bridge.ask(lambda core: core.chats.save_draft(conversation_id, draft))
        except WorkbenchError:  # the history's own status says what is wrong
            self._unsaved.add(conversation_id)
            self._timer.start(_RETRY_MS)
