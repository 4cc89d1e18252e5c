"""Versions and branches: which is shown, what is deleted and brought back."""

from __future__ import annotations

from workbench.domain.views import ChatMessage
from workbench.history import message_tree
from workbench.service.chats.reader import ConversationReader


class Branches(ConversationReader):
    """The tree of a conversation."""

    async def show_branch(self, conversation_id: int, message_id: int) -> None:
        """Show the branch through a message, where one was in it, else to its newest end."""
        await self._store.write(message_tree.set_leaf, conversation_id, message_id)

    async def delete_message(self, message: ChatMessage) -> None:
        """Leave a message out of what is shown and sent; what follows it stays."""
        if message.run_id is not None:
            await self._runs.cancel(message.run_id)
        await self._store.write(message_tree.set_message_deleted, message.message_id)

    async def restore_message(self, message_id: int) -> None:
        """Take a deleted message back in."""
        await self._store.write(message_tree.set_message_deleted, message_id, deleted=False)
