"""Files of plain text: paragraphs are between empty lines."""

from __future__ import annotations

from workbench.domain.sources.document import Extracted
from workbench.retrieval.loaders.encodings import decode
from workbench.retrieval.loaders.loader import Loader, Source, register


def read(source: Source) -> Extracted:
    """The text, as it is written there."""
    text, notes = decode(source.data)
    return Extracted(kind="text", title=source.stem, text=text, notes=notes)


TEXT = register(
    Loader("text", "text file", frozenset({".txt", ".text", ".log", ".rst", ".adoc", ".tex"}), read)
)
