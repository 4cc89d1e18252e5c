"""Which tokens of a prompt belong to which message, span, variable, line and block."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from workbench.domain.text import Message, token_starts


class TokenCounts(NamedTuple):
    """Tokens by origin; every token of the prompt is counted once in each of these."""

    messages: tuple[int, ...]
    spans: tuple[tuple[int, ...], ...]
    """Of each message, the tokens of each span."""
    variables: dict[str, int]
    lines: dict[int, int]
    """By line of the prompt's own file; what an include brings counts for its line."""
    blocks: dict[str, int]
    """By the words of a block, what is inside inner ones too."""
    format: int
    offsets: tuple[int, ...]
    """Where each message begins in the raw prompt, -1 where it was not found."""
    starts: tuple[int, ...]
    """Where each token begins in the raw prompt."""


def count_by_origin(
    messages: tuple[Message, ...], raw: str, tokens: tuple[tuple[int, str], ...]
) -> TokenCounts:
    """Count the tokens of each part of the messages.

    A token belongs to the text in which its first character that is no white space lies: words
    bring the space before them. Message texts are found in ``raw`` in order; one that the chat
    template rewrote counts as format.

    Args:
        messages: what was rendered.
        raw: the prompt after the chat template.
        tokens: ids and texts of the whole prompt, in order.
    """
    starts = token_starts(raw, tokens)
    anchors = anchored(tokens, starts)
    per_message: list[int] = []
    per_span: list[tuple[int, ...]] = []
    offsets: list[int] = []
    position = 0
    for message in messages:
        text = message.text
        stripped = text.strip()
        found = raw.find(stripped, position) if stripped else -1
        if found < 0:
            per_message.append(0)
            per_span.append((0,) * len(message.spans))
            offsets.append(-1)
            continue
        position = found + len(stripped)
        per_message.append(_between(anchors, found, position))
        offset = found - (len(text) - len(text.lstrip()))
        offsets.append(offset)
        counts: list[int] = []
        for span in message.spans:
            end = offset + len(span.text)
            counts.append(_between(anchors, max(offset, found), min(end, position)))
            offset = end
        per_span.append(tuple(counts))
    return TokenCounts(
        tuple(per_message),
        tuple(per_span),
        *_by_origin(messages, per_span),
        len(tokens) - sum(per_message),
        tuple(offsets),
        tuple(starts),
    )


def _by_origin(
    messages: tuple[Message, ...], per_span: list[tuple[int, ...]]
) -> tuple[dict[str, int], dict[int, int], dict[str, int]]:
    """Tokens by variable, line and block."""
    variables: Counter[str] = Counter()
    lines: Counter[int] = Counter()
    blocks: Counter[str] = Counter()
    for message, counts in zip(messages, per_span, strict=True):
        for span, count in zip(message.spans, counts, strict=True):
            if span.variable:
                variables[span.variable] += count
            if span.line:
                lines[span.line] += count
            for block in set(span.at.blocks):
                blocks[block] += count
    return dict(variables), dict(lines), dict(blocks)


def anchored(tokens: Sequence[tuple[int, str]], starts: Sequence[int]) -> list[int]:
    """Where each token's first character that is no white space lies; never falling."""
    return [
        start + (len(text) - len(text.lstrip()) if not text.isspace() else 0)
        for start, (_, text) in zip(starts, tokens, strict=True)
    ]


def _between(starts: list[int], first: int, last: int) -> int:
    return max(0, bisect.bisect_left(starts, last) - bisect.bisect_left(starts, first))


def loop_passes(messages: tuple[Message, ...]) -> dict[int, int]:
    """How often each outermost loop ran, by its line."""
    passes: dict[int, int] = {}
    for message in messages:
        for span in message.spans:
            if span.at.loop:
                passes[span.at.loop] = max(passes.get(span.at.loop, 0), span.at.iteration)
    return passes
