"""Brings the index up to date in short steps, and says how far it is.

What changed is noted by triggers and indexed first; then what an older history holds, newest
first, a few hundred rows at a time. A step is one transaction: a kill loses only the step.

The key of a text in the index is the second that it is from, or the next free one: so newest first
is the order of the index, and a range of dates is a range of keys.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from workbench.history.search.documents import SOURCES, TABLES, Document
from workbench.history.search.table import NAME
from workbench.history.search.words import indexed

# Statements are put together from the names of our own tables, and marks for values.
# ruff: noqa: S608

STEP_SECONDS = 0.05
"""How long a step may take: what is typed or received waits for one at most."""
_ROWS = 100
_LATEST = 2**40
_MOST_REMEMBERED = 10_000
_MERGE = "merge"
_MERGE_PAGES = 200
MERGE_SECONDS = 30 * 86_400.0
"""How long after a merge of the whole index the next is begun."""


class IndexState(NamedTuple):
    """How far the index is: ``share`` of an older history (1: all), and what changed since."""

    share: float
    pending: int

    @property
    def is_whole(self) -> bool:
        """Whether everything that is there can be found."""
        return self.share >= 1 and not self.pending


class Indexer:
    """Fills the index of one open history; all methods are called on the writer's thread."""

    def __init__(self) -> None:
        self._next_key: dict[int, int] = {}
        self.share = 1.0
        """Which part of an older history was indexed after the last step; hundredths."""

    def step(self, connection: Connection, seconds: float = STEP_SECONDS) -> bool:
        """Index for a short time, in a write transaction; True where more is to be done."""
        raw = connection.connection.driver_connection
        end = time.monotonic() + seconds
        try:
            while self._index_changed(raw) or self._index_older(raw):
                if time.monotonic() > end:
                    return True
            return self._tidy(raw)
        finally:
            self.share = int(_share(raw) * 100) / 100

    def _index_changed(self, raw: Any) -> bool:
        rows = raw.execute(
            "SELECT id, source, item_id FROM index_pending ORDER BY id LIMIT ?", (_ROWS,)
        ).fetchall()
        if not rows:
            return False
        for source in SOURCES:
            ids = [item_id for _, of, item_id in rows if of == source]
            if ids:
                self._replace(raw, source, ids)
        raw.executemany("DELETE FROM index_pending WHERE id = ?", [(row[0],) for row in rows])
        return True

    def _index_older(self, raw: Any) -> bool:
        left = dict(
            raw.execute(
                "SELECT source, next_id FROM index_progress "
                "WHERE next_id > 0 AND typeof(next_id) = 'integer'"
            )
        )
        source = next((each for each in SOURCES if each in left), None)
        if source is None:
            return False
        ids = [
            row[0]
            for row in raw.execute(
                f"SELECT id FROM {TABLES[source]} WHERE id <= ? ORDER BY id DESC LIMIT ?",
                (left[source], _ROWS),
            )
        ]
        if ids:
            self._replace(raw, source, ids)
        after = ids[-1] - 1 if len(ids) == _ROWS else 0
        raw.execute("UPDATE index_progress SET next_id = ? WHERE source = ?", (after, source))
        if not after and len(left.keys() - {_MERGE}) == 1:
            began = int(time.time())
            raw.execute("INSERT OR REPLACE INTO index_progress VALUES (?, 1, ?)", (_MERGE, began))
        return True

    def _tidy(self, raw: Any) -> bool:
        """Merge a part of what a long build left in pieces; True where more is to be merged."""
        found = raw.execute(
            "SELECT next_id FROM index_progress WHERE source = ?", (_MERGE,)
        ).fetchone()
        if found is None or not found[0]:
            return False
        pages = -_MERGE_PAGES if found[0] == 1 else _MERGE_PAGES
        before = raw.total_changes
        raw.execute(f"INSERT INTO {NAME} ({NAME}, rank) VALUES ('merge', ?)", (pages,))
        goes_on = raw.total_changes - before > 1  # as SQLite's documentation has it
        raw.execute(
            "UPDATE index_progress SET next_id = ? WHERE source = ?", (2 if goes_on else 0, _MERGE)
        )
        return bool(goes_on)

    def _replace(self, raw: Any, source: str, ids: Sequence[int]) -> None:
        """Index items as they are now, in place of what the index had of them."""
        known = {
            (item_id, part): key
            for item_id, part, key in raw.execute(
                f"SELECT item_id, part, id FROM indexed_text WHERE source = ? "
                f"AND item_id IN ({', '.join('?' for _ in ids)})",
                (source, *ids),
            )
        }
        rows: list[tuple[int, Document]] = []
        for document in sorted(SOURCES[source](raw, ids), key=_time):
            place = (document.item_id, document.part)
            key = known.get(place)
            if key is None:
                key = self._insert_key(raw, source, document)
            else:
                _delete(raw, (key,))
                del known[place]
            rows.append((key, document))
        if known:
            _delete(raw, known.values())
            raw.executemany(
                "DELETE FROM indexed_text WHERE id = ?", [(key,) for key in known.values()]
            )
        # In the order of the keys: the index would else be written out before each that is lower.
        rows.sort(key=_key)
        raw.executemany(
            f"INSERT INTO {NAME} (rowid, body, title, tags) VALUES (?, ?, ?, ?)",
            [
                (key, indexed(each.body), indexed(each.title), " ".join(each.tags))
                for key, each in rows
            ],
        )

    def _insert_key(self, raw: Any, source: str, document: Document) -> int:
        """A key for a new text: its second, else the next that is free."""
        second = min(max(int(document.at), 1), _LATEST)
        key = self._next_key.get(second, second)
        while not raw.execute(
            "INSERT OR IGNORE INTO indexed_text (id, source, item_id, part) VALUES (?, ?, ?, ?)",
            (key, source, document.item_id, document.part),
        ).rowcount:
            key += 1
        if key > second:
            if len(self._next_key) >= _MOST_REMEMBERED:
                self._next_key.clear()
            self._next_key[second] = key + 1
        return key


