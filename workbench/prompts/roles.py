"""Cutting rendered text into chat messages at role markers.

A marker is a line that holds nothing but ``system:``, ``user:`` or ``assistant:``, written by the
template's author: either a whole line of the template (also where a tag before it took its line
break away), or a line of the rendered text of which all, with the line breaks around it, is
literal. Attributes (``user[name=Ada]:``) are allowed and have no effect. A value can neither bring
a marker nor complete one.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from workbench.domain.text import Role
from workbench.prompts.source_map.tracing import Piece

MARKER = re.compile(
    r"^[ \t]*#?[ \t]*(system|user|assistant)(?:\[[ \t]*\w+[ \t]*=[^\]\n]*\])?[ \t]*:[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")


MarkerLines = Mapping[str, frozenset[int]]
"""Lines of files that are markers as a whole, by the template's name ("" for the main one)."""


def marker_lines(source: str, first_line: int = 1) -> frozenset[int]:
    """The lines of a template that are role markers; ``first_line`` is the number of its first."""
    lines = source.split("\n") if MARKER.search(source) else []
    return frozenset(n for n, line in enumerate(lines, first_line) if MARKER.fullmatch(line))


class PiecesOfMessage(NamedTuple):
    """A message of the rendered text."""

    role: Role
    pieces: list[Piece]


def split_messages(
    pieces: Sequence[Piece],
    *,
    has_roles: bool,
    exact: bool = False,
    lines: MarkerLines | None = None,
) -> list[PiecesOfMessage]:
    """Make messages of rendered pieces.

    Text before the first marker is a system message; a text without any marker is one user
    message. Blank lines around each message are dropped, and so are messages without text.

    Args:
        pieces: the whole rendered text in order.
        has_roles: False where markers mean nothing and all is one user message.
        exact: as the Prompty format has it: a text without markers is a system message, only line
            breaks are dropped around a message, and messages without text stay.
        lines: the lines of the template, and of those it includes, that are markers as a whole.
    """
    text = "".join(piece.text for piece in pieces)
    markers = _markers(text, pieces, lines or {}) if has_roles else []
    ranges: list[tuple[Role, int, int]] = []
    role: Role = "system" if markers or exact else "user"
    position = 0
    for start, end, next_role in markers:
        ranges.append((role, position, start))
        role, position = next_role, end
    ranges.append((role, position, len(text)))
    starts = _starts(pieces)
    messages = (
        PiecesOfMessage(role, list(_cut(pieces, starts, *_trimmed(text, start, end, exact=exact))))
        for role, start, end in ranges
    )
    kept = [m for place, m in enumerate(messages) if m.pieces or (exact and place > 0)]
    return kept if any(message.pieces for message in kept) else []


def _markers(text: str, pieces: Sequence[Piece], lines: MarkerLines) -> list[tuple[int, int, Role]]:
    """Start, end and role of each marker."""
    found = _whole_lines(pieces, lines)
    known = {start for start, _, _ in found}
    others = (each for each in _lines_of_text(text, pieces) if each[0] not in known)
    return sorted([*found, *others])


def _whole_lines(pieces: Sequence[Piece], lines: MarkerLines) -> list[tuple[int, int, Role]]:
    """Markers that are whole lines of a template, whatever the rendering left around them."""
    found: list[tuple[int, int, Role]] = []
    for start, piece in zip(_starts(pieces) if lines else (), pieces, strict=False):
        place = piece.place
        line = place.template_line if place.template else piece.line
        if piece.literal and line in lines.get(place.template, ()):
            match = MARKER.match(piece.text)
            if match is not None and not piece.text[match.end() :].strip():
                role: Role = match.group(1).lower()  # type: ignore[assignment] # as below
                found.append((start + match.start(), start + match.end(), role))
    return found


def _lines_of_text(text: str, pieces: Sequence[Piece]) -> list[tuple[int, int, Role]]:
    """Markers that are whole lines of the rendered text, all of them literal."""
    values = [
        (start, start + len(piece.text))
        for start, piece in zip(_starts(pieces), pieces, strict=True)
        if not piece.literal
    ]
    ends = [end for _, end in values]
    found = []
    for match in MARKER.finditer(text):
        # The first value that reaches the line or the line break before it. It may be empty.
        index = bisect.bisect_left(ends, match.start())
        if index < len(values) and values[index][0] <= match.end():
            continue
        role: Role = match.group(1).lower()  # type: ignore[assignment] # one of three by pattern
        found.append((match.start(), match.end(), role))
    return found


def _starts(pieces: Sequence[Piece]) -> list[int]:
    starts, position = [], 0
    for piece in pieces:
        starts.append(position)
        position += len(piece.text)
    return starts


def _trimmed(text: str, start: int, end: int, *, exact: bool) -> tuple[int, int]:
    """The range without blank lines before and white space after, or only without line breaks."""
    if exact:
        end = start + len(text[start:end].rstrip("\n"))
        return end - len(text[start:end].lstrip("\n")), end
    end = start + len(text[start:end].rstrip())
    blank = _BLANK_LINES.match(text, start, end)
    return (blank.end() if blank else start), end


def _cut(pieces: Sequence[Piece], starts: Sequence[int], start: int, end: int) -> Iterable[Piece]:
    """The pieces between two places, cut there."""
    index = max(0, bisect.bisect_right(starts, start) - 1)
    while index < len(pieces) and starts[index] < end:
        piece = pieces[index]
        first = max(0, start - starts[index])
        text = piece.text[first : end - starts[index]]
        if len(text) == len(piece.text) and text:
            yield piece
        elif text:
            place = piece.place
            if piece.literal:
                place = replace(place, column=place.column + first, length=len(text))
            yield piece._replace(text=text, place=place)
        index += 1
