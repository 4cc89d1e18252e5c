"""Formulas in texts, as they are drawn."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class FormulaKey(NamedTuple):
    """A formula without its delimiters; ``display`` where it has a line of its own."""

    source: str
    display: bool


class DrawnFormula(msgspec.Struct, frozen=True, kw_only=True):
    """A formula as a drawing, black, in units of a font of :data:`FORMULA_SIZE`.

    ``ascent`` and ``descent`` are how far it goes above and below the line of text.
    """

    svg: str
    width: float
    ascent: float
    descent: float


FORMULA_SIZE = 20.0
FORMULA_LARGER = 1.1
"""Letters of formulas are smaller than those of the text at the same size."""
LONGEST_FORMULA = 2_000
"""Characters up to which a formula is drawn."""
