"""Votes of the user: which of two answers to a case is better."""

from __future__ import annotations

import hashlib
from statistics import median
from typing import Literal

import msgspec

from workbench.domain.text import replace_surrogates

Choice = Literal["a", "b", "tie", "both_bad", "skipped", ""]
"""What was voted on a pair; "" where the vote was taken back."""
Order = Literal["least_sure", "in_order"]

DECIDED: tuple[Choice, ...] = ("a", "b")
COUNTED: tuple[Choice, ...] = ("a", "b", "tie", "both_bad")
"""The choices that the board counts; a pair that was skipped is asked again at the end."""
REASONS = ("keeps to the facts", "tone", "length", "answers it", "language")
"""What can decide a vote, by the keys 1 to 5."""
_VOTES_A_COUPLE = 15
_MOST_ROWS_AT_FIRST = 100
_FEWEST_TIMED = 3
_LAST_TIMED = 20


class VoteAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it is shown to the user who votes.

    ``key`` is the digest of the run's spec, so that a vote counts in each evaluation that shows
    the same answer, whatever the variant is called there.
    """

    variant: str
    key: str
    text: str
    run_id: int = 0

    @property
    def digest(self) -> str:
        """Of the text: a run that is made again may answer something else."""
        return hashlib.sha256(replace_surrogates(self.text).encode()).hexdigest()

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it this answer and no other."""
        return (self.key, self.digest)


class VotePair(msgspec.Struct, frozen=True, kw_only=True):
    """Two answers to a case; ``a`` is shown at the left, as ``seed`` decided."""

    case: str
    a: VoteAnswer
    b: VoteAnswer
    seed: int
    set_name: str = ""
    set_path: str = ""

    @property
    def identity(self) -> tuple[tuple[str, str], ...]:
        """The same whichever answer is at the left."""
        return tuple(sorted((self.a.identity, self.b.identity)))


class ComparedAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of a comparison to one question, to be voted on as those of an evaluation.

    ``variants`` are all columns, also those that have not answered; ``case`` names the question.
    """

    case: str
    variants: tuple[str, ...]
    answers: tuple[VoteAnswer, ...]
    seed: int = 1
    set_name: str = ""
    set_path: str = ""


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """How a pair was last voted on. ``seconds`` is how long it was looked at.

    ``changes`` counts how often it was revised; everything it was before is kept.
    """

    vote_id: int
    pair_id: int
    pair: VotePair
    choice: Choice
    reasons: tuple[str, ...] = ()
    note: str = ""
    at: float = 0.0
    seconds: float = 0.0
    changes: int = 0


class VoteEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a vote's history; ``undoes`` is the entry that it took back, 0 for none."""

    vote_id: int
    choice: Choice
    reasons: tuple[str, ...]
    note: str
    at: float
    seconds: float = 0.0
    undoes: int = 0


def decide_sides(
    case: str, one: VoteAnswer, other: VoteAnswer, seed: int
) -> tuple[VoteAnswer, VoteAnswer]:
    """Which of two answers is shown at the left, by a seeded shuffle.

    The same seed decides the same for the same pair, in whichever order it is given.

    Returns:
        The left one, the right one.
    """
    first, second = sorted((one, other), key=lambda each: each.identity)
    content = msgspec.json.encode((seed, case, first.identity, second.identity))
    return (first, second) if hashlib.sha256(content).digest()[0] % 2 else (second, first)


def votes_planned(pairs: int, rows: int, couples: int) -> int:
    """How many votes a first look at a set should have.

    15 for each couple of variants, and each row once, up to a hundred rows.

    Args:
        pairs: that can be voted on at all.
        rows: with at least one such pair.
        couples: of variants.
    """
    return min(pairs, max(_VOTES_A_COUPLE * couples, min(rows, _MOST_ROWS_AT_FIRST)))


class VotingRound(msgspec.Struct, frozen=True, kw_only=True):
    """How far voting on a set is, and what comes next.

    ``pairs`` can be voted on; of ``identical`` ones both answers are the same text, of
    ``unfinished`` ones an answer is missing. ``earlier`` votes of the same set are on answers that
    have changed: they are kept and not counted.
    """

    pair: VotePair | None
    votes: tuple[Vote, ...]
    """By pairs; those that were skipped too."""
    planned: int
    pairs: int
    identical: int
    unfinished: int
    earlier: int

    def count(self, *choices: Choice) -> int:
        """How many pairs have one of these votes."""
        return sum(each.choice in choices for each in self.votes)

    @property
    def counted(self) -> int:
        """How many votes the board counts."""
        return self.count(*COUNTED)

    @property
    def dpo_rows(self) -> int:
        """About how many rows the decided votes make."""
        return self.count(*DECIDED)

    @property
    def kto_rows(self) -> int:
        """About how many rows the pairs that were both bad make."""
        return 2 * self.count("both_bad")

    @property
    def seconds_left(self) -> float | None:
        """Until the planned votes are made, by the median of the last votes; None before three."""
        taken = [each.seconds for each in self.votes if each.seconds and each.choice in COUNTED]
        if len(taken) < _FEWEST_TIMED:
            return None
        return median(taken[-_LAST_TIMED:]) * max(self.planned - self.counted, 0)
