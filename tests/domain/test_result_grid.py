"""The grid of cases x variants: what a cell says, which rows a filter shows, and their order."""

from __future__ import annotations

from workbench.domain.evaluation.cells import Cell, CellId, KeptCell
from workbench.domain.evaluation.checks import Check, CheckResult, CheckSet, SetResult
from workbench.domain.evaluation.evaluation_set import EvaluationCase
from workbench.domain.evaluation.grid.cells import grid_cell
from workbench.domain.evaluation.grid.choice import (
    CASE,
    RowGroup,
    RowsWanted,
    SortKey,
    choose_rows,
)
from workbench.domain.evaluation.grid.earlier import kept_scores
from workbench.domain.evaluation.grid.rows import make_table
from workbench.domain.evaluation.results import CaseScore, CellScore
from workbench.domain.evaluation.scores import FormatFailure, Score

VARIANTS = ("old", "new")
# Answers of both variants on each case: a wrong one is not the case's letter.
ANSWERS = {"a": ("a", "x"), "b": ("x", "b"), "c": ("c", "c"), "d": ("x", "x"), "e": ("e", "")}


def cell(variant: str, case: str, output: str, repeat: int = 0, **given) -> Cell:
    values = {"state": "done", "run_id": 1, "output": output} | given
    return Cell(id=CellId(variant, case, repeat), **values)


def score(case: str, *cells: Cell) -> CaseScore:
    """A score whose check wants the case's letter; no output is a format failure."""
    scored = []
    for each in cells:
        passed = each.output == case
        found = Score(value=float(passed), passed=passed) if each.output else None
        leaf = CheckResult(
            check=Check(metric="exact"),
            result=found or FormatFailure(reason="There is no answer."),
            passed=passed,
        )
        result = SetResult(
            check=CheckSet(),
            status="scored",
            score=float(passed),
            passed=passed,
            results=(leaf,),
            format_failures=int(not each.output),
        )
        scored.append(CellScore(cell=each, result=result))
    verdicts = [each.result.passed for each in scored]
    return CaseScore(
        case=case,
        number=1,
        state="scored",
        score=sum(verdicts) / len(verdicts),
        passed=all(verdicts),
        passed_repeats=sum(verdicts),
        is_format_failure=not all(each.output for each in cells),
        reason="" if all(verdicts) else "There is no answer.",
        cells=tuple(scored),
    )


def table(before=None):
    cells = {
        found.id: found
        for case, answers in ANSWERS.items()
        for variant, answer in zip(VARIANTS, answers, strict=True)
        for found in [cell(variant, case, answer)]
    }
    scores = {
        name: {case: score(case, cells[CellId(name, case)]) for case in ANSWERS}
        for name in VARIANTS
    }
    cases = [
        EvaluationCase(
            id=name,
            number=number,
            values={"text": f"Case {name.upper()}", "more": number},
            expected=(name,),
            tags=("odd",) if number % 2 else ("even", "late"),
        )
        for number, name in enumerate(ANSWERS, start=1)
    ]
    return make_table(cases, VARIANTS, cells, 1, scores, "old", before)


def shown(found, lines):
    return [each if isinstance(each, RowGroup) else found.rows[each].id for each in lines]


def test_a_cell_says_verdict_and_change_at_once() -> None:
    kinds = {row.id: tuple(each.kind for each in row.cells) for row in table().rows}
    assert kinds == {
        "a": ("right", "lost"),
        "b": ("wrong", "gained"),
        "c": ("right", "right"),
        "d": ("wrong", "wrong"),
        "e": ("right", "format"),
    }
    failed = table().rows[4].cells[1]
    assert (failed.is_lost, failed.text, failed.count) == (True, "There is no answer.", "0/1")


def test_a_cell_counts_its_repeats_and_shows_the_answer_that_decided() -> None:
    cells = [cell("old", "a", text, n, state="cached") for n, text in enumerate(["a", "x", "a"])]
    found = grid_cell(cells, score("a", *cells), None)
    assert (found.kind, found.text, found.count, found.is_cached) == ("wrong", "x", "2/3", True)


def test_a_cell_at_work_says_how_far_it_is_whatever_was_scored_before() -> None:
    done = [cell("old", "a", "a", n) for n in range(3)]
    before = score("a", *done)
    again = [*done[:2], cell("old", "a", "", 2, state="running")]
    assert grid_cell(again, before, None).shown == "2 of 3"
    newer = [*done[:2], cell("old", "a", "a", 2, run_id=9)]
    assert grid_cell(newer, before, None).kind == "running"  # not judged yet
    assert grid_cell([cell("old", "a", "", state="missing")], None, None).shown == "–"
    failed = grid_cell(
        [*done[:2], cell("old", "a", "", 2, state="failed", error="No.")], None, None
    )
    assert (failed.kind, failed.text) == ("error", "No.")


def test_filters_count_and_choose_rows() -> None:
    found = table()
    chosen = choose_rows(found, RowsWanted(order="set"))
    assert chosen.counts == {
        "all": 5,
        "changed": 3,
        "failures": 4,
        "disagree": 3,
        "format": 1,
        "errors": 0,
    }
    by = {
        "changed": RowsWanted(show="changed", order="set"),
        "tags": RowsWanted(tags=("even", "late"), order="set"),
        "value": RowsWanted(text="case  B", order="set"),
        "answer": RowsWanted(text="no answer", order="set"),
        "ids": RowsWanted(cases=("c", "e"), order="set"),
    }
    assert {name: shown(found, choose_rows(found, each).lines) for name, each in by.items()} == {
        "changed": ["a", "b", "e"],
        "tags": ["b", "d"],
        "value": ["b"],
        "answer": ["e"],
        "ids": ["c", "e"],
    }


def test_regressions_come_first_and_groups_fold() -> None:
    found = table()
    wanted = RowsWanted(of="new", folded=frozenset({"gained"}))
    lines = shown(found, choose_rows(found, wanted).lines)
    assert lines == [
        RowGroup("lost", "Lost against the baseline", 2, is_folded=False),
        "a",
        "e",
        RowGroup("gained", "Gained", 1, is_folded=True),
        RowGroup("wrong", "Wrong", 1, is_folded=False),
        "d",
        RowGroup("right", "Right", 1, is_folded=False),
        "c",
    ]


def test_rows_are_sorted_by_several_columns() -> None:
    found = table()
    keys = (SortKey("old"), SortKey(CASE, is_descending=True))
    lines = choose_rows(found, RowsWanted(order="columns", keys=keys)).lines
    assert shown(found, lines) == ["d", "b", "e", "c", "a"]


def test_an_earlier_evaluation_takes_the_place_of_the_baseline() -> None:
    kept = [
        KeptCell(id=CellId("new", case), key="", state="done", score=1.0, passed=case != "b")
        for case in "ab"
    ] + [KeptCell(id=CellId("new", "c"), key="", state="failed")]
    before = kept_scores(kept)
    assert [before["new"][case].state for case in "abc"] == ["scored", "scored", "errored"]
    verdicts = {"new": {case: each.passed for case, each in before["new"].items()}}
    kinds = [row.cells[1].kind for row in table(verdicts).rows]
    assert kinds == ["lost", "gained", "right", "wrong", "format"]
    assert table(verdicts).rows[0].cells[0].kind == "right"
