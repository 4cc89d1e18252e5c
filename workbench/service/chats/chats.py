"""Conversations: their list, what was written and not sent, and all that their parts do."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.chat import ChatDraft, ChatOptions
from workbench.domain.errors import WorkbenchError
from workbench.domain.text import Message, Segment
from workbench.domain.views import Conversation
from workbench.history import session
from workbench.history.chats import conversations, message_tree
from workbench.service.chats.asking import kept_options
from workbench.service.chats.attaching import Attaching
from workbench.service.chats.branches import Branches
from workbench.service.chats.naming import Naming
from workbench.service.chats.reader import LAST_SYSTEM, UNTITLED, title_of
from workbench.service.chats.sides import Sides
from workbench.service.chats.summarising import Summarising


class Chats(Sides, Attaching, Branches, Summarising, Naming):
    """Conversations: each answer is a run, each message a node of a tree."""

    async def all(self, text: str = "") -> tuple[Conversation, ...]:
        """All conversations, last changed first; ``text`` keeps those in which it occurs."""
        read = self._store.search if text.strip() else self._store.read
        return await read(conversations.list_conversations, text)

    async def create(self, title: str = UNTITLED) -> Conversation:
        """A new, empty conversation."""
        return await self._store.write(conversations.insert_conversation, title)

    async def continue_from(self, messages: Sequence[Message]) -> Conversation:
        """A new conversation that has come as far as ``messages``; nothing is asked yet.

        What they have of the system is its system prompt.
        """
        first = next((message.text for message in messages if message.role == "user"), "")
        system: str | None = "\n\n".join(each.text for each in messages if each.role == "system")
        made = await self._store.write(conversations.insert_conversation, title_of(first))
        parent: int | None = None
        for message in messages:
            if message.role == "system":
                continue
            added = await self._store.write(
                message_tree.add_message,
                made.conversation_id,
                parent,
                message.role,
                message.text,
                system=system,
            )
            parent, system = added.message_id, None
        return made

    async def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""
        await self._store.write(conversations.rename, conversation_id, title)

    async def delete(self, conversation_id: int) -> None:
        """Take a conversation out of the list; it can be restored."""
        await self._store.write(conversations.set_deleted, conversation_id)

    async def restore(self, conversation_id: int) -> None:
        """Bring a deleted conversation back."""
        await self._store.write(conversations.set_deleted, conversation_id, deleted=False)

    async def keep_last_system(self, text: str) -> None:
        """Offer a system prompt as the last one, unless there is one."""
        if text.strip() and not await self.last_system():
            await self._store.write(session.set_state, LAST_SYSTEM, text)

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens a text has for the loaded model, None where no model is loaded."""
        try:
            return len(await self._engines.current.tokenize((Segment(text, special=False),)))
        except WorkbenchError:
            return None

    async def drafts(self) -> dict[int, ChatDraft]:
        """What is written and not sent, by conversation; 0 is the one that has not begun."""
        return await self._store.read(conversations.load_drafts)

    async def save_draft(self, conversation_id: int, draft: ChatDraft) -> None:
        """Keep what is written and not sent; an empty draft is forgotten."""
        await self._store.save_chat_draft(conversation_id, draft)

    async def keep_options(self, conversation_id: int, options: ChatOptions) -> None:
        """Keep how the answers of a conversation are made."""
        await self._store.write(conversations.set_options, conversation_id, kept_options(options))
