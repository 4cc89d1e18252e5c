"""When a row with repeats is right: all of its answers, or most of them."""

from __future__ import annotations

from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.evaluation_set import EvaluationCase
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.results import CellScore
from workbench.evaluation import scoring
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.checking import combine, judge

CHECKS = CheckSet(checks=(Check(metric="exact"),))


def cell(repeat: int, output: str) -> CellScore:
    assert "exact" in METRICS
    result = combine(
        CHECKS, (judge(CHECKS.checks[0], MetricInput(output=output, expected=("a",))),)
    )
    place = CellId("v", "c", repeat)
    return CellScore(cell=Cell(id=place, key="k", state="done", output=output), result=result)


def test_a_row_is_right_when_all_or_most_of_its_answers_are():
    case = EvaluationCase(id="c", number=1, values={}, expected=("a",))
    cells = [cell(0, "a"), cell(1, "a"), cell(2, "b")]
    by_all = scoring.score_case(case, cells)
    by_most = scoring.score_case(case, cells, right_when="most")
    assert (by_all.passed, by_all.score) == (False, 2 / 3)
    assert (by_most.passed, by_most.score, by_most.passed_repeats) == (True, 1.0, 2)
    half = scoring.score_case(case, [cells[0], cells[2]], right_when="most")
    assert (half.passed, half.score) == (False, 0.0)
