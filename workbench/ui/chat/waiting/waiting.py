"""Messages that are sent one after another, each when the answer before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Slot

from workbench.domain.chat import ChatOptions, WaitingMessage
from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.run_state import RunState
from workbench.domain.transcripts import Part
from workbench.ui.chat.waiting.strip import WaitingStrip
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.chat.page import ChatPage
    from workbench.ui.chat.view_model import ChatModel

_STOPPED = "The answer before it was stopped. Waiting:"
_FAILED = "The answer before it failed. Waiting:"
_EARLIER = "Not sent when the program ended:"


class Waiting(QObject):
    """Keeps the messages of each conversation that wait; those of one are sent in their order.

    They are part of the conversation's draft, so that none is lost at the end of the program. After
    an answer that was stopped or failed they are not sent by themselves.

    Args:
        page: they are shown over its composer, and one that is taken back goes into that.
        model: the conversations.
    """

    def __init__(self, page: ChatPage, model: ChatModel) -> None:
        super().__init__(page)
        self._page = page
        self._model = model
        self._held: dict[int, str] = {}
        """Why the messages of a conversation are not sent by themselves."""
        self._known: set[int] = set()
        """Conversations whose messages were added here, not left by an earlier session."""
        self.strip = WaitingStrip()
        page.composer.put_above(self.strip)
        self.strip.cancelled.connect(self._on_cancelled)
        self.strip.send_wanted.connect(self._send_shown)
        model.opened.connect(self.show)
        model.messages_changed.connect(self.show)
        model.drafts.read.connect(self.show)
        model.live.ended.connect(self._on_ended)
        model.deleted.connect(self._on_deleted)

    def of(self, conversation_id: int) -> tuple[WaitingMessage, ...]:
        """What waits in a conversation."""
        return self._model.drafts.get(conversation_id).waiting

    def add(self, text: str, files: tuple[Part, ...], options: ChatOptions) -> bool:
        """Have a message of the shown conversation wait; False where it has not begun yet."""
        current = self._model.current
        if current is None:
            return False
        self._known.add(current)
        added = WaitingMessage(text=text, attachments=files, options=options)
        self._keep(current, (*self.of(current), added))
        return True

    @Slot()
    def show(self) -> None:
        """Show what waits in the shown conversation."""
        shown = self._model.shown_key
        waiting = self.of(shown)
        held = self._held.get(shown, "")
        if waiting and shown not in self._known:
            held = self._held[shown] = _EARLIER
            self._known.add(shown)
        self.strip.show_waiting(waiting, held)
        self._page.composer.chain_tabs()

    def _keep(self, conversation_id: int, waiting: tuple[WaitingMessage, ...]) -> None:
        drafts = self._model.drafts
        draft = msgspec.structs.replace(drafts.get(conversation_id), waiting=waiting)
        drafts.set(conversation_id, draft)
        if not waiting:
            self._held.pop(conversation_id, None)
        self.show()

    @Slot(int)
    def _on_cancelled(self, place: int) -> None:
        shown = self._model.shown_key
        waiting = self.of(shown)
        if place >= len(waiting):
            return
        composer = self._page.composer
        taken = waiting[place]
        self._keep(shown, (*waiting[:place], *waiting[place + 1 :]))
        if not composer.is_elsewhere:
            composer.take_back(taken.text, taken.attachments)
        composer.box.setFocus()

    @Slot()
    def _send_shown(self) -> None:
        self._held.pop(self._model.shown_key, None)
        self._send(self._model.shown_key)

    @Slot(object, int)
    def _on_ended(self, state: RunState, conversation_id: int) -> None:
        """An answer is written: the next message is sent, unless something went wrong."""
        if not self.of(conversation_id):
            return
        if state.status != "done":
            stopped = state.status == "cancelled"
            self._held[conversation_id] = _STOPPED if stopped else _FAILED
        elif conversation_id not in self._held:
            self._send(conversation_id)
        self.show()

    @Slot(int, str)
    def _on_deleted(self, conversation_id: int, _title: str) -> None:
        if self.of(conversation_id):
            self._held[conversation_id] = _STOPPED

    @background
    async def _send(self, conversation_id: int) -> None:
        waiting = self.of(conversation_id)
        if not waiting or self._model.live.of_conversation(conversation_id) is not None:
            return
        self._known.add(conversation_id)
        try:
            await self._model.send_waiting(conversation_id, waiting[0])
        except WorkbenchError as error:
            self._held[conversation_id] = str(error)
            self.show()
            return
        left = self.of(conversation_id)
        self._keep(conversation_id, tuple(each for each in left if each is not waiting[0]))
