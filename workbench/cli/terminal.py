"""Printing to the terminal: escapes control characters, and prints tables with whole figures.

A prompt, a model's metadata, a file's name or an error can hold characters that move the cursor,
hide text or turn its direction round. On a terminal they are shown as escapes, in the form that
JSON has for them. Where the output goes into a file or a pipe it is written as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple, TextIO

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_ENDS = {"\n": "\\n", "\t": "\\t"}
_GAP = "  "
_LEAST_CELLS = 12
"""A column of text gets no narrower, so that a number among the answers stays whole."""
_CLEAR = "\r\x1b[K"


def visible(text: str) -> str:
    """The text with characters that a terminal obeys as escapes; line feeds and tabs stay."""
    return _CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def in_a_line(text: str) -> str:
    """The text in one line: line feeds and tabs are escapes too."""
    return visible(re.sub(r"[\n\t]", lambda match: _LINE_ENDS[match.group()], text))


class VisibleStream:
    """A stream to a terminal that shows control characters instead of obeying them."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write the text with escapes; the number of characters that were given comes back."""
        self.stream.write(visible(text))
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        """Write each text."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def guard_streams() -> None:
    """Let standard output and error show control characters where they are terminals.

    Elsewhere what cannot be encoded (halves of characters, names that are no text) is escaped.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or isinstance(stream, VisibleStream):
            continue
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        if stream.isatty():
            setattr(sys, name, VisibleStream(stream))


def _real(stream: Any) -> TextIO:
    """The stream itself, for the program's own control sequences."""
    found: TextIO = stream.stream if isinstance(stream, VisibleStream) else stream
    return found


def show_line(text: str) -> None:
    """Write ``text`` over the cursor's line on the error stream, which is a terminal."""
    stream = _real(sys.stderr)
    stream.write(f"{_CLEAR}{in_a_line(text)}")
    stream.flush()


Pieces = Sequence[tuple[str, str]]
"""Texts with their styles ("bold green"), "" for none."""


def say(pieces: Pieces, *, one_line: bool = False) -> None:
    """Print text with styles where there is a terminal, and without them, whole, elsewhere.

    Args:
        pieces: of the text.
        one_line: shorten it on a terminal that is too narrow.
    """
    if not sys.stdout.isatty():
        click.echo("".join(text for text, _ in pieces), color=True)
        return
    text = Text.assemble(*((visible(part), style) for part, style in pieces))
    _console().print(
        text, no_wrap=one_line, overflow="ellipsis" if one_line else "fold", soft_wrap=not one_line
    )


def _console() -> Console:
    return Console(file=_real(sys.stdout), highlight=False, markup=False)


class Column(NamedTuple):
    """A column of a table. ``is_text`` may be shortened on a narrow terminal; figures never are."""

    heading: str
    is_text: bool = False
    is_right: bool = False


def figures(*headings: str) -> tuple[Column, ...]:
    """Columns of figures, set to the right."""
    return tuple(Column(heading, is_right=True) for heading in headings)


def texts(*headings: str) -> tuple[Column, ...]:
    """Columns of text that may be shortened on a terminal."""
    return tuple(Column(heading, is_text=True) for heading in headings)


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print a table to standard output, a row a line.

    On a terminal columns are aligned, and those of text are shortened where the line is too narrow.
    In a pipe or a file nothing is shortened and a tab is between columns.
    """
    cells = [[in_a_line(cell) for cell in row] for row in rows]
    headings = [column.heading for column in columns]
    if not sys.stdout.isatty():
        for row in (headings, *cells):
            click.echo("\t".join(row), color=True)
        return
    widths = [
        max(cell_len(row[place]) for row in (headings, *cells)) for place in range(len(columns))
    ]
    widths = _fitted(columns, widths, _console().width)
    for row in (headings, *cells):
        parts = [
            _aligned(cell, width, column)
            for cell, width, column in zip(row, widths, columns, strict=True)
        ]
        click.echo(_GAP.join(parts).rstrip())


def _fitted(columns: Sequence[Column], widths: list[int], terminal: int) -> list[int]:
    """The widths that columns get: text gives way, the widest first."""
    fitted = list(widths)
    most = terminal - len(_GAP) * (len(columns) - 1)
    shrinking = [place for place, column in enumerate(columns) if column.is_text]
    while sum(fitted) > most:
        widest = max(shrinking, key=lambda place: fitted[place], default=None)
        if widest is None or fitted[widest] <= _LEAST_CELLS:
            break
        second = max((fitted[place] for place in shrinking if place != widest), default=0)
        excess = sum(fitted) - most
        step = max(1, min(excess, fitted[widest] - max(second, _LEAST_CELLS)))
        fitted[widest] -= step
    return fitted


def _aligned(cell: str, width: int, column: Column) -> str:
    length = cell_len(cell)
    if length > width:
        return set_cell_size(cell, width - 1) + "…"
    space = " " * (width - length)
    return space + cell if column.is_right else cell + space
