"""Draws LaTeX formulas; runs in a sandbox process, since a model writes them.

ziamath is imported with the first formula (decision 011).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any

from workbench.domain.errors import FormulaError, SandboxError
from workbench.domain.formulas import FORMULA_SIZE, LONGEST_FORMULA, DrawnFormula, FormulaKey
from workbench.processes.pool import SandboxPool

_JOB = "workbench.transcripts.formulas:formula_job"
_SECONDS = 2.0
_TAGS = frozenset({"svg", "g", "path", "rect", "line", "circle", "ellipse", "polygon", "polyline"})
_PAINTS = re.compile(r"[a-zA-Z]+|#[0-9a-fA-F]+")
_UNKNOWN = re.compile(r">\s*(\\[A-Za-z]+)\s*<")
_NO_GLYPHS = re.compile("[\u2e80-\ud7ff\uf900-\ufaff\U00010000-\U0001d3ff\U0001e000-\U0010ffff]")
_AMPERSAND = re.compile(r"&(?!#?\w+;)")


async def draw_formula(pool: SandboxPool, source: str, *, display: bool) -> DrawnFormula:
    """Draw a formula, which is written without its delimiters.

    Raises:
        FormulaError: it is no LaTeX that can be drawn. SandboxError: it takes too long.
    """
    if len(source) > LONGEST_FORMULA:
        raise FormulaError(f"The formula has more than {LONGEST_FORMULA:,} characters.")
    found = await pool.call(_JOB, source, display, deadline_seconds=_SECONDS)
    return DrawnFormula(**found)


async def draw_formulas(
    pool: SandboxPool, keys: Iterable[FormulaKey]
) -> dict[FormulaKey, DrawnFormula | str]:
    """Draw formulas, each once; where one cannot be drawn, why not."""
    found: dict[FormulaKey, DrawnFormula | str] = {}
    for key in dict.fromkeys(keys):
        try:
            found[key] = await draw_formula(pool, key.source, display=key.display)
        except (FormulaError, SandboxError) as error:
            found[key] = str(error)
    return found


def formula_job(source: str, display: bool) -> DrawnFormula:
    """Draw a formula.

    Raises:
        FormulaError: it cannot be drawn.
    """
    if foreign := _NO_GLYPHS.search(source):
        raise FormulaError(f"The formula font has no “{foreign[0]}”.")
    try:
        with warnings.catch_warnings():  # Python 3.11 deprecates how ziamath finds its font
            warnings.simplefilter("ignore", DeprecationWarning)
            return _drawn(source, display=display)
    except FormulaError:
        raise
    except RecursionError:
        raise FormulaError("The formula is nested too deeply.") from None
    except Exception as error:  # the library has no base class for what it raises
        words = str(error) or type(error).__name__.removesuffix("Error")
        raise FormulaError(f"This is no LaTeX that can be drawn ({words}).") from None


def _drawn(source: str, *, display: bool) -> DrawnFormula:
    from ziamath import zmath  # noqa: PLC0415 - 0.3 s, for those who have formulas
    from ziamath.config import config  # noqa: PLC0415
    from ziamath.tex import tex2mml  # noqa: PLC0415

    config.svg2 = False  # Qt draws SVG Tiny 1.2
    mathml = _AMPERSAND.sub("&amp;", tex2mml(source, inline=not display))
    if unknown := _UNKNOWN.search(mathml):
        raise FormulaError(f"The command {unknown[1]} is not known.")
    drawing: Any = zmath.Math(mathml, size=FORMULA_SIZE)
    picture = drawing.svgxml()
    for each in picture.iter():
        if each.tag.rpartition("}")[2] not in _TAGS:
            raise FormulaError("The formula is more than lines and letters.")
        paints = [each.attrib[name] for name in ("fill", "stroke") if name in each.attrib]
        if not all(map(_PAINTS.fullmatch, paints)):
            raise FormulaError("The formula has a colour that is none.")
    _left, top, width, height = (float(each) for each in picture.attrib["viewBox"].split())
    if width <= 0 or height <= 0:
        raise FormulaError("The formula is empty.")
    return DrawnFormula(svg=drawing.svg(), width=width, ascent=-top, descent=height + top)
