"""Vectors in blocks: the statements, inside the caller's transaction."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from workbench.domain.sources.document import Chunk
from workbench.history import codec
from workbench.history.tables import source_chunk, source_file, source_vectors


class Block(msgspec.Struct, frozen=True):
    """Vectors of chunks whose ids follow one another, as float32 one after another."""

    first_chunk: int
    count: int
    vectors: bytes


class ToEmbed(msgspec.Struct, frozen=True):
    """Chunks of a file that have no vectors yet, in order of their ids, which follow on another."""

    file_id: int
    first_chunk: int
    texts: tuple[str, ...]
    chunks: tuple[Chunk, ...]


def save_block(
    connection: Connection, collection_id: int, file_id: int, index_key: str, block: Block
) -> bool:
    """Keep vectors; False where a chunk of them is not there any more, and nothing is kept."""
    last = block.first_chunk + block.count - 1
    there = connection.execute(
        select(func.count()).where(
            source_chunk.c.file_id == file_id,
            source_chunk.c.id.between(block.first_chunk, last),
        )
    ).scalar_one()
    if there != block.count:
        return False
    connection.execute(
        insert(source_vectors),
        {
            "collection_id": collection_id,
            "file_id": file_id,
            "first_chunk": block.first_chunk,
            "count": block.count,
            "index_key": index_key,
            "vectors": block.vectors,
        },
    )
    return True


def load_blocks(
    connection: Connection, collection_id: int, index_key: str, above: int = 0, most: int = 64
) -> list[tuple[int, Block]]:
    """Some blocks with their row ids, those above ``above``, in order: to be loaded in steps."""
    rows = connection.execute(
        select(source_vectors)
        .where(
            source_vectors.c.collection_id == collection_id,
            source_vectors.c.index_key == index_key,
            source_vectors.c.id > above,
        )
        .order_by(source_vectors.c.id)
        .limit(most)
    )
    return [(key, Block(first, count, packed)) for key, _, _, first, count, _, packed in rows]


def fingerprint(connection: Connection, collection_id: int) -> tuple[int, int]:
    """Two numbers that change when the vectors of a collection do."""
    row = connection.execute(
        select(func.coalesce(func.max(source_vectors.c.id), 0), func.count()).where(
            source_vectors.c.collection_id == collection_id
        )
    ).one()
    return int(row[0]), int(row[1])


def forget_others(connection: Connection, collection_id: int, index_key: str) -> None:
    """Delete vectors that were made with something else."""
    connection.execute(
        delete(source_vectors).where(
            source_vectors.c.collection_id == collection_id,
            source_vectors.c.index_key != index_key,
        )
    )


def next_to_embed(
    connection: Connection, collection_id: int, index_key: str, most: int
) -> ToEmbed | None:
    """The next chunks without vectors, of one file; None where all have some."""
    done = (
        select(
            source_vectors.c.file_id,
            func.max(source_vectors.c.first_chunk + source_vectors.c.count).label("next_id"),
        )
        .where(
            source_vectors.c.collection_id == collection_id,
            source_vectors.c.index_key == index_key,
        )
        .group_by(source_vectors.c.file_id)
        .subquery()
    )
    file_id = connection.execute(
        select(source_file.c.id)
        .where(source_file.c.collection_id == collection_id, source_file.c.state == "read")
        .order_by(source_file.c.id)
        .limit(1)
    ).scalar()
    if file_id is None:
        return None
    begin = connection.execute(select(done.c.next_id).where(done.c.file_id == file_id)).scalar()
    rows = connection.execute(
        select(source_chunk)
        .where(source_chunk.c.file_id == file_id, source_chunk.c.id >= (begin or 0))
        .order_by(source_chunk.c.id)
        .limit(most)
    ).all()
    if not rows:
        return ToEmbed(file_id, 0, (), ())
    return ToEmbed(
        file_id,
        rows[0].id,
        tuple(row.text for row in rows),
        tuple(map(chunk_of, rows)),
    )


def chunk_of(row: Any) -> Chunk:
    """The chunk of a row."""
    headings = codec.from_json(row.headings, [])
    return Chunk(
        start=row.start,
        end=row.stop,
        tokens=row.tokens,
        headings=tuple(str(each) for each in headings),
        page=row.page,
    )
