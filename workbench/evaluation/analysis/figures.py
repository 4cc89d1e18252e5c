"""What an analysis needs of an evaluation: numbers of each case, without prompts and answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from workbench.domain.evaluation.checks import Check, CheckResult, SetResult
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.evaluation_set import Columns, EvaluationCase
from workbench.domain.evaluation.results import (
    CaseScore,
    CaseState,
    Comparison,
    EvaluationResult,
    VariantResult,
)
from workbench.domain.evaluation.scores import Score
from workbench.domain.prompts.datasets import loose_key
from workbench.domain.runs.spec import Json
from workbench.evaluation.scoring import title_of

CONFIDENCE = "confidence"
"""What a check calls, in the detail of its score, how probable it is that the answer is right."""
_JUDGE = "judge-"
TAGS = "tags"
MOST_VALUES = 12
"""A column with more different values is no grouping."""
_MOST_GROUPINGS = 12
_LONGEST = 60
_NO_GROUPING = ("id", "weight", "split", "tags")


class Confidence(msgspec.Struct, frozen=True, array_like=True):
    """What a check gives for one answer, and whether the answer is right."""

    check: str
    confidence: float
    right: bool


class CaseFigures(msgspec.Struct, frozen=True, array_like=True):
    """One variant on one case; costs are means over its finished answers, None without any."""

    case: str
    state: CaseState
    score: float | None
    passed: bool | None
    is_format_failure: bool
    weight: float = 1.0
    tokens: float | None = None
    seconds: float | None = None
    calls: float | None = None
    confidences: tuple[Confidence, ...] = ()
    group: str = ""


class VariantFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A variant on all cases."""

    name: str
    strategy: str
    model: str
    rows: int
    scored: int
    passed: int | None
    value: float | None
    interval: Bounds | None
    cases: tuple[CaseFigures, ...]


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """Cases by a value; a case has no value, or several (tags)."""

    name: str
    values: dict[str, tuple[str, ...]]
    """Identities of cases, by value."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an analysis is made from."""

    name: str
    baseline: str
    target: float
    repeats: int
    variants: tuple[VariantFigures, ...]
    comparisons: tuple[Comparison, ...]
    groupings: tuple[Grouping, ...]


def figures_of(
    result: EvaluationResult,
    cases: Sequence[EvaluationCase],
    columns: Columns,
    inputs: Collection[str] = (),
) -> Figures:
    """The figures of a result.

    Args:
        result: with the cases of each variant.
        cases: of the evaluation.
        columns: of its set.
        inputs: columns that fill inputs of the prompts; they are offered last.
    """
    weights = {case.id: case.weight for case in cases}
    return Figures(
        name=result.name,
        baseline=result.baseline,
        target=result.target,
        repeats=result.repeats,
        variants=tuple(_variant(each, weights) for each in result.variants),
        comparisons=result.comparisons,
        groupings=tuple(groupings_of(cases, columns, inputs)),
    )


def _variant(result: VariantResult, weights: dict[str, float]) -> VariantFigures:
    return VariantFigures(
        name=result.name,
        strategy=result.strategy,
        model=result.model,
        rows=result.rows,
        scored=result.scored,
        passed=result.passed,
        value=result.value,
        interval=result.interval,
        cases=tuple(_case(each, weights.get(each.case, 1.0)) for each in result.cases),
    )


def _case(score: CaseScore, weight: float) -> CaseFigures:
    answers = [each.cell for each in score.cells if each.cell.is_finished]
    count = len(answers)
    return CaseFigures(
        score.case,
        score.state,
        score.score,
        score.passed,
        score.is_format_failure,
        weight,
        sum(each.tokens for each in answers) / count if count else None,
        sum(each.seconds for each in answers) / count if count else None,
        sum(each.calls for each in answers) / count if count else None,
        tuple(each for cell in score.cells for each in _confidences(cell.result)),
        score.group,
    )


def _confidences(result: SetResult | None) -> list[Confidence]:
    """The confidences of one output's checks.

    Whether the answer is right is what the checks without a confidence say, all together; where
    there are none, what the check itself says, unless it is a judge, whose verdict is made from
    its confidence.
    """
    given: list[tuple[CheckResult, float]] = []
    others: list[bool] = []
    for each in result.leaves() if result is not None else ():
        share = _confidence(each)
        if share is not None:
            given.append((each, share))
        elif each.ranks and each.passed is not None:
            others.append(each.passed)
    found = []
    for each, share in given:
        is_judge = isinstance(each.check, Check) and each.check.metric.startswith(_JUDGE)
        own = None if is_judge else each.passed
        right = all(others) if others else own
        if right is not None:
            found.append(Confidence(title_of(each.check), share, right))
    return found


def _confidence(result: CheckResult) -> float | None:
    if not isinstance(result.result, Score):
        return None
    share = result.result.detail.get(CONFIDENCE)
    if not isinstance(share, int | float) or isinstance(share, bool):
        return None
    return float(share) if 0 <= share <= 1 else None


# --- groups of cases --------------------------------------------------------------------------


def groupings_of(
    cases: Sequence[EvaluationCase], columns: Columns, inputs: Collection[str] = ()
) -> list[Grouping]:
    """The ways in which cases can be grouped: their tags, then columns with few values.

    A column is a grouping where its values are short, 2 to 12 different ones, and at most half as
    many as there are cases. Columns that fill inputs come last.
    """
    kept = [case for case in cases if not case.duplicate_of]
    found = []
    tags: dict[str, list[str]] = {}
    for case in kept:
        for tag in case.tags:
            tags.setdefault(tag, []).append(case.id)
    if tags:
        found.append(_grouping(TAGS, tags))
    names = dict.fromkeys(name for case in kept for name in case.values)
    skipped = {columns.id, columns.tags, columns.weight, columns.split}
    usable = [
        name
        for name in names
        if name not in skipped and (name in inputs or loose_key(name) not in _NO_GROUPING)
    ]
    for name in sorted(usable, key=lambda each: each in inputs):
        values = _values_of(kept, name)
        if values is not None:
            found.append(_grouping(name, values))
    return found[:_MOST_GROUPINGS]


def _values_of(cases: Sequence[EvaluationCase], name: str) -> dict[str, list[str]] | None:
    values: dict[str, list[str]] = {}
    for case in cases:
        value = _short(case.values.get(name))
        if value is None:
            return None
        if value:
            values.setdefault(value, []).append(case.id)
            if len(values) > MOST_VALUES:
                return None
    most = min(MOST_VALUES, len(cases) // 2)
    return values if 2 <= len(values) <= most else None


def _short(value: Json) -> str | None:
    """A value as it names a group, "" for none, None where it is too much for a name."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}"
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    return value.strip()


def _grouping(name: str, values: dict[str, list[str]]) -> Grouping:
    return Grouping(name=name, values={value: tuple(cases) for value, cases in values.items()})
