"""SQL of the tokens of samples: kept when a sample ends, read again, counted and pruned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import CallStarted, LoggedEvent, TextReceived
from workbench.domain.runs.tokens import (
    Alternative,
    SampleTokens,
    StoredSample,
    TokenStorage,
)
from workbench.domain.text import Token
from workbench.history import codec
from workbench.history.evaluation import measurements
from workbench.history.tables import measurement, message, run, token_data
from workbench.history.tokens import token_codec

SCORED = "tokens"
"""The kind of measurement that texts scored later are kept as."""
IMPORTED = "imported tokens"
"""The kind that tokens which another program recorded are kept as; they are not pruned."""


def keep(connection: Connection, samples: Iterable[StoredSample]) -> None:
    """Keep the tokens of samples, in place of those that the same samples had before."""
    rows = [
        {
            "run_id": each.run_id,
            "call": each.call,
            "sample": each.sample,
            "tokenizer": each.tokens.tokenizer,
            "token_count": len(each.tokens.ids),
            "alternative_count": each.tokens.alternative_count,
            "doubt": each.tokens.doubt,
            "chosen": token_codec.pack_chosen(each.tokens),
            "alternatives": token_codec.pack_alternatives(each.tokens),
        }
        for each in samples
    ]
    if not rows:
        return
    statement = insert(token_data)
    new = statement.excluded
    key = ("run_id", "call", "sample")
    changed = {column: new[column] for column in rows[0] if column not in key}
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=changed), rows
    )


def load(connection: Connection, run_id: int, call: int, sample: int) -> SampleTokens | None:
    """The tokens of a sample, None where none are stored or they cannot be read."""
    row = connection.execute(
        select(token_data).where(
            token_data.c.run_id == run_id, token_data.c.call == call, token_data.c.sample == sample
        )
    ).one_or_none()
    if row is None:
        return None
    try:
        return token_codec.unpack(
            row.chosen, row.alternatives, tokenizer=row.tokenizer, doubt=row.doubt
        )
    except token_codec.UnreadableTokensError:
        return None


def with_alternatives(connection: Connection, run_id: int, log: list[LoggedEvent]) -> None:
    """Put the alternatives of a run's tokens, which its events do not hold, back into them."""
    rows = connection.execute(
        select(token_data).where(
            token_data.c.run_id == run_id, token_data.c.alternatives.is_not(None)
        )
    ).all()
    if not rows:
        return
    calls, places = _texts(log)
    for row in rows:
        name = calls[row.call] if row.call < len(calls) else ""
        where = places.get((name, row.sample), [])
        try:
            stored = token_codec.unpack(row.chosen, row.alternatives)
        except token_codec.UnreadableTokensError:
            continue
        events = [log[place].event for place in where]
        count = sum(len(each.tokens) for each in events if isinstance(each, TextReceived))
        if count == len(stored.alternatives):
            _put_back(log, where, stored)


def _texts(log: Sequence[LoggedEvent]) -> tuple[list[str], dict[tuple[str, int], list[int]]]:
    """The calls in their order, and the places of each sample's text since it was last asked."""
    calls: dict[str, None] = {}
    places: dict[tuple[str, int], list[int]] = {}
    for place, logged in enumerate(log):
        event = logged.event
        if isinstance(event, CallStarted):
            calls.setdefault(event.call)
            for sample in range(event.samples):
                if sample not in event.kept:
                    places.pop((event.call, sample), None)
        elif isinstance(event, TextReceived):
            places.setdefault((event.call, event.sample), []).append(place)
    return list(calls), places


def _put_back(log: list[LoggedEvent], where: Sequence[int], stored: SampleTokens) -> None:
    others = iter(stored.alternatives)
    for place in where:
        event = log[place].event
        if isinstance(event, TextReceived):
            tokens = tuple(_with(token, next(others)) for token in event.tokens)
            changed = msgspec.structs.replace(event, tokens=tokens)
            log[place] = msgspec.structs.replace(log[place], event=changed)


def _with(token: Token, others: Sequence[Alternative]) -> Token:
    if token.alternatives:
        return token
    return msgspec.structs.replace(
        token,
        alternatives=tuple((each.text, each.logprob) for each in others),
        alternative_ids=tuple(each.id for each in others),
    )


# --- size and pruning ---------------------------------------------------------------------------


def storage(connection: Connection) -> TokenStorage:
    """How many tokens are stored, and what they take."""
    size = func.coalesce(func.sum(func.length(token_data.c.chosen)), 0)
    others = func.coalesce(func.sum(func.length(token_data.c.alternatives)), 0)
    row = connection.execute(
        select(
            func.count().label("samples"),
            func.coalesce(func.sum(token_data.c.token_count), 0).label("tokens"),
            size.label("chosen"),
            func.count(token_data.c.alternatives).label("with_alternatives"),
            others.label("alternatives"),
        )
    ).one()
    scored = connection.execute(
        select(func.coalesce(func.sum(func.length(measurement.c.payload)), 0)).where(
            measurement.c.kind == SCORED
        )
    ).scalar_one()
    return TokenStorage(
        samples=row.samples,
        tokens=row.tokens,
        chosen_bytes=row.chosen,
        with_alternatives=row.with_alternatives,
        alternative_bytes=row.alternatives,
        scored_bytes=scored,
    )


