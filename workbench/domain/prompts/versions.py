"""Values about the versions of a prompt, and about what differs between two texts."""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.runs.comparison import DiffPart

VersionOrigin = Literal["saved", "run", "imported"]
"""How a text first came here: written to its file, run without being saved, or found in the file
where another program had put it. A text that was run and then saved is saved."""


class PromptVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A text that a prompt has had. Times are Unix seconds, UTC; ``number`` counts from 1."""

    version_id: int
    number: int
    sha256: str
    created_at: float
    origin: VersionOrigin
    restored_at: float | None = None
    """When it was written to the file again after later versions."""
    name: str = ""
    note: str = ""
    runs: int = 0
    last_run_id: int | None = None
    last_run_at: float | None = None
    added: int = 0
    """Lines that the version before does not have."""
    removed: int = 0
    """Lines that only the version before has."""


class VersionText(msgspec.Struct, frozen=True):
    """The text of a version."""

    number: int
    sha256: str
    text: str


class DiffLine(msgspec.Struct, frozen=True):
    """A line of two compared texts.

    ``old`` and ``new`` are its numbers in them, from 1, 0 where a text does not have it. ``parts``
    marks the words that differ from the line in its place; a line without such a pair is one part.
    """

    kind: Literal["same", "inserted", "deleted"]
    text: str
    old: int = 0
    new: int = 0
    parts: tuple[DiffPart, ...] = ()


class MessageDiff(msgspec.Struct, frozen=True):
    """What differs in one message of two rendered prompts."""

    role: str
    lines: tuple[DiffLine, ...]


class Hunk(msgspec.Struct, frozen=True):
    """A stretch of lines that was replaced. ``start`` counts the old text's lines from 0.

    ``lines`` is the same to look at.
    """

    start: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    lines: tuple[DiffLine, ...] = ()


def apply_hunks(old: str, hunks: tuple[Hunk, ...], chosen: frozenset[int]) -> str:
    """The old text with some of its hunks taken over.

    Args:
        old: the text that the hunks were made from.
        hunks: in the order of their starts.
        chosen: indexes of those to take; all give the new text, none the old one.

    Raises:
        ValueError: the hunks are not of this text.
    """
    lines = old.split("\n")
    kept: list[str] = []
    place = 0
    for index, hunk in enumerate(hunks):
        end = hunk.start + len(hunk.old)
        if hunk.start < place or tuple(lines[hunk.start : end]) != hunk.old:
            raise ValueError("these changes belong to another text")
        kept += lines[place : hunk.start]
        kept += hunk.new if index in chosen else hunk.old
        place = end
    return "\n".join(kept + lines[place:])
