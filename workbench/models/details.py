"""Everything that a model file says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from workbench.domain.errors import ModelError
from workbench.domain.views import LoadSettings, ModelDetails, ModelEntry
from workbench.models.discovery import part_files
from workbench.models.gguf_header import GgufHeader, read_header
from workbench.models.memory import estimate
from workbench.models.remembering import memory_kind, reuse_sentence

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
    first, *others = (read_header(str(part)) for part in part_files(Path(entry.path)))
    metadata = {key: value for key, value in first.metadata.items() if key != _CHAT_TEMPLATE}
    parts = [first, *others]
    extra = sum(part.tensor_bytes for part in others) + _adapter_bytes(
        adapter.path for adapter in settings.adapters
    )
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
        memory=estimate(first, settings, extra_weights=extra, returned_bytes=returned_bytes),
        memory_kind=kind,
        reuse=reuse_sentence(kind),
    )


def _adapter_bytes(paths: Iterable[str]) -> int:
    """The weights of adapters; one that cannot be read is told of when the model is loaded."""
    total = 0
    for path in paths:
        try:
            header: GgufHeader = read_header(path)
        except ModelError:
            continue
        total += header.tensor_bytes
    return total
