"""Packs the tokens of a sample by columns, and back.

Two blobs, each compressed by zlib. Numbers are little-endian.

``chosen``: version u8, bytes of a length u8 (1, or 2 where a token is longer than 255 bytes),
count u32, offset i32; then the columns: ids u32, lengths, log-probabilities u16.

``alternatives``: version u8, k u8, count u32, pieces u32; then for each rank from the best on the
ids u32 of all places, and likewise the log-probabilities u16; a place with fewer than k has
:data:`_NONE` as id. Then what the ids mean: the different ids u32, lengths u16, and the texts,
UTF-8, so that they can be read when the model is gone. Where a server gave no ids, they are the
numbers of the texts from :data:`_LOCAL` on. Ids below 0 are stored as 2^32 and that.

A log-probability is stored as round(-2048 x nats), so to 1/4096 nat; 65535 is 32 nats or more.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence

from workbench.domain.runs.tokens import NO_TOKEN, Alternative, SampleTokens

_VERSION = 1
_CHOSEN = struct.Struct("<BBIi")
_ALTERNATIVES = struct.Struct("<BBII")
_NONE = 0xFFFFFFFF
_LOCAL = 0x80000000
_NEGATIVE = _NONE + 1 + NO_TOKEN
_STEPS = 2048
_LEAST = 65535


class UnreadableTokensError(ValueError):
    """Bytes that are no packed tokens."""


def pack_chosen(tokens: SampleTokens) -> bytes:
    """The ids, lengths and log-probabilities."""
    wide = any(size > 255 for size in tokens.sizes)
    return zlib.compress(
        _CHOSEN.pack(_VERSION, 2 if wide else 1, len(tokens.ids), tokens.offset)
        + _column("I", (number & _NONE for number in tokens.ids))
        + _column("H" if wide else "B", (min(size, 65535) for size in tokens.sizes))
        + _column("H", map(_quantised, tokens.logprobs)),
        9,
    )


def pack_alternatives(tokens: SampleTokens) -> bytes | None:
    """The alternatives, None where there are none."""
    k = min(tokens.alternative_count, 255)
    if not k:
        return None
    places = [place[:k] for place in tokens.alternatives]
    texts: dict[int, str] = {}
    local: dict[str, int] = {}
    numbers: list[list[int]] = []
    for place in places:
        ids = []
        for each in place:
            number = each.id
            if number < 0:
                number = local.setdefault(each.text, _LOCAL + len(local))
            texts[number] = each.text
            ids.append(number)
        numbers.append(ids)
    known = sorted(texts)
    pieces = [texts[number].encode("utf-8", "replace") for number in known]
    body = [_ALTERNATIVES.pack(_VERSION, k, len(places), len(known))]
    body += [
        _column("I", (ids[rank] if rank < len(ids) else _NONE for ids in numbers))
        for rank in range(k)
    ]
    body += [
        _column("H", (_quantised(p[rank].logprob) if rank < len(p) else _LEAST for p in places))
        for rank in range(k)
    ]
    body += [_column("I", known), _column("H", map(len, pieces)), *pieces]
    return zlib.compress(b"".join(body), 9)


def unpack(
    chosen: bytes, alternatives: bytes | None, *, tokenizer: str = "", doubt: float | None = None
) -> SampleTokens:
    """The tokens of both blobs; alternatives that cannot be read are left out.

    Raises:
        UnreadableTokensError: ``chosen`` is damaged.
    """
    try:
        body = zlib.decompress(chosen)
        version, width, count, offset = _CHOSEN.unpack_from(body)
        if version != _VERSION or len(body) != _CHOSEN.size + count * (6 + width):
            raise UnreadableTokensError("The tokens are damaged in the history file.")
        at = _CHOSEN.size
        ids = _read("I", body, at, count)
        sizes = _read("B" if width == 1 else "H", body, at + 4 * count, count)
        logprobs = _read("H", body, at + (4 + width) * count, count)
    except (zlib.error, struct.error, ValueError, KeyError) as error:
        raise UnreadableTokensError("The tokens are damaged in the history file.") from error
    try:
        others = _unpack_alternatives(alternatives) if alternatives else ()
    except (zlib.error, struct.error, ValueError, KeyError, IndexError):
        others = ()
    return SampleTokens(
        tokenizer=tokenizer,
        offset=offset,
        ids=tuple(number if number < _NEGATIVE else number - _NONE - 1 for number in ids),
        sizes=tuple(sizes),
        logprobs=tuple(-each / _STEPS for each in logprobs),
        alternatives=others if len(others) == count else (),
        doubt=doubt,
    )


def _unpack_alternatives(packed: bytes) -> tuple[tuple[Alternative, ...], ...]:
    body = zlib.decompress(packed)
    version, k, count, known = _ALTERNATIVES.unpack_from(body)
    if version != _VERSION:
        return ()
    at = _ALTERNATIVES.size
    ids = [_read("I", body, at + 4 * count * rank, count) for rank in range(k)]
    at += 4 * count * k
    logprobs = [_read("H", body, at + 2 * count * rank, count) for rank in range(k)]
    at += 2 * count * k
    numbers = _read("I", body, at, known)
    lengths = _read("H", body, at + 4 * known, known)
    at += 6 * known
    texts: dict[int, str] = {}
    for number, length in zip(numbers, lengths, strict=True):
        texts[number] = body[at : at + length].decode("utf-8", "replace")
        at += length
    return tuple(
        tuple(
            Alternative(
                -1 if ids[rank][place] >= _LOCAL else ids[rank][place],
                texts[ids[rank][place]],
                -logprobs[rank][place] / _STEPS,
            )
            for rank in range(k)
            if ids[rank][place] != _NONE
        )
        for place in range(count)
    )


def _quantised(logprob: float) -> int:
    return min(_LEAST, max(0, round(-logprob * _STEPS)))


def _column(kind: str, values: Iterable[int]) -> bytes:
    made = array(kind, values)
    if sys.byteorder == "big":
        made.byteswap()
    return made.tobytes()


def _read(kind: str, body: bytes, at: int, count: int) -> Sequence[int]:
    made: array[int] = array(kind)
    made.frombytes(body[at : at + count * made.itemsize])
    if len(made) != count:
        raise UnreadableTokensError("The tokens are damaged in the history file.")
    if sys.byteorder == "big":
        made.byteswap()
    return made
