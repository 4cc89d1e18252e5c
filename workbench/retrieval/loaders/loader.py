"""What a loader is, and the table of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.domain.registry import Registry
from workbench.domain.sources.document import Extracted

FILE_BYTES = 50_000_000
TEXT_CHARACTERS = 20_000_000
"""The most text of a document."""
MOST_PAGES = 2_000
SECONDS = 20.0


@dataclass(frozen=True)
class Source:
    """A file that is read: its name without its folder, and its bytes."""

    name: str
    data: bytes

    @property
    def stem(self) -> str:
        """The name without its ending."""
        stem, dot, _ = self.name.rpartition(".")
        return stem if dot and stem else self.name

    @property
    def suffix(self) -> str:
        """The ending, as in ".pdf", in small letters."""
        stem, dot, suffix = self.name.rpartition(".")
        return f".{suffix.lower()}" if dot and stem else ""


@dataclass(frozen=True)
class Loader:
    """A kind of document.

    ``read`` raises FormatError where nothing can be read; any other exception of it means that
    the file is damaged.
    """

    id: str
    title: str
    """As in "this is no PDF": "PDF"."""
    suffixes: frozenset[str]
    read: Callable[[Source], Extracted]


LOADERS: Registry[Loader] = Registry("kind of document")


def register(loader: Loader) -> Loader:
    """Add a loader to :data:`LOADERS`."""
    return LOADERS.register(loader.id, loader)
