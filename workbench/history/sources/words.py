"""The word index of a collection: an FTS5 table of its own, so that its scores are its own.

How rare a word is counts in a score, and that is how rare it is in the collection, not in all that
the user has. The table keeps no texts: they are those of the chunks. What is deleted leaves the
index at once, where the library can do that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from workbench.domain.sources.collection import WordForms

# Statements are put together from numbers of our own.
# ruff: noqa: S608

_FORMS = {
    "porter": "porter unicode61 remove_diacritics 2",
    "plain": "unicode61 remove_diacritics 2 tokenchars ''_''",
    "trigram": "trigram",
}
_SECURE_DELETE = (3, 42)
_HEADINGS_WEIGHT = 2.0
"""How much a word of the headings counts: they say what a passage is about."""
Indexed = tuple[int, str, str]
"""A chunk's id, its text and its headings, as they are indexed."""


def table_name(collection_id: int) -> str:
    """The index of a collection."""
    return f"source_words_{collection_id:d}"


def create(connection: Connection, collection_id: int, forms: WordForms) -> None:
    """Make the index of a collection, empty, where there is none."""
    name = table_name(collection_id)
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(text, headings, "
        f"content='source_chunk', content_rowid='id', tokenize='{_FORMS[forms]}')"
    )
    library = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar_one())
    if tuple(map(int, library.split(".")[:2])) >= _SECURE_DELETE:
        connection.exec_driver_sql(f"INSERT INTO {name} ({name}, rank) VALUES('secure-delete', 1)")


def exists(connection: Connection, collection_id: int) -> bool:
    """Whether there is an index: not after a damaged history was repaired."""
    found = connection.execute(
        text("SELECT 1 FROM sqlite_master WHERE name = :name"), {"name": table_name(collection_id)}
    )
    return found.one_or_none() is not None


def drop(connection: Connection, collection_id: int) -> None:
    """Delete the index of a collection."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table_name(collection_id)}")


def add(connection: Connection, collection_id: int, rows: Iterable[Indexed]) -> None:
    """Index chunks."""
    name = table_name(collection_id)
    values = [(key, _searchable(body), _searchable(headings)) for key, body, headings in rows]
    if values:
        connection.exec_driver_sql(
            f"INSERT INTO {name} (rowid, text, headings) VALUES (?, ?, ?)", values
        )


def remove(connection: Connection, collection_id: int, rows: Iterable[Indexed]) -> None:
    """Take chunks out of the index, with the texts that they were indexed with."""
    name = table_name(collection_id)
    values = [(key, _searchable(body), _searchable(headings)) for key, body, headings in rows]
    if values:
        connection.exec_driver_sql(
            f"INSERT INTO {name} ({name}, rowid, text, headings) VALUES ('delete', ?, ?, ?)", values
        )


def search(
    connection: Connection,
    collection_id: int,
    query: str,
    count: int,
    files: Sequence[int] | None = None,
) -> list[tuple[int, float]]:
    """The chunks that fit a query best, with their BM25 scores: larger is better.

    Args:
        connection: in a transaction.
        collection_id: whose index.
        query: as ``retrieval.ranking.query_words`` makes it.
        count: how many at most.
        files: only chunks of these files; None is all.
    """
    if not query or not count:
        return []
    name = table_name(collection_id)
    ranked = f"{name} MATCH ? AND rank MATCH 'bm25(1.0, {_HEADINGS_WEIGHT})'"
    if files is None:
        where = f"SELECT rowid, -rank FROM {name} WHERE {ranked} ORDER BY rank LIMIT ?"
    else:
        kept = ",".join(str(int(each)) for each in files)
        where = (
            f"SELECT w.rowid, -w.rank FROM {name} w JOIN source_chunk c ON c.id = w.rowid WHERE "
            f"w.{ranked} AND c.file_id IN ({kept}) ORDER BY w.rank LIMIT ?"
        ).replace("AND rank MATCH", "AND w.rank MATCH")
    rows = connection.exec_driver_sql(where, (query, count))
    return [(int(row[0]), float(row[1])) for row in rows]


def is_usable(connection: Connection, collection_id: int) -> bool:
    """Whether the index can be read by this library."""
    try:
        connection.exec_driver_sql(
            f"SELECT rowid FROM {table_name(collection_id)} WHERE {table_name(collection_id)} "
            "MATCH 'a' LIMIT 1"
        ).all()
    except DBAPIError:
        return False
    return True


def _searchable(body: str) -> str:
    """Without NUL, at which SQL texts end."""
    return body.replace("\0", " ")
