"""The board of votes: against computed values and closed forms."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.board import VoteBoard
from workbench.evaluation.statistics.davidson import fit_davidson, is_separated
from workbench.evaluation.statistics.votes import PairVote, vote_board

WINS = {("0", "1"): 7, ("1", "0"): 3, ("1", "2"): 6, ("2", "1"): 4, ("0", "2"): 8, ("2", "0"): 2}
TIES = {("0", "1"): 2, ("0", "2"): 1, ("1", "2"): 3}


def ballots(
    wins: dict[tuple[str, str], int], ties: dict[tuple[str, str], int] | None = None
) -> list[PairVote]:
    kinds = [(pair, "one", n) for pair, n in wins.items()]
    kinds += [(pair, "tie", n) for pair, n in (ties or {}).items()]
    return [
        PairVote(f"{pair}{outcome}{number}", *pair, outcome)  # type: ignore[arg-type]
        for pair, outcome, n in kinds
        for number in range(n)
    ]


def board(votes: list[PairVote], resamples: int = 1000) -> VoteBoard:
    return vote_board(votes, seed=1, resamples=resamples)


def test_bradley_and_terrys_strengths() -> None:
    found = board(ballots(WINS))
    assert [each.name for each in found.standings] == ["0", "1", "2"]
    strengths = [each.strength for each in found.standings]
    assert strengths == pytest.approx([0.740570, -0.149102, -0.591468], abs=1e-6)
    ratings = [each.rating for each in found.standings]
    assert ratings == pytest.approx([1128.65, 974.10, 897.25], abs=0.01)
    assert found.chance("0", "1") == pytest.approx(0.708823, abs=1e-6)
    assert (found.tie_parameter, found.is_separated, found.votes) == (0, False, 30)
    wins = np.zeros((1, 3, 3))
    for (one, other), count in WINS.items():
        wins[0, int(one), int(other)] = count
    covariance = fit_davidson(wins, np.zeros((1, 3, 3))).covariance[0]
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert math.sqrt(variance) == pytest.approx(0.573597, abs=1e-6)


def test_rank_ranges_by_resampled_rows() -> None:
    found = vote_board(ballots(WINS), seed=1)
    assert [each.best_rank for each in found.standings] == [1, 1, 2]
    assert [each.worst_rank for each in found.standings] == [2, 3, 3]


def test_davidsons_strengths_with_ties() -> None:
    found = board(ballots(WINS, TIES))
    strengths = [each.strength for each in found.standings]
    assert strengths == pytest.approx([0.777777, -0.162241, -0.615536], abs=1e-6)
    assert found.tie_parameter == pytest.approx(0.447118, abs=1e-6)
    assert found.log_likelihood == pytest.approx(-33.924656, abs=1e-6)
    errors = [each.standard_error for each in found.standings]
    assert errors == pytest.approx([0.353044, 0.309836, 0.333257], abs=1e-6)
    assert [(each.won, each.tied, each.lost) for each in found.standings] == [
        (15, 3, 5), (9, 5, 11), (6, 4, 14),
    ]  # fmt: skip


def test_two_candidates_have_a_closed_form() -> None:
    """Half a win for a tie, as arenas count, gives .693147 here."""
    found = board(ballots({("a", "b"): 6, ("b", "a"): 2}, {("a", "b"): 4}))
    first, second = found.standings
    assert first.strength - second.strength == pytest.approx(math.log(3), abs=1e-6)
    assert found.tie_parameter == pytest.approx(4 / math.sqrt(12), abs=1e-6)


def test_both_bad_is_a_tie_that_is_counted_apart() -> None:
    votes = ballots({("a", "b"): 6, ("b", "a"): 2}, {("a", "b"): 4})
    changed = [v._replace(outcome="both_bad") if v.outcome == "tie" else v for v in votes]
    one, other = board(votes), board(changed)
    assert (one.both_bad, other.both_bad) == (0, 4)
    assert one.standings == other.standings


def test_the_order_of_votes_changes_nothing() -> None:
    """Elo that is updated vote by vote gives 974.94 or 1025.06 for five wins and five losses."""
    votes = ballots(WINS, TIES)
    shuffled = random.Random(4).sample(votes, len(votes))
    assert board(shuffled) == board(votes)
    swapped = [
        PairVote(v.row, v.other, v.one, {"one": "other", "other": "one"}.get(v.outcome, v.outcome))  # type: ignore[arg-type]
        for v in votes
    ]
    assert board(swapped) == board(votes)
    even = board(ballots({("a", "b"): 5, ("b", "a"): 5}))
    assert [each.rating for each in even.standings] == pytest.approx([1000, 1000])


@pytest.mark.parametrize(
    ("wins", "ties"),
    [
        ({("a", "b"): 6}, {}),
        ({("a", "b"): 6}, {("a", "b"): 4}),
        ({}, {("a", "b"): 4}),
        ({("a", "b"): 3, ("b", "a"): 3, ("c", "d"): 2, ("d", "c"): 2}, {}),
        ({("a", "b"): 3, ("b", "a"): 3, ("b", "c"): 5}, {("a", "b"): 1}),
    ],
)
def test_votes_without_a_finite_fit_are_separated(
    wins: dict[tuple[str, str], int], ties: dict[tuple[str, str], int]
) -> None:
    found = board(ballots(wins, ties))
    assert found.is_separated
    for each in found.standings:
        assert math.isfinite(each.rating)
        assert each.interval.low < each.rating < each.interval.high
    lead = {pair[0] for pair in wins} - {pair[1] for pair in wins}
    assert not lead or found.standings[0].name in lead


def test_a_cycle_of_wins_is_not_separated_but_one_of_ties_alone_is() -> None:
    wins, ties = np.zeros((3, 3)), np.zeros((3, 3))
    wins[0, 1] = wins[1, 2] = wins[2, 0] = 1
    assert not is_separated(wins, ties)
    ties[0, 1] = ties[1, 0] = 1
    assert not is_separated(wins, ties)
    assert is_separated(np.zeros((3, 3)), ties)


def test_several_votes_on_a_row_are_one_row() -> None:
    once = ballots(WINS)
    thrice = [vote for vote in once for _ in range(3)]
    one, other = board(once), board(thrice)
    assert (one.rows, other.rows, other.votes) == (30, 30, 90)
    for single, repeated in zip(one.standings, other.standings, strict=True):
        width = single.interval.high - single.interval.low
        again = repeated.interval.high - repeated.interval.low
        assert again == pytest.approx(width, rel=0.1)


def test_votes_must_compare_two() -> None:
    with pytest.raises(UsageError, match="no votes"):
        board([])
    with pytest.raises(UsageError, match="itself"):
        board([PairVote("r", "a", "a", "one")])
