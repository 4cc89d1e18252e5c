"""What an earlier evaluation found, as far as it was kept: to compare another one with it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workbench.domain.evaluation.analysis import Difference
from workbench.domain.evaluation.cells import KeptCell
from workbench.domain.evaluation.grid.rows import Before
from workbench.domain.evaluation.results import CaseScore, CaseState, Comparison, EvaluationSummary


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """Another evaluation that variants of the same names are compared with.

    ``comparisons`` are of these, ``differences`` have their rows that changed too; ``missing`` are
    the variants that it does not have.
    """

    summary: EvaluationSummary
    verdicts: Before
    comparisons: tuple[Comparison, ...] = ()
    differences: tuple[Difference, ...] = ()
    missing: tuple[str, ...] = ()


def kept_scores(kept: Sequence[KeptCell]) -> dict[str, dict[str, CaseScore]]:
    """The scores of cases, by variant and case, from the cells that were kept of an evaluation."""
    cells: dict[str, dict[str, list[KeptCell]]] = {}
    for cell in kept:
        cells.setdefault(cell.id.variant, {}).setdefault(cell.id.case, []).append(cell)
    return {
        variant: {case: _score(case, repeats) for case, repeats in by_case.items()}
        for variant, by_case in cells.items()
    }


def _score(case: str, repeats: Sequence[KeptCell]) -> CaseScore:
    scores = [cell.score for cell in repeats if cell.score is not None]
    state: CaseState = "scored"
    if any(cell.state == "failed" for cell in repeats):
        state = "errored"
    elif any(cell.state not in ("cached", "done") for cell in repeats):
        state = "unfinished"
    elif len(scores) < len(repeats):
        state = "excluded"
    if state != "scored":
        return CaseScore(case=case, number=0, state=state)
    verdicts = [cell.passed for cell in repeats if cell.passed is not None]
    return CaseScore(
        case=case,
        number=0,
        state=state,
        score=sum(scores) / len(scores),
        passed=all(verdicts) if verdicts else None,
        passed_repeats=sum(verdicts),
    )
