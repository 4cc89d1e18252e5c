"""One file into chunks and words."""

from __future__ import annotations

import asyncio

import msgspec

from workbench.domain.errors import FormatError
from workbench.domain.sources.collection import Collection, SourceFile
from workbench.domain.sources.document import scanned_words
from workbench.history.sources import files
from workbench.history.store import HistoryStore
from workbench.processes.pool import SandboxPool
from workbench.retrieval.chunking import cut_by
from workbench.retrieval.loaders import read_document
from workbench.service.sources.embedding import Count
from workbench.service.sources.files_now import FileNow, digest_of

_LARGEST = 50 * 1024 * 1024


async def read_file(
    store: HistoryStore,
    pool: SandboxPool,
    collection: Collection,
    known: SourceFile,
    now: FileNow,
    count: Count,
) -> SourceFile:
    """Read a file into the index, or note why it cannot be read.

    Args:
        store: keeps what was read.
        pool: reads it.
        collection: that it is of.
        known: what is known of it.
        now: how it is on the disk.
        count: counts tokens.

    Returns:
        The file as it is kept; the one that was given where it says the same as before.

    Raises:
        StoreError: it cannot be saved.
        SandboxError: the program is closing.
    """
    fresh = msgspec.structs.replace(
        known, size=now.size, changed_at=now.changed_at, problem="", notes=()
    )
    try:
        if now.problem:
            raise FormatError(known.path, now.problem)
        digest = await asyncio.to_thread(digest_of, now.real, _LARGEST)
        if digest and digest == known.digest and known.state in ("read", "indexed"):
            await store.write(files.touch, known.file_id, now.size, now.changed_at)
            return known
        extracted = await read_document(pool, now.real)
        if extracted.is_scanned:
            raise FormatError(known.path, scanned_words(extracted.scanned, len(extracted.pages)))
        chunks = await cut_by(extracted, collection.chunks, count)
    except (FormatError, OSError) as error:
        problem = (
            str(error)
            if isinstance(error, FormatError)
            else f"{known.path}: it cannot be read ({error.strerror or error})."
        )
        refused = msgspec.structs.replace(fresh, state="refused", problem=problem, digest="")
        await store.write(files.save_refused, collection.collection_id, refused)
        return refused
    read = msgspec.structs.replace(
        fresh,
        state="read" if collection.model and chunks else "indexed",
        kind=extracted.kind,
        title=extracted.title,
        notes=extracted.notes,
        digest=digest,
        chunks=len(chunks),
    )
    await store.write(files.save_read, collection.collection_id, read, extracted, chunks)
    return read
