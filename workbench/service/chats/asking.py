"""Sends, edits, regenerates and continues: each answer is a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from workbench.domain.attachments import attached_files, title_words, with_files
from workbench.domain.chat import Answerer, ChatOptions, Turn, chat_params
from workbench.domain.chat_tree import TreeChange
from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import Json, RunSpec
from workbench.domain.sources.mentions import PASSAGE, mentions_of
from workbench.domain.sources.passages import PassageQuery
from workbench.domain.text import Message
from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage
from workbench.history import session
from workbench.history.chats import conversations
from workbench.runs.executor import despite_cancel
from workbench.service.chats.context import Contexts
from workbench.service.chats.prompt import Draft, begun_message
from workbench.service.chats.reader import LAST_SYSTEM, UNTITLED, title_of
from workbench.service.runs.runs import PreparedRun, run_title

_PASSAGES = 4
"""Of each collection that a message names."""
_NOTHING = "There is nothing to send: write a message or attach a file first."


class Asking(Contexts):
    """Puts questions and starts their answers."""

    async def send(
        self,
        conversation_id: int | None,
        text: str,
        options: ChatOptions,
        parent_id: int | None = None,
        files: Sequence[Part] = (),
        *,
        keeps_draft: bool = False,
    ) -> ChatMessage:
        """Add what the user wrote and start the answer; returns the answer's (empty) message.

        ``conversation_id`` None begins a conversation. ``parent_id`` is the message that the text
        follows, None the end of the shown branch. ``files`` go with it. Message, run and answer are
        written together, before the model sees any of it; where that fails there is none of them.
        The conversation's draft goes with them, unless ``keeps_draft``.

        Where the text names a collection of documents (#shop), the passages that fit it best are
        attached.

        Raises:
            UsageError: there is neither text nor file, or no passage fits. ModelError: there is no
                such model.
            StoreError: nothing was sent because it cannot be saved.
        """
        if not text.strip() and not files:
            raise UsageError(_NOTHING)
        files = (*files, *await self._passages(text))
        before: tuple[ChatMessage, ...] = ()
        if conversation_id is not None:
            if parent_id is None:
                parent_id = await self._leaf(conversation_id)
            before = await self.messages(conversation_id, parent_id)
            self._steps.forget(conversation_id)
        answer = await self._ask(
            conversation_id,
            parent_id,
            before,
            text,
            options,
            attachments=with_files((), files),
            keeps_draft=keeps_draft,
        )
        if not before and conversation_id is not None:
            await self._name_after(conversation_id, title_words(text, files))
        return answer

    async def edit(
        self,
        message: ChatMessage,
        text: str,
        options: ChatOptions,
        files: Sequence[Part] | None = None,
    ) -> ChatMessage:
        """Write another version of a user message and answer that; the old branch stays.

        What is sent is what leads to the message, whichever branch is shown. It has the files of
        the message, or ``files`` in their place.
        """
        passages = await self._passages(text)
        if passages:
            kept = attached_files(message.attachments) if files is None else files
            files = (*(each for each in kept if each.media_type != PASSAGE), *passages)
        attachments = with_files(message.attachments, files)
        if not text.strip() and not attached_files(attachments):
            raise UsageError(_NOTHING)
        return await self._ask_again(message, text, options, attachments=attachments)

    async def _passages(self, text: str) -> tuple[Part, ...]:
        """The passages of the collections that a text names, as they are attached to it."""
        if self._sources is None or "#" not in text:
            return ()
        mentions = mentions_of(text, await self._sources.names())
        found: list[Part] = []
        for name in mentions.names:
            asked = PassageQuery(mentions.question, _PASSAGES, name)
            passages = await self._sources.passages(asked) if mentions.question else ()
            if not passages:
                raise UsageError(
                    f"{name} has no passage that fits this question: ask it in other words, or "
                    f"without #{name}."
                )
            found += [
                Part(
                    kind="file",
                    name=each.place,
                    media_type=PASSAGE,
                    size=len(each.text.encode(errors="replace")),
                    text=each.text,
                )
                for each in passages
            ]
        return tuple(found)

    async def regenerate(self, message: ChatMessage, options: ChatOptions) -> ChatMessage:
        """Another answer to what ``message`` answers; the old one stays as a version."""
        return await self._ask_again(message, None, options)

    async def answer(self, message: ChatMessage, options: ChatOptions) -> ChatMessage:
        """Answer a user message that has no answer."""
        before = await self.messages(message.conversation_id, message.message_id)
        self._steps.forget(message.conversation_id)
        return await self._ask(message.conversation_id, message.message_id, before, None, options)

    async def continue_answer(self, message: ChatMessage, options: ChatOptions) -> ChatMessage:
        """Let an answer go on where it ended, as another version of it, which begins with it.

        Raises:
            UsageError: nothing of it was written. ModelError: there is no such model.
        """
        if message.role != "assistant" or not message.text.strip():
            raise UsageError("There is nothing to go on from: ask for another answer instead.")
        begun = begun_message(message.text, message.reasoning or "")
        return await self._ask_again(message, None, options, begun)

    async def _ask_again(
        self,
        message: ChatMessage,
        text: str | None,
        options: ChatOptions,
        begun: Message | None = None,
        attachments: tuple[dict[str, Any], ...] = (),
        kept: ChatOptions | None = None,
    ) -> ChatMessage:
        """Another version of a message, which can be undone; ``kept`` as in :meth:`_ask_all`."""
        conversation_id = message.conversation_id
        shown = await self._leaf(conversation_id)
        before = await self._before(message)
        edited = None if text is None else message.message_id
        answers = await self._ask_all(
            conversation_id,
            message.parent_id,
            before,
            text,
            options,
            begun,
            edited,
            attachments,
            kept,
        )
        answer, ids = answers[0], tuple(each.message_id for each in answers)
        change = TreeChange(
            kind="add",
            conversation_id=conversation_id,
            message_id=answer.message_id if text is None else answer.parent_id or 0,
            before=shown,
            after=answer.message_id,
            count=len(ids) + (text is not None),
            newest=ids[-1],
            units=ids if text is None and len(ids) > 1 else (),
        )
        self._steps.add(change)
        return answer

    async def fork_answer(
        self, message: ChatMessage, begun: str, options: ChatOptions
    ) -> ChatMessage:
        """Another version of an answer, which begins with ``begun`` and goes on from there.

        Raises:
            UsageError: it is no answer, or there is nothing to begin with. ModelError: there is no
                such model.
        """
        if message.role != "assistant" or not begun:
            raise UsageError("Only an answer can go on from one of its tokens: choose one.")
        return await self._ask_again(message, None, options, Message.value("assistant", begun))

    async def _before(self, message: ChatMessage) -> tuple[ChatMessage, ...]:
        """What leads to a message."""
        if message.parent_id is None:
            return ()
        return await self.messages(message.conversation_id, message.parent_id)

    async def _ask(
        self,
        conversation_id: int | None,
        parent_id: int | None,
        before: Sequence[ChatMessage],
        text: str | None,
        options: ChatOptions,
        begun: Message | None = None,
        edited: int | None = None,
        attachments: tuple[dict[str, Any], ...] = (),
        *,
        keeps_draft: bool = False,
    ) -> ChatMessage:
        """As :meth:`_ask_all`; returns the first answer."""
        answers = await self._ask_all(
            conversation_id,
            parent_id,
            before,
            text,
            options,
            begun,
            edited,
            attachments,
            keeps_draft=keeps_draft,
        )
        return answers[0]

    async def _ask_all(
        self,
        conversation_id: int | None,
        parent_id: int | None,
        before: Sequence[ChatMessage],
        text: str | None,
        options: ChatOptions,
        begun: Message | None = None,
        edited: int | None = None,
        attachments: tuple[dict[str, Any], ...] = (),
        kept: ChatOptions | None = None,
        *,
        keeps_draft: bool = False,
    ) -> tuple[ChatMessage, ...]:
        """Put a question on disk and start its answers; ``text`` None answers the last message.

        ``edited`` is the message that the question is a version of, ``attachments`` what goes with
        it. ``kept`` is what the conversation keeps of its options, None for what it is answered
        with now.
        ``before`` is what is sent of the branch that ends in ``parent_id``: no hidden messages.
        ``begun`` is how the answer begins: it is written on directly, and the conversation keeps
        its strategy for the next message.
        """
        who = (Answerer(model=options.model),) if begun else options.answerers
        files = attached_files(attachments)
        sent = await self._branch_prompt(before, Draft(text or "", begun, files), options)
        specs = [
            RunSpec(
                prompt=sent.prompt,
                strategy=each.strategy,
                params=chat_params(each.strategy) | each.params,
                model=each.model,
                sampling=options.sampling,
                seed=options.seed,
                budget=options.budget,
                mode=options.mode,
            )
            for each in who
        ]
        is_other = not before or options.system != await self._system(before)
        async with self._runs.starting:
            prepared = [await self._runs.prepare(spec) for spec in specs]
            turn = Turn(
                conversation_id=conversation_id,
                title=title_of(title_words(text or "", files)),
                parent_id=parent_id,
                text=text,
                system=options.system if is_other else None,
                options=kept_options(kept or options),
                spec=prepared[0].spec,
                run_title=title_of(text) if text and files else run_title(prepared[0].spec),
                edited_from=edited,
                attachments=attachments,
                keeps_draft=keeps_draft,
                others=tuple(each.spec for each in prepared[1:]),
            )
            answers = await despite_cancel(self._begin(turn, prepared))
        if options.system.strip() and options.system != await self.last_system():
            await self._store.write(session.set_state, LAST_SYSTEM, options.system)
        return answers

    async def _begin(self, turn: Turn, prepared: Sequence[PreparedRun]) -> tuple[ChatMessage, ...]:
        answers = await self._store.add_answers(turn)
        for answer, each in self._in_turn(answers, prepared):
            assert answer.run_id is not None
            await self._runs.begin(answer.run_id, each)
        return answers

    def _in_turn(
        self, answers: Sequence[ChatMessage], prepared: Sequence[PreparedRun]
    ) -> list[tuple[ChatMessage, PreparedRun]]:
        """Answers in an order in which no model is loaded twice: the loaded one comes first."""
        loaded = self._engines.local.model
        paths = [each.model.path for each in prepared]

        def turn(pair: tuple[ChatMessage, PreparedRun]) -> tuple[bool, int]:
            path = pair[1].model.path
            return loaded is None or path != loaded.path, paths.index(path)

        return sorted(zip(answers, prepared, strict=True), key=turn)

    async def _name_after(self, conversation_id: int, text: str) -> None:
        """Name a new conversation after its first message, unless the user has named it."""
        if (
            await self._store.read(conversations.load_conversation, conversation_id)
        ).title == UNTITLED:
            await self._store.write(conversations.rename, conversation_id, title_of(text))


def kept_options(options: ChatOptions) -> dict[str, Json]:
    """What of the options is kept with a conversation: its system prompts are in its messages."""
    kept: dict[str, Json] = msgspec.to_builtins(options)
    del kept["system"], kept["budget"]
    return kept
