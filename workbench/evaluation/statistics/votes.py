"""From votes on pairs to a board: strengths, ratings, rank ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.board import Standing, VoteBoard
from workbench.domain.evaluation.estimates import Bounds
from workbench.evaluation.statistics.distributions import two_sided_z
from workbench.evaluation.statistics.intervals import LEVEL

RESAMPLES = 4000
ELO = 400 / math.log(10)
_RESAMPLE_RIDGE = 0.01
"""A resample can be separated where the votes are not: holds it at finite strengths."""
_CHUNK = 2_000_000


class PairVote(NamedTuple):
    """One vote: which of two candidates answered a row better."""

    row: str
    one: str
    other: str
    outcome: Literal["one", "other", "tie", "both_bad"]


def vote_board(
    votes: Sequence[PairVote], *, seed: int, resamples: int = RESAMPLES, level: float = LEVEL
) -> VoteBoard:
    """The board of all candidates that were voted on.

    Strengths by the Davidson model (see :mod:`davidson`), errors from the inverse information.
    Intervals are percentiles over resampled rows, so that several votes on a row, or voters, count
    as one row; where the votes are separated they are normal, of the ridge. A rank range is 1 + how
    many others lie wholly above, to how many do not lie wholly below: the rule of Chatbot Arena
    (Chiang, W.-L. et al. (2024), arXiv 2403.04132). The order of votes changes nothing. Takes time:
    not for the thread of the window.

    Args:
        votes: in any order.
        seed: of the resampling, kept with the board.
        resamples: how many.
        level: the confidence of intervals.

    Raises:
        UsageError: there are no votes, or one compares a candidate with itself.
    """
    import numpy as np  # noqa: PLC0415 - costs 0.1 s, which a window that opens can do without

    from workbench.evaluation.statistics import davidson  # noqa: PLC0415 - imports numpy

    if not votes:
        raise UsageError("There are no votes yet: vote on some pairs first.")
    if any(vote.one == vote.other for vote in votes):
        raise UsageError("A vote compares a candidate with itself: leave it out.")
    # Sorted, so that the same votes in another order make the same board to the last digit.
    names = sorted({name for vote in votes for name in (vote.one, vote.other)})
    rows = sorted({vote.row for vote in votes})
    place_of = {name: place for place, name in enumerate(names)}
    line_of = {row: line for line, row in enumerate(rows)}
    size = len(names)
    wins, ties = np.zeros((2, len(rows), size, size))
    for vote in votes:
        line, one, other = line_of[vote.row], place_of[vote.one], place_of[vote.other]
        if vote.outcome == "one":
            wins[line, one, other] += 1
        elif vote.outcome == "other":
            wins[line, other, one] += 1
        else:
            ties[line, one, other] += 1
            ties[line, other, one] += 1
    all_wins, all_ties = wins.sum(axis=0), ties.sum(axis=0)
    is_separated = davidson.is_separated(all_wins, all_ties)
    if is_separated:
        fit = davidson.fit_davidson(
            all_wins[None], all_ties[None], davidson.SEPARATED_RIDGE, log_v=0.0
        )
    else:
        fit = davidson.fit_davidson(all_wins[None], all_ties[None])
    strengths = fit.strengths[0]
    errors = np.sqrt(np.diag(fit.covariance[0]))
    if is_separated:
        half = two_sided_z(level) * errors
        low, high = strengths - half, strengths + half
    else:
        random = np.random.default_rng(seed)
        step = max(1, _CHUNK // len(rows))
        drawn = []
        for start in range(0, resamples, step):
            count = min(step, resamples - start)
            times = random.multinomial(len(rows), [1 / len(rows)] * len(rows), size=count)
            again = davidson.fit_davidson(
                np.tensordot(times.astype(float), wins, axes=1),
                np.tensordot(times.astype(float), ties, axes=1),
                _RESAMPLE_RIDGE,
                log_v=float(fit.log_v[0]) if all_ties.any() else None,
            )
            drawn.append(again.strengths)
        low, high = np.quantile(np.concatenate(drawn), [(1 - level) / 2, (1 + level) / 2], axis=0)
    standings = [
        Standing(
            name=name,
            strength=float(strengths[place]),
            standard_error=float(errors[place]),
            rating=_rating(strengths[place]),
            interval=Bounds(_rating(low[place]), _rating(high[place])),
            best_rank=1 + int((low > high[place]).sum()),
            worst_rank=size - int((high < low[place]).sum()),
            won=int(all_wins[place].sum()),
            tied=int(all_ties[place].sum()),
            lost=int(all_wins[:, place].sum()),
        )
        for name, place in place_of.items()
    ]
    return VoteBoard(
        standings=tuple(sorted(standings, key=lambda each: -each.strength)),
        votes=len(votes),
        rows=len(rows),
        both_bad=sum(vote.outcome == "both_bad" for vote in votes),
        tie_parameter=float(np.exp(fit.log_v[0])),
        log_likelihood=float(fit.log_likelihood[0]),
        is_separated=is_separated,
        resamples=0 if is_separated else resamples,
        seed=seed,
    )


def couples_by_doubt(names: Sequence[str], votes: Sequence[PairVote]) -> list[tuple[str, str]]:
    """All couples of candidates, the least sure first: there the next vote says the most.

    By the variance of their difference times the information of a vote, p (1 - p): the sequential
    D-optimal design (Glickman, M. E., Jensen, S. T. (2005), Adaptive paired comparison design,
    Journal of Statistical Planning and Inference 127, 279-293), of the Davidson model with a weak
    prior, so that a couple without a vote is as unsure as can be.

    Args:
        names: of all candidates, in order; votes on others are left out.
        votes: in any order.
    """
    import numpy as np  # noqa: PLC0415 - costs 0.1 s, which a window that opens can do without

    from workbench.evaluation.statistics import davidson  # noqa: PLC0415 - imports numpy

    size = len(names)
    place_of = {name: place for place, name in enumerate(names)}
    wins, ties = np.zeros((2, 1, size, size))
    for vote in votes:
        if vote.one not in place_of or vote.other not in place_of:
            continue
        one, other = place_of[vote.one], place_of[vote.other]
        if vote.outcome in ("one", "other"):
            won, lost = (one, other) if vote.outcome == "one" else (other, one)
            wins[0, won, lost] += 1
        else:
            ties[0, one, other] += 1
            ties[0, other, one] += 1
    fit = davidson.fit_davidson(wins, ties, davidson.SEPARATED_RIDGE, log_v=0.0)
    strengths, covariance = fit.strengths[0], fit.covariance[0]

    def gain(couple: tuple[int, int]) -> float:
        one, other = couple
        variance = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
        chance = 1 / (1 + math.exp(strengths[other] - strengths[one]))
        return float(variance * chance * (1 - chance))

    couples = sorted(combinations(range(size), 2), key=lambda each: -round(gain(each), 9))
    return [(names[one], names[other]) for one, other in couples]


def _rating(strength: float) -> float:
    return 1000 + ELO * float(strength)
