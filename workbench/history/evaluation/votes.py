"""SQL of votes: written at once and only ever added to, so that none is lost."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, get_args

from sqlalchemy import Connection, and_, insert, select

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.votes import Choice, Vote, VoteAnswer, VoteEntry, VotePair
from workbench.domain.text import replace_surrogates
from workbench.history import codec
from workbench.history.tables import vote, vote_pair

_CHOICES = frozenset(get_args(Choice))


def cast(
    connection: Connection,
    pair: VotePair,
    choice: Choice,
    reasons: tuple[str, ...] = (),
    note: str = "",
    seconds: float = 0.0,
) -> int:
    """Vote on a pair, or vote on it again: what it was before stays in its history.

    Args:
        connection: in a transaction.
        pair: as it was shown. The same two answers are one pair whichever was at the left; where
            they were at the other sides before, the choice is turned with them.
        choice: by the sides of ``pair``.
        reasons: what decided.
        note: of the user.
        seconds: how long the pair was looked at.

    Returns:
        The pair's id.
    """
    pair_id, is_turned = _pair(connection, pair)
    if is_turned and choice in ("a", "b"):
        choice = "b" if choice == "a" else "a"
    _add(connection, pair_id, choice, reasons, note, seconds=seconds)
    return pair_id


def _pair(connection: Connection, pair: VotePair) -> tuple[int, bool]:
    """The pair's id, and whether its sides are kept the other way round."""

    def where(left: VoteAnswer, right: VoteAnswer) -> Any:
        kept = vote_pair.c.a_key, vote_pair.c.a_digest, vote_pair.c.b_key, vote_pair.c.b_digest
        wanted = (*left.identity, *right.identity)
        return and_(*(column == value for column, value in zip(kept, wanted, strict=True)))

    for is_turned, (left, right) in enumerate(((pair.a, pair.b), (pair.b, pair.a))):
        found = connection.execute(select(vote_pair.c.id).where(where(left, right))).scalar()
        if found is not None:
            return int(found), bool(is_turned)
    row = {
        "case_id": pair.case,
        "seed": pair.seed,
        "created_at": time.time(),
        "set_name": pair.set_name,
        "set_path": pair.set_path,
    }
    for side, answer in (("a", pair.a), ("b", pair.b)):
        row |= {
            f"{side}_key": answer.key,
            f"{side}_digest": answer.digest,
            f"{side}_variant": answer.variant,
            f"{side}_run": answer.run_id,
            f"{side}_text": answer.text,
        }
    added = connection.execute(
        insert(vote_pair).values(replace_surrogates(row)).returning(vote_pair.c.id)
    )
    return int(added.scalar_one()), False


def _add(
    connection: Connection,
    pair_id: int,
    choice: str,
    reasons: Iterable[str],
    note: str,
    *,
    seconds: float = 0.0,
    undoes: int = 0,
) -> None:
    connection.execute(
        insert(vote).values(
            pair_id=pair_id,
            at=time.time(),
            choice=choice,
            seconds=seconds,
            undoes=undoes,
            reasons=codec.to_json(list(reasons)),
            note=replace_surrogates(note),
        )
    )


def undo_last(connection: Connection, keys: Collection[str]) -> int:
    """Take back what was last voted on a pair of some answers; it is as it was before that.

    Called again, it takes back the one before.

    Args:
        connection: in a transaction.
        keys: of runs; a pair counts where both of its answers are of these.

    Returns:
        The id of the pair that is changed.

    Raises:
        UsageError: nothing is left to take back.
    """
    keyed = connection.execute(select(vote_pair.c.id, vote_pair.c.a_key, vote_pair.c.b_key))
    pairs = {row.id for row in keyed if row.a_key in keys and row.b_key in keys}
    undone = select(vote.c.undoes).where(vote.c.undoes != 0)
    rows = connection.execute(
        select(vote.c.id, vote.c.pair_id)
        .where(vote.c.undoes == 0, vote.c.id.not_in(undone))
        .order_by(vote.c.id.desc())
    )
    last = next((row for row in rows if row.pair_id in pairs), None)
    if last is None:
        raise UsageError("There is no vote to undo.")
    before = connection.execute(
        select(vote)
        .where(
            vote.c.pair_id == last.pair_id,
            vote.c.id < last.id,
            vote.c.undoes == 0,
            vote.c.id.not_in(undone),
        )
        .order_by(vote.c.id.desc())
        .limit(1)
    ).first()
    choice, reasons, note = ("", [], "") if before is None else _content(before)
    _add(connection, last.pair_id, choice, reasons, note, undoes=last.id)
    return int(last.pair_id)


