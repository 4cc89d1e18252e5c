"""Votes of several answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from workbench.domain.answers.forms import group_answers
from workbench.domain.text import count_text

_SHOWN, _MOST_TIED = 24, 4
TieRule = Literal["first_seen", "none"]


class Vote(NamedTuple):
    """The result of a majority vote.

    ``tally`` has one entry a distinct answer, most votes first, and None for "no answer";
    ``winner_index`` is the first sample that gave the winner, ``agreeing`` all that did.
    """

    tally: tuple[tuple[str | None, int], ...]
    winner: str | None
    winner_index: int | None
    agreeing: tuple[int, ...]


def majority(answers: Sequence[str | None], tie: TieRule) -> Vote:
    """Unweighted majority over equal answers; None is counted apart and never wins.

    With ``tie`` "none" a tie for the first place has no winner; "first_seen" gives it to the answer
    that came first.
    """
    ranked = sorted(group_answers(answers), key=len, reverse=True)
    tally: list[tuple[str | None, int]] = [(answers[group[0]], len(group)) for group in ranked]
    missing = sum(answer is None for answer in answers)
    if missing:
        tally.append((None, missing))
    tied = len(ranked) > 1 and len(ranked[0]) == len(ranked[1])
    if not ranked or (tied and tie == "none"):
        return Vote(tuple(tally), None, None, ())
    first = ranked[0]
    return Vote(tuple(tally), answers[first[0]], first[0], tuple(first))


def remark(vote: Vote) -> str:
    """What is to be known of a vote's result: a tie, or a thin winner; "" where it is sound."""
    votes = [count for answer, count in vote.tally if answer is not None]
    total = sum(count for _, count in vote.tally)
    missing = total - sum(votes)
    if not votes:
        return f"None of the {total} paths gave an answer." if total else ""
    if votes.count(votes[0]) > 1:
        tied = [answer or "" for answer, count in vote.tally if count == votes[0]]
        who = ", ".join(" ".join(answer.split())[:_SHOWN] for answer in tied[:_MOST_TIED])
        taken = "so there is no answer" if vote.winner is None else "the one seen first is taken"
        each = count_text(votes[0], "vote")
        return f"A tie: {len(tied)} answers have {each} each ({who}); {taken}."
    if votes[0] < missing:
        return (
            f"A thin winner: {votes[0]} of {total} paths gave the answer, and {missing} gave none "
            "that could be read."
        )
    return ""


def is_decided(answers: Sequence[str | None], left: int) -> bool:
    """Whether no ``left`` further answers can take the first place from its holder.

    A tie would be enough to take it where ties have no winner, so the leader must be ahead by more
    than what is left.
    """
    tally = [votes for answer, votes in majority(answers, "first_seen").tally if answer is not None]
    if not tally:
        return left == 0
    second = tally[1] if len(tally) > 1 else 0
    return tally[0] - second > left
