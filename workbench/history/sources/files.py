"""Files of collections, with what was read of them: the statements, in the caller's transaction."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from workbench.domain.errors import UsageError
from workbench.domain.sources.collection import FileState, SourceFile
from workbench.domain.sources.document import Chunk, Extracted
from workbench.domain.text import replace_surrogates
from workbench.history import codec
from workbench.history.sources import words
from workbench.history.tables import source_chunk, source_file, source_vectors

_STATES: tuple[FileState, ...] = ("waiting", "read", "indexed", "refused")
_PACK_LEVEL = 3


def list_files(connection: Connection, collection_id: int) -> tuple[SourceFile, ...]:
    """All files of a collection, by path."""
    chunks = _counts(
        connection.execute(
            select(source_chunk.c.file_id, func.count())
            .select_from(source_chunk.join(source_file))
            .where(source_file.c.collection_id == collection_id)
            .group_by(source_chunk.c.file_id)
        )
    )
    vectors = _counts(
        connection.execute(
            select(source_vectors.c.file_id, func.sum(source_vectors.c.count))
            .where(source_vectors.c.collection_id == collection_id)
            .group_by(source_vectors.c.file_id)
        )
    )
    rows = connection.execute(
        select(*(column for column in source_file.c if column.name != "extracted"))
        .where(source_file.c.collection_id == collection_id)
        .order_by(source_file.c.path)
    )
    return tuple(_file(row, chunks.get(row.id, 0), vectors.get(row.id, 0)) for row in rows)


def add_waiting(connection: Connection, collection_id: int, paths: Sequence[str]) -> None:
    """Note files that are to be read."""
    if paths:
        connection.execute(
            insert(source_file),
            [
                {
                    "collection_id": collection_id,
                    "path": replace_surrogates(path),
                    "state": "waiting",
                    "kind": "",
                    "title": "",
                    "problem": "",
                    "size": 0,
                    "changed_at": 0.0,
                    "digest": "",
                    "notes": "[]",
                    "extracted": None,
                }
                for path in paths
            ],
        )


def clear_file(connection: Connection, collection_id: int, file_id: int) -> None:
    """Delete the chunks, words and vectors of a file."""
    rows = connection.execute(
        select(source_chunk.c.id, source_chunk.c.text, source_chunk.c.headings).where(
            source_chunk.c.file_id == file_id
        )
    ).all()
    if rows and words.exists(connection, collection_id):
        words.remove(connection, collection_id, ((r.id, r.text, r.headings) for r in rows))
    connection.execute(delete(source_vectors).where(source_vectors.c.file_id == file_id))
    connection.execute(delete(source_chunk).where(source_chunk.c.file_id == file_id))


def save_read(
    connection: Connection,
    collection_id: int,
    read: SourceFile,
    extracted: Extracted,
    chunks: Sequence[Chunk],
) -> None:
    """Keep what was read of a file, in place of what was read before, all or nothing.

    The ids of its chunks follow one another.
    """
    clear_file(connection, collection_id, read.file_id)
    clean = codec.clean(extracted, Extracted)
    indexed: list[words.Indexed] = []
    next_id: int | None = None
    for chunk in chunks:
        body = clean.text[chunk.start : chunk.end]
        headings = codec.to_json(list(chunk.headings))
        row: dict[str, Any] = {
            "file_id": read.file_id,
            "start": chunk.start,
            "stop": chunk.end,
            "tokens": chunk.tokens,
            "page": chunk.page,
            "headings": headings,
            "text": body,
        }
        if next_id is not None:
            row["id"] = next_id
        made: int = connection.execute(
            insert(source_chunk).returning(source_chunk.c.id), row
        ).scalar_one()
        indexed.append((made, body, headings))
        next_id = made + 1
    words.add(connection, collection_id, indexed)
    packed = zlib.compress(msgspec.msgpack.encode(clean), _PACK_LEVEL)
    _update(connection, read, packed)


def save_refused(connection: Connection, collection_id: int, read: SourceFile) -> None:
    """Keep why a file cannot be read; what was read of it before goes."""
    clear_file(connection, collection_id, read.file_id)
    _update(connection, read, None)


def set_state(connection: Connection, file_id: int, state: FileState) -> None:
    """Note how far a file is."""
    connection.execute(update(source_file).where(source_file.c.id == file_id).values(state=state))


def note_left(connection: Connection, file_id: int, note: str) -> None:
    """Note that a file is indexed, and what of it is not."""
    connection.execute(
        update(source_file)
        .where(source_file.c.id == file_id)
        .values(state="indexed", notes=codec.to_json([note]))
    )


def touch(connection: Connection, file_id: int, size: int, changed_at: float) -> None:
    """Note that a file has another time and still says the same."""
    connection.execute(
        update(source_file)
        .where(source_file.c.id == file_id)
        .values(size=size, changed_at=changed_at)
    )


def load_extracted(connection: Connection, file_id: int) -> Extracted:
    """What was read of a file.

    Raises:
        UsageError: there is no such file, nothing was read of it, or it is damaged.
    """
    packed = connection.execute(
        select(source_file.c.extracted).where(source_file.c.id == file_id)
    ).scalar()
    if not packed:
        raise UsageError("Nothing was read of this file yet: index its collection.")
    try:
        return msgspec.msgpack.decode(zlib.decompress(packed), type=Extracted)
    except (zlib.error, *codec.UNREADABLE):
        raise UsageError(
            "What was read of this file is damaged in the history: index its collection again."
        ) from None


def _update(connection: Connection, read: SourceFile, packed: bytes | None) -> None:
    connection.execute(
        update(source_file)
        .where(source_file.c.id == read.file_id)
        .values(
            state=read.state,
            kind=read.kind,
            title=replace_surrogates(read.title),
            problem=replace_surrogates(read.problem),
            size=read.size,
            changed_at=read.changed_at,
            digest=read.digest,
            notes=codec.to_json(list(read.notes)),
            extracted=packed,
        )
    )


def _counts(rows: Iterable[Any]) -> dict[int, int]:
    return {int(row[0]): int(row[1]) for row in rows}


def _file(row: Any, chunks: int, embedded: int) -> SourceFile:
    return SourceFile(
        file_id=row.id,
        path=row.path,
        state=row.state if row.state in _STATES else "waiting",
        kind=row.kind,
        title=row.title,
        problem=row.problem,
        notes=tuple(str(each) for each in codec.from_json(row.notes, [])),
        size=row.size,
        changed_at=row.changed_at,
        digest=row.digest,
        chunks=int(chunks),
        embedded=int(embedded or 0),
    )
