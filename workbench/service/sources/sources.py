"""What window and command line call about the user's own documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from workbench.domain.errors import ModelError, UsageError
from workbench.domain.sources.collection import (
    Collection,
    CollectionStatus,
    EmbeddingModel,
    IndexReport,
    SourceFile,
)
from workbench.domain.sources.document import Extracted
from workbench.domain.sources.hits import Hit, SearchReport, SourceQuery, WhyNot
from workbench.domain.sources.measured import SourceMeasure
from workbench.domain.sources.passages import MOST_PASSAGES, Passage, PassageQuery
from workbench.domain.text import has_surrogates, replace_surrogates
from workbench.history.sources import collections, files, passages
from workbench.service.core import Core
from workbench.service.models.models import Models
from workbench.service.sources.embedding import Embedding, index_key
from workbench.service.sources.indexing import Indexing, OnProgress
from workbench.service.sources.measuring import OnMeasured, measure
from workbench.service.sources.searching import Searching


class Sources:
    """Collections of documents: kept, indexed, searched."""

    def __init__(self, core: Core, models: Models) -> None:
        self._store = core.store
        self._embedding = Embedding(models)
        self._indexing = Indexing(core.store, self._embedding)
        self._searching = Searching(core.store, self._embedding)

    # --- collections ------------------------------------------------------------------------

    async def all(self) -> tuple[CollectionStatus, ...]:
        """All collections by name, with how far they are indexed."""
        found = await self._store.read(collections.list_collections)
        return tuple([await self.status(each.collection_id) for each in found])

    async def names(self) -> tuple[str, ...]:
        """The names of all collections."""
        found = await self._store.read(collections.list_collections)
        return tuple(each.name for each in found)

    async def find(self, name: str = "") -> Collection:
        """The collection of a name or number; "" is the only one.

        Raises:
            UsageError: there is none, or "" could mean several.
        """
        found = await self._store.read(collections.list_collections)
        if not found:
            raise UsageError("There are no collections yet: workbench sources add makes one.")
        if not name:
            if len(found) == 1:
                return found[0]
            raise UsageError(f"Name one of the collections: {_names(found)}.")
        exact = [each for each in found if name in (each.name, str(each.collection_id))]
        near = [each for each in found if each.name.casefold() == name.casefold()]
        if exact or len(near) == 1:
            return (exact or near)[0]
        raise UsageError(f"There is no collection {name}. There are: {_names(found)}.")

    async def status(self, collection_id: int) -> CollectionStatus:
        """How far a collection is indexed, and whether its vectors can be used."""
        status = await self._store.read(collections.load_status, collection_id)
        return msgspec.structs.replace(status, stale=await self._stale(status.collection))

    async def _stale(self, collection: Collection) -> str:
        if not collection.model or not collection.index_key:
            return ""
        try:
            model = await self._embedding.describe(collection.model)
        except ModelError as error:
            return f"Its embedding model cannot be used: {error}"
        if index_key(model, collection) == collection.index_key:
            return ""
        return "Its vectors were made with another model file or other settings: index it again."

    async def save(self, collection: Collection) -> Collection:
        """Keep a collection, a new one where its id is 0. Nothing is indexed by this.

        What changes how documents are cut has all files read again with the next indexing.

        Raises:
            UsageError: it has no name, another one has it, or a path is not there.
            ModelError: there is no such model.
        """
        if not collection.name.strip():
            raise UsageError("A collection needs a name.")
        known: Collection | None = None
        if collection.collection_id:
            known = await self._store.read(collections.load_collection, collection.collection_id)
        kept = known.paths if known is not None else ()
        wanted = await asyncio.to_thread(_absolute, collection.paths, kept)
        model = collection.model
        if model and (known is None or known.model != model):
            model = (await self.embedding_model(model)).path
        saved = await self._store.write(
            collections.save_collection,
            msgspec.structs.replace(
                collection, name=" ".join(collection.name.split()), paths=wanted, model=model,
                index_key=known.index_key if known is not None and model else "",
            ),
        )  # fmt: skip
        if known is None:
            return saved
        if known.words != saved.words:
            await self._store.write(collections.make_words_again, saved.collection_id)
        if (known.chunks, known.model) != (saved.chunks, saved.model):
            await self._store.write(collections.read_again, saved.collection_id)
        if not saved.model:
            saved = await self._store.write(collections.begin_key, saved.collection_id, "")
        return saved

    async def remove(self, collection_id: int) -> None:
        """Delete a collection with all that was read; the files on the disk stay."""
        self._indexing.pause(collection_id)
        async with self._indexing.quiet():
            for each in await self._store.read(files.list_files, collection_id):
                await self._store.write(collections.forget_file, collection_id, each.file_id)
            await self._store.write(collections.delete_collection, collection_id)
        self._searching.matrices.forget(collection_id)

    async def embedding_model(self, ref: str) -> EmbeddingModel:
        """How a model makes vectors, by its name or path; ``problem`` where it is made for else.

        Raises:
            ModelError: there is no such model.
        """
        return await self._embedding.describe(ref)

    # --- what was read ----------------------------------------------------------------------

    async def files(self, collection_id: int) -> tuple[SourceFile, ...]:
        """The files of a collection, by path."""
        return await self._store.read(files.list_files, collection_id)

    async def extracted(self, file_id: int) -> Extracted:
        """What was read of a file (UsageError where nothing was)."""
        return await self._store.read(files.load_extracted, file_id)

    async def chunks(self, file_id: int) -> tuple[Hit, ...]:
        """The passages of a file, in order."""
        ids = await self._store.read(passages.file_chunks, file_id)
        found = await self._store.read(passages.load_hits, ids)
        return tuple(found[key] for key in ids if key in found)

    # --- the index --------------------------------------------------------------------------

    async def index(self, collection_id: int, on_progress: OnProgress | None = None) -> IndexReport:
        """Bring a collection up to date: what is new or changed is read, what is gone forgotten.

        Raises:
            ModelError, EngineError: the embedding model cannot be had; words are indexed by then.
            StoreError: the index cannot be saved.
        """
        return await self._indexing.run(collection_id, on_progress)

    def pause(self, collection_id: int) -> None:
        """Have indexing end after what it is doing. To be called on the loop."""
        self._indexing.pause(collection_id)

    # --- searching --------------------------------------------------------------------------

    async def search(self, asked: SourceQuery) -> SearchReport:
        """The passages that fit a question, best first, and those that were cut.

        Raises:
            UsageError: there is no such collection, or it has no vectors and only those are wanted.
            EngineError: the embedding model failed.
        """
        return await self._searching.search(asked, await self.find(asked.collection))

    async def why_not(self, asked: SourceQuery, file: str) -> tuple[WhyNot, ...]:
        """Where the passages of a file are in the rankings, and why they are not shown."""
        return await self._searching.why_not(asked, await self.find(asked.collection), file)

    async def measure(
        self, collection_id: int, path: str, report: OnMeasured | None = None
    ) -> SourceMeasure:
        """How well a collection finds what the questions of a file ask for; see ``measuring``.

        Raises:
            DataSetError: the file cannot be read. UsageError: it is about other documents.
            EngineError: the embedding model failed.
        """
        collection = await self._store.read(collections.load_collection, collection_id)
        return await measure(self, collection, path, report)

    async def passages(self, asked: PassageQuery) -> tuple[Passage, ...]:
        """The passages for a prompt, best first.

        Raises:
            UsageError: there is no such collection; EngineError: the embedding model failed.
        """
        count = max(1, min(asked.k, MOST_PASSAGES))
        report = await self.search(
            SourceQuery(text=asked.query, k=count, collection=asked.collection)
        )
        return tuple(
            Passage(
                text=each.text,
                file=each.file,
                page=each.page,
                headings=each.headings,
                score=each.fused,
                tokens=each.tokens,
                chunk=each.chunk_id,
                start=each.start,
                end=each.end,
            )
            for each in report.hits
        )


def _names(found: Sequence[Collection]) -> str:
    return ", ".join(each.name for each in found)


def _absolute(paths: Sequence[str], kept: Sequence[str]) -> tuple[str, ...]:
    """Absolute paths, each once (UsageError for a new one that is not there)."""
    made: dict[str, None] = {}
    for each in paths:
        path = Path(each).expanduser().absolute()
        shown = replace_surrogates(str(path))
        if has_surrogates(str(path)):
            raise UsageError(f"{shown}: its name is no text in UTF-8: add the folder it is in.")
        if shown not in kept and not path.exists():
            raise UsageError(f"{shown} is not there: name a file or folder that is.")
        made.setdefault(shown)
    return tuple(made)
