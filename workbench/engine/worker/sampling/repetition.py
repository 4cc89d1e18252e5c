"""Detects that a model repeats itself in a loop."""

from __future__ import annotations

from collections.abc import Sequence

WINDOW_TOKENS = 32
REPETITIONS = 4


class LoopDetector:
    """Says when the same window of 32 tokens has come four times at equal distances.

    Equal distances distinguish a loop from a text that merely uses one long phrase in several
    places. A loop shorter than the window counts with the smallest multiple of its length that
    holds one window, so that four lines of dashes are no loop but 128 tokens of them are.
    """

    def __init__(self) -> None:
        self._last_end: dict[int, int] = {}

    def is_loop(self, tokens: Sequence[int]) -> bool:
        """Whether the tokens so far end in a loop; call once after each new token."""
        end = len(tokens)
        if end < WINDOW_TOKENS:
            return False
        window = tokens[end - WINDOW_TOKENS :]
        key = hash(tuple(window))
        previous = self._last_end.get(key)
        self._last_end[key] = end
        if previous is None:
            return False
        period = end - previous
        distance = -(-WINDOW_TOKENS // period) * period
        first = end - (REPETITIONS - 1) * distance
        return first >= WINDOW_TOKENS and all(
            tokens[at - WINDOW_TOKENS : at] == window for at in range(first, end, distance)
        )
