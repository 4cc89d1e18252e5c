"""The details of a model file: header, chat template, memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from workbench.domain.errors import ModelError, NotEnoughMemoryError
from workbench.domain.text import size_text
from workbench.domain.views import LoadSettings, MemoryEstimate, ModelDetails, ModelEntry
from workbench.models.discovery.scan import part_files
from workbench.models.gguf.header import GgufHeader, read_header
from workbench.models.memory.estimate import estimate
from workbench.models.memory.machine import memory
from workbench.models.memory.prefix_reuse import memory_kind, reuse_sentence

_CHAT_TEMPLATE = "tokenizer.chat_template"


def inspect(entry: ModelEntry, settings: LoadSettings, *, returned_bytes: int = 0) -> ModelDetails:
    """Read the whole header of a model, and of its parts and adapters. Reads the disk.

    Args:
        entry: the model.
        settings: how it would be loaded, for the memory estimate.
        returned_bytes: what the model in memory gives back before this one is loaded.

    Raises:
        ModelError: a file is gone, or its header cannot be read.
    """
    parts = [read_header(str(part)) for part in part_files(Path(entry.path))]
    first = parts[0]
    metadata = {key: value for key, value in first.metadata.items() if key != _CHAT_TEMPLATE}
    kind = memory_kind(first)
    return ModelDetails(
        entry=msgspec.structs.replace(
            entry,
            parameters=sum(part.parameters for part in parts),
            quantization=first.quantization or entry.quantization,
        ),
        metadata=metadata,
        chat_template=str(first.metadata.get(_CHAT_TEMPLATE, "")),
        tensor_count=sum(part.tensor_count for part in parts),
        memory=_needed(parts, settings, returned_bytes),
        memory_kind=kind,
        reuse=reuse_sentence(kind),
    )


def require_memory(path: str, settings: LoadSettings, returned_bytes: int = 0) -> MemoryEstimate:
    """What a model will need, before it is loaded. Reads the disk.

    A cache that does not fit is otherwise granted by the system, which kills somebody when it is
    filled. What a graphics card will hold is not known here, so with layers on one nothing is
    refused.

    Args:
        path: of the model, or of the first part of one.
        settings: how it would be loaded.
        returned_bytes: what the model in memory gives back before.

    Raises:
        NotEnoughMemoryError: it is more than is free; with the numbers.
        ModelError: a file, or that of an adapter, is gone or its header cannot be read.
    """
    parts = [read_header(str(part)) for part in part_files(Path(path))]
    for adapter in settings.adapters:
        read_header(adapter.path)
    needed = _needed(parts, settings, returned_bytes)
    if needed.fit == "Will not fit" and not settings.gpu_layers:
        raise NotEnoughMemoryError(
            path,
            f"with a context of {settings.context_tokens:,} tokens it needs "
            f"{size_text(needed.total_bytes)} (weights {size_text(needed.weights_bytes)}, cache "
            f"{size_text(needed.kv_bytes)}, compute {size_text(needed.compute_bytes)}) and "
            f"{size_text(needed.free_bytes)} are free; load it with a smaller context, close "
            "other programs, or choose a smaller model.",
        )
    return needed


def require_free(path: str, embedding_bytes: int) -> None:
    """Refuse to embed with a loaded model where its memory is not free.

    Raises:
        NotEnoughMemoryError: with the numbers.
    """
    free = memory().free_bytes
    if free < embedding_bytes:
        raise NotEnoughMemoryError(
            path,
            f"embedding takes up to {size_text(embedding_bytes)} more and {size_text(free)} "
            "are free; close other programs, or load it with a smaller context.",
        )


def _needed(
    parts: Sequence[GgufHeader], settings: LoadSettings, returned_bytes: int
) -> MemoryEstimate:
    """The memory of a model of one or more files with its adapters."""
    first, *others = parts
    extra = sum(part.tensor_bytes for part in others) + _adapter_bytes(
        adapter.path for adapter in settings.adapters
    )
    return estimate(first, settings, extra_weights=extra, returned_bytes=returned_bytes)


def _adapter_bytes(paths: Iterable[str]) -> int:
    """The weights of adapters; one that cannot be read is reported when the model is loaded."""
    total = 0
    for path in paths:
        try:
            header: GgufHeader = read_header(path)
        except ModelError:
            continue
        total += header.tensor_bytes
    return total
