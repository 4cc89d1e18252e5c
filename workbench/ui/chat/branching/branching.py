"""Asks the core for what can be done with a message, and says what was done."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from workbench.domain.chat_tree import TreeChange
from workbench.domain.errors import WorkbenchError
from workbench.domain.text import count_text
from workbench.domain.views import ChatMessage
from workbench.ui.chat.view_model import ChatModel
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.domain.views import Conversation
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

T = TypeVar("T")

_DONE = {"add": "new version", "delete": "deletion", "restore": "restoring"}


class Branching(QObject):
    """Changes the tree of the open conversation.

    Signals:
        reported(str, object): what was done, and what takes it back (None: nothing).
        changed(): the tree of another conversation, or the same after a change.
    """

    reported = Signal(str, object)
    changed = Signal()

    def __init__(self, bridge: Bridge, model: ChatModel) -> None:
        super().__init__()
        self._bridge = bridge
        self._model = model
        self.copied: tuple[int, bool] | None = None
        """The message that can be put under another one, and whether with what follows it."""

    # --- deleting, undoing ----------------------------------------------------------------------

    @background
    async def delete(self, message_id: int) -> None:
        """Delete a message with what follows it."""
        change = await self._ask(lambda core: core.chats.delete_message(message_id))
        if change is not None:
            rest = change.count - 1
            words = "The message was deleted."
            if rest:
                words = f"The message was deleted with the {rest:,} that followed it."
            self.reported.emit(words, functools.partial(self.restore, message_id))

    @background
    async def restore(self, message_id: int) -> None:
        """Bring a deleted message back."""
        await self._ask(lambda core: core.chats.restore_message(message_id))

    @background
    async def undo(self) -> None:
        """Take back the last change of the tree."""
        conversation = self._model.current
        if conversation is None:
            return
        change = await self._ask(lambda core: core.chats.undo(conversation))
        self._tell_undone(change, "Undone", "There is nothing to undo in this conversation.")

    @background
    async def redo(self) -> None:
        """Do again what was taken back last."""
        conversation = self._model.current
        if conversation is None:
            return
        change = await self._ask(lambda core: core.chats.redo(conversation))
        self._tell_undone(change, "Done again", "There is nothing to do again.")

    def _tell_undone(self, change: TreeChange | None, done: str, nothing: str) -> None:
        if change is None:
            self.reported.emit(nothing, None)
            return
        what = _DONE[change.kind]
        self.reported.emit(f"{done}: {what}, {count_text(change.count, 'message')}.", None)

    # --- names, copies, forks -------------------------------------------------------------------

    @background
    async def set_label(self, message_id: int, label: str) -> None:
        """Name the branch from a message on."""
        await self._ask(lambda core: core.chats.set_label(message_id, label))

    @background
    async def set_pinned(self, message_id: int, pinned: bool) -> None:
        """Pin a message, or take the pin away."""
        await self._ask(lambda core: core.chats.set_pinned(message_id, pinned=pinned))

    def copy(self, message_id: int, with_rest: bool) -> None:
        """Remember a message that is to be put elsewhere."""
        self.copied = (message_id, with_rest)
        what = "The branch" if with_rest else "The message"
        self.reported.emit(
            f"{what} can be put under any message, also of another conversation: "
            "“Put the copy here” in its menu.",
            None,
        )

    @background
    async def paste(self, parent_id: int) -> None:
        """Put what was copied under a message."""
        conversation = self._model.current
        if self.copied is None or conversation is None:
            return
        message_id, with_rest = self.copied
        made = await self._ask(
            lambda core: core.chats.copy(message_id, conversation, parent_id, with_rest=with_rest)
        )
        if made is not None:
            self.reported.emit("The copy is here.", self.undo)

    @background
    async def fork(self, message_id: int, whole: bool, model: str = "") -> None:
        """Open a new conversation that has come as far as a message."""
        made: Conversation | None = await self._ask(
            lambda core: core.chats.fork(message_id, whole=whole, model=model), reads=False
        )
        if made is not None:
            self._model.open(made.conversation_id)
            self._model.read_conversations()

    # --- showing --------------------------------------------------------------------------------

    def jump(self, message_id: int) -> None:
        """Show the branch of a message, and go there."""
        if self._model.current is not None:
            self._model.open(self._model.current, message_id)

    def elsewhere(self, message: ChatMessage) -> None:
        """Show another version of a message."""
        others = [each for each in message.sibling_ids if each != message.message_id]
        if others:
            self._model.show_version(message, others[-1])

    async def _ask(
        self, ask: Callable[[Workbench], Awaitable[T]], *, reads: bool = True
    ) -> T | None:
        """What the core gives; None after an error, which is shown."""
        try:
            found = await self._bridge.ask(ask)
        except WorkbenchError as error:
            self._model.failed.emit(str(error))
            return None
        if reads:
            self._model.read_messages()
            self._model.read_conversations()
            self.changed.emit()
        return found
