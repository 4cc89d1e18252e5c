"""Everything that a model file says of itself."""

from __future__ import annotations

from pathlib import Path

from workbench.domain.views import ModelDetails, ModelEntry
from workbench.models.discovery import describe
from workbench.models.gguf_header import read_header
from workbench.models.memory import estimate

_CHAT_TEMPLATE = "tokenizer.chat_template"


def inspect(entry: ModelEntry, context_tokens: int) -> ModelDetails:
    """Read the header of a model. Reads the disk.

    Raises:
        ModelError: the file is gone, or its header cannot be read.
    """
    header = read_header(entry.path)
    metadata = {key: value for key, value in header.metadata.items() if key != _CHAT_TEMPLATE}
    return ModelDetails(
        entry=describe(Path(entry.path), entry.source),
        metadata=metadata,
        chat_template=str(header.metadata.get(_CHAT_TEMPLATE, "")),
        tensor_count=header.tensor_count,
        memory=estimate(header, context_tokens),
    )
