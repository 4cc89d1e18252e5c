"""Numbers as models write them: grouped, with a currency or a unit, as fractions, in LaTeX."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

MINUS = "-−–﹣－"
"""Hyphen, minus sign, en dash, small and full-width hyphen: each is a sign before a digit."""
_MOST_DIGITS = 400
"""Longer digits, or exponents, are left as text: their value would cost more than it is worth."""
_SPACES = "\u0020\u00a0\u2009\u202f"
_CURRENCIES = "$€£¥₹₩"
_DIGITS = rf"\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{1,3}}(?:[{_SPACES}'’]\d{{3}})+(?!\d)|\d+"
_PLAIN = rf"(?:{_DIGITS})(?:\.\d+|\.(?!\d))?|\.\d+"
_POWER = r"[eE][+\-−]?\d+|\s*(?:×|·|\*|x|\\times|\\cdot)\s*10\s*\^\s*\{?[+\-−]?\d+\}?"
_NUMBER = re.compile(
    rf"(?P<sign>[{MINUS}+]?)\s?(?P<before>\\?[{_CURRENCIES}]|(?:USD|EUR|GBP|CHF|JPY)\s)?\s?"
    rf"(?P<inner>[{MINUS}+]?)"
    rf"(?:(?:(?P<whole>\d+)\s+)?(?P<over>\d+)\s?[/⁄]\s?(?P<under>\d+)|(?P<plain>{_PLAIN})(?P<power>{_POWER})?)"
    r"(?P<unit>.*)",
    re.DOTALL,
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{\s*(\d+)\s*\}\s*\{\s*(\d+)\s*\}")
_EXPONENT = re.compile(rf"([{MINUS}+]?)(\d+)\}}?\Z")
_WORD = re.compile(r"[^\W\d_]+(?:[²³]|\^?[23])?(?:[/·][^\W\d_]+(?:[²³]|\^?[23])?)*\.?\Z")
_NO_UNITS = frozenset(
    {"and", "or", "plus", "minus", "times", "to", "if", "not", "over", "divided", "multiplied"}
    | {"half", "halves", "third", "thirds", "quarter", "quarters", "fifth", "fifths"}
    | {"tenth", "tenths", "hundredth", "hundredths", "remainder"}
)
"""Words that make another number of what they follow."""
_MULTIPLIERS = {
    "dozen": 12,
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_SAME_UNITS = {
    each: first
    for first, *others in (
        ("$", "usd", "dollar"),
        ("€", "eur", "euro"),
        ("£", "gbp"),
        ("¥", "jpy", "yen"),
        ("%", "percent", "per cent"),
        ("°", "degree"),
        ("°c", "degree celsius", "° c"),
        ("°f", "degree fahrenheit", "° f"),
        ("km", "kilometer", "kilometre"),
        ("m", "meter", "metre"),
        ("cm", "centimeter", "centimetre"),
        ("mm", "millimeter", "millimetre"),
        ("kg", "kilogram"),
        ("g", "gram"),
        ("mg", "milligram"),
        ("h", "hr", "hour"),
        ("min", "minute"),
        ("s", "sec", "second"),
        ("ms", "millisecond"),
        ("l", "liter", "litre"),
        ("ml", "milliliter", "millilitre"),
        ("ft", "foot", "feet"),
        ("in", "inch", "inche"),
        ("mi", "mile"),
        ("lb", "lbs", "pound"),
        ("oz", "ounce"),
        ("km/h", "kmh", "kph"),
        ("mph",),
        ("m/s",),
        ("m²", "m2", "m^2"),
        ("cm²", "cm2", "cm^2"),
        ("m³", "m3", "m^3"),
        ("cm³", "cm3", "cm^3"),
        ("kb",),
        ("mb",),
        ("gb",),
        ("tb",),
        ("hz",),
        ("khz",),
        ("mhz",),
        ("ghz",),
        ("w",),
        ("kw",),
        ("kwh",),
        ("v",),
        ("am", "a.m"),
        ("pm", "p.m"),
        ("st",),
        ("nd",),
        ("rd",),
        ("th",),
    )
    for each in (first, *others)
}
"""Units by their names; those of one or two letters may follow a digit without a space."""


class Number(NamedTuple):
    """A value and its unit, "" where none is given."""

    value: Fraction
    unit: str


def read_number(text: str) -> Number | None:
    r"""The number that a whole text is, None where it is something else.

    Args:
        text: without white space around it. "-$1,200.50", "1 200", ".5", "1.5e3", "3/4", "2 1/2",
            ``\frac{1}{2}``, "5 km", "12 eggs" and "2 million" are numbers; "5x", "1,2", "10:35",
            "7 out of 10" and "2**5" are not.
    """
    text = _FRACTION.sub(r"\1/\2", text.replace("{,}", ",").replace("\\!", ""))
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > 2 * _MOST_DIGITS:
        return None
    value = _value(match)
    counted = _unit(match["unit"])
    if value is None or counted is None:
        return None
    before = (match["before"] or "").strip().lstrip("\\").casefold()
    factor, unit = counted
    if before:
        before = _SAME_UNITS.get(before, before)
        if unit not in ("", before):
            return None
        unit = before
    negative = match["sign"] not in ("", "+") or match["inner"] not in ("", "+")
    return Number((-value if negative else value) * factor, unit)


def _value(match: re.Match[str]) -> Fraction | None:
    if match["over"] is not None:
        if not int(match["under"]):
            return None
        return int(match["whole"] or 0) + Fraction(int(match["over"]), int(match["under"]))
    digits = re.sub(rf"[,{_SPACES}'’]", "", match["plain"]).rstrip(".")
    if len(digits) > _MOST_DIGITS:
        return None
    value = Fraction(digits)
    power = _EXPONENT.search(match["power"] or "")
    if power is None:
        return value
    if len(power[2]) > 3 or int(power[2]) > _MOST_DIGITS:
        return None
    exponent = -int(power[2]) if power[1] not in ("", "+") else int(power[2])
    return value * Fraction(10) ** exponent


def _unit(rest: str) -> tuple[int, str] | None:
    """The factor and the unit that follow a number, None where what follows is no unit."""
    rest = rest.replace("\\,", " ").replace("\\ ", " ").replace("~", " ")
    rest = re.sub(r"\\(?:text|mathrm|textrm|mbox)\s*\{([^{}]*)\}", r"\1", rest)
    rest = re.sub(r"\^\s*\{?\\circ\}?", "°", rest).replace("\\%", "%").replace("\\$", "$")
    attached = bool(rest) and not rest[0].isspace()
    words = rest.casefold().split()
    factor = 1
    while words and words[0].rstrip("s") in _MULTIPLIERS and not attached:
        factor *= _MULTIPLIERS[words.pop(0).rstrip("s")]
    if words[:1] == ["of"]:
        words.pop(0)
    unit = " ".join(words).rstrip(".")
    known = _known_unit(unit)
    if not unit or known is not None:
        return factor, known or ""
    if attached or len(words) > 4 or any(word.rstrip(".,") in _NO_UNITS for word in words):
        return None
    if not all(_WORD.match(word) for word in words) or len(words[0]) < 2:
        return None
    return factor, _singular(unit)


def _known_unit(unit: str) -> str | None:
    singular = _singular(unit)
    return _SAME_UNITS.get(unit, _SAME_UNITS.get(singular))


def _singular(unit: str) -> str:
    return unit[:-1] if len(unit) > 3 and unit.endswith("s") and not unit.endswith("ss") else unit
