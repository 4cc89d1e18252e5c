"""What a model file says of the vectors it makes, and how its family wants to be asked.

A model that was trained with a prefix finds less without it, and nothing in the file says so: the
table is from the cards of the models.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from workbench.domain.sources.collection import EmbeddingModel
from workbench.models.discovery.scan import part_files
from workbench.models.gguf.header import GgufHeader, read_summary

Pooling = Literal["mean", "cls", "last"]
_POOLINGS: dict[int, Pooling] = {1: "mean", 2: "cls", 3: "last"}
"""Values of ``pooling_type`` in a header (llama.h, enum llama_pooling_type)."""
_RANKS = 4
_HASH_BYTES = 1024 * 1024
_BGE = "Represent this sentence for searching relevant passages: "
_TASK = "Given a web search query, retrieve relevant passages that answer the query"
_NONE = "is not an embedding model: its file names no pooling, so the mean of its tokens is taken, "


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Models that were trained alike. ``names`` is a pattern of their names, in lower case.

    ``pooling`` counts where the file does not say. ``{q}`` and ``{d}`` in a prefix are the text.
    """

    name: str
    names: str
    pooling: Pooling
    query_prefix: str = ""
    document_prefix: str = ""


FAMILIES = (
    Family(name="nomic-embed-text", names=r"nomic[- ]?embed[- ]?text", pooling="mean",
           query_prefix="search_query: ", document_prefix="search_document: "),
    Family(name="bge-en", names=r"bge[- ]?(small|base|large)[- ]en", pooling="cls",
           query_prefix=_BGE),
    Family(name="mxbai-embed", names=r"mxbai[- ]?embed", pooling="cls", query_prefix=_BGE),
    Family(name="snowflake-arctic-embed", names=r"arctic[- ]?embed", pooling="cls",
           query_prefix=_BGE),
    Family(name="e5", names=r"(multilingual[- ]|^|[^a-z0-9])e5[- ](small|base|large)",
           pooling="mean", query_prefix="query: ", document_prefix="passage: "),
    Family(name="Qwen3-Embedding", names=r"qwen3[- ]?embedding", pooling="last",
           query_prefix=f"Instruct: {_TASK}\nQuery:{{q}}"),
    Family(name="EmbeddingGemma", names=r"embedding[- ]?gemma", pooling="mean",
           query_prefix="task: search result | query: {q}",
           document_prefix="title: none | text: {d}"),
    Family(name="all-MiniLM", names=r"all[- ]minilm", pooling="mean"),
    Family(name="gte", names=r"(^|[^a-z0-9])gte[- ](small|base|large)", pooling="mean"),
    Family(name="jina-embeddings-v2", names=r"jina[- ]embeddings?[- ]v2", pooling="mean"),
    Family(name="granite-embedding", names=r"granite[- ]embedding", pooling="mean"),
)  # fmt: skip
"""From the models' cards and fastembed's tables; the first that fits counts."""


def family_of(names: Iterable[str]) -> Family | None:
    """The family of a model by what it is called in its file and by its file's name."""
    joined = " ".join(names).casefold().replace("_", "-")
    return next((each for each in FAMILIES if re.search(each.names, joined)), None)


def describe_embedding(path: str) -> EmbeddingModel:
    """How the model at ``path`` makes vectors. Reads the whole file, for its digest.

    Raises:
        ModelError: the file is gone, or its header cannot be read.
    """
    header = read_summary(path)
    names = (Path(path).stem, *_called(header))
    family = family_of(names)
    stated = header.of_architecture("pooling_type")
    pooling = _POOLINGS.get(stated if isinstance(stated, int) else 0, "")
    shown = Path(path).stem
    problem = ""
    if stated == _RANKS:
        problem = f"{shown} ranks pairs of texts, it embeds none: choose another model."
    elif not pooling and family is None:
        problem = f"{shown} {_NONE}and it finds less than an embedding model would."
    return EmbeddingModel(
        path=path,
        digest=_digest(path),
        pooling=pooling or (family.pooling if family else "mean"),
        family=family.name if family else "",
        query_prefix=family.query_prefix if family else "",
        document_prefix=family.document_prefix if family else "",
        problem=problem,
    )


def _called(header: GgufHeader) -> Iterable[str]:
    for key in ("general.name", "general.basename"):
        value = header.metadata.get(key)
        if isinstance(value, str):
            yield value


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    for part in part_files(Path(path)):
        with part.open("rb") as file:
            while block := file.read(_HASH_BYTES):
                digest.update(block)
    return digest.hexdigest()
