"""The tokens of a stored answer: where each is in the text, and how probable it was.

A log-probability is a natural logarithm of the model's own distribution: the softmax of its scores
before any sampler or bias touched them, so at temperature 1. It says how the model saw the token,
not how often the samplers would have drawn it.

Places are bytes of the UTF-8 text, because a token may be half a character.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from workbench.domain.text import PART, Token, replace_surrogates

LEAST_LOGPROB = -65535 / 2048
"""What is less probable is stored as this: e to the minus 32."""
NO_TOKEN = -2
"""The id of a piece of a text that is no token of the model, or of unknown probability."""
_DOUBTFUL_SHARE = 0.1
_CLOSE_TAG = re.compile(rb"</think(?:ing)?>|</thought>|</reasoning>|\[/think\]|</seed:think>", re.I)
_UNKNOWN_SIZE = -1
_HEAD_BYTES = 24


class Alternative(msgspec.Struct, frozen=True, gc=False):
    """A token that could have come. ``id`` is -1 where a server did not report it."""

    id: int
    text: str
    logprob: float


class SampleTokens(msgspec.Struct, frozen=True, kw_only=True):
    """All tokens of one sample, as they are stored.

    The first begins at byte ``offset`` of the answer: behind a beginning that was given, before 0
    where the model thought first. The last ones may be behind the end: the token that ends the
    turn, or a stop text.
    """

    tokenizer: str = ""
    """Digest of the vocabulary, "" for models on a server."""
    offset: int = 0
    ids: tuple[int, ...]
    sizes: tuple[int, ...]
    """The bytes of each. Those with the id :data:`NO_TOKEN` only say how long a gap is."""
    logprobs: tuple[float, ...]
    alternatives: tuple[tuple[Alternative, ...], ...] = ()
    """At each place the most probable tokens, best first; empty where none were kept."""
    doubt: float | None = None

    @property
    def alternative_count(self) -> int:
        """The most alternatives at a place."""
        return max(map(len, self.alternatives), default=0)


class StoredSample(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of a sample and whose they are; ``call`` counts the run's calls from 0."""

    run_id: int
    call: int
    sample: int
    tokens: SampleTokens


class AnswerToken(msgspec.Struct, frozen=True, gc=False):
    """A piece of an answer: a token, or the tokens that make a character together.

    ``start`` and ``end`` are bytes of the text. ``first`` is the number of its first token in the
    sample. ``logprob`` is of all its tokens together.
    """

    start: int
    end: int
    text: str
    logprob: float
    alternatives: tuple[Alternative, ...] = ()
    first: int = 0
    count: int = 1
    """Tokens in the piece."""

    @property
    def probability(self) -> float:
        """From 0 to 1."""
        return math.exp(self.logprob)


TokenSource = Literal["drawn", "scored"]


