"""Makes the TrueType files of Inter from its OpenType (CFF) ones, with the same letters and widths.

    python packaging/ui_font.py FOLDER

Qt has FreeType darken the stems of CFF fonts and blends them by gamma: at 13 px, text covers 38 %
more of a dark ground than of a light one, so that it looks half bold there. TrueType fonts are
drawn alike on both. Needs ``pip install fonttools``; run it again when Inter is replaced.
"""

from __future__ import annotations

import sys
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"
MOST_ERROR = 0.0005
"""How far a curve may be from the original, in ems: 0.007 pixels at 13 px."""


def convert(source: Path, target: Path) -> None:
    """Write a font with quadratic curves in place of cubic ones."""
    from fontTools.pens.cu2quPen import Cu2QuPen  # noqa: PLC0415 - only where this is run
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # noqa: PLC0415
    from fontTools.ttLib import TTFont, newTable  # noqa: PLC0415

    font = TTFont(source)
    order, shapes = font.getGlyphOrder(), font.getGlyphSet()
    error = font["head"].unitsPerEm * MOST_ERROR
    font["loca"], table = newTable("loca"), newTable("glyf")
    table.glyphOrder, table.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(shapes)
        shapes[name].draw(Cu2QuPen(pen, error, reverse_direction=True))
        table.glyphs[name] = pen.glyph()
        table.glyphs[name].recalcBounds(table)
    font["glyf"] = table
    for tag in ("CFF ", "VORG"):
        if tag in font:
            del font[tag]
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    for name in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
        "maxStackElements", "maxSizeOfInstructions", "maxComponentElements", "maxPoints",
        "maxContours", "maxCompositePoints", "maxCompositeContours", "maxComponentDepth",
    ):  # fmt: skip
        setattr(limits, name, 0)
    limits.maxZones = 1
    names = font["post"]
    names.formatType, names.glyphOrder = 2.0, order
    names.extraNames, names.mapping = [], {}
    font.sfntVersion = "\x00\x01\x00\x00"
    font.save(target)


def main() -> None:
    """Convert Inter's files in a folder to those that ship."""
    for file in sorted(Path(sys.argv[1]).glob("Inter-*.otf")):
        convert(file, FONTS / f"{file.stem}.ttf")


if __name__ == "__main__":
    main()
