"""Scores a stored text with a model, and looks at samplers along it."""

from __future__ import annotations

import msgspec

from workbench.domain.errors import UnsupportedError, UsageError
from workbench.domain.runs.microscope import SamplerReplay
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.tokens import SampleTokens, pieces_of, sample_tokens
from workbench.domain.text import Message, Segment
from workbench.engine.effective import ignored_sentences
from workbench.engine.protocol import ContinuationScore, Engine, ScoreRequest

KEPT_ALTERNATIVES = 8
"""What is kept at each token of a text that is scored: CHATS 5 finds 8 to 10 enough to choose."""
_URGENT = 0
_NO_TOKENS = (
    "This server reports only how likely the first token of an answer is: load a model on this "
    "machine to score a whole text."
)


class StoredText(msgspec.Struct, frozen=True, kw_only=True):
    """A text of a model and what it followed. ``drawn`` are its tokens, where they are known."""

    text: str
    messages: tuple[Message, ...]
    prefix: str = ""
    drawn: SampleTokens | None = None


async def score(engine: Engine, stored: StoredText) -> SampleTokens:
    """How probable the loaded model finds each token of a text, with alternatives.

    Raises:
        UsageError: the text is empty.
        EngineError: as the engine raises it.
    """
    found, prefix = await _ask(engine, stored, None)
    model = engine.model
    return sample_tokens(
        found.tokens, stored.text, prefix=prefix, tokenizer=model.tokenizer if model else ""
    )


async def look_at(engine: Engine, stored: StoredText, sampling: Sampling) -> SamplerReplay:
    """What a chain of samplers would have cut at each token of a text.

    Raises:
        UsageError: the text is empty, or the samplers draw by themselves.
        UnsupportedError: the model is on a server.
        EngineError: as the engine raises it.
    """
    found, prefix = await _ask(engine, stored, sampling)
    tokens = sample_tokens(found.tokens, stored.text, prefix=prefix)
    model = engine.model
    return SamplerReplay(
        text=stored.text,
        pieces=pieces_of(tokens, stored.text),
        places=found.places,
        chain=found.chain,
        ignored=ignored_sentences(sampling, ()),
        model=model.name if model is not None else "",
    )


async def _ask(
    engine: Engine, stored: StoredText, sampling: Sampling | None
) -> tuple[ContinuationScore, str]:
    """The scores, and the beginning of the text that they leave out.

    Where the model is the one that wrote the text, its own tokens are scored, thoughts and all;
    else the text is cut into tokens as the model would read it.
    """
    if not stored.text:
        raise UsageError("The text is empty: there are no tokens to look at.")
    segments = await engine.format_chat(stored.messages)
    ids, prefix = _known_ids(engine, stored), ""
    if ids and stored.prefix:
        prefix = stored.prefix
        segments = (*segments, Segment(prefix, special=False))
    scores = await engine.score(
        ScoreRequest(
            segments=segments,
            continuations=(stored.text,),
            alternatives=KEPT_ALTERNATIVES,
            priority=_URGENT,
            messages=stored.messages,
            prefix=prefix,
            ids=ids,
            sampling=sampling,
        )
    )
    (found,) = scores.continuations
    if not found.tokens:
        raise UnsupportedError(_NO_TOKENS)
    return found, prefix


def _known_ids(engine: Engine, stored: StoredText) -> tuple[int, ...]:
    """The tokens that the same vocabulary had drawn, up to the end of the text."""
    drawn, model = stored.drawn, engine.model
    if drawn is None or model is None or not drawn.tokenizer or drawn.tokenizer != model.tokenizer:
        return ()
    at, end, count = drawn.offset, len(stored.text.encode("utf-8", "replace")), 0
    for size in drawn.sizes:
        if at >= end:
            break
        at, count = at + size, count + 1
    return drawn.ids[:count]
