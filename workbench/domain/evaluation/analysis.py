"""What an evaluation says beyond its counts: quality against cost, rows that changed, tags."""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.evaluation.calibration import Calibration
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.verdict import (
    FEWEST_ROWS,
    ComparisonVerdict,
    in_points,
    points_text,
)
from workbench.domain.text import count_text

CostKind = Literal["tokens", "seconds", "calls"]
COSTS: tuple[CostKind, ...] = ("tokens", "seconds", "calls")
COST_TITLES: dict[CostKind, str] = {
    "tokens": "tokens an answer",
    "seconds": "seconds an answer",
    "calls": "calls an answer",
}
DIFFERS = 0.05
"""The adjusted p-value below which a cell of a tag table differs from the baseline."""
_ABOUT_EQUAL = 1.05
_VERBS: dict[CostKind, tuple[str, str]] = {
    "tokens": ("writes", "tokens"),
    "seconds": ("takes", "time"),
    "calls": ("makes", "calls"),
}


class AnalysedVariant(msgspec.Struct, frozen=True, kw_only=True):
    """A variant and how good it is; ``value`` and ``interval`` are those of its result.

    ``failed`` are the identities of the cases that it did not pass.
    """

    name: str
    strategy: str = ""
    model: str = ""
    rows: int = 0
    scored: int = 0
    passed: int | None = None
    value: float | None = None
    interval: Bounds | None = None
    failed: tuple[str, ...] = ()

    @property
    def shown_interval(self) -> Bounds | None:
        """The interval, None of fewer rows than a statement needs."""
        return self.interval if self.scored >= FEWEST_ROWS else None


class CostPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A variant in the plot of quality against cost; ``cost`` is the mean of one answer."""

    variant: str
    quality: float
    cost: float
    quality_interval: Bounds | None = None
    cost_interval: Bounds | None = None
    beaten_by: tuple[str, ...] = ()
    surely_beaten_by: tuple[str, ...] = ()

    @property
    def is_on_front(self) -> bool:
        """Whether nothing else is both no more expensive and no worse."""
        return not self.beaten_by


class CostPlot(msgspec.Struct, frozen=True, kw_only=True):
    """Quality against one kind of cost.

    ``left_out`` are variants without a score or without a finished answer. ``step`` compares the
    best variant of the front with the next cheaper one; None where the front is one variant.
    """

    cost: CostKind
    points: tuple[CostPoint, ...]
    left_out: tuple[str, ...] = ()
    step: CostStep | None = None

    @property
    def sentence(self) -> str:
        """What the highest score costs, in one sentence; "" where there is nothing to choose."""
        front = [each for each in self.points if each.is_on_front]
        if len(self.points) < 2:
            return ""
        if self.step is not None:
            return self.step.sentence(self.cost)
        if len(front) == 1:
            return f"{front[0].variant} is both the best and the cheapest in {self.cost}."
        return ""


class CostStep(msgspec.Struct, frozen=True, kw_only=True):
    """The best variant against the next cheaper one of the front, on the rows that both have."""

    variant: str
    cheaper: str
    ratio: float | None
    """Cost of ``variant`` by that of ``cheaper``; None where the latter is 0."""
    verdict: ComparisonVerdict

    def sentence(self, cost: CostKind) -> str:
        """The words for it, the same in window, command line and reports."""
        verb, noun = _VERBS[cost]
        if self.ratio is None:
            what = f"{verb} more {noun} than"
        elif self.ratio < _ABOUT_EQUAL:
            what = f"{verb} about as {'much' if noun == 'time' else 'many'} {noun} as"
        else:
            what = f"{verb} {_times(self.ratio)} times the {noun} of"
        return f"{self.variant} {what} {self.cheaper}{self._gain()}."

    def _gain(self) -> str:
        verdict = self.verdict
        if verdict.kind == "running" or verdict.difference is None:
            return " and is ahead so far: the verdict comes at the end"
        if verdict.kind == "too_few":
            return f", with {verdict.sentence}"
        size = in_points(points_text(abs(verdict.difference)))
        gain = f" for {size} {'more' if verdict.difference >= 0 else 'less'}"
        if verdict.interval is not None:
            gain += f" {bounds_text(verdict.interval)}"
        if verdict.kind == "not_enough_rows" and verdict.needed_rows is not None:
            needed = verdict.rounded_needed
            return f"{gain}: the difference is not shown, about {needed:,} rows would be needed"
        if verdict.kind in ("better", "worse"):
            return f"{gain}: the difference is shown on {count_text(verdict.rows, 'row')}"
        return f"{gain}: {verdict.sentence}"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}".removesuffix(".0")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A variant against the baseline, with the identities of the cases that changed."""

    variant: str
    baseline: str
    verdict: ComparisonVerdict
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


