"""Rows of the index to hits: their texts, read from the tables that have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

from workbench.domain.views import SearchHit
from workbench.history.search import documents
from workbench.history.search.documents import FILES, SYSTEM, THOUGHT, VARIABLES
from workbench.history.search.snippets import Wanted, snippet
from workbench.history.stored_types import as_text, as_time

# Statements are put together from the names of our own tables, and marks for values.
# ruff: noqa: S608

_MOST_STEPS = 1000
"""How far up a branch is walked to find a message on it."""


_VERSIONS = """CASE WHEN m.parent_id IS NULL THEN
    (SELECT count(*) FROM message AS s WHERE s.conversation_id = c.id AND s.parent_id IS NULL
     AND s.deleted_at IS NULL {0})
    ELSE (SELECT count(*) FROM message AS s WHERE s.parent_id = m.parent_id
     AND s.deleted_at IS NULL {0}) END"""
"""How many versions a message has, by the index of the parents where it has one."""


class Found(NamedTuple):
    """A row of the index."""

    key: int
    source: str
    item_id: int
    part: int


def read_hits(raw: Any, rows: Sequence[Found], typed: str) -> tuple[SearchHit, ...]:
    """The hits of rows, in their order; what was deleted meanwhile is left out."""
    wanted = Wanted(typed)
    by_source: defaultdict[str, list[Found]] = defaultdict(list)
    for row in rows:
        if row.source in _READERS and isinstance(row.item_id, int) and isinstance(row.part, int):
            by_source[row.source].append(row)  # else damaged: found again once it is indexed again
    hits: dict[int, SearchHit] = {}
    for source, found in by_source.items():
        hits |= _READERS[source](raw, found, wanted)
    return tuple(hits[row.key] for row in rows if row.key in hits)


def _message_hits(raw: Any, found: Sequence[Found], wanted: Wanted) -> dict[int, SearchHit]:
    ids = sorted({row.item_id for row in found})
    rows = {
        row[0]: row
        for row in raw.execute(
            f"""SELECT m.id, m.created_at, m.role, m.text, m.reasoning, m.system, m.run_id,
                       m.author, c.id, c.title, c.leaf_id, r.model, r.strategy, r.is_right,
                       m.attachments,
                       {_VERSIONS.format("AND s.id <= m.id")}, {_VERSIONS.format("")}
                FROM message AS m JOIN conversation AS c ON c.id = m.conversation_id
                LEFT JOIN run AS r ON r.id = m.run_id
                WHERE m.id IN ({_marks(ids)}) AND m.deleted_at IS NULL
                  AND c.deleted_at IS NULL""",
            ids,
        )
    }
    shown = _shown(raw, [(row[0], row[8], row[10]) for row in rows.values()])
    hits = {}
    for each in found:
        row = rows.get(each.item_id)
        if row is None:
            continue
        message_id, at, role, text, reasoning, system, run_id, author, chat, title, *rest = row
        _, model, strategy, is_right, attachments, number, of = rest
        body, part = as_text(text) or "", "text"
        if each.part == THOUGHT:
            part, body = "thought", as_text(reasoning) or ""
            if not body and run_id is not None:
                body = documents.thoughts(raw, (run_id,))[run_id]
        elif each.part == SYSTEM:
            part, body = "system", as_text(system) or ""
        elif each.part == FILES:
            part, body = "file", documents.files_text(attachments)
        hits[each.key] = SearchHit(
            kind="message",
            id=chat,
            title=as_text(title) or "",
            snippet=snippet((body,), wanted),
            at=as_time(at) or 0.0,
            message_id=message_id,
            part=cast("Any", part),
            role=as_text(role) or "",
            model=as_text(model) or as_text(author) or "",
            strategy=as_text(strategy) or "",
            number=number,
            of=of,
            is_shown=shown.get(message_id),
            is_right=None if is_right is None else bool(is_right),
            run_id=run_id,
        )
    return hits


def _shown(raw: Any, messages: Sequence[tuple[int, int, int | None]]) -> dict[int, bool]:
    """Which messages are on the branch that their conversation shows; far ones are left out.

    A message is older than what follows it, so the way up ends at the oldest that is asked for.
    """
    by_chat: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for message_id, chat, leaf in messages:
        if leaf is not None:
            by_chat[chat, leaf].append(message_id)
    found: dict[int, bool] = {}
    for (_, leaf), ids in by_chat.items():
        oldest = min(ids)
        path = [
            row[0]
            for row in raw.execute(
                """WITH RECURSIVE up (id, parent_id) AS (
                       SELECT id, parent_id FROM message WHERE id = ?
                       UNION ALL
                       SELECT m.id, m.parent_id FROM message AS m JOIN up ON m.id = up.parent_id
                       WHERE m.id >= ? AND m.id < up.id LIMIT ?)
                   SELECT id FROM up""",
                (leaf, oldest, _MOST_STEPS),
            )
        ]
        seen = set(path)
        lowest = oldest if len(path) < _MOST_STEPS else min(path)
        found |= {each: each in seen for each in ids if each >= lowest}
    return found


def _title_hits(raw: Any, found: Sequence[Found], wanted: Wanted) -> dict[int, SearchHit]:
    ids = [row.item_id for row in found]
    rows = {
        row[0]: row
        for row in raw.execute(
            f"""SELECT c.id, c.created_at, c.title,
                       coalesce(nullif(m.text, ''), p.text, '')
                FROM conversation AS c LEFT JOIN message AS m ON m.id = c.leaf_id
                LEFT JOIN message AS p ON p.id = m.parent_id
                WHERE c.id IN ({_marks(ids)}) AND c.deleted_at IS NULL""",
            ids,
        )
    }
    return {
        each.key: SearchHit(
            kind="message",
            id=each.item_id,
            title=as_text(row[2]) or "",
            snippet=snippet((as_text(row[3]) or "",), wanted),
            at=as_time(row[1]) or 0.0,
            part="title",
        )
        for each in found
        if (row := rows.get(each.item_id)) is not None
    }


def _run_hits(raw: Any, found: Sequence[Found], wanted: Wanted) -> dict[int, SearchHit]:
    ids = sorted({row.item_id for row in found})
    rows = {
        row[0]: row
        for row in raw.execute(
            f"""SELECT r.id, r.started_at, r.title, t.prompt, t.output, r.spec, r.model, r.strategy,
                       r.is_right
                FROM run AS r JOIN run_text AS t ON t.run_id = r.id
                WHERE r.id IN ({_marks(ids)}) AND r.deleted_at IS NULL""",
            ids,
        )
    }
    scores = documents.scores_of(raw, ids)
    hits = {}
    for each in found:
        row = rows.get(each.item_id)
        if row is None:
            continue
        run_id, at, title, prompt, output, spec, model, strategy, is_right = row
        texts, part = (as_text(output) or "", as_text(prompt) or ""), "text"
        if each.part == THOUGHT:
            texts, part = (documents.thoughts(raw, (run_id,))[run_id], ""), "thought"
        elif each.part == VARIABLES:
            values = documents.variables_of(spec)
            texts, part = (documents.values_text(values), ""), "variables"
        hits[each.key] = SearchHit(
            kind="run",
            id=run_id,
            title=as_text(title) or "",
            snippet=snippet(texts, wanted),
            at=as_time(at) or 0.0,
            part=cast("Any", part),
            model=as_text(model) or "",
            strategy=as_text(strategy) or "",
            is_right=None if is_right is None else bool(is_right),
            scores=scores[run_id],
            run_id=run_id,
        )
    return hits


def _version_hits(raw: Any, found: Sequence[Found], wanted: Wanted) -> dict[int, SearchHit]:
    ids = [row.item_id for row in found]
    rows = {
        row[0]: row
        for row in raw.execute(
            f"""SELECT v.id, v.created_at, v.number, v.name, v.note, t.text,
                       (SELECT path FROM prompt_place WHERE prompt_id = v.prompt_id
                        ORDER BY id DESC LIMIT 1)
                FROM template_version AS v JOIN template_text AS t ON t.id = v.text_id
                WHERE v.id IN ({_marks(ids)})""",
            ids,
        )
    }
    return {
        each.key: SearchHit(
            kind="version",
            id=each.item_id,
            title=documents.prompt_name(as_text(row[6]) or ""),
            snippet=snippet(
                (as_text(row[5]) or "", as_text(row[3]) or "", as_text(row[4]) or ""), wanted
            ),
            at=as_time(row[1]) or 0.0,
            number=row[2],
            path=as_text(row[6]) or "",
        )
        for each in found
        if (row := rows.get(each.item_id)) is not None
    }


def _case_hits(raw: Any, found: Sequence[Found], wanted: Wanted) -> dict[int, SearchHit]:
    hits: dict[int, SearchHit] = {}
    cases: dict[int, list[dict[str, Any]]] = {}
    for each in found:
        row = raw.execute(
            "SELECT name, path, created_at, definition FROM evaluation WHERE id = ?",
            (each.item_id,),
        ).fetchone()
        if row is None:
            continue
        values = cases.setdefault(each.item_id, documents.rows_of(row[3]))
        if each.part >= len(values):
            continue
        hits[each.key] = SearchHit(
            kind="case",
            id=each.item_id,
            title=as_text(row[0]) or "",
            snippet=snippet((documents.values_text(values[each.part]),), wanted),
            at=as_time(row[2]) or 0.0,
            number=each.part + 1,
            path=as_text(row[1]) or "",
        )
    return hits


def _marks(ids: Sequence[int]) -> str:
    return ", ".join("?" for _ in ids)


_READERS: dict[str, Callable[[Any, Sequence[Found], Wanted], dict[int, SearchHit]]] = {
    "message": _message_hits,
    "conversation": _title_hits,
    "run": _run_hits,
    "version": _version_hits,
    "evaluation": _case_hits,
}
