"""What a set consists of, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.domain.evaluation.evaluation_set import EvaluationSet
from workbench.domain.text import count_text

if TYPE_CHECKING:
    from workbench.service.evaluation.evaluation import Evaluation


def summary_of(given: EvaluationSet | None, evaluation: Evaluation | None) -> list[str]:
    """How many cases there are and from where, the variants, and the checks."""
    if given is None:
        return []
    cases = count_text(len(evaluation.cases), "case") if evaluation is not None else "cases"
    where = f"from {given.data}" if given.data else "of the set itself"
    return [
        f"{cases} {where}",
        f"{count_text(len(given.variants), 'variant')}: "
        + ", ".join(each.name for each in given.variants),
        count_text(len(given.checks.checks), "check"),
    ]
