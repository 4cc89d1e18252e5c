"""Files that are attached to messages: their text goes to the model with the message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from workbench.domain.text import count_text, fenced, size_text, without_directions
from workbench.domain.transcripts import Part

MOST_FILES = 20
"""Of one message."""


class ReadFile(msgspec.Struct, frozen=True):
    """A file that was read for a message; ``notes`` are sentences about what is not in its text."""

    part: Part
    notes: tuple[str, ...] = ()


def attached_files(attachments: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The files with a text among what belongs to a message; damaged entries are left out."""
    found = []
    for each in attachments:
        try:
            part = msgspec.convert(each, Part)
        except msgspec.ValidationError:
            continue
        if part.kind == "file" and part.text.strip():
            found.append(part)
    return tuple(found)


def with_files(
    attachments: Sequence[dict[str, Any]], files: Sequence[Part] | None
) -> tuple[dict[str, Any], ...]:
    """What belongs to a message with other files in it, as it is stored; None changes nothing."""
    if files is None:
        return tuple(attachments)
    others = (each for each in attachments if not attached_files((each,)))
    return (*(msgspec.to_builtins(each) for each in files), *others)


def file_block(part: Part) -> str:
    """What a model gets of a file: its name, and its text between fences that are not in it."""
    return f"File: {file_title(part)}\n{fenced(part.text.strip(chr(10)))}"


def text_with_files(text: str, parts: Iterable[Part]) -> str:
    """A message as a model gets it: its files, then what is written."""
    blocks = [file_block(each) for each in parts if each.kind == "file" and each.text.strip()]
    return "\n\n".join((*blocks, text) if text.strip() or not blocks else blocks)


def file_title(part: Part) -> str:
    """The name of a file, on one line, however it was made."""
    return " ".join(without_directions(part.name).split()) or "file"


def file_words(part: Part) -> str:
    """Name and size of a file."""
    size = part.size or len(part.text.encode(errors="replace"))
    return f"{file_title(part)} · {small_size(size)}"


def small_size(size: int) -> str:
    """Bytes of a file that may be a few only: "310 bytes", "12 kB"."""
    return count_text(size, "byte") if size < 1000 else size_text(size)


def title_words(text: str, attachments: Sequence[Part]) -> str:
    """What names a message: its text, else its first file."""
    return text if text.strip() or not attachments else file_title(attachments[0])
