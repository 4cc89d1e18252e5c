"""Chunks with the files that they are of: the statements, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from workbench.domain.sources.hits import Hit
from workbench.history.sources.vectors import chunk_of
from workbench.history.tables import source_chunk, source_file

_AT_ONCE = 500
"""Ids in one statement: SQLite takes no more than some thousand values."""


def load_hits(connection: Connection, chunk_ids: Sequence[int]) -> dict[int, Hit]:
    """Chunks by id, as hits without ranks; those that are not there any more are left out."""
    found = {}
    for row in _rows(connection, chunk_ids):
        chunk = chunk_of(row)
        found[row.id] = Hit(
            chunk_id=row.id,
            file_id=row.file_id,
            file=row.path,
            text=row.text,
            start=chunk.start,
            end=chunk.end,
            tokens=chunk.tokens,
            page=chunk.page,
            headings=chunk.headings,
        )
    return found


def _rows(connection: Connection, chunk_ids: Sequence[int]) -> Iterator[Any]:
    for begin in range(0, len(chunk_ids), _AT_ONCE):
        some = list(chunk_ids[begin : begin + _AT_ONCE])
        yield from connection.execute(
            select(source_chunk, source_file.c.path)
            .select_from(source_chunk.join(source_file))
            .where(source_chunk.c.id.in_(some))
        )


def chunk_ranges(connection: Connection, file_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """For each file its id with the first and the last id of its chunks."""
    found = []
    for key in file_ids:
        first, last = connection.execute(
            select(func.min(source_chunk.c.id), func.max(source_chunk.c.id)).where(
                source_chunk.c.file_id == key
            )
        ).one()
        if first is not None:
            found.append((key, int(first), int(last)))
    return found


def matching_files(
    connection: Connection, collection_id: int, paths: Sequence[str], kinds: Sequence[str]
) -> list[int]:
    """The files of a collection whose path has one of these texts in it, and of these kinds."""
    rows = connection.execute(
        select(source_file.c.id, source_file.c.path, source_file.c.kind).where(
            source_file.c.collection_id == collection_id
        )
    )
    wanted = [each.casefold() for each in paths]
    return [
        int(row.id)
        for row in rows
        if (not wanted or any(each in row.path.casefold() for each in wanted))
        and (not kinds or row.kind in kinds)
    ]


def file_chunks(connection: Connection, file_id: int) -> list[int]:
    """The ids of the chunks of a file, in order."""
    rows = connection.execute(
        select(source_chunk.c.id)
        .where(source_chunk.c.file_id == file_id)
        .order_by(source_chunk.c.id)
    )
    return [int(row[0]) for row in rows]