def prune(
    connection: Connection, *, before: float | None = None, keep_newest: int | None = None
) -> int:
    """Drop alternatives of runs that began before a time, and of all but the newest samples.

    The probabilities of the tokens that came stay. Texts that were scored later are dropped by
    the same age. Returns the bytes that were freed inside of the file.
    """
    first = storage(connection)
    has_some = token_data.c.alternatives.is_not(None)
    emptied = {"alternatives": None, "alternative_count": 0}
    if before is not None:
        old = select(run.c.id).where(run.c.started_at < before)
        connection.execute(
            update(token_data).where(has_some, token_data.c.run_id.in_(old)).values(emptied)
        )
        connection.execute(
            delete(measurement).where(measurement.c.kind == SCORED, measurement.c.at < before)
        )
    if keep_newest is not None:
        kept = (
            select(token_data.c.id)
            .where(has_some)
            .order_by(token_data.c.id.desc())
            .limit(keep_newest)
        )
        connection.execute(
            update(token_data).where(has_some, token_data.c.id.not_in(kept)).values(emptied)
        )
    last = storage(connection)
    return first.alternative_bytes + first.scored_bytes - last.alternative_bytes - last.scored_bytes


# --- texts that were scored later ---------------------------------------------------------------


class ScoredTokens(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of a text that a model scored later."""

    model: str
    tokens: SampleTokens


class _Packed(msgspec.Struct, frozen=True):
    tokenizer: str
    doubt: float | None
    chosen: bytes
    alternatives: bytes | None


def imported_key(message_id: int, text: str) -> str:
    """What the tokens of an imported message's text are found by."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
    return f"{IMPORTED} message {message_id} {digest}"


def keep_scored(connection: Connection, key: str, scored: ScoredTokens, kind: str = SCORED) -> None:
    """Keep the tokens of a text that was scored, in place of its earlier ones."""
    tokens = scored.tokens
    packed = _Packed(
        tokens.tokenizer,
        tokens.doubt,
        token_codec.pack_chosen(tokens),
        token_codec.pack_alternatives(tokens),
    )
    measurements.keep(
        connection,
        [
            measurements.Measurement(
                key=key, kind=kind, model=scored.model, payload=msgspec.msgpack.encode(packed)
            )
        ],
    )


def load_scored(connection: Connection, key: str) -> ScoredTokens | None:
    """The tokens of a text that was scored, None where it was not."""
    row = connection.execute(
        select(measurement.c.model, measurement.c.payload).where(measurement.c.key == key)
    ).one_or_none()
    if row is None:
        return None
    try:
        packed = msgspec.msgpack.decode(row.payload, type=_Packed)
        tokens = token_codec.unpack(
            packed.chosen, packed.alternatives, tokenizer=packed.tokenizer, doubt=packed.doubt
        )
    except codec.UNREADABLE:
        return None
    return ScoredTokens(model=row.model, tokens=tokens)


def forget_scored(
    connection: Connection, run_ids: Iterable[int], message_ids: Iterable[int]
) -> None:
    """Delete what is known of the texts of runs and messages, with the words it holds."""
    whose = {f"run {each}" for each in run_ids} | {f"message {each}" for each in message_ids}
    rows = connection.execute(
        select(measurement.c.id, measurement.c.key, measurement.c.kind).where(
            measurement.c.kind.in_((SCORED, IMPORTED))
        )
    )
    ids = [
        {"its": row.id}
        for row in rows
        if " ".join(row.key.removeprefix(f"{row.kind} ").split(" ", 2)[:2]) in whose
    ]
    if ids:
        connection.execute(delete(measurement).where(measurement.c.id == bindparam("its")), ids)


# --- messages -----------------------------------------------------------------------------------


class AnswerRow(msgspec.Struct, frozen=True, kw_only=True):
    """What of a message decides its tokens. ``author`` is the model of one without a run."""

    message_id: int
    conversation_id: int
    parent_id: int | None
    role: str
    text: str
    run_id: int | None
    edited_from: int | None
    author: str


def answer_versions(connection: Connection, message_id: int) -> tuple[AnswerRow, ...]:
    """A message and, behind it, its other versions; UsageError where there is none."""
    row = connection.execute(select(message).where(message.c.id == message_id)).one_or_none()
    if row is None:
        raise UsageError(f"There is no message {message_id}.")
    others = connection.execute(
        select(message)
        .where(
            message.c.conversation_id == row.conversation_id,
            message.c.parent_id.is_not_distinct_from(row.parent_id),
            message.c.role == row.role,
            message.c.id != message_id,
        )
        .order_by(message.c.id)
    )
    return tuple(
        AnswerRow(
            message_id=each.id,
            conversation_id=each.conversation_id,
            parent_id=each.parent_id,
            role=each.role,
            text=each.text,
            run_id=each.run_id,
            edited_from=each.edited_from,
            author=each.author or "",
        )
        for each in (row, *others)
    )


def message_of_run(connection: Connection, run_id: int) -> int | None:
    """The answer in a conversation that a run wrote, None where it wrote none that is there."""
    found: int | None = connection.execute(
        select(message.c.id)
        .where(
            message.c.run_id == run_id,
            message.c.role == "assistant",
            message.c.deleted_at.is_(None),
        )
        .order_by(message.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found
