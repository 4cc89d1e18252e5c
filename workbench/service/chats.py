"""Conversations: each answer is a run, each message a place in a tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.sampling import Sampling
from workbench.domain.spec import Budget, ChatPrompt, Json, KvMode, RunSpec
from workbench.domain.text import Message
from workbench.domain.views import ChatMessage, Conversation
from workbench.service.steering import SteeringService

_TITLE_CHARACTERS = 48
_UNTITLED = "New conversation"


class ChatOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How answers are made. ``system`` stands before the conversation where it is not empty."""

    strategy: str = "direct"
    params: dict[str, Json] = {}
    model: str = ""
    sampling: Sampling = Sampling()
    seed: int = 0
    budget: Budget = Budget()
    mode: KvMode = "fast"
    system: str = ""


class ChatService(SteeringService):
    """The part of the service that knows conversations."""

    async def conversations(self, text: str = "") -> tuple[Conversation, ...]:
        """All conversations, last changed first; ``text`` keeps those in which it occurs."""
        return await self._store.conversations(text)

    async def create_conversation(self, title: str = _UNTITLED) -> Conversation:
        """A new, empty conversation."""
        return await self._store.create_conversation(title)

    async def continue_from(self, messages: Sequence[Message]) -> Conversation:
        """A new conversation that has come as far as ``messages``; nothing is asked yet."""
        made = await self._store.create_conversation(_UNTITLED)
        parent: int | None = None
        for message in messages:
            added = await self._store.add_message(
                made.conversation_id, parent, message.role, message.text
            )
            parent = added.message_id
        first = next((message.text for message in messages if message.role == "user"), "")
        if first:
            await self._name_after(made.conversation_id, first)
        return made

    async def rename_conversation(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""
        await self._store.rename_conversation(conversation_id, title)

    async def delete_conversation(self, conversation_id: int) -> None:
        """Take a conversation out of the list; it can be restored."""
        await self._store.delete_conversation(conversation_id)

    async def restore_conversation(self, conversation_id: int) -> None:
        """Bring a deleted conversation back."""
        await self._store.restore_conversation(conversation_id)

    async def messages(self, conversation_id: int) -> tuple[ChatMessage, ...]:
        """The branch of a conversation that is shown, first message first."""
        await self._store.flush()
        return await self._store.messages(conversation_id)

    async def show_branch(self, conversation_id: int, message_id: int) -> None:
        """Show the branch through another version of a message, to its newest end."""
        await self._store.set_leaf(conversation_id, message_id)

    async def send_message(
        self, conversation_id: int, text: str, options: ChatOptions, parent_id: int | None = None
    ) -> ChatMessage:
        """Add what the user wrote and start the answer; returns the answer's (empty) message.

        ``parent_id`` None continues the shown branch; the parent of an earlier message makes the
        text another version of that message.

        Raises:
            UsageError: the text is blank. StoreError: nothing was sent because it cannot be saved.
        """
        if not text.strip():
            raise UsageError("There is nothing to send: write a message first.")
        before = await self._branch(conversation_id, parent_id)
        if not before:
            await self._name_after(conversation_id, text)
        user = await self._store.add_message(
            conversation_id, before[-1].message_id if before else None, "user", text
        )
        return await self._answer(conversation_id, [*before, user], options)

    async def edit_message(
        self, message: ChatMessage, text: str, options: ChatOptions
    ) -> ChatMessage:
        """Write another version of a user message and answer that; the old branch stays."""
        if not text.strip():
            raise UsageError("There is nothing to send: write a message first.")
        before = await self._branch(message.conversation_id, message.parent_id)
        if message.parent_id is None:
            before = []
        user = await self._store.add_message(
            message.conversation_id, message.parent_id, "user", text
        )
        return await self._answer(message.conversation_id, [*before, user], options)

    async def regenerate(self, message: ChatMessage, options: ChatOptions) -> ChatMessage:
        """Another answer beside ``message``; the old one stays as a version."""
        before = await self._branch(message.conversation_id, message.parent_id)
        return await self._answer(message.conversation_id, before, options)

    async def _branch(self, conversation_id: int, up_to: int | None) -> list[ChatMessage]:
        """The shown branch, up to and with message ``up_to`` where it is given."""
        shown = list(await self.messages(conversation_id))
        if up_to is None:
            return shown
        ids = [message.message_id for message in shown]
        return shown[: ids.index(up_to) + 1] if up_to in ids else shown

    async def _answer(
        self, conversation_id: int, before: list[ChatMessage], options: ChatOptions
    ) -> ChatMessage:
        history = [Message.value(message.role, message.text) for message in before]
        if options.system.strip():
            history.insert(0, Message.literal("system", options.system))
        spec = RunSpec(
            prompt=ChatPrompt(tuple(history)),
            strategy=options.strategy,
            params=self._chat_params(options),
            model=options.model,
            sampling=options.sampling,
            seed=options.seed,
            budget=options.budget,
            mode=options.mode,
        )
        run_id = await self.start_run(spec)
        return await self._store.add_message(
            conversation_id, before[-1].message_id, "assistant", "", run_id
        )

    @staticmethod
    def _chat_params(options: ChatOptions) -> dict[str, Any]:
        return dict(options.params)

    async def _name_after(self, conversation_id: int, text: str) -> None:
        """Name a new conversation after its first message, unless the user has named it."""
        for conversation in await self._store.conversations(""):
            if conversation.conversation_id == conversation_id:
                if conversation.title == _UNTITLED:
                    words = " ".join(text.split())
                    short = words[:_TITLE_CHARACTERS].rstrip()
                    await self._store.rename_conversation(
                        conversation_id, short + ("…" if len(words) > len(short) else "")
                    )
                return
