"""The fields of a server's stream that are read; all others are ignored."""

from __future__ import annotations

from typing import Any

import msgspec

from workbench.domain.runs.effects import FinishReason
from workbench.domain.text import Token

Json = dict[str, Any]

_UNKNOWN_ID = -1
_FINISHED = frozenset(
    ("stop", "eos", "eos_token", "stop_sequence", "end_turn", "complete", "tool_calls")
) | {"function_call"}
_CUT = frozenset(("length", "model_length", "max_tokens"))
_LEAST_LOGPROB = -100.0
"""In place of minus infinity, which JSON does not carry; some servers send -9999."""


class Alternative(msgspec.Struct):
    """A token that could have come, and its natural-log probability."""

    token: str
    logprob: float | None


class ChosenToken(msgspec.Struct):
    """The token that came."""

    token: str
    logprob: float | None
    """None where the server's number was not finite, which JSON cannot carry."""
    id: int | None = None
    top_logprobs: list[Alternative] | None = None

    def as_token(self, alternatives: int) -> Token:
        """With at most that many alternatives, most probable first."""
        others = [
            (each.token, max(each.logprob, _LEAST_LOGPROB))
            for each in self.top_logprobs or ()
            if each.logprob is not None
        ]
        others.sort(key=lambda pair: -pair[1])
        number = _UNKNOWN_ID if self.id is None else self.id
        known = _LEAST_LOGPROB if self.logprob is None else self.logprob
        logprob = max(known, _LEAST_LOGPROB)
        return Token(number, self.token, logprob, tuple(others[:alternatives]))


class Logprobs(msgspec.Struct):
    """The tokens of a piece of text."""

    content: list[ChosenToken] | None = None


class Part(msgspec.Struct):
    """A piece of content where a server sends a list: text, or thought in texts of its own."""

    type: str = "text"
    text: str = ""
    thinking: str | list[Part] = ""


class Delta(msgspec.Struct):
    """New text. Servers call thought either ``reasoning_content`` or ``reasoning``."""

    content: str | list[Part] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None

    @property
    def text(self) -> str:
        """Text of the answer."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content if part.type == "text")
        return self.content or ""

    @property
    def thought(self) -> str:
        """Text of a reasoning model that is not yet its answer."""
        parts = self.content if isinstance(self.content, list) else []
        return (
            self.reasoning_content
            or self.reasoning
            or "".join(_thinking(part) for part in parts if part.type == "thinking")
        )


def _thinking(part: Part) -> str:
    if isinstance(part.thinking, str):
        return part.thinking or part.text
    return "".join(inner.text for inner in part.thinking)


class Choice(msgspec.Struct):
    """A piece of one sample: ``delta`` in a stream, ``message`` in a whole answer."""

    index: int = 0
    delta: Delta | None = None
    message: Delta | None = None
    logprobs: Logprobs | None = None
    finish_reason: str | None = None

    @property
    def piece(self) -> Delta | None:
        """The text in it: servers that do not stream answer with a whole ``message``."""
        return self.delta or self.message

    @property
    def tokens(self) -> list[ChosenToken]:
        """The tokens that it reports."""
        return (self.logprobs.content or []) if self.logprobs else []


class PromptDetails(msgspec.Struct):
    """How the prompt was read."""

    cached_tokens: int | None = None


class Usage(msgspec.Struct):
    """What a request took, in tokens."""

    prompt: int | None = msgspec.field(default=None, name="prompt_tokens")
    completion: int | None = msgspec.field(default=None, name="completion_tokens")
    prompt_tokens_details: PromptDetails | None = None

    @property
    def prompt_tokens(self) -> int:
        """Tokens of the prompt; 0 where the server does not say."""
        return self.prompt or 0

    @property
    def completion_tokens(self) -> int:
        """Tokens of the answer; 0 where the server does not say."""
        return self.completion or 0

    @property
    def cached_tokens(self) -> int:
        """Tokens of the prompt that the server had already read; 0 where it does not say."""
        details = self.prompt_tokens_details
        return (details.cached_tokens or 0) if details else 0


class Progress(msgspec.Struct):
    """llama-server's count of the prompt tokens it has read."""

    total: int
    processed: int
    cache: int = 0


class Chunk(msgspec.Struct):
    """One event of a stream, or a whole answer."""

    choices: list[Choice] | None = None
    usage: Usage | None = None
    prompt_progress: Progress | None = None


def read(event: Json) -> Chunk:
    """The parts of an event that count; msgspec.ValidationError where they are malformed."""
    return msgspec.convert(event, Chunk, strict=False)


def is_text(event: Json) -> bool:
    """Whether an event brings text, so that the request cannot be made again unnoticed."""
    choices = event.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        pieces = (choice.get("delta"), choice.get("message")) if isinstance(choice, dict) else ()
        for piece in pieces:
            if isinstance(piece, dict) and any(
                piece.get(key) for key in ("content", "reasoning_content", "reasoning")
            ):
                return True
    return False


def finish_reason(sent: str) -> FinishReason:
    """The reason in our words.

    Only reasons that are known to mean a whole answer count as one: a filter, a failure, an abort
    and whatever a server makes up are an error, so that no cut answer is taken for a whole one.
    """
    reason = sent.casefold()
    if reason in _FINISHED:
        return "stop"
    return "length" if reason in _CUT else "error"
