"""The full-text table, in the form that the SQLite library at hand can write.

From 3.43 on it is contentless: only the index is kept, for texts that differ from those of the
tables. Older libraries cannot delete from such a table, so there it keeps its own copy of the
normalised texts. A file that comes from a newer library to an older one gets its index again.
"""

from __future__ import annotations

from typing import Any

from workbench.history.search.documents import SOURCES, TABLES

# Statements are put together from the names of our own tables.
# ruff: noqa: S608

NAME = "text_search"
_CONTENTLESS = (3, 43, 0)
_SHADOWS = ("data", "idx", "content", "docsize", "config")

TRIGGERS = frozenset(
    f"index_{event}"
    for event in (
        "message_insert", "message_update", "message_delete",
        "conversation_insert", "conversation_update", "conversation_delete",
        "run_update", "run_text_insert", "run_text_update", "run_text_delete",
        "version_insert", "version_update", "version_delete",
        "evaluation_insert", "evaluation_update", "evaluation_delete",
        "tag_insert", "tag_delete", "doubt_insert", "doubt_update", "doubt_delete",
        "score_insert", "score_update", "score_delete",
    )
)  # fmt: skip
"""What notes in ``index_pending`` that a row of a table is to be indexed again."""


def library_version(raw: Any) -> tuple[int, ...]:
    """The version of the SQLite library of a connection."""
    text: str = raw.execute("SELECT sqlite_version()").fetchone()[0]
    return tuple(int(part) for part in text.split("."))


def is_contentless(raw: Any) -> bool | None:
    """Whether the index keeps no texts; None where there is no index."""
    row = raw.execute("SELECT sql FROM sqlite_master WHERE name = ?", (NAME,)).fetchone()
    return None if row is None else "contentless_delete" in (row[0] or "")


def is_usable(raw: Any) -> bool:
    """Whether the library can read and write the index of the file."""
    form = is_contentless(raw)
    return form is False or (form is True and library_version(raw) >= _CONTENTLESS)


def definition(library: tuple[int, ...]) -> str:
    """The statement that makes the index, in the form for a library."""
    form = "content='', contentless_delete=1, " if library >= _CONTENTLESS else ""
    return (
        f"CREATE VIRTUAL TABLE {NAME} USING fts5(body, title, tags, {form}"
        "tokenize='unicode61 remove_diacritics 2', prefix='2 3 4')"
    )


def make_again(raw: Any) -> None:
    """Begin with an empty index and note that all rows of all tables are to be indexed.

    In a transaction. Where the library cannot read the old index, it goes without being read.
    """
    form = is_contentless(raw)
    if form is not None and is_usable(raw):
        raw.execute(f"DROP TABLE {NAME}")
    elif form is not None:
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute("DELETE FROM sqlite_master WHERE name = ?", (NAME,))
        raw.execute("PRAGMA writable_schema=RESET")
        for shadow in _SHADOWS:
            raw.execute(f"DROP TABLE IF EXISTS {NAME}_{shadow}")
    raw.execute(definition(library_version(raw)))
    raw.execute("DELETE FROM indexed_text")
    raw.execute("DELETE FROM index_pending")
    raw.execute("DELETE FROM index_progress")
    for source in SOURCES:
        raw.execute(
            "INSERT INTO index_progress (source, next_id, first_id) "
            f"SELECT ?, coalesce(max(id), 0), coalesce(max(id), 0) FROM {TABLES[source]}",
            (source,),
        )
