"""Formulas in texts, as they are drawn."""

from __future__ import annotations

import msgspec


class DrawnFormula(msgspec.Struct, frozen=True, kw_only=True):
    """A formula as a drawing, black, in units of a font of :data:`FORMULA_SIZE`.

    ``ascent`` and ``descent`` are how far it goes above and below the line of text.
    """

    svg: str
    width: float
    ascent: float
    descent: float


FORMULA_SIZE = 20.0
LONGEST_FORMULA = 2_000
"""Characters up to which a formula is drawn."""