class TagCell(msgspec.Struct, frozen=True, kw_only=True):
    """A variant on the cases of a tag.

    ``interval`` is None where there are fewer than 20 scored rows. ``p`` compares with the baseline
    on the common rows, adjusted by Benjamini-Hochberg over the table; None where it was not tested.
    """

    scored: int
    passed: int | None = None
    value: float | None = None
    interval: Bounds | None = None
    difference: float | None = None
    p: float | None = None

    @property
    def differs(self) -> bool:
        """Whether it differs from the baseline, counting all cells of the table."""
        return self.p is not None and self.p < DIFFERS

    @property
    def counts_only(self) -> bool:
        """Whether there are too few rows to say more than how many passed."""
        return self.scored < FEWEST_ROWS


class TagRow(msgspec.Struct, frozen=True, kw_only=True):
    """The cases that have one value, with a cell for each variant in order."""

    value: str
    cases: tuple[str, ...]
    cells: tuple[TagCell, ...]


class TagTable(msgspec.Struct, frozen=True, kw_only=True):
    """Cases by their tags, or by a column with few values. ``tests`` were adjusted together."""

    name: str
    rows: tuple[TagRow, ...]
    tests: int = 0


class VariantCalibration(msgspec.Struct, frozen=True, kw_only=True):
    """How far the confidences that a check gives agree with what came out, for a variant."""

    variant: str
    check: str
    calibration: Calibration


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation analysed: the one description that window, JSON and reports show."""

    name: str
    baseline: str
    target: float
    repeats: int
    rows: int
    is_pass_fail: bool
    """Whether scores only say passed or failed, and do not measure."""
    variants: tuple[AnalysedVariant, ...]
    plots: tuple[CostPlot, ...] = ()
    differences: tuple[Difference, ...] = ()
    tables: tuple[TagTable, ...] = ()
    calibrations: tuple[VariantCalibration, ...] = ()

    def plot(self, cost: CostKind) -> CostPlot | None:
        """The plot of one kind of cost, None where no answer has it."""
        return next((each for each in self.plots if each.cost == cost), None)


class CopiedTables(msgspec.Struct, frozen=True, kw_only=True):
    """Tables for the clipboard: Markdown for texts, HTML for spreadsheets and documents."""

    text: str
    page: str


def percent_text(share: float) -> str:
    """A share as it is shown: "84 %", "0.3 %"."""
    return f"{points_text(share)} %"


def bounds_text(bounds: Bounds | None) -> str:
    """An interval in points: "[−4, 8]", "" where it is not known."""
    return "" if bounds is None else f"[{points_text(bounds.low)}, {points_text(bounds.high)}]"


def cost_text(kind: CostKind, cost: float) -> str:
    """A mean cost of an answer with the digits that it can carry: "605", "1.4 s", "5"."""
    digits = 0 if cost >= 100 else 1 if cost >= 10 else 2
    number = f"{cost:,.{digits}f}"
    if digits:
        number = number.rstrip("0").rstrip(".")
    return f"{number} s" if kind == "seconds" else number
