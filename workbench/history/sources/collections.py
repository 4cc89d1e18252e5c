"""Collections: the statements, inside the caller's transaction."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from workbench.domain.errors import UsageError
from workbench.domain.sources.collection import Collection, CollectionStatus, WordForms
from workbench.domain.sources.document import ChunkSettings
from workbench.domain.text import replace_surrogates
from workbench.history import codec
from workbench.history.sources import files, vectors, words
from workbench.history.tables import (
    source_chunk,
    source_collection,
    source_file,
    source_vectors,
)

_FORMS: tuple[WordForms, ...] = ("porter", "plain", "trigram")


def list_collections(connection: Connection) -> tuple[Collection, ...]:
    """All collections, by name."""
    rows = connection.execute(select(source_collection))
    return tuple(sorted(map(_collection, rows), key=lambda each: each.name.casefold()))


def load_collection(connection: Connection, collection_id: int) -> Collection:
    """One collection (UsageError where there is none)."""
    row = connection.execute(
        select(source_collection).where(source_collection.c.id == collection_id)
    ).one_or_none()
    if row is None:
        raise UsageError(f"There is no collection {collection_id}.")
    return _collection(row)


def save_collection(connection: Connection, value: Collection) -> Collection:
    """Keep a collection, a new one where its id is 0; returns it as it is kept.

    Raises:
        UsageError: another one has its name.
    """
    row = {
        "name": replace_surrogates(value.name),
        "words": value.words,
        "model": replace_surrogates(value.model),
        "index_key": value.index_key,
        "chunks": codec.to_json(msgspec.to_builtins(value.chunks)),
        "paths": codec.to_json(list(value.paths)),
    }
    table = source_collection
    same = connection.execute(select(table.c.id).where(table.c.name == row["name"])).scalar()
    if same is not None and same != value.collection_id:
        raise UsageError(f"There is a collection {value.name} already: choose another name.")
    if value.collection_id:
        load_collection(connection, value.collection_id)
        connection.execute(update(table).where(table.c.id == value.collection_id).values(**row))
        return load_collection(connection, value.collection_id)
    new_id: int = connection.execute(
        insert(table).returning(table.c.id), row | {"created_at": time.time()}
    ).scalar_one()
    words.create(connection, new_id, value.words)
    return load_collection(connection, new_id)


def delete_collection(connection: Connection, collection_id: int) -> None:
    """Delete a collection that has no files any more, and its word index."""
    words.drop(connection, collection_id)
    connection.execute(delete(source_collection).where(source_collection.c.id == collection_id))


def load_status(connection: Connection, collection_id: int) -> CollectionStatus:
    """How far a collection is indexed."""
    value = load_collection(connection, collection_id)
    states = {
        row.state: int(row.number)
        for row in connection.execute(
            select(source_file.c.state, func.count().label("number"))
            .where(source_file.c.collection_id == collection_id)
            .group_by(source_file.c.state)
        )
    }
    chunks, tokens = connection.execute(
        select(func.count(), func.coalesce(func.sum(source_chunk.c.tokens), 0))
        .select_from(source_chunk.join(source_file))
        .where(source_file.c.collection_id == collection_id)
    ).one()
    embedded = connection.execute(
        select(func.coalesce(func.sum(source_vectors.c.count), 0)).where(
            source_vectors.c.collection_id == collection_id,
            source_vectors.c.index_key == value.index_key,
        )
    ).scalar_one()
    return CollectionStatus(
        collection=value,
        files=sum(states.values()),
        waiting=states.get("waiting", 0),
        refused=states.get("refused", 0),
        chunks=int(chunks),
        tokens=int(tokens),
        embedded=int(embedded) if value.index_key else 0,
    )


def forget_file(connection: Connection, collection_id: int, file_id: int) -> None:
    """Take a file with all that was made of it out of its collection."""
    files.clear_file(connection, collection_id, file_id)
    connection.execute(delete(source_file).where(source_file.c.id == file_id))


def ensure_words(connection: Connection, collection_id: int) -> None:
    """Make the word index of a collection again where there is none, or it cannot be read."""
    if words.exists(connection, collection_id) and words.is_usable(connection, collection_id):
        return
    make_words_again(connection, collection_id)


def begin_key(connection: Connection, collection_id: int, index_key: str) -> Collection:
    """Have vectors of another kind from now on: those that there are go, and files wait for new."""
    vectors.forget_others(connection, collection_id, index_key)
    connection.execute(
        update(source_file)
        .where(source_file.c.collection_id == collection_id, source_file.c.state == "indexed")
        .values(state="read" if index_key else "indexed")
    )
    connection.execute(
        update(source_collection)
        .where(source_collection.c.id == collection_id)
        .values(index_key=index_key)
    )
    return load_collection(connection, collection_id)


def read_again(connection: Connection, collection_id: int) -> None:
    """Have all files wait to be read again, since they are to be cut in another way."""
    connection.execute(
        update(source_file)
        .where(source_file.c.collection_id == collection_id)
        .values(state="waiting", digest="")
    )


def make_words_again(connection: Connection, collection_id: int) -> None:
    """Fill the word index of a collection from its chunks."""
    value = load_collection(connection, collection_id)
    words.drop(connection, collection_id)
    words.create(connection, collection_id, value.words)
    rows = connection.execute(
        select(source_chunk.c.id, source_chunk.c.text, source_chunk.c.headings)
        .select_from(source_chunk.join(source_file))
        .where(source_file.c.collection_id == collection_id)
    )
    words.add(connection, collection_id, ((row.id, row.text, row.headings) for row in rows))


def _collection(row: Any) -> Collection:
    paths = codec.from_json(row.paths, [])
    try:
        chunks = msgspec.json.decode(row.chunks, type=ChunkSettings)
    except codec.UNREADABLE:
        chunks = ChunkSettings()
    return Collection(
        collection_id=row.id,
        name=row.name,
        created_at=row.created_at,
        words=row.words if row.words in _FORMS else "porter",
        model=row.model,
        index_key=row.index_key,
        chunks=chunks,
        paths=tuple(each for each in paths if isinstance(each, str)),
    )
