"""From what the user types to a full-text query, and from its rows to hits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import Connection, text

from workbench.domain.views import SearchHit
from workbench.history.codec import searchable
from workbench.history.stored_types import as_text, as_time

HitKind = Literal["run", "message"]

# Newest first, not best first: ranking would have to look at every match, and the first letters of
# a word match most of a history. This order is that of the index, so reading stops at the limit.
RUN_HITS = text(
    """
    SELECT run.id, run.title, run.started_at,
           snippet(run_search, -1, char(2), char(3), '…', 16)
    FROM run_search JOIN run ON run.id = run_search.rowid
    WHERE run_search MATCH :query AND run.deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM message WHERE message.run_id = run_search.rowid)
    ORDER BY run_search.rowid DESC LIMIT :limit
    """
)
MESSAGE_HITS = text(
    """
    SELECT message.id, message.conversation_id
    FROM message_search
    JOIN message ON message.id = message_search.rowid
    JOIN conversation ON conversation.id = message.conversation_id
    WHERE message_search MATCH :query
      AND conversation.deleted_at IS NULL AND message.deleted_at IS NULL
    ORDER BY message_search.rowid DESC
    """
)
MESSAGE_SNIPPET = text(
    """
    SELECT conversation.id, conversation.title, message.created_at,
           snippet(message_search, -1, char(2), char(3), '…', 16), message.id
    FROM message_search
    JOIN message ON message.id = message_search.rowid
    JOIN conversation ON conversation.id = message.conversation_id
    WHERE message_search MATCH :query AND message_search.rowid = :message_id
    """
)


def match_query(typed: str) -> str | None:
    """The FTS5 query for typed words: all must occur, the last may be the beginning of a word.

    Every word is quoted, so that nothing typed is an operator. None where there is no word.
    """
    words = searchable(typed).split()
    if not words:
        return None
    quoted = [f'"{word.replace(chr(34), chr(34) * 2)}"' for word in words]
    # Joined by spaces, not AND: a word without letters ("%") is then left out, not a failure.
    return " ".join(quoted) + "*"


def find(
    connection: Connection, typed: str, limit: int = 50, kind: HitKind | None = None
) -> tuple[SearchHit, ...]:
    """Runs and conversations in which the words occur, newest first; ``kind`` is for one of both.

    A run that answered in a conversation is found as that conversation, and a conversation once.
    """
    query = match_query(typed)
    if query is None:
        return ()
    hits: list[SearchHit] = []
    if kind != "message":
        runs = connection.execute(RUN_HITS, {"query": query, "limit": limit})
        hits += [_hit("run", row) for row in runs]
    if kind != "run":
        hits += _conversation_hits(connection, query, limit)
    hits.sort(key=lambda hit: hit.at, reverse=True)
    return tuple(hits[:limit])


def matching_conversations(connection: Connection, query: str, limit: int) -> dict[int, int]:
    """Conversations with a matching message, and the newest such message of each."""
    newest: dict[int, int] = {}
    streaming = connection.execution_options(stream_results=True)
    with streaming.execute(MESSAGE_HITS, {"query": query}) as rows:
        for message_id, conversation_id in rows:
            newest.setdefault(conversation_id, message_id)
            if len(newest) == limit:
                break
    return newest


def _conversation_hits(connection: Connection, query: str, limit: int) -> Iterator[SearchHit]:
    for message_id in matching_conversations(connection, query, limit).values():
        yield _hit("message", _message_hit(connection, query, message_id))


def message_snippet(connection: Connection, query: str, message_id: int) -> str:
    """The place in a message where the words of a query occur, marked."""
    return str(_message_hit(connection, query, message_id)[3] or "")


def _message_hit(connection: Connection, query: str, message_id: int) -> Any:
    values = {"query": query, "message_id": message_id}
    return connection.execute(MESSAGE_SNIPPET, values).one()


def _hit(kind: HitKind, row: Any) -> SearchHit:
    return SearchHit(
        kind=kind,
        id=row[0],
        title=as_text(row[1]) or "",
        at=as_time(row[2]) or 0.0,
        snippet=as_text(row[3]) or "",
        message_id=row[4] if kind == "message" else None,
    )
