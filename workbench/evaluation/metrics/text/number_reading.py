"""Numbers as people and models write them.

What could be two numbers is read only when it is known which sign divides the decimals.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from workbench.domain.answers.numbers import MINUS, Number, read_number

Decimal = Literal["auto", "point", "comma"]
_WRAPPING = "*_`\"'“”‘’ \t\r\n"
_NUMERAL = re.compile(
    rf"(?:(?<![\w)\]])[{MINUS}])?(?:(?<![\w.,])|(?<=[{MINUS}]))\\?[$€£¥]?[{MINUS}]?"
    r"(?:\d+\s+\d+/\d+|\d+/\d+|\d[\d.,]*|\.\d+)(?:[eE][+-]?\d+)?%?(?!_\w)"
)
"""A number inside of a text; it takes in what may be decimals or thousands."""
_GERMAN = re.compile(
    rf"(?P<sign>[{MINUS}+]?)(?P<whole>\d{{1,3}}(?:[.\s]\d{{3}})+|\d*)(?:,(?P<decimals>\d+))?"
    r"(?![\d.,])(?P<rest>.*)",
    re.DOTALL,
)
_AMBIGUOUS = re.compile(rf"[{MINUS}+]?[$€£¥]?\s?\d[\d.]*,\d+(?![\d.,]).*", re.DOTALL)


def read(text: str, decimal: Decimal = "auto") -> Number | str:
    """The number that a whole text is, or a sentence that says why it is none.

    Args:
        text: "1,234.5", "−3", "½", "2 ½", "$18.00", "12 eggs" and "1e3" are numbers; "1_000",
            "nan" and "five" are not, and "1,23" and "1.234,5" only with a decimal comma.
        decimal: the sign before the decimals; "auto" is the point, and refuses what may be either.
    """
    clean = _plain_fractions(text.strip(_WRAPPING)).rstrip(".。") or text.strip()
    if decimal == "comma":
        clean = _with_point(clean)
    found = read_number(clean)
    if found is not None:
        return found
    if decimal == "auto" and _AMBIGUOUS.fullmatch(clean):
        return f"“{clean[:40]}” has a comma that can mean two things: say which sign is decimal."
    return f"“{' '.join(clean.split())[:40]}” is not a number." if clean else "There is no number."


def numerals(text: str) -> list[str]:
    """The numbers inside of a text, each for :func:`read`, in order."""
    return [found.rstrip(".,") for found in _NUMERAL.findall(_plain_fractions(text))]


def _plain_fractions(text: str) -> str:
    """A text with "½" as "1/2", and "2½" as "2 1/2"."""
    found = []
    for at, each in enumerate(text):
        if unicodedata.category(each) == "No" and "VULGAR FRACTION" in unicodedata.name(each, ""):
            before = " " if at and text[at - 1].isdecimal() else ""
            found.append(before + unicodedata.normalize("NFKC", each).replace("⁄", "/"))
        else:
            found.append(each)
    return "".join(found)


def _with_point(text: str) -> str:
    """A number with a decimal comma and dots between thousands, with a decimal point instead."""
    match = _GERMAN.fullmatch(text)
    if match is None or not (match["whole"] or match["decimals"]):
        return text
    whole = re.sub(r"[.\s]", "", match["whole"]) or "0"
    decimals = f".{match['decimals']}" if match["decimals"] else ""
    return f"{match['sign']}{whole}{decimals}{match['rest']}"
