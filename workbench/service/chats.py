"""Conversations: each answer is a run, each message a place in a tree."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workbench.domain.chat import (
    ChatDraft,
    ChatOptions,
    OpenConversation,
    Turn,
    chat_params,
    system_of,
)
from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.runs.spec import ChatPrompt, Json, RunSpec
from workbench.domain.text import Message, Role, Segment
from workbench.domain.views import ChatMessage, Conversation
from workbench.history import conversations, message_tree, session
from workbench.history.runs import load_spec
from workbench.service.core import Core
from workbench.service.runs.runs import Runs, run_title

_TITLE_CHARACTERS = 48
_UNTITLED = "New conversation"
_LAST_SYSTEM = "chat.last_system"


class Chats:
    """Conversations: each answer is a run, each message a node of a tree."""

    def __init__(self, core: Core, runs: Runs) -> None:
        self._engines = core.engines
        self._store = core.store
        self._runs = runs

    async def all(self, text: str = "") -> tuple[Conversation, ...]:
        """All conversations, last changed first; ``text`` keeps those in which it occurs."""
        return await self._store.read(conversations.list_conversations, text)

    async def create(self, title: str = _UNTITLED) -> Conversation:
        """A new, empty conversation."""
        return await self._store.write(conversations.insert_conversation, title)

    async def continue_from(self, messages: Sequence[Message]) -> Conversation:
        """A new conversation that has come as far as ``messages``; nothing is asked yet.

        What they have of the system is its system prompt.
        """
        first = next((message.text for message in messages if message.role == "user"), "")
        system: str | None = "\n\n".join(each.text for each in messages if each.role == "system")
        made = await self._store.write(conversations.insert_conversation, _title(first))
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

    async def open(self, conversation_id: int) -> OpenConversation:
        """A conversation with its shown branch; UsageError where there is none."""
        conversation = await self._store.read(conversations.load_conversation, conversation_id)
        messages = await self.messages(conversation_id)
        return OpenConversation(
            conversation=conversation, messages=messages, system=await self._system(messages)
        )

    async def messages(
        self, conversation_id: int, leaf_id: int | None = None
    ) -> tuple[ChatMessage, ...]:
        """The branch that is shown, or that ends in ``leaf_id``, first message first."""
        return await self._store.messages(conversation_id, leaf_id)

    async def _system(self, messages: Sequence[ChatMessage]) -> str:
        """The system prompt of a branch; of one that kept none, that of its last answer."""
        kept = system_of(messages)
        answered = [each.run_id for each in messages if each.run_id is not None]
        if kept is not None or not answered:
            return kept or ""
        try:
            spec = await self._store.read(load_spec, answered[-1])
        except WorkbenchError:  # the run is damaged: the messages are there all the same
            return ""
        sent = spec.prompt.messages if isinstance(spec.prompt, ChatPrompt) else ()
        return "\n\n".join(each.text for each in sent if each.role == "system")

    async def last_system(self) -> str:
        """The system prompt that was used last in any conversation, "" where none was."""
        return str(await self._store.read(session.get_state, _LAST_SYSTEM, "") or "")

    async def keep_last_system(self, text: str) -> None:
        """Offer a system prompt as the last one, unless there is one."""
        if text.strip() and not await self.last_system():
            await self._store.write(session.set_state, _LAST_SYSTEM, text)

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens a text has for the loaded model, None where no model is loaded."""
        try:
            return len(await self._engines.current.tokenize((Segment(text, special=False),)))
        except WorkbenchError:
            return None

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

    async def drafts(self) -> dict[int, ChatDraft]:
        """What is written and not sent, by conversation; 0 is the one that has not begun."""
        return await self._store.read(conversations.load_drafts)

    async def save_draft(self, conversation_id: int, draft: ChatDraft) -> None:
        """Keep what is written and not sent; an empty draft is forgotten."""
        await self._store.save_chat_draft(conversation_id, draft)

    async def keep_options(self, conversation_id: int, options: ChatOptions) -> None:
        """Keep how the answers of a conversation are made."""
        await self._store.write(conversations.set_options, conversation_id, _kept(options))

    async def send(
        self,
        conversation_id: int | None,
        text: str,
        options: ChatOptions,
        parent_id: int | None = None,
    ) -> ChatMessage:
        """Add what the user wrote and start the answer; returns the answer's (empty) message.

        ``conversation_id`` None begins a conversation. ``parent_id`` is the message that the text
        follows, None the end of the shown branch. Message, run and answer are written together,
        before the model sees any of it; where that fails there is none of them.

        Raises:
            UsageError: the text is blank. ModelError: there is no such model.
            StoreError: nothing was sent because it cannot be saved.
        """
        if not text.strip():
            raise UsageError("There is nothing to send: write a message first.")
        before: tuple[ChatMessage, ...] = ()
        if conversation_id is not None:
            before = await self.messages(conversation_id, parent_id)
        answer = await self._ask(conversation_id, before, text, options)
        if not before and conversation_id is not None:
            await self._name_after(conversation_id, text)
        return answer

    async def edit(self, message: ChatMessage, text: str, options: ChatOptions) -> ChatMessage:
        """Write another version of a user message and answer that; the old branch stays.

        What is sent is what leads to the message, whichever branch is shown.
        """
        if not text.strip():
            raise UsageError("There is nothing to send: write a message first.")
        return await self._ask(message.conversation_id, await self._before(message), text, options)

    async def regenerate(self, message: ChatMessage, options: ChatOptions) -> ChatMessage:
        """Another answer to what ``message`` answers; the old one stays as a version."""
        return await self._ask(message.conversation_id, await self._before(message), None, options)

    async def answer(self, message: ChatMessage, options: ChatOptions) -> ChatMessage:
        """Answer a user message that has no answer."""
        before = await self.messages(message.conversation_id, message.message_id)
        return await self._ask(message.conversation_id, before, None, options)

    async def continue_answer(self, message: ChatMessage, options: ChatOptions) -> ChatMessage:
        """Let an answer go on where it ended, as another version of it, which begins with it.

        Raises:
            UsageError: nothing of it was written. ModelError: there is no such model.
        """
        if message.role != "assistant" or not message.text.strip():
            raise UsageError("There is nothing to go on from: ask for another answer instead.")
        before = await self._before(message)
        return await self._ask(message.conversation_id, before, None, options, message.text)

    async def _before(self, message: ChatMessage) -> tuple[ChatMessage, ...]:
        """What leads to a message."""
        if message.parent_id is None:
            return ()
        return await self.messages(message.conversation_id, message.parent_id)

    async def _ask(
        self,
        conversation_id: int | None,
        before: Sequence[ChatMessage],
        text: str | None,
        options: ChatOptions,
        begun: str = "",
    ) -> ChatMessage:
        """Put a question on disk and start its answer; ``text`` None answers the last message.

        ``begun`` is how the answer begins: it is written on directly, and the conversation keeps
        its strategy for the next message.
        """
        asked = msgspec.structs.replace(options, strategy="direct", params={}) if begun else options
        messages = [(each.role, each.text) for each in before]
        messages += [("user", text or ""), ("assistant", begun)]
        spec = RunSpec(
            prompt=ChatPrompt(_sent(options.system, messages)),
            strategy=asked.strategy,
            params=chat_params(asked.strategy) | asked.params,
            model=options.model,
            sampling=options.sampling,
            seed=options.seed,
            budget=options.budget,
            mode=options.mode,
        )
        is_other = not before or options.system != await self._system(before)
        async with self._runs.starting:
            prepared = await self._runs.prepare(spec)
            turn = Turn(
                conversation_id=conversation_id,
                title=_title(text or ""),
                parent_id=before[-1].message_id if before else None,
                text=text,
                system=options.system if is_other else None,
                options=_kept(options),
                spec=prepared.spec,
                run_title=run_title(prepared.spec),
            )
            answer = await self._store.add_turn(turn)
        if options.system.strip() and options.system != await self.last_system():
            await self._store.write(session.set_state, _LAST_SYSTEM, options.system)
        assert answer.run_id is not None
        await self._runs.begin(answer.run_id, prepared)
        return answer

    async def _name_after(self, conversation_id: int, text: str) -> None:
        """Name a new conversation after its first message, unless the user has named it."""
        if (
            await self._store.read(conversations.load_conversation, conversation_id)
        ).title == _UNTITLED:
            await self._store.write(conversations.rename, conversation_id, _title(text))


def _sent(system: str, exchanged: Sequence[tuple[Role, str]]) -> tuple[Message, ...]:
    """A conversation as the model gets it: no empty turns, no two of the user in a row.

    Many chat formats refuse either, and a model that reads an empty answer gives one again.
    """
    turns: list[tuple[Role, str]] = []
    for role, text in exchanged:
        if not text.strip():
            continue
        joined = turns and turns[-1][0] == role == "user"
        turns.append((role, f"{turns.pop()[1]}\n\n{text}" if joined else text))
    messages = tuple(Message.value(role, text) for role, text in turns)
    return (Message.literal("system", system), *messages) if system.strip() else messages


def _title(text: str) -> str:
    words = " ".join(text.split())
    short = words[:_TITLE_CHARACTERS].rstrip()
    return (short + ("…" if len(words) > len(short) else "")) or _UNTITLED


def _kept(options: ChatOptions) -> dict[str, Json]:
    """What of the options is kept with a conversation: its system prompts are in its messages."""
    kept: dict[str, Json] = msgspec.to_builtins(options)
    del kept["system"], kept["budget"]
    return kept
