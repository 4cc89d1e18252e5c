"""Collections of the user's own documents, and how far they are indexed."""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.sources.document import ChunkSettings
from workbench.domain.text import count_text

WordForms = Literal["porter", "plain", "trigram"]
"""How the word index takes words: English with its endings cut off (run, runs, running); as they
are, with underscores (code); or three characters each (languages without spaces)."""
FileState = Literal["waiting", "read", "indexed", "refused"]
"""Of a file: nothing is read yet; its words can be found and its vectors are still to come; it can
be found by all that the collection has; it cannot be read."""


Doing = Literal["looking", "reading", "embedding", "done"]
"""What indexing is at."""


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """A name for files and folders, and how they are cut and indexed.

    ``paths`` are absolute; ``model`` is the path of the embedding model, "" for words alone.
    """

    name: str
    paths: tuple[str, ...] = ()
    chunks: ChunkSettings = ChunkSettings()
    model: str = ""
    words: WordForms = "porter"
    collection_id: int = 0
    created_at: float = 0.0
    index_key: str = ""
    """What the vectors were made with (:class:`EmbeddingModel`), "" where there are none."""


class EmbeddingModel(msgspec.Struct, frozen=True, kw_only=True):
    """How a model makes vectors of texts.

    Args:
        path: its file, or the name of a model on a server.
        digest: of the file.
        pooling: how the vectors of tokens become one; "" where the file does not say.
        family: its name as people know it, "" for one that is not known.
        query_prefix: what goes before a question; ``{q}`` in it is the question.
        document_prefix: what goes before a passage; ``{d}`` in it is the passage.
        problem: one sentence where it is no embedding model.
    """

    path: str
    digest: str
    pooling: str = ""
    family: str = ""
    query_prefix: str = ""
    document_prefix: str = ""
    problem: str = ""

    def of_query(self, text: str) -> str:
        """A question as the model wants it."""
        return _filled(self.query_prefix, "{q}", text)

    def of_passage(self, text: str) -> str:
        """A passage as the model wants it."""
        return _filled(self.document_prefix, "{d}", text)


def _filled(prefix: str, mark: str, text: str) -> str:
    return prefix.replace(mark, text) if mark in prefix else prefix + text


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a collection. ``changed_at`` and ``size`` are those with which it was read."""

    file_id: int
    path: str
    state: FileState
    kind: str = ""
    title: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    size: int = 0
    changed_at: float = 0.0
    digest: str = ""
    chunks: int = 0
    embedded: int = 0


class CollectionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A collection with what is in its index. ``stale`` is a sentence where it must be made again.

    ``files`` counts all, ``waiting`` those that are not read, ``refused`` those that cannot be.
    """

    collection: Collection
    files: int = 0
    waiting: int = 0
    refused: int = 0
    chunks: int = 0
    embedded: int = 0
    tokens: int = 0
    stale: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether everything that can be indexed is."""
        wanted = self.chunks if self.collection.model else 0
        return not self.waiting and self.embedded >= wanted and not self.stale

    @property
    def words(self) -> str:
        """One line: how much there is, and what is missing."""
        parts = [count_text(self.files, "file"), count_text(self.chunks, "chunk")]
        if self.refused:
            parts.append(f"{self.refused:,} refused")
        if self.waiting:
            parts.append(f"{self.waiting:,} not read yet")
        if self.collection.model:
            parts.append(f"{self.embedded:,} with vectors")
        return ", ".join(parts)


class IndexProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far indexing is: ``done`` of ``total`` files or passages."""

    doing: Doing
    done: int = 0
    total: int = 0
    name: str = ""
    seconds: float = 0.0


class IndexReport(msgspec.Struct, frozen=True, kw_only=True):
    """What indexing did. ``refused`` are paths with one sentence each."""

    read: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    chunks: int = 0
    embedded: int = 0
    seconds: float = 0.0
    paused: bool = False
    """Whether it was stopped before all was done; the next time it goes on from there."""
