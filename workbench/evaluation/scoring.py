"""From the checks of single outputs to the counts of a variant: what is of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.cells import Cell
from workbench.domain.evaluation.checks import (
    AnyCheck,
    Check,
    CheckResult,
    CheckSet,
    NotImported,
    SetResult,
)
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.evaluation_set import EvaluationCase, RightWhen
from workbench.domain.evaluation.metric_input import Fetched, MetricInput
from workbench.domain.evaluation.results import (
    CaseScore,
    CaseState,
    CellScore,
    CheckCounts,
    VariantResult,
)
from workbench.domain.evaluation.scores import Errored, FormatFailure, Score, Undefined
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.statistics.intervals import mean_interval
from workbench.evaluation.statistics.row_scores import Outcome, RowScore, summarise


class ScoredCase(Protocol):
    """What the statistics need of a case."""

    @property
    def case(self) -> str:
        """Its identity."""

    @property
    def state(self) -> CaseState:
        """Whether it has a score."""

    @property
    def score(self) -> float | None:
        """0 to 1, None without one."""

    @property
    def passed(self) -> bool | None:
        """None where its checks only measure."""

    @property
    def group(self) -> str:
        """Cases of one group are not independent of each other; "" for none."""

    @property
    def is_format_failure(self) -> bool:
        """Whether an answer could not be read."""


_NONE_IMPORTED = "None of its checks was imported."
_NO_RANK = "Only judges look at it, and they do not rank until they agree with your votes."
_WAITS = "A check of it waits for a model."
_ONLY_MEASURED = "Its checks only measure: give one of them a threshold."


def checks_of(case: EvaluationCase, of_set: CheckSet) -> CheckSet:
    """The checks of a case that can be applied: those of its set, and its own."""
    threshold = of_set.threshold if case.threshold is None else case.threshold
    joined = (*of_set.checks, *case.checks)
    return msgspec.structs.replace(of_set, checks=applicable(joined), threshold=threshold)


def is_unchecked(case: EvaluationCase, of_set: CheckSet) -> bool:
    """Whether a case has checks and none of them can be applied."""
    return bool((*of_set.checks, *case.checks)) and not checks_of(case, of_set).checks


def applicable(checks: Sequence[AnyCheck]) -> tuple[AnyCheck, ...]:
    """Checks without those that were not imported, which would make every row an error."""
    found: list[AnyCheck] = []
    for each in checks:
        if isinstance(each, CheckSet):
            inner = applicable(each.checks)
            if inner or not each.checks:
                found.append(msgspec.structs.replace(each, checks=inner))
        elif isinstance(each, Check):
            found.append(each)
    return tuple(found)


def not_imported(checks: Sequence[AnyCheck]) -> list[NotImported]:
    """The checks that have no equal here."""
    found: list[NotImported] = []
    for each in checks:
        if isinstance(each, CheckSet):
            found += not_imported(each.checks)
        elif isinstance(each, NotImported):
            found.append(each)
    return found


def input_of(
    case: EvaluationCase,
    cell: Cell,
    samples: Sequence[str],
    fetched: Mapping[str, Fetched] | None = None,
) -> MetricInput:
    """What metrics see of a finished cell.

    Args:
        case: of the cell.
        cell: that is finished.
        samples: the outputs of all its repeats.
        fetched: what models found of it, by the key of a check.
    """
    return MetricInput(
        output=cell.output,
        expected=case.expected,
        answer=cell.answer,
        values=case.values,
        samples=tuple(samples) if len(samples) > 1 else (),
        seconds=cell.seconds,
        prompt_tokens=cell.prompt_tokens,
        completion_tokens=cell.tokens,
        finish_reason=cell.finish_reason or None,
        fetched=dict(fetched or {}),
    )


def score_case(
    case: EvaluationCase,
    cells: Sequence[CellScore],
    *,
    is_waiting: bool = False,
    right_when: RightWhen = "all",
) -> CaseScore:
    """What a case scored over its repeats.

    A case has a score only where all its repeats have one: one that failed makes it an error.

    Args:
        case: with its number.
        cells: one for each repeat.
        is_waiting: whether finished cells without a result will have one; else none of the checks
            can be applied.
        right_when: how many repeats must pass for the case to pass. By "most" repeats that only
            pass or fail score 1 or 0 together, by "all" their mean.
    """
    if case.duplicate_of:
        reason = f"Row {case.duplicate_of:,} has the same id or the same content."
        return CaseScore(case=case.id, number=case.number, state="excluded", reason=reason)
    found = CaseScore(
        case=case.id,
        number=case.number,
        state="unfinished",
        group=case.group,
        cells=tuple(cells),
    )
    missing = _unscored(cells, is_waiting=is_waiting)
    if missing is not None:
        return msgspec.structs.replace(found, state=missing[0], reason=missing[1])
    results = [each.result for each in cells if each.result is not None]
    broken = next((each for each in results if each.status == "errored"), None)
    if broken is not None:
        return msgspec.structs.replace(found, state="errored", reason=_first(broken, Errored))
    scores = [each.score for each in results if each.score is not None]
    if len(scores) < len(results):
        reason = next((_first(each, Undefined) for each in results if each.score is None), "")
        if not reason:
            is_unranked = any(not leaf.ranks for each in results for leaf in each.leaves())
            reason = _NO_RANK if is_unranked else _ONLY_MEASURED
        return msgspec.structs.replace(found, state="excluded", reason=reason)
    verdicts = [each.passed for each in results if each.passed is not None]
    passed = all(verdicts) if verdicts else None
    score = sum(scores) / len(scores)
    if right_when == "most" and verdicts:
        passed = 2 * sum(verdicts) > len(verdicts)
        if scores == [float(each) for each in verdicts]:
            score = float(passed)
    return msgspec.structs.replace(
        found,
        state="scored",
        score=score,
        passed=passed,
        passed_repeats=sum(verdicts),
        is_format_failure=any(each.format_failures for each in results),
        reason="" if passed is not False else _why_failed(results),
    )


def _unscored(cells: Sequence[CellScore], *, is_waiting: bool) -> tuple[CaseState, str] | None:
    """Why the checks of a case have not been applied to all its repeats, None where they have."""
    failed = [each.cell.error for each in cells if each.cell.state == "failed"]
    if failed:
        return "errored", failed[0]
    if not cells or not all(each.cell.is_finished for each in cells):
        return "unfinished", "It has not been run to its end."
    if any(each.result is None for each in cells):
        return ("unfinished", _WAITS) if is_waiting else ("excluded", _NONE_IMPORTED)
    return None


def _first(result: SetResult, kind: type) -> str:
    return next(
        (
            each.result.reason
            for each in result.leaves()
            if each.ranks and isinstance(each.result, kind)
        ),
        "",
    )


def _why_failed(results: Sequence[SetResult]) -> str:
    for result in results:
        for each in result.leaves():
            if (
                each.ranks
                and each.passed is False
                and isinstance(each.result, Score | FormatFailure)
            ):
                return each.result.reason
    return ""


def count_variant(
    name: str, cases: Sequence[EvaluationCase], scores: Sequence[CaseScore]
) -> VariantResult:
    """The counts of a variant, its value, and how sure that is.

    Args:
        name: of the variant.
        cases: all, for their weights.
        scores: one for each case.
    """
    states = [each.state for each in scores]
    scored = [each for each in scores if each.state == "scored"]
    verdicts = [each.passed for each in scored if each.passed is not None]
    summary = summarise(row_scores(scores), is_pass_fail=is_pass_fail(scores))
    value, interval = summary.value, summary.interval
    weights = {case.id: case.weight for case in cases}
    if len({weights[each.case] for each in scored}) > 1:
        value, interval = mean_by_weight(
            [each.score or 0.0 for each in scored], [weights[each.case] for each in scored]
        )
    cells = [each.cell for score in scores for each in score.cells]
    return VariantResult(
        name=name,
        rows=len(scores),
        scored=len(scored),
        passed=sum(verdicts) if verdicts or not scored else None,
        format_failures=sum(each.is_format_failure for each in scored),
        errors=states.count("errored"),
        excluded=states.count("excluded"),
        unfinished=states.count("unfinished"),
        value=value,
        interval=interval,
        cells=len(cells),
        cached=sum(cell.state == "cached" for cell in cells),
        tokens=sum(cell.tokens for cell in cells),
        seconds=sum(cell.seconds for cell in cells),
        cut_short=sum(bool(cell.limit) for cell in cells),
        checks=count_checks(scores),
        cases=tuple(scores),
    )


def row_scores(scores: Sequence[ScoredCase]) -> list[RowScore]:
    """Cases as the statistics take them; those that are not finished are left out."""
    outcomes: dict[CaseState, Outcome] = {"errored": "error", "excluded": "excluded"}
    return [
        RowScore(
            each.case,
            each.score,
            "format" if each.is_format_failure else outcomes.get(each.state, "scored"),
            each.group or None,
        )
        for each in scores
        if each.state != "unfinished"
    ]


def is_pass_fail(scores: Sequence[ScoredCase]) -> bool:
    """Whether scores only say passed (1) or not (0), and do not measure."""
    scored = [each for each in scores if each.state == "scored"]
    return all(each.passed is not None and each.score == float(each.passed) for each in scored)


def mean_by_weight(
    scores: Sequence[float], weights: Sequence[float]
) -> tuple[float | None, Bounds | None]:
    """The mean of rows by weight, and its interval; None where it cannot be known.

    The mean by weight is a ratio. The interval is that of values with its mean and its error to
    first order (linearised), as for ratio estimators: Cochran, W. G. (1977), Sampling Techniques,
    chapter 6.
    """
    total = sum(weights)
    if not total:
        return None, None
    pairs = list(zip(weights, scores, strict=True))
    mean = sum(weight * score for weight, score in pairs) / total
    scale = len(scores) / total
    values = [mean + scale * weight * (score - mean) for weight, score in pairs]
    return mean, mean_interval(values).interval


def count_checks(scores: Sequence[CaseScore]) -> tuple[CheckCounts, ...]:
    """The counts of each check over all outputs, in the order in which checks first come."""
    found: dict[str, list[CheckResult]] = {}
    for score in scores:
        for cell in score.cells:
            if cell.result is not None:
                for each in cell.result.leaves():
                    found.setdefault(title_of(each.check), []).append(each)
    return tuple(_counts(name, results) for name, results in found.items())


def title_of(check: Check | NotImported) -> str:
    """What reports call a check."""
    if isinstance(check, NotImported):
        return f"{check.kind} (not imported)"
    return check.name or f"{'not-' if check.negate else ''}{check.metric}"


def _counts(name: str, results: Sequence[CheckResult]) -> CheckCounts:
    kinds = [each.result for each in results]
    scores = [each.score for each in results if each.score is not None]
    values = [each for each in kinds if isinstance(each, Score)]
    unit, measured = _measured([each.check for each in results], values)
    return CheckCounts(
        name=name,
        outputs=len(results),
        scored=len(scores),
        passed=sum(each.passed is True for each in results),
        format_failures=sum(isinstance(each, FormatFailure) for each in kinds),
        errors=sum(isinstance(each, Errored) for each in kinds),
        excluded=sum(isinstance(each, Undefined) for each in kinds),
        value=sum(scores) / len(scores) if scores else None,
        signature=next((each.signature for each in results if each.signature), ""),
        ranks=all(each.ranks for each in results),
        measured=measured,
        measurements=len(values),
        unit=unit,
    )


def _measured(
    checks: Sequence[Check | NotImported], values: Sequence[Score]
) -> tuple[str, float | None]:
    """The unit of a column's metric and what it came to over all outputs."""
    metrics = {each.metric for each in checks if isinstance(each, Check)}
    if not values or len(metrics) != 1:  # checks of rows can share a name and measure other things
        return "", None
    metric = METRICS.get(metrics.pop())
    if metric.corpus is None or any(isinstance(each, Check) and each.negate for each in checks):
        return metric.unit, sum(each.value for each in values) / len(values)
    try:
        return metric.unit, metric.corpus(values)
    except WorkbenchError:  # what it is divided by is nowhere in these outputs
        return metric.unit, None