class AnswerTokens(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of an answer's text, in order; pieces of it may have none.

    ``source`` is "drawn" where they are what the run's model drew, "scored" where ``model`` was
    asked later how probable the text is.
    """

    text: str
    tokens: tuple[AnswerToken, ...]
    model: str = ""
    source: TokenSource = "drawn"
    doubt: float | None = None

    @property
    def has_alternatives(self) -> bool:
        """Whether there is a place with alternatives."""
        return any(token.alternatives for token in self.tokens)

    def at(self, byte: int) -> int:
        """The place in ``tokens`` of the one at a byte of the text, -1 where there is none."""
        low, high = 0, len(self.tokens)
        while low < high:
            middle = (low + high) // 2
            if self.tokens[middle].end <= byte:
                low = middle + 1
            else:
                high = middle
        found = low < len(self.tokens) and self.tokens[low].start <= byte
        return low if found else -1


class TokenStorage(msgspec.Struct, frozen=True, kw_only=True):
    """What the stored tokens take, in bytes."""

    samples: int = 0
    tokens: int = 0
    chosen_bytes: int = 0
    """Of ids, lengths and log-probabilities of the tokens that came."""
    with_alternatives: int = 0
    """Samples that have alternatives."""
    alternative_bytes: int = 0
    scored_bytes: int = 0
    """Of texts that were scored later."""


def doubt_of(logprobs: Sequence[float]) -> float | None:
    """How unsure a model was of an answer, in nats; None without tokens.

    The mean surprisal (minus the log-probability) of the tenth of its tokens, at least one, that
    were least probable: Min-K% of Shi and others, "Detecting Pretraining Data from Large Language
    Models" (2024), with K = 10 and the sign turned. One slip in a long sure answer shows, which the
    mean over all tokens hides, and a single odd token does not decide alone, as the minimum would.
    """
    if not logprobs:
        return None
    count = max(1, round(len(logprobs) * _DOUBTFUL_SHARE))
    return -math.fsum(sorted(logprobs)[:count]) / count + 0.0


def sample_tokens(
    tokens: Sequence[Token], text: str, *, prefix: str = "", tokenizer: str = ""
) -> SampleTokens:
    """What is stored of a sample that has ended.

    Args:
        tokens: all that were drawn or scored.
        text: the answer, without what was thought.
        prefix: what the answer was made to begin with.
        tokenizer: the digest of the vocabulary.
    """
    data = _bytes(text)
    pieces = [_bytes(token.text) for token in tokens]
    given = len(_bytes(prefix))
    begins = _answer_start(b"".join(pieces), data[given:])
    offset = given if begins < 0 else -begins
    sizes = _sizes(tokens, pieces, data, offset)
    logprobs = [min(0.0, max(token.logprob, LEAST_LOGPROB)) for token in tokens]
    starts = _starts(sizes, offset)
    inside = [
        logprob
        for logprob, start, size in zip(logprobs, starts, sizes, strict=True)
        if size and start + size > 0 and start < len(data)
    ]
    return SampleTokens(
        tokenizer=tokenizer,
        offset=offset,
        ids=tuple(token.id for token in tokens),
        sizes=tuple(sizes),
        logprobs=tuple(logprobs),
        alternatives=(
            tuple(map(_alternatives, tokens)) if any(each.alternatives for each in tokens) else ()
        ),
        doubt=doubt_of(inside or logprobs),
    )


def pieces_of(stored: SampleTokens, text: str, until: int | None = None) -> tuple[AnswerToken, ...]:
    """The tokens of a text, those that are parts of a character as one.

    Args:
        stored: its tokens.
        text: the answer.
        until: the byte from which on the text is not theirs any more: no token reaches behind it.
    """
    data = _bytes(text)
    end = len(data) if until is None else min(until, len(data))
    found: list[AnswerToken] = []
    first, logprob, count, start = 0, 0.0, 0, 0
    at = stored.offset
    for place, size in enumerate(stored.sizes):
        begin, at = at, at + size
        if at <= 0 or not size or stored.ids[place] == NO_TOKEN:
            first, logprob, count = place + 1, 0.0, 0
            continue
        if at > end:
            break
        if not count:
            start = max(begin, 0)  # white space before an answer may be of its first token
        logprob, count = logprob + stored.logprobs[place], count + 1
        if at < len(data) and data[at] & 0xC0 == 0x80:
            continue  # the next token goes on with this character
        alternatives = stored.alternatives[first] if first < len(stored.alternatives) else ()
        piece = data[start:at].decode("utf-8", "replace")
        found.append(AnswerToken(start, at, piece, logprob, alternatives, first, count))
        first, logprob, count = place + 1, 0.0, 0
    return tuple(found)


def beginning(found: AnswerTokens, index: int) -> str:
    """The text before a token."""
    data = _bytes(found.text)
    return data[: found.tokens[index].start].decode("utf-8", "replace")


def common_bytes(first: str, second: str) -> int:
    """How many bytes two texts have in common from their beginning, as whole characters."""
    length = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        length += 1
    return len(_bytes(first[:length]))


def _bytes(text: str) -> bytes:
    return replace_surrogates(text).encode()


def _alternatives(token: Token) -> tuple[Alternative, ...]:
    ids = token.alternative_ids or (-1,) * len(token.alternatives)
    return tuple(
        Alternative(number, text, max(logprob, LEAST_LOGPROB))
        for number, (text, logprob) in zip(ids, token.alternatives, strict=False)
    )


def _answer_start(raw: bytes, answer: bytes) -> int:
    """The byte of what was written at which the answer begins, -1 where nothing was thought."""
    if answer and raw.startswith(answer[:_HEAD_BYTES]):
        return -1
    closed = _CLOSE_TAG.search(raw)
    if closed is None:
        return -1
    return len(raw) - len(raw[closed.end() :].lstrip())


def _starts(sizes: Sequence[int], offset: int) -> Iterator[int]:
    for size in sizes:
        yield offset
        offset += size


def _sizes(tokens: Sequence[Token], pieces: Sequence[bytes], data: bytes, offset: int) -> list[int]:
    """The bytes of each token.

    A token with a part of a character says its own size, except in logs of earlier versions and
    from servers: there the next whole token is looked for in the text, and those before it share
    what is between.
    """
    sizes = [
        token.size or (_UNKNOWN_SIZE if PART in token.text else len(piece))
        for token, piece in zip(tokens, pieces, strict=True)
    ]
    at, place = offset, 0
    while place < len(sizes):
        if sizes[place] != _UNKNOWN_SIZE:
            at += sizes[place]
            place += 1
            continue
        last = place
        while last < len(sizes) and sizes[last] == _UNKNOWN_SIZE:
            last += 1
        following = next((piece for piece in pieces[last:] if piece), b"")
        count, total = last - place, sum(map(len, pieces[place:last]))
        if at >= 0:
            found = data.find(following, at, at + total + len(following)) if following else -1
            total = (found if found >= 0 else max(min(at + total, len(data)), at)) - at
        for each in range(place, last):
            sizes[each] = total // count + (each - place < total % count)
        at, place = at + total, last
    return sizes
