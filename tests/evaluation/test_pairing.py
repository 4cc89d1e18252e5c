"""Which pair is asked next: every row has its turn, the least sure couple first, sides by seed."""

from __future__ import annotations

import random

import pytest

from workbench.domain.evaluation.votes import (
    Choice,
    Vote,
    VoteAnswer,
    VotePair,
    VotingRound,
    votes_planned,
)
from workbench.evaluation.pairing import Pairing
from workbench.evaluation.statistics.votes import PairVote, couples_by_doubt

VARIANTS = ("v3", "v4", "v5")
CASES = tuple(str(number) for number in range(12))


def answer(variant: str, case: str, text: str = "") -> VoteAnswer:
    return VoteAnswer(variant=variant, key=f"{variant}.{case}", text=text or f"{variant} {case}")


def pairing(*, seed: int = 1, **changed: str) -> Pairing:
    answers = {(v, c): answer(v, c) for v in VARIANTS for c in CASES}
    for place, text in changed.items():
        variant, case = place.split("_")
        answers[variant, case] = answer(variant, case, text)
    return Pairing(VARIANTS, CASES, answers, seed=seed)


def vote(pair: VotePair, choice: Choice = "a", number: int = 1, seconds: float = 0.0) -> Vote:
    return Vote(vote_id=number, pair_id=number, pair=pair, choice=choice, seconds=seconds)


@pytest.mark.parametrize("order", ["least_sure", "in_order"])
def test_all_pairs_are_asked_once_and_each_row_before_any_comes_again(order: str) -> None:
    made, votes = pairing(), []
    while (pair := made.next(votes, order)) is not None:  # type: ignore[arg-type]
        votes.append(vote(pair, random.Random(len(votes)).choice(["a", "b", "tie"])))
    assert len({each.pair.identity for each in votes}) == len(votes) == 3 * len(CASES)
    first = [each.pair.case for each in votes[: len(CASES)]]
    assert sorted(first) == sorted(CASES) if order == "least_sure" else first[:3] == ["0"] * 3


def test_the_seed_decides_the_sides_whatever_the_order_and_both_come() -> None:
    lefts = []
    for seed in (1, 1, 2):
        votes: list[Vote] = []
        while (pair := pairing(seed=seed).next(votes, "in_order")) is not None:
            votes.append(vote(pair))
        lefts.append([each.pair.a.variant for each in votes])
    assert lefts[0] == lefts[1] != lefts[2]
    assert {lefts[0][place] for place in range(0, 36, 3)} == {"v3", "v4"}


def test_skipped_pairs_come_last_the_first_skipped_first() -> None:
    made = pairing()
    votes = []
    for number in range(3 * len(CASES)):
        pair = made.next(votes, "in_order")
        assert pair is not None
        votes.append(vote(pair, "skipped" if number in (2, 5) else "tie", number + 1))
    assert made.next(votes, "in_order") == votes[2].pair


def test_equal_texts_and_missing_answers_are_counted_and_not_asked() -> None:
    made = pairing(v3_0="same", v4_0="same")
    found = made.counts()
    assert (found.pairs, found.identical, found.unfinished) == (35, 1, 0)
    answers = {("v3", "0"): answer("v3", "0"), ("v4", "0"): answer("v4", "0")}
    alone = Pairing(VARIANTS, CASES[:2], answers).counts()
    assert (alone.pairs, alone.rows, alone.identical, alone.unfinished) == (1, 1, 0, 5)


def test_votes_follow_their_answers_to_other_names_and_not_to_other_texts() -> None:
    pair = pairing().next([], "in_order")
    assert pair is not None
    renamed = {
        (variant.replace("v", "draft "), case): answer(variant, case)
        for variant in VARIANTS
        for case in CASES
    }
    (found,) = Pairing(["draft 3", "draft 4"], CASES, renamed).of_this([vote(pair)])
    assert found.pair.a.variant == pair.a.variant.replace("v", "draft ")
    changed = pairing(**{f"{pair.a.variant}_{pair.case}": "another text"})
    assert changed.of_this([vote(pair)]) == ()


def test_the_couple_that_a_vote_says_most_of_comes_first() -> None:
    even = [PairVote(str(n), "v4", "v5", "one" if n % 2 else "other") for n in range(8)]
    lost = [PairVote(str(n), "v3", "v4", "other") for n in range(8)]
    lost += [PairVote(str(n), "v3", "v5", "other") for n in range(8)]
    assert couples_by_doubt(VARIANTS, even)[-1] == ("v4", "v5")
    assert couples_by_doubt(VARIANTS, even + lost * 4)[0] == ("v4", "v5")
    gone = PairVote("1", "v3", "gone", "one")
    assert couples_by_doubt(VARIANTS, [*even, gone]) == couples_by_doubt(VARIANTS, even)


@pytest.mark.parametrize(
    ("pairs", "rows", "couples", "planned"),
    [
        (360, 60, 6, 90),
        (140, 140, 1, 100),
        (12, 12, 1, 12),
        (140_000, 5_000, 28, 420),
        (0, 0, 1, 0),
    ],
)
def test_a_first_look_is_planned(pairs: int, rows: int, couples: int, planned: int) -> None:
    assert votes_planned(pairs, rows, couples) == planned


def test_time_left_is_the_median_of_votes_and_needs_three() -> None:
    pair = pairing().next([], "in_order")
    assert pair is not None
    votes = [vote(pair, "a", n, seconds) for n, seconds in enumerate((4.0, 6.0, 900.0), 1)]
    state = VotingRound(
        pair=pair, votes=tuple(votes), planned=13, pairs=36, identical=0, unfinished=0, earlier=0
    )
    assert state.seconds_left == 60.0
    votes[2] = vote(pair, "skipped", 3, 5.0)
    skipped = VotingRound(
        pair=pair, votes=tuple(votes), planned=13, pairs=36, identical=0, unfinished=0, earlier=0
    )
    assert (skipped.seconds_left, skipped.counted, skipped.dpo_rows) == (None, 2, 2)
