"""From token bytes to text that may be shown: whole characters, no part of a stop text."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from workbench.domain.answers.lines import AnswerEnd


class TextStream:
    """Turns the bytes of tokens into text.

    A character whose bytes come in several tokens is held back until it is complete. Text that may
    turn out to be the start of a stop text is held back until it cannot be one any more. What is
    given out is therefore never taken back.

    Args:
        stops: texts that end it.
        end: says where the answer is whole, which ends it too.
    """

    def __init__(self, stops: Sequence[str] = (), end: AnswerEnd | None = None) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._end = end
        self.stopped = False
        """True once a stop text was found; everything from there on is dropped."""
        self.answered = False
        """True once the answer was whole; everything from there on is dropped."""

    def feed(self, data: bytes) -> str:
        """Take the next token's bytes and return the text that is now certain."""
        return self._release(self._decoder.decode(data), final=False)

    def finish(self) -> str:
        """Return what is still held back; an incomplete character becomes U+FFFD."""
        return self._release(self._decoder.decode(b"", final=True), final=True)

    def _release(self, new: str, *, final: bool) -> str:
        text = self._without_stops(new, final=final)
        at = self._end.feed(text) if self._end is not None and not self.answered else None
        if at is not None:
            self.answered = True
            text = text[:at]
        return text

    def _without_stops(self, new: str, *, final: bool) -> str:
        if self.stopped or self.answered:
            return ""
        text = self._held + new
        found = [at for at in (text.find(stop) for stop in self._stops) if at >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return text[: min(found)]
        keep = 0 if final else self._possible_stop(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def _possible_stop(self, text: str) -> int:
        """Length of the longest end of ``text`` that begins a stop text."""
        longest = 0
        for stop in self._stops:
            for length in range(min(len(stop) - 1, len(text)), longest, -1):
                if text.endswith(stop[:length]):
                    longest = length
                    break
        return longest
