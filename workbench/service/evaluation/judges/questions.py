"""One question to a model about texts, its answer, and the digest by which the answer is kept."""

from __future__ import annotations

import asyncio
import hashlib
from array import array
from typing import Literal

import msgspec

from workbench.domain.errors import UnsupportedError
from workbench.domain.evaluation.metric_input import FirstToken
from workbench.domain.runs.reasoning import open_tag
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.text import Message, Segment, replace_surrogates
from workbench.engine.protocol import (
    Engine,
    GenerateRequest,
    SampleDone,
    ScoreRequest,
    TokenVectors,
)
from workbench.evaluation.metrics.vectors.greedy_match import match_tokens

_VERSION = 1
"""Counts up whenever the same question can have another answer."""
_EMPTY = (Message("user", ()),)
"""In place of no prompt: chat formats need a message."""
_REASON = "Reason:"

Context = Literal["prompt", "nothing", "empty", "plain"]


class TextsQuestion(msgspec.Struct, frozen=True, kw_only=True, tag="texts"):
    """How probable texts are, token by token.

    ``context`` says after what: the prompt, nothing, an empty message, or the plain text ``head``
    without the format of a chat. ``prefix`` is text with
    which the answer is taken to begin; with ``reason_tokens`` the model writes a line before it.
    """

    texts: tuple[str, ...]
    context: Context = "prompt"
    prompt: TemplatePrompt | None = None
    prefix: str = ""
    reason_tokens: int = 0
    head: str = ""


class VectorQuestion(msgspec.Struct, frozen=True, kw_only=True, tag="vector"):
    """The vector of a text."""

    text: str


class MatchQuestion(msgspec.Struct, frozen=True, kw_only=True, tag="match"):
    """How near the tokens of two texts are to each other."""

    output: str
    expected: str


Question = TextsQuestion | VectorQuestion | MatchQuestion


class TextsAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="texts"):
    """For each text its log-probability and those of its tokens, with their ids."""

    logprobs: tuple[float, ...]
    tokens: tuple[tuple[float, ...], ...]
    ids: tuple[tuple[int, ...], ...]
    first: FirstToken = "prompt"
    reason: str = ""


class VectorAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="vector"):
    """A vector in single precision, and how token vectors became one."""

    numbers: bytes
    pooling: str

    @property
    def vector(self) -> tuple[float, ...]:
        """The numbers."""
        return tuple(array("f", self.numbers))


class MatchAnswer(msgspec.Struct, frozen=True, kw_only=True, tag="match"):
    """The cosine of each token with the nearest one of the other text."""

    output: tuple[float, ...]
    expected: tuple[float, ...]


Answer = TextsAnswer | VectorAnswer | MatchAnswer


def key_of(question: Question, model: str) -> str:
    """The digest of a question to a model: of the prompt's text and values, not of its path.

    Args:
        question: what is asked.
        model: the digest of the model's file and of what else decides its numbers.
    """
    if isinstance(question, TextsQuestion) and question.prompt is not None:
        bare = msgspec.structs.replace(question.prompt, path="")
        question = msgspec.structs.replace(question, prompt=bare)
    content = replace_surrogates(msgspec.to_builtins((_VERSION, model, question)))
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


async def put(engine: Engine, question: Question, messages: tuple[Message, ...]) -> Answer:
    """Ask an engine that has the model.

    Args:
        engine: with the model.
        question: what is asked.
        messages: the rendered prompt, empty where there is none.

    Raises:
        EngineError, UsageError: as the engine raises them.
    """
    if isinstance(question, VectorQuestion):
        found = await engine.embed((question.text,))
        return VectorAnswer(numbers=array("f", found.vectors[0]).tobytes(), pooling=found.pooling)
    if isinstance(question, MatchQuestion):
        sides = [await engine.embed_tokens(text) for text in (question.output, question.expected)]
        return await asyncio.to_thread(_matched, *sides)
    if question.context == "nothing":
        return await _alone(engine, question)
    if question.context == "plain":
        head = (Segment(question.head, special=False),)
        return await _scored(engine, question, head, (), "", "")
    messages = messages if question.context == "prompt" else _EMPTY
    segments = await engine.format_chat(messages)
    prefix, reason = question.prefix, ""
    if prefix:
        close = close_tag(segments)
        if question.reason_tokens:
            reason = await _reason(engine, question, messages, segments, close)
            prefix = f"{_REASON} {reason}\n{prefix}"
        if close:
            segments = (*segments, Segment(f"{close}\n\n"))
        segments = (*segments, Segment(prefix, special=False))
        prefix = f"{close}\n\n{prefix}" if close else prefix
    return await _scored(engine, question, segments, messages, prefix, reason)


def _matched(output: TokenVectors, expected: TokenVectors) -> MatchAnswer:
    import numpy as np  # noqa: PLC0415 - costs 0.1 s

    sides = [
        np.frombuffer(each.numbers, dtype=np.float32).reshape(-1, each.width)
        for each in (output, expected)
    ]
    found = match_tokens(sides[0].tolist(), sides[1].tolist())
    return MatchAnswer(output=found.output, expected=found.expected)


def close_tag(segments: tuple[Segment, ...]) -> str:
    """What ends the thinking that a prompt begins, "" where it begins none."""
    tag = open_tag(segments)
    return f"{tag[0]}/{tag[1:]}" if tag else ""


async def _reason(
    engine: Engine,
    question: TextsQuestion,
    messages: tuple[Message, ...],
    segments: tuple[Segment, ...],
    close: str,
) -> str:
    """One line that the judge writes before its label."""
    prefix = f"{close}\n\n{_REASON}" if close else _REASON
    sampling = Sampling(temperature=0.0, max_tokens=question.reason_tokens, stop=("\n",))
    request = GenerateRequest(
        segments=(*segments, Segment(prefix)),
        sampling=sampling,
        seeds=(1,),
        messages=messages,
        prefix=prefix,
    )
    text = ""
    async for frame in engine.generate(request):
        if isinstance(frame, SampleDone):
            text = frame.text
    return " ".join(text.split())


async def _alone(engine: Engine, question: TextsQuestion) -> TextsAnswer:
    """Texts by themselves: each is a request, since the first token may be the prompt."""
    found = [
        await _scored(engine, msgspec.structs.replace(question, texts=(text,)), (), (), "", "")
        for text in question.texts
    ]
    model = engine.model
    return TextsAnswer(
        logprobs=tuple(each.logprobs[0] for each in found),
        tokens=tuple(each.tokens[0] for each in found),
        ids=tuple(each.ids[0] for each in found),
        first="bos" if model is not None and model.add_bos else "excluded",
    )


async def _scored(
    engine: Engine,
    question: TextsQuestion,
    segments: tuple[Segment, ...],
    messages: tuple[Message, ...],
    prefix: str,
    reason: str,
) -> TextsAnswer:
    scores = await engine.score(
        ScoreRequest(
            segments=segments, continuations=question.texts, messages=messages, prefix=prefix
        )
    )
    found = scores.continuations
    if not question.prefix and not all(each.tokens for each in found):
        raise UnsupportedError(
            "This server only says how probable labels are: use a model on this machine."
        )
    return TextsAnswer(
        logprobs=tuple(each.logprob for each in found),
        tokens=tuple(tuple(token.logprob for token in each.tokens) for each in found),
        ids=tuple(tuple(token.id for token in each.tokens) for each in found),
        reason=reason,
    )
