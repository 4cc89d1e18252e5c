"""Whether an evaluation's goal is met: one function for printed sentence and exit status."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.evaluation.checks import reaches
from workbench.domain.evaluation.evaluation_set import Goal, Shown
from workbench.domain.evaluation.results import Comparison, Outcome, VariantResult
from workbench.domain.evaluation.verdict import VerdictKind
from workbench.domain.text import count_text

_SHOWS: dict[Shown, tuple[VerdictKind, ...]] = {
    "better": ("better",),
    "not_worse": ("better", "no_difference"),
}


def decide(
    goal: Goal,
    variants: Sequence[VariantResult],
    comparisons: Sequence[Comparison],
    baseline: str = "",
    not_imported: Sequence[str] = (),
) -> Outcome:
    """The outcome of an evaluation.

    It is incomplete where a row has an error or is not finished, where nothing was scored, and
    where a check was not imported. Else it is met or not: by the goal, or, where none is given, it
    is met if no variant is worse than the baseline, or, without a baseline, if all rows pass.

    Args:
        goal: of the set.
        variants: all that were run.
        comparisons: with the baseline.
        baseline: the variant that is not asked to reach the goal, "" for none.
        not_imported: checks that could not be applied.
    """
    open_ = _incomplete(variants, not_imported)
    if open_:
        return Outcome(status="incomplete", sentence=f"Incomplete: {'; '.join(open_)}.")
    failures = []
    asked = [each for each in variants if each.name != baseline] or list(variants)
    passed = goal.passed
    if not goal.is_given and not comparisons and any(each.passed is not None for each in asked):
        passed = 1.0
    if passed is not None:
        failures += [_short_of(each, passed) for each in asked if not _passes(each, passed)]
    if goal.shown:
        failures += [
            _said(each) for each in comparisons if each.verdict.kind not in _SHOWS[goal.shown]
        ]
    elif not goal.is_given:
        failures += [_said(each) for each in comparisons if each.verdict.kind == "worse"]
    if failures:
        return Outcome(status="not_met", sentence=f"Not met: {_joined(failures)}")
    return Outcome(status="met", sentence=f"Met: {_met(goal, passed, comparisons)}")


def _incomplete(variants: Sequence[VariantResult], not_imported: Sequence[str]) -> list[str]:
    found = []
    for each in variants:
        parts = []
        if each.errors:
            parts.append(f"{count_text(each.errors, 'row')} with an error")
        if each.unfinished:
            parts.append(f"{count_text(each.unfinished, 'row')} not finished")
        if not parts and not each.scored:
            parts.append("nothing was scored")
        if parts:
            found.append(f"{each.name}: {', '.join(parts)}")
    if not_imported:
        found.append(f"{count_text(len(not_imported), 'check')} not imported")
    return found


def _passes(variant: VariantResult, share: float) -> bool:
    if variant.passed is None or not variant.scored:
        return False
    return reaches(variant.passed / variant.scored, share)


def _short_of(variant: VariantResult, share: float) -> str:
    if variant.passed is None:
        return f"{variant.name}: its checks only measure; give one of them a threshold."
    got = 100 * variant.passed / variant.scored
    return (
        f"{variant.name}: {variant.passed:,} of {count_text(variant.scored, 'row')} passed "
        f"({got:.3g} %), {100 * share:.3g} % are asked for."
    )


def _met(goal: Goal, passed: float | None, comparisons: Sequence[Comparison]) -> str:
    reasons = []
    if passed is not None:
        reasons.append(
            "all rows passed." if passed == 1 else f"at least {100 * passed:.3g} % passed."
        )
    if goal.shown:
        reasons += [_said(each) for each in comparisons]
    elif not goal.is_given and comparisons:
        reasons.append("no variant was shown to be worse than the baseline.")
    elif passed is None:
        reasons.append("nothing is asked for.")
    return _joined(reasons)


def _said(comparison: Comparison) -> str:
    return f"{comparison.variant}: {comparison.verdict.sentence}"


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(each if each.endswith(".") else f"{each}." for each in sentences)
