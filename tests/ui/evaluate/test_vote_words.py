"""Sentences about votes and the board."""

from __future__ import annotations

from workbench.domain.evaluation.board import Standing, VoteBoard
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.judge_agreement import JudgeGate
from workbench.domain.evaluation.votes import Choice, Vote, VoteAnswer, VotePair, VotingRound
from workbench.ui.evaluate.votes import words


def pair(number: int) -> VotePair:
    return VotePair(
        case=str(number),
        a=VoteAnswer(variant="warm", key=f"w{number}", text="Yes"),
        b=VoteAnswer(variant="short", key=f"s{number}", text="No"),
        seed=1,
    )


def state(*choices: Choice, planned: int = 90, **more: int) -> VotingRound:
    votes = tuple(
        Vote(vote_id=n, pair_id=n, pair=pair(n), choice=choice, seconds=30.0)
        for n, choice in enumerate(choices, 1)
    )
    counts = {"pairs": 360, "identical": 0, "unfinished": 0, "earlier": 0, **more}
    shown = pair(0) if counts["pairs"] > len(votes) else None
    return VotingRound(pair=shown, votes=votes, planned=planned, **counts)


def standing(name: str, low: float, high: float, ranks: tuple[int, int]) -> Standing:
    middle = (low + high) / 2
    return Standing(
        name=name, strength=middle, standard_error=1.0, rating=middle, interval=Bounds(low, high),
        best_rank=ranks[0], worst_rank=ranks[1], won=20, tied=7, lost=8,
    )  # fmt: skip


def board(*standings: Standing) -> VoteBoard:
    return VoteBoard(
        standings=standings, votes=69, rows=60, both_bad=4, tie_parameter=0.5,
        log_likelihood=-40.0, is_separated=False, resamples=4_000, seed=1,
    )  # fmt: skip


def test_progress_and_what_an_export_gives() -> None:
    found = state(*("a",) * 56, *("both_bad",) * 4, *("tie",) * 9)
    assert words.progress_text(found) == ("Vote 70", "of 90")
    assert words.time_left_text(found) == "about 10 min left"
    assert words.rows_text(found) == "56 DPO rows from decided votes, 8 KTO rows"
    assert words.progress_text(state("a", planned=1)) == ("Vote 2", "1 were planned")
    assert words.progress_text(state("a", pairs=1)) == ("1 vote", "")
    assert words.rows_text(state("skipped")) == ""


def test_why_nothing_can_be_voted_on() -> None:
    assert words.nothing_text(state("a", pairs=1)) == "All 1 pair have a vote."
    assert "Run the evaluation first" in words.nothing_text(state(pairs=0, unfinished=3))
    assert "the same text" in words.nothing_text(state(pairs=0, identical=3))
    assert "second variant" in words.nothing_text(state(pairs=0))
    counted = words.counted_out_text(state("skipped", identical=2, earlier=5))
    assert counted == (
        "2 pairs with equal texts not asked, 1 skipped, 5 votes on earlier answers kept, "
        "not counted"
    )


def test_a_vote_names_its_drafts_only_afterwards() -> None:
    first, second, third = state("b", "tie", "both_bad").votes
    assert words.vote_text(first) == "short beat warm"
    assert words.vote_text(second) == "warm and short: a tie"
    assert words.vote_text(third) == "warm and short: both bad"


def test_what_the_board_says() -> None:
    found = board(
        standing("v5, warm", 1_017, 1_260, (1, 2)),
        standing("v4", 961, 1_184, (1, 2)),
        standing("v3", 666, 930, (3, 3)),
    )
    assert [words.rank_text(each) for each in found.standings] == ["1–2", "1–2", "3"]
    assert words.undecided_text(found) == "2 drafts not ranked surely yet."
    assert words.below_text(found) == "“v3” is below “v5, warm” and “v4”."
    assert "4,000 resamples of the 60 cases" in words.method_text(found)
    assert "| 3 | v3 | 798 | 666 to 930 | 20 | 7 | 8 |" in words.board_lines(found)
    assert words.rating_text(-24.4) == "\u221224"


def test_the_three_gates_of_a_judge() -> None:
    met = JudgeGate(votes=65, kappa_low=0.49, consistency=0.89)
    assert [line[0] for line in words.gate_lines(met)] == [True, True, True]
    none = JudgeGate(votes=12, kappa_low=None, consistency=None)
    assert words.gate_lines(none) == (
        (False, "12 pairs", "50 needed"),
        (False, "kappa not known yet", "0.40 needed"),
        (False, "both orders not measured", "0.80 needed"),
    )
