"""Sums up what is above a message; the summary takes its place in the prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.domain.attachments import attached_files, file_title
from workbench.domain.chat import ChatOptions
from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.text import Segment
from workbench.domain.views import ChatMessage
from workbench.runs.executor import despite_cancel
from workbench.service.chats.prompt import split_at_summary
from workbench.service.chats.reader import ConversationReader
from workbench.service.runs.runs import PreparedRun

_PROMPT = "summary"
_TITLE = "Summary of a conversation"
_ANSWER_TOKENS = 400
_SHARE = 0.9
"""Of the room that one block of messages may take: texts alone have fewer tokens than together."""
_PROMPT_TOKENS = 100
"""For the words of the prompt file and of the chat template."""
_CHARACTERS_A_TOKEN = 4
_UNKNOWN_CONTEXT = 4096
_PIECE = 4000
"""Characters of a file that are summed up together."""
_NAMES = {"user": "User", "assistant": "Assistant", "system": "System"}


def _texts(each: ChatMessage) -> Iterator[str]:
    """What is written in a message, and before it the text of its files, in pieces."""
    for part in attached_files(each.attachments):
        lines = part.text.splitlines(keepends=True)
        for number, piece in enumerate(_pieces(lines), 1):
            yield f"File {file_title(part)}, part {number}:\n{piece.strip()}"
    if each.text.strip():
        yield f"{_NAMES[each.role]}: {each.text.strip()}"


def _pieces(lines: Sequence[str]) -> Iterator[str]:
    """Lines in pieces of some length; a longer line is cut."""
    piece = ""
    for line in lines:
        if piece.strip() and len(piece) + len(line) > _PIECE:
            yield piece
            piece = ""
        piece += line
        while len(piece) > _PIECE:
            yield piece[:_PIECE]
            piece = piece[_PIECE:]
    if piece.strip():
        yield piece


class Summarising(ConversationReader):
    """Writes summaries."""

    async def summarise(
        self, branch: Sequence[ChatMessage], above: ChatMessage, options: ChatOptions
    ) -> ChatMessage:
        """Sum up a branch until a message; returns the summary's (empty) message.

        It comes after that message, and what follows is copied after it: the branch without it
        stays, and deleting it leads back there. Messages that are too long for one prompt are
        summed up block by block, each with the summary of those before.

        Args:
            branch: that is shown, first message first.
            above: its last message that is summed up.
            options: of the conversation.

        Raises:
            UsageError: there is nothing to sum up. ModelError: there is no such model.
        """
        places = [place for place, each in enumerate(branch) if each == above]
        if not places:
            raise UsageError("This message does not belong to the conversation.")
        earlier, messages = split_at_summary(branch[: places[0] + 1])
        texts = [text for each in messages for text in _texts(each)]
        if not texts:
            raise UsageError("There is nothing to sum up above this place.")
        summary = earlier.text if earlier is not None else ""
        prompt = self._prompt_library.strategy_prompt(_PROMPT)
        blocks = await self._blocks(texts)
        for block in blocks[:-1]:
            prepared = await self._prepared(prompt.path, prompt.text, summary, block, options)
            run_id = await self._start(prepared)
            summary = (await self._runs.wait(run_id)).output.strip()
            if not summary:
                raise UsageError(
                    f"The summary was not written: its run {run_id} ended without a text."
                )
        following = tuple(each.message_id for each in branch[places[0] + 1 :])
        async with self._runs.starting:
            prepared = await self._prepared(prompt.path, prompt.text, summary, blocks[-1], options)
            return await despite_cancel(self._sum_up(above, following, prepared))

    async def _sum_up(
        self, above: ChatMessage, following: tuple[int, ...], prepared: PreparedRun
    ) -> ChatMessage:
        made, change = await self._store.add_summary(above, following, prepared.spec, _TITLE)
        self._steps.add(change)
        assert made.run_id is not None
        await self._runs.begin(made.run_id, prepared)
        return made

    async def _start(self, prepared: PreparedRun) -> int:
        async with self._runs.starting:
            return await self._runs.start_prepared(prepared)

    async def _prepared(
        self, path: str, source: str, earlier: str, conversation: str, options: ChatOptions
    ) -> PreparedRun:
        values = {"conversation": conversation} | ({"earlier": earlier} if earlier else {})
        sampling = Sampling(
            max_tokens=self._answer_tokens(), temperature=options.sampling.temperature
        )
        return await self._runs.prepare(
            RunSpec(
                prompt=TemplatePrompt(path=path, source=source, variables=values),
                params={"extraction": "whole"},
                model=options.model,
                sampling=sampling,
                seed=options.seed,
            )
        )

    async def _blocks(self, texts: Sequence[str]) -> list[str]:
        """The messages in blocks that fit into a prompt each; a longer message is one alone."""
        room = int((self._context() - 2 * self._answer_tokens()) * _SHARE) - _PROMPT_TOKENS
        blocks: list[list[str]] = [[]]
        used = 0
        for text in texts:
            count = await self._count(text)
            if blocks[-1] and used + count > room:
                blocks.append([])
                used = 0
            blocks[-1].append(text)
            used += count
        return ["\n\n".join(block) for block in blocks]

    def _context(self) -> int:
        model = self._engines.current.model
        return (model.context_tokens if model is not None else 0) or _UNKNOWN_CONTEXT

    def _answer_tokens(self) -> int:
        """The most that a summary may have: there must be room for what it is of."""
        return min(_ANSWER_TOKENS, self._context() // 4)

    async def _count(self, text: str) -> int:
        try:
            return len(await self._engines.current.tokenize((Segment(text, special=False),)))
        except WorkbenchError:
            return len(text) // _CHARACTERS_A_TOKEN + 1
