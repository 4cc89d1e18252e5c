"""SQL of measurements: what models found of texts, found again by the digest of the question."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from workbench.domain.text import replace_surrogates
from workbench.history.tables import measurement

_VARIABLES = 500
"""Most values of one IN list; old SQLite libraries take 999 in a statement."""


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of a model: ``payload`` is msgpack, for the code that asked."""

    key: str
    kind: str
    model: str
    payload: bytes
    at: float = 0.0


def load(connection: Connection, keys: Sequence[str]) -> dict[str, bytes]:
    """The payloads that are there, by key."""
    found: dict[str, bytes] = {}
    for start in range(0, len(keys), _VARIABLES):
        part = keys[start : start + _VARIABLES]
        rows = connection.execute(
            select(measurement.c.key, measurement.c.payload).where(measurement.c.key.in_(part))
        )
        found.update((row.key, row.payload) for row in rows)
    return found


def keep(connection: Connection, given: Iterable[Measurement]) -> None:
    """Keep measurements, in place of older ones with the same keys."""
    rows: list[Mapping[str, object]] = [
        {
            "key": each.key,
            "kind": each.kind,
            "model": replace_surrogates(each.model),
            "at": time.time(),
            "payload": each.payload,
        }
        for each in given
    ]
    if not rows:
        return
    statement = insert(measurement)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[measurement.c.key],
            set_={"at": new.at, "payload": new.payload, "model": new.model},
        ),
        rows,
    )


def of_kind(connection: Connection, kind: str) -> tuple[Measurement, ...]:
    """All measurements of a kind, newest first."""
    rows = connection.execute(
        select(measurement).where(measurement.c.kind == kind).order_by(measurement.c.at.desc())
    )
    return tuple(
        Measurement(key=row.key, kind=row.kind, model=row.model, payload=row.payload, at=row.at)
        for row in rows
    )
