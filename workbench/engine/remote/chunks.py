"""What is read of a server's answers; everything else in them is passed over."""

from __future__ import annotations

from typing import Any

import msgspec

from workbench.domain.effects import FinishReason
from workbench.domain.text import Token

Json = dict[str, Any]

_UNKNOWN_ID = -1
_LEAST_LOGPROB = -100.0
"""In place of minus infinity, which JSON does not carry; some servers send -9999."""


class Alternative(msgspec.Struct):
    """A token that could have come, and its natural-log probability."""

    token: str
    logprob: float


class ChosenToken(msgspec.Struct):
    """The token that came."""

    token: str
    logprob: float
    id: int | None = None
    top_logprobs: list[Alternative] | None = None

    def as_token(self, alternatives: int) -> Token:
        """With at most that many alternatives, most probable first."""
        others = [
            (each.token, max(each.logprob, _LEAST_LOGPROB)) for each in self.top_logprobs or ()
        ]
        others.sort(key=lambda pair: -pair[1])
        number = _UNKNOWN_ID if self.id is None else self.id
        logprob = max(self.logprob, _LEAST_LOGPROB)
        return Token(number, self.token, logprob, tuple(others[:alternatives]))


class Logprobs(msgspec.Struct):
    """The tokens of a piece of text."""

    content: list[ChosenToken] | None = None


class Delta(msgspec.Struct):
    """New text. Servers call thought either ``reasoning_content`` or ``reasoning``."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None

    @property
    def thought(self) -> str:
        """Text of a reasoning model that is not yet its answer."""
        return self.reasoning_content or self.reasoning or ""


class Choice(msgspec.Struct):
    """A piece of one sample: ``delta`` in a stream, ``message`` in a whole answer."""

    index: int = 0
    delta: Delta | None = None
    message: Delta | None = None
    logprobs: Logprobs | None = None
    finish_reason: str | None = None

    @property
    def tokens(self) -> list[ChosenToken]:
        """The tokens that it tells of."""
        return (self.logprobs.content or []) if self.logprobs else []


class PromptDetails(msgspec.Struct):
    """How the prompt was read."""

    cached_tokens: int | None = None


class Usage(msgspec.Struct):
    """What a request took, in tokens."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptDetails | None = None

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
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if isinstance(delta, dict) and any(
            delta.get(key) for key in ("content", "reasoning_content", "reasoning")
        ):
            return True
    return False


def finish_reason(told: str) -> FinishReason:
    """The reason in our words; an answer withheld by a filter is an error."""
    reasons: dict[str, FinishReason] = {"length": "length", "content_filter": "error"}
    return reasons.get(told, "stop")
