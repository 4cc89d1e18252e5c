"""An evaluation analysed: quality against cost, changed rows, tags, calibration."""

from __future__ import annotations

import msgspec
import pytest

from workbench.domain.evaluation.analysis import Analysis
from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.checks import Check, CheckResult, CheckSet, SetResult
from workbench.domain.evaluation.evaluation_set import Columns, EvaluationCase
from workbench.domain.evaluation.results import CellScore, EvaluationResult, Outcome
from workbench.domain.evaluation.scores import Score
from workbench.evaluation import scoring
from workbench.evaluation.analysis.analyse import analyse
from workbench.evaluation.analysis.figures import figures_of, groupings_of
from workbench.evaluation.comparing import compare

ROWS = 140
RIGHT = {"v6": 104, "v7": 117, "sc": 120, "small": 86}
TOKENS = {"v6": 31, "v7": 34, "sc": 605, "small": 36}
KINDS = [("one topic", 68), ("two topics", 34), ("vague", 22), ("off topic", 16)]


def cases(values=None) -> list[EvaluationCase]:
    kinds = [kind for kind, count in KINDS for _ in range(count)]
    return [
        EvaluationCase(
            id=f"c{place}",
            number=place + 1,
            values={"ticket": f"t{place}", "kind": kind, "expected": "x", **(values or {})},
        )
        for place, kind in enumerate(kinds)
    ]


def result(
    right=RIGHT, tokens=TOKENS, given=None, detail=None, metric="exact", **more
) -> EvaluationResult:
    """Variants that pass their first rows, so that the one is right wherever a worse one is."""
    given = given or cases()
    scores = {}
    for name, count in right.items():
        scores[name] = []
        for place, case in enumerate(given):
            passed = place < count
            check = CheckResult(
                check=Check(metric=metric),
                result=Score(value=float(passed), passed=passed, detail=detail or {}),
                passed=passed,
                score=float(passed),
            )
            done = SetResult(
                check=CheckSet(), status="scored", score=float(passed), passed=passed,
                results=(check,),
            )  # fmt: skip
            cell = Cell(
                id=CellId(name, case.id), state="done", tokens=tokens[name] + place % 3 - 1,
                seconds=tokens[name] / 10, calls=5 if name == "sc" else 1,
            )  # fmt: skip
            scores[name].append(scoring.score_case(case, [CellScore(cell=cell, result=done)]))
    baseline = more.pop("baseline", "v6")
    return EvaluationResult(
        name="Triage",
        path="/t.yaml",
        split="tune",
        outcome=Outcome(status="met", sentence="Met."),
        variants=tuple(scoring.count_variant(n, given, each) for n, each in scores.items()),
        comparisons=compare(scores, baseline, 0.1),
        baseline=baseline,
        target=0.1,
        repeats=1,
        seed=1,
    )


def analysed(given=None, **more) -> Analysis:
    given = given or cases()
    return analyse(figures_of(result(given=given, **more), given, Columns(), ["ticket"]))


def test_quality_against_tokens_has_a_front_and_what_beats_the_others():
    plot = analysed().plot("tokens")
    assert plot is not None
    points = {each.variant: each for each in plot.points}
    assert [n for n, each in points.items() if each.is_on_front] == ["v6", "v7", "sc"]
    assert points["small"].beaten_by == ("v6", "v7")
    assert points["small"].surely_beaten_by == ("v7",)
    assert points["v7"].quality == pytest.approx(117 / 140)
    assert points["v7"].cost == pytest.approx(34, abs=0.01)
    bounds = points["v7"].quality_interval
    assert bounds is not None
    assert (round(bounds.low, 2), round(bounds.high, 2)) == (0.77, 0.89)


def test_the_sentence_says_what_the_best_costs_more_than_the_next():
    found = analysed()
    gain = "v7, with 3 gained, 0 lost: too few for a verdict."
    assert [each.sentence for each in found.plots] == [
        f"sc writes 18 times the tokens of {gain}",
        f"sc takes 18 times the time of {gain}",
        f"sc makes 5 times the calls of {gain}",
    ]
    shown = analysed(right={"v6": 60, "sc": 110}).plots[0].sentence
    assert shown == (
        "sc writes 20 times the tokens of v6 for 36 points more [28, 44]: "
        "the difference is shown on 140 rows."
    )
    alone = analysed(right={"v7": 110, "sc": 60}, baseline="v7").plots[0]
    assert alone.sentence == "v7 is both the best and the cheapest in tokens."


def test_a_difference_names_the_cases_that_changed():
    found = {each.variant: each for each in analysed().differences}
    assert (found["v7"].verdict.kind, len(found["v7"].gained), found["v7"].lost) == (
        "better", 13, ()
    )  # fmt: skip
    assert found["small"].lost == tuple(f"c{place}" for place in range(86, 104))


def test_tags_under_twenty_rows_are_counts_and_others_are_adjusted_together():
    (table,) = analysed().tables
    assert table.name == "kind"
    assert [(row.value, len(row.cases)) for row in table.rows] == KINDS
    assert table.tests == 9
    one, two, vague, off = table.rows
    cell = two.cells[3]
    assert (cell.passed, cell.scored, cell.differs) == (18, 34, True)
    assert cell.difference == pytest.approx(-16 / 34)
    assert not one.cells[1].differs
    assert vague.cells[1].p == pytest.approx(2 * 0.5**13 * 9 / 3)
    assert off.cells[2].counts_only
    assert (off.cells[2].interval, off.cells[2].p) == (None, None)


def test_groupings_are_tags_and_columns_with_few_short_values():
    given = [
        EvaluationCase(
            id=f"c{place}",
            number=place,
            tags=("a", "b") if place % 2 else ("a",),
            values={"id": place % 2, "hard": place % 3 == 0, "text": "x" * (60 + place % 2),
                    "word": str(place % 4), "same": 1, "own": place},
        )
        for place in range(20)
    ]  # fmt: skip
    found = groupings_of(given, Columns(), inputs=["word"])
    assert [each.name for each in found] == ["tags", "hard", "word"]
    assert {value: len(ids) for value, ids in found[0].values.items()} == {"a": 20, "b": 10}
    assert set(found[1].values) == {"true", "false"}


def test_calibration_is_of_the_checks_that_give_confidences():
    (found,) = analysed(right={"v6": 70}, detail={"confidence": 0.75}).calibrations
    assert (found.variant, found.check) == ("v6", "exact")
    assert found.calibration.rows == 140
    assert found.calibration.ece == pytest.approx(0.25)
    assert found.calibration.brier == pytest.approx(0.5 * 0.0625 + 0.5 * 0.5625)
    assert analysed(detail={"confidence": 7}).calibrations == ()
    judged = analysed(right={"v6": 70}, detail={"confidence": 0.75}, metric="judge-claim")
    assert judged.calibrations == ()
    assert analysed().calibrations == ()


def test_nothing_scored_is_an_analysis_without_plots():
    given = cases()
    empty = result(right={"v6": 0}, given=given)
    (variant,) = empty.variants
    none = [scoring.score_case(case, []) for case in given]
    counted = scoring.count_variant(variant.name, given, none)
    changed = msgspec.structs.replace(empty, variants=(counted,), comparisons=())
    found = analyse(figures_of(changed, given, Columns(), ["ticket"]))
    assert found.plots == ()
    assert found.variants[0].value is None
    assert [cell.scored for row in found.tables[0].rows for cell in row.cells] == [0] * 4