def state(connection: Connection) -> IndexState:
    """How far the index is."""
    raw = connection.connection.driver_connection
    assert raw is not None
    pending = raw.execute("SELECT count(*) FROM index_pending").fetchone()[0]
    return IndexState(_share(raw), pending)


def _share(raw: Any) -> float:
    left, total = raw.execute(
        "SELECT total(next_id), total(first_id) FROM index_progress "
        f"WHERE source IN ({', '.join('?' for _ in SOURCES)}) AND typeof(next_id) = 'integer' "
        "AND typeof(first_id) = 'integer'",
        tuple(SOURCES),
    ).fetchone()
    return 1 - min(max(left / total, 0.0), 1.0) if left and total else 1.0


def merge_if_due(connection: Connection, now: float) -> bool:
    """Have the pieces of the index merged into one again, a month after the last time.

    A search has to look into each piece. Steps of :class:`Indexer` do it; True where they have to.
    """
    raw = connection.connection.driver_connection
    assert raw is not None
    found = raw.execute(
        "SELECT next_id, first_id FROM index_progress WHERE source = ?", (_MERGE,)
    ).fetchone()
    if found is not None:
        under_way, began = found
        if under_way or (isinstance(began, int) and abs(now - began) < MERGE_SECONDS):
            return False
    raw.execute("INSERT OR REPLACE INTO index_progress VALUES (?, 1, ?)", (_MERGE, int(now)))
    return True


def optimize(connection: Connection) -> None:
    """Write the whole index again, so that no word of what was deleted is left in it.

    It takes seconds in a long history. What waits to be indexed, or to leave the index, is to be
    indexed before: see :meth:`Indexer.step`.
    """
    connection.exec_driver_sql(f"INSERT INTO {NAME} ({NAME}) VALUES ('optimize')")


def _delete(raw: Any, keys: Iterable[int]) -> None:
    raw.executemany(f"DELETE FROM {NAME} WHERE rowid = ?", [(key,) for key in keys])


def _time(document: Document) -> float:
    return document.at


def _key(row: tuple[int, Document]) -> int:
    return row[0]
