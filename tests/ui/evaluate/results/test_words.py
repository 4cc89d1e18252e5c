"""What the parts of Results say, without a window."""

from __future__ import annotations

import msgspec

from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.checks import Check, CheckResult, CheckSet, SetResult
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.results import VariantResult
from workbench.domain.evaluation.scores import Errored, FormatFailure, Score
from workbench.ui.evaluate.results.copied import as_text
from workbench.ui.evaluate.results.drawer.case_parts import check_words, repeat_row
from workbench.ui.evaluate.results.drawer.judge_bars import readings_of
from workbench.ui.evaluate.results.tops.summary_paint import scale_of
from workbench.ui.evaluate.results.tops.variants import VariantHead


def head(scored: int, low: float, high: float, **given) -> VariantHead:
    found = VariantResult(
        name="v7",
        rows=scored + 2,
        scored=scored,
        passed=scored - 3,
        format_failures=2,
        errors=1,
        excluded=0,
        unfinished=0,
        value=0.7432,
        interval=Bounds(low, high),
    )
    return VariantHead("v7", "", "Direct", "direct", "Qwen", is_baseline=True, found=found, **given)


def test_a_head_says_its_summary() -> None:
    whole = head(140, 0.66, 0.814)
    assert (whole.value_text, whole.interval_text) == ("74.3", "66 to 81")
    assert whole.spoken == (
        "v7, Direct, Qwen, 74.3 percent, interval 66 to 81, 137 of 140, 2 format failures, "
        "1 error, baseline"
    )
    few = head(19, 0.66, 0.814)
    assert (few.interval, few.count_text) == (None, "16 of 19")
    assert scale_of([whole]).words == "95 % interval, from 50 to 100 %"
    assert scale_of([whole, head(140, 0.4, 0.9)]).low == 0


def leaf(result, passed, name="") -> CheckResult:
    return CheckResult(check=Check(metric="exact", name=name), result=result, passed=passed)


def test_a_check_says_what_changed() -> None:
    right, wrong = Score(value=1.0, passed=True), Score(value=0.0, passed=False, reason="No.")
    lost = check_words(leaf(wrong, False), leaf(right, True))
    assert (lost.icon, lost.note, lost.reason) == ("circle-x", "lost", "No.")
    assert check_words(leaf(right, True, "Team"), None)[:4] == (
        "circle-check",
        "ok",
        "Team",
        "exact",
    )
    assert check_words(leaf(FormatFailure(reason="No number."), False), None).icon == "ban"
    assert check_words(leaf(Errored(reason="It broke."), None), None).tone == "bad"
    assert check_words(leaf(Score(value=0.25), None), None).note == "0.25"
    unranked = check_words(msgspec.structs.replace(leaf(wrong, False), ranks=False), None)
    assert (unranked.tone, unranked.note) == ("text-3", "does not rank yet")


def test_a_repeat_says_its_verdict_and_cost() -> None:
    done = Cell(id=CellId("v", "c"), state="done", output="It is  5", tokens=33, seconds=3.1)
    result = SetResult(check=CheckSet(), status="scored", score=0, passed=False, results=())
    assert repeat_row(2, done, result) == (2, "close", "bad", "It is 5", "33 tokens   3.1 s")
    failed = Cell(id=CellId("v", "c"), state="failed", error="The model is gone.")
    assert repeat_row(1, failed, None).text == "The model is gone."


def test_a_judges_labels_are_read_from_its_detail() -> None:
    detail = {"readings": [{"labels": ["5", "4"], "probabilities": [0.2, 0.7], "mass": 0.9}]}
    assert [each.probabilities for each in readings_of(detail)] == [(0.2, 0.7)]
    assert readings_of({"readings": [{"labels": ["5"]}], "extracted": "5"}) == ()


def test_no_cell_is_pasted_as_a_formula() -> None:
    assert [as_text(each) for each in ("=1+1", "two\nlines\there", "-3")] == [
        "'=1+1",
        "two lines here",
        "'-3",
    ]