def _content(row: Any) -> tuple[Choice, tuple[str, ...], str]:
    """Choice, reasons and note of a row; damage makes a vote that was taken back."""
    choice: Choice = row.choice if row.choice in _CHOICES else ""
    reasons = codec.from_json(row.reasons, [])
    return choice, tuple(each for each in reasons if isinstance(each, str)), row.note


class KeptVotes(NamedTuple):
    """Votes on pairs of some answers, and how many the same set has on answers that changed."""

    votes: tuple[Vote, ...]
    earlier: int


def load(connection: Connection, keys: Collection[str], set_path: str = "") -> KeptVotes:
    """The votes on pairs as they are now, those taken back left out, oldest pair first.

    Args:
        connection: any.
        keys: of runs; a pair counts where both of its answers are of these.
        set_path: the file of the set whose other votes are counted.
    """
    entries = _entries(connection)
    light = [each for each in vote_pair.c if not each.name.endswith("_text")]
    votes: list[Vote] = []
    earlier = 0
    for row in connection.execute(select(*light).order_by(vote_pair.c.id)):
        of_pair = entries.get(row.id, ())
        if not of_pair or not of_pair[-1].choice:
            continue
        if row.a_key in keys and row.b_key in keys:
            votes.append(_vote(connection, row, of_pair))
        elif set_path and row.set_path == set_path:
            earlier += 1
    return KeptVotes(tuple(votes), earlier)


def _vote(connection: Connection, pair: Any, entries: Sequence[VoteEntry]) -> Vote:
    texts = connection.execute(
        select(vote_pair.c.a_text, vote_pair.c.b_text).where(vote_pair.c.id == pair.id)
    ).one()
    undone = {each.undoes for each in entries}
    valid = [each for each in entries if not each.undoes and each.vote_id not in undone]
    now = entries[-1]
    return Vote(
        vote_id=now.vote_id,
        pair_id=pair.id,
        pair=VotePair(
            case=pair.case_id,
            a=_answer(pair, "a", texts.a_text),
            b=_answer(pair, "b", texts.b_text),
            seed=pair.seed,
            set_name=pair.set_name,
            set_path=pair.set_path,
        ),
        choice=now.choice,
        reasons=now.reasons,
        note=now.note,
        at=now.at,
        seconds=max(each.seconds for each in entries),
        changes=max(len(valid) - 1, 0),
    )


def _answer(row: Any, side: str, text: str) -> VoteAnswer:
    variant, key, run_id = (getattr(row, f"{side}_{name}") for name in ("variant", "key", "run"))
    return VoteAnswer(variant=variant, key=key, text=text, run_id=run_id)


def _entries(connection: Connection, pair_id: int = 0) -> dict[int, list[VoteEntry]]:
    """Everything that was voted, by pair, first to last; of one pair where that is given."""
    query = select(vote).order_by(vote.c.id)
    found: dict[int, list[VoteEntry]] = {}
    for row in connection.execute(query.where(vote.c.pair_id == pair_id) if pair_id else query):
        choice, reasons, note = _content(row)
        entry = VoteEntry(
            vote_id=row.id,
            choice=choice,
            reasons=reasons,
            note=note,
            at=row.at,
            seconds=row.seconds,
            undoes=row.undoes,
        )
        found.setdefault(row.pair_id, []).append(entry)
    return found


def history_of(connection: Connection, pair_id: int) -> tuple[VoteEntry, ...]:
    """Everything that was voted on a pair, first to last, what was undone included."""
    return tuple(_entries(connection, pair_id).get(pair_id, ()))
