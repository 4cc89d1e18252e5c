"""Which tokens of a prompt belong to which message and variable."""

from __future__ import annotations

import bisect
from collections import Counter
from typing import NamedTuple

from workbench.domain.text import Message


class TokenCounts(NamedTuple):
    """Tokens by origin; every token of the prompt is counted once."""

    messages: tuple[int, ...]
    variables: dict[str, int]
    format: int


def count_by_origin(
    messages: tuple[Message, ...], raw: str, tokens: tuple[tuple[int, str], ...]
) -> TokenCounts:
    """Count the tokens of each message and variable.

    A token belongs to the text in which its first character lies. Message texts are found in
    ``raw`` in order; one that the chat template rewrote counts as format.

    Args:
        messages: what was rendered.
        raw: the prompt after the chat template.
        tokens: ids and texts of the whole prompt, in order.
    """
    starts = _token_starts(raw, tokens)
    per_message: list[int] = []
    variables: Counter[str] = Counter()
    position = 0
    for message in messages:
        text = message.text.strip()
        found = raw.find(text, position) if text else -1
        if found < 0:
            per_message.append(0)
            continue
        position = found + len(text)
        per_message.append(_between(starts, found, position))
        offset = found - (len(message.text) - len(message.text.lstrip()))
        for span in message.spans:
            if span.variable:
                first, last = max(offset, found), min(offset + len(span.text), position)
                variables[span.variable] += _between(starts, first, last)
            offset += len(span.text)
    return TokenCounts(tuple(per_message), dict(variables), len(tokens) - sum(per_message))


def _between(starts: list[int], first: int, last: int) -> int:
    return max(0, bisect.bisect_left(starts, last) - bisect.bisect_left(starts, first))


def _token_starts(raw: str, tokens: tuple[tuple[int, str], ...]) -> list[int]:
    """The character offset in ``raw`` at which each token starts, never falling.

    Token texts can differ from the prompt (a leading space that the tokenizer adds, a
    beginning-of-text token, pieces of a character), so each is looked up near its place.
    """
    starts: list[int] = []
    position = 0
    for _, text in tokens:
        whole = text.strip("\ufffd")
        found = raw.find(whole, position, position + len(whole) + 8) if whole else position
        if found < 0 and whole.lstrip() != whole:
            whole = whole.lstrip()
            found = raw.find(whole, position, position + len(whole) + 8)
        starts.append(position if found < 0 else found)
        if found >= 0:
            position = found + len(whole)
    return starts
