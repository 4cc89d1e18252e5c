"""Formulas are drawn in a sandbox process; what a model writes can do no harm."""

from __future__ import annotations

import pytest

from workbench.domain.errors import FormulaError
from workbench.processes.pool import SandboxPool
from workbench.transcripts.formulas import draw_formula, formula_job


def test_a_fraction_goes_above_and_below_the_line() -> None:
    drawn = formula_job(r"\frac{a}{b}", True)
    flat = formula_job("a", True)
    assert drawn.ascent > flat.ascent
    assert drawn.descent > flat.descent
    assert drawn.svg.startswith("<svg")
    assert formula_job(r"\frac{a}{b}", False).ascent < drawn.ascent  # within a line of text


@pytest.mark.parametrize(
    "source",
    [
        r"x=\frac{-b\pm\sqrt{b^2-4ac}}{2a}",
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        r"f(x)=\begin{cases}1 & x>0\\0&\text{else}\end{cases}",
        r"\boxed{42}",
        r"x < 3 & y",
        r"\mathbb{R}^n",
    ],
)
def test_what_models_write_can_be_drawn(source: str) -> None:
    assert formula_job(source, True).width > 0


def test_a_colour_is_a_colour() -> None:
    assert '"red"' in formula_job(r"\textcolor{red}{x}", True).svg
    with pytest.raises(FormulaError, match="a colour that is none"):
        formula_job(r"\textcolor{url(http://example.org/a)}{x}", True)


@pytest.mark.parametrize(
    "source",
    [
        r"\frac{1}{",
        "x_{",
        r"\nocommand{x}",
        r"\includegraphics{/etc/passwd}",
        "{" * 1900,
        "日本",
        " ",
    ],
)
def test_what_cannot_be_drawn_says_so(source: str) -> None:
    with pytest.raises(FormulaError):
        formula_job(source, True)


async def test_an_error_comes_out_of_the_sandbox_as_it_is(paths) -> None:
    pool = SandboxPool()
    try:
        assert (await draw_formula(pool, "x^2", display=False)).width > 0
        with pytest.raises(FormulaError, match="no LaTeX that can be drawn"):
            await draw_formula(pool, r"\frac{1}{", display=False)
        with pytest.raises(FormulaError, match="2,000"):
            await draw_formula(pool, "x" * 3000, display=False)
    finally:
        await pool.close()
