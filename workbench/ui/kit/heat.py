"""Colours for strength, always together with a sign, a number or a line."""

from __future__ import annotations

from PySide6.QtGui import QColor

from workbench.ui.theme import color

_TINTS = ("heat1", "heat2", "heat3")
_BARS = ("heat3", "heat4", "heat5")
FAINT = 0.04
"""Below this part of the strongest there is no tint."""


def heat_tint(strength: float) -> QColor | None:
    """The ground under text for -1 to 1; None where it is too weak to be shown.

    What helps is blue, what hurts is the colour of errors at low strength.
    """
    if abs(strength) < FAINT:
        return None
    if strength < 0:
        return color("bad", 0.12 + 0.22 * min(-strength, 1.0))
    return color(_step(_TINTS, strength))


def heat_bar(strength: float) -> QColor:
    """The colour of a bar or a mark for -1 to 1."""
    return color("bad") if strength < 0 else color(_step(_BARS, strength))


def nats(value: float, *, about: bool = False) -> str:
    """A change of log-likelihood as it is shown, with its sign; ``about`` where not exact."""
    shown = f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
    if shown.strip("+\N{MINUS SIGN}0.") == "":
        shown = "0.00"
    return f"≈ {shown}" if about else shown


def _step(steps: tuple[str, ...], strength: float) -> str:
    return steps[min(int(min(strength, 1.0) * len(steps)), len(steps) - 1)]
