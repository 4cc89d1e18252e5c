"""Votes in the history: written at once, revised, undone; what they were before stays."""

from __future__ import annotations

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.votes import VoteAnswer, VotePair
from workbench.history.evaluation import votes
from workbench.history.store import HistoryStore


def pair(case: str, *, turned: bool = False) -> VotePair:
    one = VoteAnswer(variant="warm", key=f"w{case}", text=" Yes.", run_id=1)
    other = VoteAnswer(variant="short", key=f"s{case}", text="No.", run_id=2)
    left, right = (other, one) if turned else (one, other)
    return VotePair(case=case, a=left, b=right, seed=1, set_path="/s.yaml")


KEYS = {"wx", "sx", "wy", "sy"}


async def choices(store: HistoryStore) -> list[str]:
    return [each.choice for each in (await store.read(votes.load, KEYS)).votes]


async def test_a_vote_is_kept_with_both_texts_and_counted_for_its_set(store: HistoryStore) -> None:
    await store.write(votes.cast, pair("x"), "a", ("tone",), "warm enough", 4.5)
    (found,) = (await store.read(votes.load, KEYS)).votes
    assert found.pair == pair("x")
    assert (found.choice, found.reasons, found.note) == ("a", ("tone",), "warm enough")
    assert (found.seconds, found.changes) == (4.5, 0)
    other_answers = await store.read(votes.load, {"wx"}, "/s.yaml")
    assert (other_answers.votes, other_answers.earlier) == ((), 1)


async def test_the_same_answers_are_one_pair_whichever_is_at_the_left(store: HistoryStore) -> None:
    first = await store.write(votes.cast, pair("x"), "a")
    assert await store.write(votes.cast, pair("x", turned=True), "a") == first
    (found,) = (await store.read(votes.load, KEYS)).votes
    assert (found.pair.a.variant, found.choice, found.changes) == ("warm", "b", 1)


async def test_undo_goes_back_vote_by_vote_and_deletes_nothing(store: HistoryStore) -> None:
    x = await store.write(votes.cast, pair("x"), "a", ("tone",))
    y = await store.write(votes.cast, pair("y"), "tie")
    await store.write(votes.cast, pair("x"), "both_bad")
    assert await choices(store) == ["both_bad", "tie"]
    assert await store.write(votes.undo_last, KEYS) == x
    assert await choices(store) == ["a", "tie"]
    assert await store.write(votes.undo_last, KEYS) == y
    assert await choices(store) == ["a"]
    assert await store.write(votes.undo_last, KEYS) == x
    assert await choices(store) == []
    with pytest.raises(UsageError, match="no vote to undo"):
        await store.write(votes.undo_last, KEYS)
    entries = await store.read(votes.history_of, x)
    assert [each.choice for each in entries] == ["a", "both_bad", "a", ""]
    assert [bool(each.undoes) for each in entries] == [False, False, True, True]
    await store.write(votes.cast, pair("x"), "b")
    assert await choices(store) == ["b"]
    assert await store.write(votes.undo_last, KEYS) == x
    assert await choices(store) == []


async def test_undo_leaves_other_sets_alone(store: HistoryStore) -> None:
    x = await store.write(votes.cast, pair("x"), "a")
    await store.write(votes.cast, pair("y"), "b")
    assert await store.write(votes.undo_last, {"wx", "sx"}) == x
    assert await choices(store) == ["b"]
