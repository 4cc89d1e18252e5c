"""Which two answers the user votes on next, and which pairs there are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec

from workbench.domain.evaluation.votes import (
    COUNTED,
    Order,
    Vote,
    VoteAnswer,
    VotePair,
    decide_sides,
)

Couple = tuple[str, str]
"""Two variants, in the order of the set."""


class PairCounts(NamedTuple):
    """The pairs of a set: those to vote on, and those that cannot be, each once."""

    pairs: int
    rows: int
    """With at least one pair."""
    couples: int
    identical: int
    """Both answers are the same text."""
    unfinished: int
    """An answer is missing."""


class Pairing:
    """The pairs of answers of an evaluation.

    Args:
        variants: names, in order.
        cases: ids, in order.
        answers: by variant and case; those that are missing are not there.
        seed: decides the order of rows and the answer at the left.
        set_name: kept with each vote.
        set_path: kept with each vote.
    """

    def __init__(
        self,
        variants: Sequence[str],
        cases: Sequence[str],
        answers: Mapping[tuple[str, str], VoteAnswer],
        *,
        seed: int = 1,
        set_name: str = "",
        set_path: str = "",
    ) -> None:
        self.couples: list[Couple] = list(combinations(variants, 2))
        self._cases = cases
        self._answers = answers
        self._seed = seed
        self._set = {"set_name": set_name, "set_path": set_path}

    def counts(self) -> PairCounts:
        """How many pairs there are, and why others are none."""
        pairs = identical = unfinished = 0
        rows = set()
        for couple in self.couples:
            for case in self._cases:
                one, other = self._both(couple, case)
                if one is None or other is None:
                    unfinished += 1
                elif one.text == other.text:
                    identical += 1
                else:
                    pairs += 1
                    rows.add(case)
        return PairCounts(pairs, len(rows), len(self.couples), identical, unfinished)

    def _both(self, couple: Couple, case: str) -> tuple[VoteAnswer | None, VoteAnswer | None]:
        return self._answers.get((couple[0], case)), self._answers.get((couple[1], case))

    def of_this(self, votes: Sequence[Vote]) -> tuple[Vote, ...]:
        """The votes on answers that are shown here, by the names that the variants have here.

        A vote on an answer that has another text now is left out: it was on something else.
        """
        by_key: dict[str, list[tuple[str, str]]] = {}
        for (variant, case), answer in self._answers.items():
            by_key.setdefault(answer.key, []).append((variant, case))
        found = []
        for vote in votes:
            place = next(self._places(vote, by_key), None)
            if place is not None:
                case, a, b = place
                pair = msgspec.structs.replace(
                    vote.pair,
                    case=case,
                    a=msgspec.structs.replace(vote.pair.a, variant=a),
                    b=msgspec.structs.replace(vote.pair.b, variant=b),
                )
                found.append(msgspec.structs.replace(vote, pair=pair))
        return tuple(found)

    def _places(
        self, vote: Vote, by_key: Mapping[str, list[tuple[str, str]]]
    ) -> Iterator[tuple[str, str, str]]:
        """Case and variants of a vote; that of its own names first."""
        a, b = vote.pair.a, vote.pair.b
        places = [
            (case, variant, other)
            for variant, case in by_key.get(a.key, ())
            for other, same_case in by_key.get(b.key, ())
            if case == same_case
            and variant != other
            and self._answers[variant, case].text == a.text
            and self._answers[other, case].text == b.text
        ]
        places.sort(key=lambda each: each != (vote.pair.case, a.variant, b.variant))
        yield from places

    def without_vote(self, votes: Sequence[Vote]) -> Iterator[tuple[str, VoteAnswer, VoteAnswer]]:
        """The pairs that have no counted vote: case and answers, variants in the set's order."""
        done = {
            frozenset((vote.pair.a.key, vote.pair.b.key))
            for vote in votes
            if vote.choice in COUNTED
        }
        for couple in self.couples:
            for case in self._cases:
                one, other = self._both(couple, case)
                if one is None or other is None or one.text == other.text:
                    continue
                if frozenset((one.key, other.key)) not in done:
                    yield case, one, other

    def next(
        self, votes: Sequence[Vote], order: Order, doubted: Sequence[Couple] = ()
    ) -> VotePair | None:
        """The pair to vote on next; None where all have a vote.

        Each pair comes once, whichever order is asked for; those that were skipped come at the
        end, the one that was skipped first before the others.

        Args:
            votes: of this set, see :meth:`of_this`.
            order: case by case, or the least sure couple of variants first, and of its rows one
                with the fewest votes, so that every row has its turn.
            doubted: the couples, least sure first.
        """
        done = {frozenset((vote.pair.a.key, vote.pair.b.key)) for vote in votes}
        places: Iterator[tuple[Couple, str]]
        if order == "in_order":
            places = ((couple, case) for case in self._cases for couple in self.couples)
        else:
            places = self._least_sure(votes, doubted or self.couples)
        for couple, case in places:
            one, other = self._both(couple, case)
            if one is None or other is None or one.text == other.text:
                continue
            if frozenset((one.key, other.key)) not in done:
                return self._pair(case, one, other)
        skipped = [vote for vote in votes if vote.choice == "skipped"]
        return min(skipped, key=lambda each: each.vote_id).pair if skipped else None

    def _least_sure(
        self, votes: Sequence[Vote], doubted: Sequence[Couple]
    ) -> Iterator[tuple[Couple, str]]:
        votes_on = dict.fromkeys(self._cases, 0)
        for vote in votes:
            if vote.pair.case in votes_on:
                votes_on[vote.pair.case] += vote.choice in COUNTED
        shuffled = sorted(self._cases, key=self._drawn)
        shuffled.sort(key=votes_on.__getitem__)
        for couple in doubted:
            for case in shuffled:
                yield couple, case

    def _drawn(self, case: str) -> bytes:
        return hashlib.sha256(msgspec.json.encode((self._seed, case))).digest()

    def _pair(self, case: str, one: VoteAnswer, other: VoteAnswer) -> VotePair:
        left, right = decide_sides(case, one, other, self._seed)
        return VotePair(case=case, a=left, b=right, seed=self._seed, **self._set)
