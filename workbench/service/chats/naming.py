"""Titles of conversations, suggested by the model that is loaded on this machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import aclosing

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.runs.reasoning import close_tag, open_tag
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import ChatPrompt
from workbench.domain.text import Message, Segment
from workbench.domain.views import ChatMessage
from workbench.engine.protocol import Engine, GenerateRequest, SampleDone
from workbench.history.chats import conversations
from workbench.history.runs.runs import load_spec
from workbench.service.chats.reader import ConversationReader, title_of

_ASK = (
    "Suggest a title for this conversation, in the language of the conversation: at most six "
    "words, on one line, nothing else."
)
_BEGIN = "Title:"
_TOKENS = 24
_LATER = 1
"""An answer in a chat has priority 0."""
_SENT_CHARACTERS = 8_000
"""A longer beginning is not read again for a title: only the start of each text."""
_TEXT_CHARACTERS = 1_500
_TITLE_CHARACTERS = 60
_MARKS = re.compile(r"^[\s\"'“”„«»‘’*_#`:.-]+|[\s\"'“”«»‘’*_`:.-]+$")


class Naming(ConversationReader):
    """Suggests titles; nothing is renamed by itself."""

    async def suggest_title(self, conversation_id: int, *, unless_named: bool = False) -> str:
        """A title for a conversation, "" where the model has none.

        The model that is loaded writes a few tokens, after everything else: where a run begins
        meanwhile, or one is at work, there is no title.

        Args:
            conversation_id: which.
            unless_named: none where the user or an import gave it a title already, or where more
                than the first message was answered.

        Raises:
            UsageError: nothing was answered yet, or no model is loaded on this machine.
        """
        branch = await self.messages(conversation_id)
        asked = next((each for each in branch if each.role == "user" and each.text.strip()), None)
        answer = next(
            (each for each in branch if each.role == "assistant" and each.text.strip()), None
        )
        if asked is None or answer is None:
            raise UsageError("Nothing was answered yet: there is nothing to name.")
        found = await self._store.read(conversations.load_conversation, conversation_id)
        answered = sum(each.role == "assistant" for each in branch)
        if unless_named and (answered > 1 or found.title != title_of(asked.text)):
            return ""
        if answer.run_id is not None:
            await self._runs.until_ended(answer.run_id)
        messages = await self._beginning(asked, answer)
        title = await self._idle_work.do(self._write_title(messages)) or ""
        return "" if title == found.title else title

    async def _beginning(self, asked: ChatMessage, answer: ChatMessage) -> tuple[Message, ...]:
        """The first question and answer as they were sent: the model has read that already."""
        sent: Sequence[Message] = ()
        if answer.run_id is not None:
            try:
                spec = await self._store.read(load_spec, answer.run_id)
            except WorkbenchError:  # the run is damaged: the messages are there all the same
                spec = None
            if spec is not None and isinstance(spec.prompt, ChatPrompt):
                sent = spec.prompt.messages
        is_short = sum(len(each.text) for each in sent) + len(answer.text) <= _SENT_CHARACTERS
        if not sent or not is_short or sent[-1].role != "user":
            sent = (Message.value("user", asked.text[:_TEXT_CHARACTERS]),)
        text = answer.text if is_short else answer.text[:_TEXT_CHARACTERS]
        return (*sent, Message.value("assistant", text), Message.literal("user", _ASK))

    async def _write_title(self, messages: tuple[Message, ...]) -> str:
        async with self._gate.stay():
            return clean_title(await _written(self._engines.local, messages))


async def _written(engine: Engine, messages: tuple[Message, ...]) -> str:
    segments = await engine.format_chat(messages)
    tag = open_tag(segments)
    prefix = f"{close_tag(tag)}\n\n{_BEGIN}" if tag else _BEGIN  # it is not to think about it
    request = GenerateRequest(
        segments=(*segments, Segment(prefix)),
        sampling=Sampling(temperature=0.0, max_tokens=_TOKENS, stop=("\n",)),
        seeds=(1,),
        priority=_LATER,
        messages=messages,
        prefix=prefix,
        may_go_on=False,
    )
    async with aclosing(engine.generate(request)) as frames:
        async for frame in frames:
            if isinstance(frame, SampleDone):
                return frame.text
    return ""


def clean_title(text: str) -> str:
    """What a model wrote as a title, without marks around it; "" where it is none."""
    words = " ".join((text.strip().splitlines() or [""])[0].split())
    words = _MARKS.sub("", words.removeprefix(_BEGIN))
    if len(words) > _TITLE_CHARACTERS:
        words = words[:_TITLE_CHARACTERS].rpartition(" ")[0]
    return words if any(each.isalnum() for each in words) else ""
