"""What an evaluation found: scores of cases, counts of variants, comparisons, and the outcome."""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.evaluation.cells import Cell
from workbench.domain.evaluation.checks import SetResult
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.evaluation_set import Split
from workbench.domain.evaluation.judging import JudgeReport
from workbench.domain.evaluation.verdict import ComparisonVerdict, VerdictKind
from workbench.domain.text import count_text

CaseState = Literal["scored", "excluded", "errored", "unfinished"]
OutcomeStatus = Literal["met", "not_met", "incomplete"]
ReportKind = Literal["csv", "jsonl", "markdown", "html", "junit"]
REPORTS: tuple[ReportKind, ...] = ("csv", "jsonl", "markdown", "html", "junit")
EXIT_STATUS: dict[OutcomeStatus, int] = {"met": 0, "not_met": 1, "incomplete": 3}
"""2 is wrong usage: there is no outcome then."""


class CellScore(msgspec.Struct, frozen=True, kw_only=True):
    """A cell and the result of its checks; None where it has no finished run."""

    cell: Cell
    result: SetResult | None = None


class CaseScore(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant scored on a case, over all repeats.

    ``score`` is the mean over the repeats and ``passed`` whether all of them passed; both are None
    unless the case was scored. ``passed_repeats`` says how many did. ``reason`` says why it has no
    score, or why it failed.
    """

    case: str
    number: int
    state: CaseState
    score: float | None = None
    passed: bool | None = None
    passed_repeats: int = 0
    is_format_failure: bool = False
    reason: str = ""
    group: str = ""
    cells: tuple[CellScore, ...] = ()


class CheckCounts(msgspec.Struct, frozen=True, kw_only=True):
    """One check over all outputs of a variant; ``value`` is the mean of its scores.

    ``measured`` is what its metric came to in the metric's own ``unit``, over ``measurements``
    outputs: a perplexity or a length counts for no score without a threshold, and is shown so.
    Where a metric has a value of many rows that is not the mean of theirs, it is that.
    """

    name: str
    outputs: int
    scored: int
    passed: int
    format_failures: int
    errors: int
    excluded: int
    value: float | None
    signature: str = ""
    ranks: bool = True
    """False for a judge that is in no score and no verdict yet."""
    measured: float | None = None
    measurements: int = 0
    unit: str = ""


class VariantResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant scored.

    ``rows`` = ``scored`` + ``errors`` + ``excluded`` + ``unfinished``; of the scored ones
    ``format_failures`` could not be read and count as 0. ``value`` is the mean score of those
    scored, by weight; ``passed`` is None where checks only measure.
    """

    name: str
    rows: int
    scored: int
    passed: int | None
    format_failures: int
    errors: int
    excluded: int
    unfinished: int
    value: float | None
    interval: Bounds | None
    prompt: str = ""
    version: int | None = None
    strategy: str = ""
    model: str = ""
    stands_in_for: str = ""
    temperature: float | None = None
    cells: int = 0
    cached: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cut_short: int = 0
    """Answers that took all the tokens they might, and ended with what they had."""
    checks: tuple[CheckCounts, ...] = ()
    cases: tuple[CaseScore, ...] = ()
    problem: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A variant against the baseline, on the rows that both have a score of."""

    variant: str
    baseline: str
    verdict: ComparisonVerdict


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an evaluation's goal is met, and why: what is printed and the exit status."""

    status: OutcomeStatus
    sentence: str

    @property
    def exit_status(self) -> int:
        """Of the command line."""
        return EXIT_STATUS[self.status]


class EvaluationResult(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an evaluation found. ``looks`` counts how often held-out scores were shown.

    ``not_imported`` are the checks of another program's set that have no equal here.
    """

    name: str
    path: str
    split: Split
    outcome: Outcome
    variants: tuple[VariantResult, ...]
    comparisons: tuple[Comparison, ...] = ()
    baseline: str = ""
    target: float
    repeats: int
    seed: int
    looks: int = 0
    not_imported: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    evaluation_id: int = 0
    judges: tuple[JudgeReport, ...] = ()
    """One for each check that a model judges."""
    finished_cells: int = 0
    equal_tokens: int | None = None
    """New tokens that each answer might take, whatever the variant."""

    @property
    def tokens_sentence(self) -> str:
        """The budget that all variants had, and who came to its end; "" without one."""
        if self.equal_tokens is None:
            return ""
        ends = [
            f"{each.name} in {each.cut_short:,} of {each.cells:,}"
            for each in self.variants
            if each.cut_short
        ]
        each_has = f"Each answer may take {count_text(self.equal_tokens, 'new token')}"
        return f"{each_has}; all were used up by {', '.join(ends)}." if ends else f"{each_has}."


class EvaluationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation in a list. Times are Unix seconds."""

    digest: str
    name: str
    path: str
    status: OutcomeStatus
    cell_count: int
    evaluation_id: int = 0
    created_at: float = 0.0
    updated_at: float = 0.0
    finished_cells: int | None = None
    """None where an earlier version kept it, which did not count them."""
    split: Split = "tune"
    verdicts: tuple[VerdictKind, ...] = ()
    """Of its comparisons."""
