"""Breaks that keep a text fast to lay out, in the view alone.

Qt lays a whole paragraph out again for every character that is added to it, and a word of a
megabyte takes most of a minute. So a run of characters without a space is broken after 2,000, a
paragraph after 8,000. The mark before it distinguishes it from a break of the text, so that what is
copied has none.
"""

from __future__ import annotations

import re

SOFT_BREAK = "\u2060\u200b\n"
RUN_CHARACTERS = 2000
PARAGRAPH_CHARACTERS = 8000
_WORD = re.compile(r"\S+|\s+")


def without_breaks(text: str) -> str:
    """What was shown, as it came."""
    return text.replace(SOFT_BREAK, "")


class SoftBreaks:
    """Breaks a text that comes in pieces; the counts go on from piece to piece."""

    def __init__(self) -> None:
        self._run = 0
        self._paragraph = 0

    def broken(self, text: str) -> str:
        """The next piece of the text, with the breaks that it needs."""
        if not text:
            return ""
        if self._paragraph + len(text) < RUN_CHARACTERS and "\n" not in text:
            self._paragraph += len(text)
            words = text.split()
            ends_word = not text[-1].isspace()
            whole = len(words) == 1 and ends_word and not text[0].isspace()
            self._run = self._run + len(text) if whole else len(words[-1]) if ends_word else 0
            return text
        pieces: list[str] = []
        for match in _WORD.finditer(text):
            self._add_piece(match[0], pieces)
        return "".join(pieces)

    def _add_piece(self, piece: str, pieces: list[str]) -> None:
        if piece[0].isspace():
            pieces.append(piece)
            self._run = 0
            last_line = piece.rpartition("\n")
            self._paragraph = len(last_line[2]) + (0 if last_line[1] else self._paragraph)
            if self._paragraph > PARAGRAPH_CHARACTERS:
                pieces.append(SOFT_BREAK)
                self._paragraph = 0
            return
        while self._run + len(piece) > RUN_CHARACTERS:
            room = RUN_CHARACTERS - self._run
            pieces += (piece[:room], SOFT_BREAK)
            piece = piece[room:]
            self._run = self._paragraph = 0
        pieces.append(piece)
        self._run += len(piece)
        self._paragraph += len(piece)
