"""What a format is: how its files are known, and how one is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.domain.transcripts import Found

Container = Literal["records", "lines", "binary"]
"""Values that are read one by one; lines that are one conversation together; the file's bytes."""


@dataclass(frozen=True)
class Sample:
    """The beginning of a file: enough to tell what it is."""

    name: str
    """The file's name without its folder, to be trusted with nothing but a name."""
    head: bytes = b""
    records: tuple[Any, ...] = ()
    """The first values: of a list, of the lines, or the only one."""
    is_lines: bool = False
    """Whether the file has a value a line."""
    companions: tuple[str, ...] = ()
    """Names of files in the same folder that belong to it."""

    @property
    def first(self) -> dict[str, Any]:
        """The first value, where it is a mapping."""
        found = self.records[0] if self.records else None
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Input:
    """What a reader is given: a value, lines, or bytes, and what the file is called."""

    name: str
    value: Any = None
    lines: tuple[Any, ...] = ()
    """Values of the lines; a damaged line is :data:`BAD_LINE`."""
    data: bytes = b""
    companions: dict[str, bytes] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return self.name.rsplit(".", 1)[0]


class BadLine:
    """In place of a line that is no JSON."""


BAD_LINE = BadLine()


@dataclass(frozen=True)
class Reader:
    """A format.

    ``score`` says how sure it is of a sample: 0 is not at all, 1 is certain. ``read`` gives what a
    value, the lines or the bytes hold; what it cannot read it gives as skipped, with the reason.
    """

    id: str
    title: str
    score: Callable[[Sample], float]
    read: Callable[[Input], Iterable[Found]]
    container: Container = "records"
    companions: tuple[str, ...] = ()
    """Names of files that belong to one of its files, in the same folder."""
