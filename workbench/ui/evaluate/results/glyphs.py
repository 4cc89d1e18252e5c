"""The one glyph of a cell: verdict and change against the baseline at once."""

from __future__ import annotations

from typing import NamedTuple

from workbench.domain.evaluation.grid.cells import CellKind


class Glyph(NamedTuple):
    """An icon with its tone, and the tone of the text next to it; "" is no icon."""

    icon: str
    tone: str
    text: str = "text"


GLYPHS: dict[CellKind, Glyph] = {
    "right": Glyph("check", "text-3", "text-2"),
    "wrong": Glyph("close", "bad"),
    "gained": Glyph("arrow-up", "ok"),
    "lost": Glyph("arrow-down", "bad"),
    "format": Glyph("ban", "warn"),
    "error": Glyph("circle-alert", "bad"),
    "measured": Glyph("", "text"),
    "excluded": Glyph("minus", "text-3", "text-3"),
    "running": Glyph("busy", "focus", "text-2"),
    "waiting": Glyph("", "text-3", "text-3"),
}
