"""A collection brought up to date in small steps.

Each file, and each few passages, are saved by themselves: after a pause, or when the program was
killed, the next time goes on where this one was. Only what changed is read again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from workbench.domain.errors import ContextOverflowError, ModelError
from workbench.domain.sources.collection import (
    Collection,
    Doing,
    EmbeddingModel,
    IndexProgress,
    IndexReport,
    SourceFile,
)
from workbench.domain.sources.document import Chunk, embedded_text
from workbench.history.sources import collections, files, vectors
from workbench.history.store import HistoryStore
from workbench.processes.pool import SandboxPool
from workbench.service.sources.embedding import (
    Count,
    Embedding,
    counting_with,
    estimate,
    index_key,
    vectors_of,
)
from workbench.service.sources.files_now import FilesNow, compare, look
from workbench.service.sources.reading import read_file

OnProgress = Callable[[IndexProgress], None]
_BATCH = 16
"""Passages that are embedded and saved together: what a kill may cost."""
_TOO_LONG = "Passages were left out of the vectors, since the model takes no text of this length."


class Indexing:
    """Reads and embeds the files of collections, one collection at a time.

    Args:
        store: keeps the index.
        embedding: finds and describes models.
    """

    def __init__(self, store: HistoryStore, embedding: Embedding) -> None:
        self._store = store
        self._embedding = embedding
        self._turn = asyncio.Lock()
        self._paused: set[int] = set()

    def pause(self, collection_id: int) -> None:
        """Have indexing end after what it is doing. To be called on the loop."""
        self._paused.add(collection_id)

    @asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """Nothing is being indexed inside the block."""
        async with self._turn:
            yield

    async def run(self, collection_id: int, on_progress: OnProgress | None = None) -> IndexReport:
        """Bring a collection up to date.

        Args:
            collection_id: which one.
            on_progress: called on the loop, for each file and each few passages.

        Raises:
            ModelError, EngineError: the embedding model cannot be had; words are indexed by then.
            StoreError: the index cannot be saved.
            UsageError: there is no such collection.
        """
        self._paused.discard(collection_id)
        async with self._turn:
            collection = await self._store.read(collections.load_collection, collection_id)
            pool = SandboxPool(workers=1)  # those of the core are for what is looked at
            try:
                work = _Work(self._store, self._embedding, collection, pool)
                work.tell = on_progress or (lambda _progress: None)
                work.is_paused = lambda: collection_id in self._paused
                return await work.run()
            finally:
                await pool.close()


class _Work:
    """One collection being brought up to date."""

    def __init__(
        self,
        store: HistoryStore,
        embedding: Embedding,
        collection: Collection,
        pool: SandboxPool,
    ) -> None:
        self._store = store
        self._embedding = embedding
        self._collection = collection
        self._pool = pool
        self._began = time.monotonic()
        self.tell: OnProgress = lambda _progress: None
        self.is_paused: Callable[[], bool] = lambda: False
        self._model: EmbeddingModel | None = None
        self._refused: list[tuple[str, str]] = []
        self._read = self._unchanged = self._removed = self._chunks = self._embedded = 0

    @property
    def _id(self) -> int:
        return self._collection.collection_id

    async def run(self) -> IndexReport:
        """Look, read, embed."""
        self._say("looking")
        await self._store.write(collections.ensure_words, self._id)
        now = await asyncio.to_thread(look, self._collection.paths, self.is_paused)
        self._refused.extend(("", note) for note in now.notes)
        model_problem: ModelError | None = None
        if self._collection.model:
            try:
                self._model = await self._embedding.describe(self._collection.model)
                await self._take_key(index_key(self._model, self._collection))
            except ModelError as error:
                model_problem = error
        if not self.is_paused():
            await self._read_files(now)
        if model_problem is not None:
            raise model_problem
        if self._model is not None and not self.is_paused():
            await self._embed(self._model)
        self._say("done")
        return IndexReport(
            read=self._read,
            unchanged=self._unchanged,
            removed=self._removed,
            refused=tuple(self._refused),
            chunks=self._chunks,
            embedded=self._embedded,
            seconds=time.monotonic() - self._began,
            paused=self.is_paused(),
        )

    async def _take_key(self, key: str) -> None:
        """Forget vectors that were made with something else: they are never mixed."""
        if self._collection.index_key == key:
            return
        self._collection = await self._store.write(collections.begin_key, self._id, key)

    # --- reading ----------------------------------------------------------------------------

    async def _read_files(self, now: FilesNow) -> None:
        known = await self._store.read(files.list_files, self._id)
        changes = compare(now, known)
        for gone in changes.gone:
            await self._store.write(collections.forget_file, self._id, gone.file_id)
            self._removed += 1
        await self._store.write(files.add_waiting, self._id, changes.added)
        added = set(changes.added)
        if added:
            known = await self._store.read(files.list_files, self._id)
        new = tuple(each for each in known if each.path in added)
        waiting = (*changes.changed, *new)
        self._unchanged = len(now.files) - len(waiting)
        if not waiting:
            return
        async with self._counting() as count:
            for number, each in enumerate(waiting):
                if self.is_paused():
                    return
                self._say("reading", number, len(waiting), each.path)
                await self._read_one(each, now, count)

    async def _read_one(self, each: SourceFile, now: FilesNow, count: Count) -> None:
        kept = await read_file(
            self._store, self._pool, self._collection, each, now.files[each.path], count
        )
        if kept is each:
            self._unchanged += 1
        elif kept.state == "refused":
            self._refused.append((kept.path, kept.problem))
        else:
            self._read += 1
            self._chunks += kept.chunks

    @asynccontextmanager
    async def _counting(self) -> AsyncIterator[Count]:
        """Count tokens with the embedding model, or about where there is none."""
        if self._model is None:
            yield estimate
            return
        async with self._embedding.models.hold(self._model.path) as engine:
            yield counting_with(engine)

    # --- embedding --------------------------------------------------------------------------

    async def _embed(self, model: EmbeddingModel) -> None:
        """Embed what has no vector; other users of the engine come in between."""
        key = self._collection.index_key
        status = await self._store.read(collections.load_status, self._id)
        done, total = status.embedded, status.chunks
        while not self.is_paused():
            self._say("embedding", done, total)
            batch = await self._store.read(vectors.next_to_embed, self._id, key, _BATCH)
            if batch is None:
                return
            if not batch.texts:
                await self._store.write(files.set_state, batch.file_id, "indexed")
                continue
            texts = [
                model.of_passage(self._with_headings(text, chunk))
                for text, chunk in zip(batch.texts, batch.chunks, strict=True)
            ]
            async with self._embedding.models.hold(model.path) as engine:
                try:
                    numbers, _ = await vectors_of(engine, texts)
                except ContextOverflowError:
                    await self._store.write(files.note_left, batch.file_id, _TOO_LONG)
                    continue
            block = vectors.Block(batch.first_chunk, len(texts), numbers)
            await self._store.write(vectors.save_block, self._id, batch.file_id, key, block)
            done += len(texts)
            self._embedded += len(texts)

    def _with_headings(self, text: str, chunk: Chunk) -> str:
        here = msgspec.structs.replace(chunk, start=0, end=len(text))
        return embedded_text(text, here, self._collection.chunks)

    def _say(self, doing: Doing, done: int = 0, total: int = 0, name: str = "") -> None:
        progress = IndexProgress(
            doing=doing,
            done=done,
            total=total,
            name=name,
            seconds=time.monotonic() - self._began,
        )
        self.tell(progress)
