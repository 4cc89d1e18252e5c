"""Variants compared: with the baseline of their evaluation, or with themselves in another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbench.domain.evaluation.results import CaseScore, Comparison
from workbench.domain.evaluation.verdict import ComparisonVerdict
from workbench.evaluation.scoring import is_pass_fail, row_scores
from workbench.evaluation.statistics.verdict import (
    Compared,
    verdicts_against_baseline,
    verdicts_together,
)


def compare(
    scores: Mapping[str, Sequence[CaseScore]], baseline: str, target: float
) -> tuple[Comparison, ...]:
    """Each variant against the baseline, all decided together.

    Args:
        scores: one for each case, by variant.
        baseline: one of the variants, or "" for no comparison.
        target: the smallest difference that matters.
    """
    if baseline not in scores or len(scores) == 1:
        return ()
    others = {name: each for name, each in scores.items() if name != baseline}
    found = verdicts_against_baseline(
        [row_scores(each) for each in others.values()],
        row_scores(scores[baseline]),
        is_pass_fail=all(is_pass_fail(each) for each in scores.values()),
        planned_rows=len(scores[baseline]),
        target=target,
    )
    return _comparisons(others, baseline, found)


def compare_with_earlier(
    scores: Mapping[str, Sequence[CaseScore]],
    earlier: Mapping[str, Mapping[str, CaseScore]],
    baseline: str,
    target: float,
) -> tuple[Comparison, ...]:
    """Each variant against itself in another evaluation, on common cases, all decided together.

    Args:
        scores: one for each case, by variant.
        earlier: the other evaluation's, by variant and case.
        baseline: what the other evaluation is called.
        target: the smallest difference that matters.
    """
    compared: dict[str, Compared] = {}
    for name, now in scores.items():
        before = earlier.get(name, {})
        common = [each for each in now if each.case in before]
        then = [before[each.case] for each in common]
        if common:
            both_pass_fail = is_pass_fail(common) and is_pass_fail(then)
            compared[name] = Compared(
                row_scores(common), row_scores(then), both_pass_fail, len(common)
            )
    return _comparisons(compared, baseline, verdicts_together([*compared.values()], target=target))


def _comparisons(
    variants: Iterable[str], baseline: str, verdicts: Sequence[ComparisonVerdict]
) -> tuple[Comparison, ...]:
    return tuple(
        Comparison(variant=name, baseline=baseline, verdict=each)
        for name, each in zip(variants, verdicts, strict=True)
    )
