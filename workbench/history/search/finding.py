"""Queries of the full-text index: newest or best first, counts by day and kind.

Filters are words of the index and ranges of its keys, never joins: for a common word a join looks
up every hit. The order of the keys is that of time, so reading stops at the limit.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workbench.domain.searching import (
    MOST_COUNTED,
    MOST_RANKED,
    SCORE_STEPS,
    SEARCH_KINDS,
    SearchFilter,
    SearchKind,
    SearchOrder,
    SearchPage,
    score_step,
)
from workbench.history.search import indexing
from workbench.history.search.documents import VARIABLES
from workbench.history.search.hits import Found, read_hits
from workbench.history.search.table import NAME
from workbench.history.search.words import all_of, any_of, phrases, tag_token

# Statements are put together from the names of our own tables; values are bound.
# ruff: noqa: S608

_EVERYTHING = SearchFilter()
_FIRST_KEY, _LAST_KEY = 0, 2**62
_DOUBT_STEPS = 10
_UNDATED = 366 * 86_400
_ROW = "SELECT t.id, t.source, t.item_id, t.part FROM indexed_text AS t"


def search(
    connection: Connection,
    typed: str,
    wanted: SearchFilter = _EVERYTHING,
    limit: int = 50,
    before: int | None = None,
    order: SearchOrder = "newest",
) -> SearchPage:
    """The hits of typed words, newest first, or best first where they are few enough.

    Without words it is everything that the filter lets through; without a filter either, nothing.

    Args:
        connection: in a transaction.
        typed: words that all occur, the last may be a beginning.
        wanted: which hits.
        limit: most hits.
        before: continues after a page, with its ``next_key``; only newest first.
        order: "best" ranks by how rare and how dense the words are.
    """
    began = time.perf_counter()
    raw = connection.connection.driver_connection
    query = match(typed, wanted)
    state = indexing.state(connection)
    if query is None:
        return SearchPage(built=state.share, pending=state.pending)
    keys = Keys(raw, query, wanted)
    ranked = order == "best" and before is None and len(keys.newest(MOST_RANKED + 1)) <= MOST_RANKED
    counted = keys.newest(MOST_COUNTED + 1) if before is None else []
    if ranked:
        page = keys.best(limit)
    elif before is None and limit <= MOST_COUNTED:
        page = counted[: limit + 1]
    else:
        page = keys.newest(limit + 1, before)
    more = len(page) > limit
    rows = _rows(raw, page[:limit])
    return SearchPage(
        hits=read_hits(raw, rows, typed),
        count=len(counted),
        by_kind=_by_kind(raw, typed, wanted, counted) if before is None else {},
        days=_days(counted[:MOST_COUNTED]),
        is_ranked=ranked,
        built=state.share,
        pending=state.pending,
        seconds=time.perf_counter() - began,
        next_key=page[limit - 1] if more and not ranked else None,
    )


def match(typed: str, wanted: SearchFilter = _EVERYTHING) -> str | None:
    """The FTS5 query of typed words and a filter; None where both are empty."""
    words = phrases(typed)
    if words is None and wanted.is_open:
        return None
    parts = [] if words is None else [f"({{body title}} : ({words}))"]
    if wanted.kinds:
        parts.append(any_of(f"k{kind}" for kind in wanted.kinds))
    tokens = list(_tokens(wanted))
    if tokens:
        parts.append(all_of(tokens))
    if wanted.score_from is not None or wanted.score_below is not None:
        parts.append(any_of(_score_tokens(wanted)))
    if not parts:  # only dates
        parts.append(any_of(f"k{kind}" for kind in SEARCH_KINDS))
    joined = " AND ".join(parts)
    return joined if wanted.kinds == ("variable",) else f"({joined}) NOT {any_of(['twice'])}"


def _tokens(wanted: SearchFilter) -> Iterator[str]:
    if wanted.part:
        yield f"k{wanted.part}"
    if wanted.role:
        yield f"rolex{wanted.role}"
    if wanted.conversation_id:
        yield f"chat{wanted.conversation_id}"
    for letter, name in (
        ("m", wanted.model),
        ("s", wanted.strategy),
        ("t", wanted.tag),
        ("f", wanted.folder),
    ):
        if name:
            yield tag_token(letter, name)
    if wanted.is_right is not None:
        yield "right" if wanted.is_right else "wrong"
    if wanted.doubt:
        yield f"doubt{min(max(round(wanted.doubt * _DOUBT_STEPS), 1), _DOUBT_STEPS - 1)}"


def _score_tokens(wanted: SearchFilter) -> Iterator[str]:
    """One of them is what a run has whose score is between the limits."""
    first = score_step(wanted.score_from or 0.0)
    last = SCORE_STEPS if wanted.score_below is None else score_step(wanted.score_below) - 1
    if last < first:
        yield "score"  # no run has it
    for step in range(first, last + 1):
        yield f"score{step}"


class Keys:
    """The keys of the hits of one query."""

    def __init__(self, raw: Any, query: str, wanted: SearchFilter) -> None:
        self._raw = raw
        self._query = query
        self._range = (
            int(wanted.since) if wanted.since else _FIRST_KEY,
            int(wanted.until) - 1 if wanted.until else _LAST_KEY,
        )

    def newest(self, limit: int, before: int | None = None) -> list[int]:
        """Keys, newest first."""
        first, last = self._range
        if before is not None:
            last = min(last, before - 1)
        rows = self._raw.execute(
            f"SELECT rowid FROM {NAME} WHERE {NAME} MATCH ? AND rowid BETWEEN ? AND ? "
            "ORDER BY rowid DESC LIMIT ?",
            (self._query, first, last, limit),
        )
        return [row[0] for row in rows]

    def best(self, limit: int) -> list[int]:
        """Keys, best first."""
        first, last = self._range
        rows = self._raw.execute(
            f"SELECT rowid FROM {NAME} WHERE {NAME} MATCH ? AND rowid BETWEEN ? AND ? "
            "ORDER BY rank LIMIT ?",
            (self._query, first, last, limit),
        )
        return [row[0] for row in rows]


def _rows(raw: Any, keys: list[int]) -> list[Found]:
    marks = ", ".join("?" for _ in keys)
    found = {row[0]: Found(*row) for row in raw.execute(f"{_ROW} WHERE t.id IN ({marks})", keys)}
    return [found[key] for key in keys if key in found]


def _by_kind(
    raw: Any, typed: str, wanted: SearchFilter, counted: list[int]
) -> dict[SearchKind, int]:
    """How many hits each kind has alone.

    Where all hits are known they are only looked at; texts that are found as something else too
    are not among them, so inputs are always asked for.
    """
    found: dict[SearchKind, int] = {}
    known = not wanted.kinds and len(counted) <= MOST_COUNTED
    if known:
        for row in _rows(raw, counted):
            kind = "variable" if row.part == VARIABLES and row.source == "run" else row.source
            kind = _KINDS.get(kind, kind)
            if kind in SEARCH_KINDS:
                found[kind] = found.get(kind, 0) + 1
    for kind in ("variable",) if known else SEARCH_KINDS:
        alone = SearchFilter(
            **{name: getattr(wanted, name) for name in wanted.__struct_fields__ if name != "kinds"},
            kinds=(kind,),
        )
        query = match(typed, alone)
        assert query is not None
        count = len(Keys(raw, query, alone).newest(MOST_COUNTED + 1))
        if count:
            found[kind] = count
    return {kind: found[kind] for kind in SEARCH_KINDS if kind in found}


_KINDS: dict[str, SearchKind] = {"message": "chat", "conversation": "chat", "evaluation": "case"}
"""The kind of a source where it has another name."""


def _days(keys: list[int]) -> tuple[tuple[float, int], ...]:
    """Hits a local day, first day first; a key is about the second that its text is from.

    Texts without a date have the first keys, and no day.
    """
    counts = Counter(
        datetime.fromtimestamp(key).astimezone().date() for key in keys if key > _UNDATED
    )
    return tuple(
        (datetime(day.year, day.month, day.day).astimezone().timestamp(), count)
        for day, count in sorted(counts.items())
    )


def matching_conversations(
    connection: Connection, typed: str, limit: int
) -> dict[int, tuple[int, str]]:
    """Conversations in whose messages the words occur: the newest such message of each, marked."""
    raw = connection.connection.driver_connection
    assert raw is not None
    newest: dict[int, Found] = {}
    if phrases(typed) is None:
        return {}
    query = match(typed, SearchFilter(kinds=("chat",)))
    rows = raw.execute(
        f"""SELECT m.conversation_id, t.id, t.source, t.item_id, t.part
            FROM {NAME} AS f CROSS JOIN indexed_text AS t ON t.id = f.rowid
            CROSS JOIN message AS m ON m.id = t.item_id
            WHERE f.{NAME} MATCH ? AND t.source = 'message' ORDER BY f.rowid DESC""",
        (query,),
    )
    for chat, *row in rows:
        newest.setdefault(chat, Found(*row))
        if len(newest) == limit:
            break
    rows.close()
    hits = read_hits(raw, list(newest.values()), typed)
    return {hit.id: (hit.message_id, hit.snippet) for hit in hits if hit.message_id is not None}


def run_query(typed: str, wanted: SearchFilter = _EVERYTHING) -> str | None:
    """The FTS5 query for runs with typed words in title, prompt or outputs, also of chats."""
    words = phrases(typed)
    if words is None:
        return None
    tokens = all_of(["krun", "ktext", *_tokens(wanted)])
    return f"({{body title}} : ({words})) AND {tokens}"
