"""A judge against the user's votes: the gate, agreement, bias of place and length."""

from __future__ import annotations

import pytest

from workbench.domain.evaluation.checks import Check, CheckResult, CheckSet
from workbench.domain.evaluation.judge_agreement import JudgeGate
from workbench.domain.evaluation.scores import Errored, Score
from workbench.domain.evaluation.votes import Vote, VoteAnswer, VotePair
from workbench.evaluation.judges.report import JudgedAnswer, gate_sentence, label_of, report_on
from workbench.evaluation.metrics.checking import combine, rank

RUBRIC = Check(metric="judge-rubric")
PAIR = Check(metric="judge-pairwise")


def scored(value: float, check: Check = RUBRIC, **detail: object) -> CheckResult:
    result = Score(value=value, detail=detail)  # type: ignore[arg-type]
    return CheckResult(check=check, result=result, score=value)


def pair_result(first: float, second: float) -> CheckResult:
    """P(label A) with the output shown first, and shown second."""
    readings = [
        {"labels": ["A", "B"], "probabilities": [each, 1 - each], "mass": 0.9}
        for each in (first, second)
    ]
    pick = {(True, False): "a", (False, True): "b"}.get((first > 0.5, second > 0.5), "tie")
    value = {"a": 1.0, "b": 0.0}.get(pick, 0.5)
    return scored(value, PAIR, readings=readings, pick=pick, judge="tiny", prompt="pairwise")


def answer(key: str, result: CheckResult, variant: str, row: int, length: int = 10) -> JudgedAnswer:
    return JudgedAnswer((key, vote_answer(key).digest), variant, (str(row), 0), length, result)


def vote_answer(key: str) -> VoteAnswer:
    return VoteAnswer(variant="", key=key, text="")


def vote(a: str, b: str, choice: str) -> Vote:
    pair = VotePair(case="", a=vote_answer(a), b=vote_answer(b), seed=1)
    return Vote(vote_id=1, pair_id=1, pair=pair, choice=choice)  # type: ignore[arg-type]


def rubric_rows(rows: int, wrong: int = 0):
    """A judge that is wrong about the first rows; the better answer is at changing sides."""
    answers, votes = [], []
    for row in range(rows):
        best = "a" if row % 2 else "b"
        found = best if row >= wrong else ("b" if best == "a" else "a")
        for side, variant in (("a", "base"), ("b", "new")):
            result = scored(0.9 if side == found else 0.2)
            answers.append(answer(f"{row}{side}", result, variant, row))
        votes.append(vote(f"{row}a", f"{row}b", best))
    return answers, votes


@pytest.mark.parametrize(
    ("rows", "wrong", "may_rank"), [(49, 0, False), (50, 0, True), (60, 6, True), (60, 25, False)]
)
def test_a_judge_ranks_where_all_of_the_gate_holds(rows: int, wrong: int, may_rank: bool) -> None:
    answers, votes = rubric_rows(rows, wrong)
    report = report_on("Rubric", "judge-rubric", answers, votes)
    assert report.may_rank is may_rank
    assert report.gate.votes == rows
    assert report.agreement is not None
    assert report.agreement.observed == pytest.approx(1 - wrong / rows)
    assert report.alpha is not None
    assert report.weighted_kappa is not None


def test_votes_that_were_skipped_or_not_judged_do_not_count() -> None:
    answers, votes = rubric_rows(3)
    votes += [vote("0a", "0b", "skipped"), vote("0a", "other", "a")]
    assert report_on("Rubric", "judge-rubric", answers, votes).gate.votes == 3


def test_scores_that_are_near_to_each_other_are_a_tie() -> None:
    assert label_of(scored(0.50), scored(0.52)) == "tie"
    assert label_of(scored(0.2), scored(0.9)) == "b"
    assert label_of(scored(0.9), scored(0.2)) == "a"
    assert label_of(scored(0.9), None) == ""
    errored = CheckResult(check=RUBRIC, result=Errored(reason="no"))
    assert label_of(errored, scored(0.2)) == ""


def test_a_pair_with_the_baseline_is_turned_to_the_side_of_the_vote() -> None:
    baseline = scored(0.5, PAIR)
    won = pair_result(0.9, 0.1)
    assert label_of(won, baseline) == "a"
    assert label_of(baseline, won) == "b"
    assert label_of(baseline, pair_result(0.9, 0.9)) == "tie"
    assert label_of(won, pair_result(0.2, 0.8)) == ""


def test_the_bias_of_place_is_shown() -> None:
    fair = [answer(f"{row}", pair_result(0.9, 0.2), "new", row) for row in range(3)]
    biased = [answer("4", pair_result(0.8, 0.65), "new", 4)]
    report = report_on("Pairwise", "judge-pairwise", [*fair, *biased], ())
    assert report.consistency == 0.75
    assert report.first_slot == pytest.approx(5 / 8)
    assert report.models == ("tiny",)
    assert report.mass == pytest.approx(0.9)
    only = report_on("Pairwise", "judge-pairwise", biased, ())
    assert only.consistency == 0
    assert only.position_bias == pytest.approx(1.002667)


def test_the_longer_answer_may_be_preferred() -> None:
    answers = []
    for row, (length, value) in enumerate(
        [(40, 0.9), (30, 0.8), (20, 0.1), (5, 0.2), (8, 0.9), (9, 0.1)]
    ):
        answers.append(answer(f"{row}n", scored(value), "new", row, length))
        answers.append(answer(f"{row}b", scored(0.5), "base", row, 10))
    report = report_on("Rubric", "judge-rubric", answers, (), baseline="base")
    assert report.length is not None
    assert report.length.value > 0
    assert report.length.rows == 6


def test_the_sentence_says_what_is_missing() -> None:
    def sentence(votes: int, low: float | None, consistency: float | None) -> str:
        return gate_sentence(JudgeGate(votes=votes, kappa_low=low, consistency=consistency))

    assert sentence(12, 0.9, 1.0).startswith("12 of 50 votes")
    assert "kappa with your votes is 0.31" in sentence(80, 0.31, 1.0)
    assert "both orders is 0.60" in sentence(80, 0.5, 0.6)
    assert sentence(80, 0.5, 0.9) == "It agrees with 80 votes of yours, so it ranks."


def test_judges_that_do_not_rank_change_neither_score_nor_verdict() -> None:
    exact = CheckResult(
        check=Check(metric="exact"), result=Score(value=1.0), passed=True, score=1.0
    )
    judged = CheckResult(check=RUBRIC, result=Score(value=0.0), passed=False, score=0.0)
    broken = CheckResult(check=RUBRIC, result=Errored(reason="no"))
    inner = combine(CheckSet(checks=(RUBRIC,)), (judged,))
    results = (exact, judged, broken, inner)
    whole = combine(CheckSet(checks=(exact.check, RUBRIC, RUBRIC, inner.check)), results)
    assert (whole.status, whole.passed) == ("errored", None)
    ranked = rank(whole, lambda check: check.metric == "exact")
    assert (ranked.status, ranked.score, ranked.passed) == ("scored", 1.0, True)
    assert (ranked.errors, ranked.excluded) == (0, 3)
    assert [each.ranks for each in ranked.leaves()] == [True, False, False, False]
    assert rank(ranked, lambda _check: True) == whole
