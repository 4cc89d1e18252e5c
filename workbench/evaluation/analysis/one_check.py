"""A result as if one of its checks alone had been applied."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workbench.domain.evaluation.checks import CheckSet, SetResult
from workbench.domain.evaluation.evaluation_set import EvaluationCase, RightWhen
from workbench.domain.evaluation.results import CaseScore, CellScore, EvaluationResult
from workbench.evaluation import scoring
from workbench.evaluation.comparing import compare
from workbench.evaluation.metrics.checking import combine

_OF_VARIANT = (
    "rows", "scored", "passed", "format_failures", "errors", "excluded", "unfinished", "value",
    "interval", "checks", "cases",
)  # fmt: skip


def of_one_check(
    result: EvaluationResult,
    cases: Sequence[EvaluationCase],
    title: str,
    right_when: RightWhen = "all",
) -> EvaluationResult:
    """Scores, counts and comparisons by one check, whatever its weight.

    Args:
        result: with the cases of each variant.
        cases: of the evaluation.
        title: of the check, as reports call it.
        right_when: how many repeats must pass for a case to pass.
    """
    by_id = {case.id: case for case in cases}
    scores = {
        each.name: [_alone(score, by_id[score.case], title, right_when) for score in each.cases]
        for each in result.variants
    }
    variants = []
    for each in result.variants:
        counted = scoring.count_variant(each.name, cases, scores[each.name])
        own = {name: getattr(counted, name) for name in _OF_VARIANT}
        variants.append(msgspec.structs.replace(each, **own))
    return msgspec.structs.replace(
        result,
        variants=tuple(variants),
        comparisons=compare(scores, result.baseline, result.target),
    )


def _alone(score: CaseScore, case: EvaluationCase, title: str, right_when: RightWhen) -> CaseScore:
    cells = [
        CellScore(
            cell=each.cell, result=_only(each.result, title) if each.result is not None else None
        )
        for each in score.cells
    ]
    is_waiting = score.state == "unfinished"
    return scoring.score_case(case, cells, is_waiting=is_waiting, right_when=right_when)


def _only(result: SetResult, title: str) -> SetResult:
    """The result of a set with one check; one that the case does not have excludes the case."""
    leaf = next((each for each in result.leaves() if scoring.title_of(each.check) == title), None)
    if leaf is None:
        return SetResult(
            check=CheckSet(), status="undefined", score=None, passed=None, results=(), excluded=1
        )
    alone = msgspec.structs.replace(leaf, check=msgspec.structs.replace(leaf.check, weight=1.0))
    return combine(CheckSet(checks=(alone.check,)), (alone,))
