"""How the answer is taken out of a text: the rule is data, stored and shown with every answer."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

ExtractionKind = Literal["whole", "answer_line", "last_number", "last_line", "regex"]


class ExtractionRule(msgspec.Struct, frozen=True):
    """Which part of a text is its answer.

    * ``whole``: the whole text, trimmed
    * ``answer_line``: what follows the last "Answer:" (any case, markdown marks ignored)
    * ``last_number``: the last number, without thousands separators
    * ``last_line``: the last line that is not blank
    * ``regex``: the first group (or the whole match) of the last match of ``pattern``
    """

    kind: ExtractionKind = "answer_line"
    pattern: str = ""

    def describe(self) -> str:
        """A few words to stand beside an answer."""
        return {
            "whole": "whole output",
            "answer_line": "after last “Answer:”",
            "last_number": "last number",
            "last_line": "last line",
            "regex": f"pattern {self.pattern}",
        }[self.kind]


_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def normalise(answer: str) -> str:
    """The form in which answers are compared in a vote; what is shown is never changed.

    In this order: white space is trimmed and runs of it become one space; markdown ``**`` and
    ``$`` are dropped; one full stop at the end is dropped; a pure number loses its thousands
    separators; letters are case-folded. Nothing else: "4" and "4.0", or "eggs" and "12 eggs", stay
    different.
    """
    text = " ".join(answer.split()).replace("**", "").replace("$", "").strip()
    text = text.removesuffix(".").rstrip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return text.casefold()
