"""Finds where the values of a large JSON file begin and end, a piece of it at a time.

A file of hundreds of megabytes is never in memory: only its values are, one after another. That a
value is right is left to the reader.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Literal

import msgspec

PIECE_BYTES = 8 * 1024 * 1024
RECORD_BYTES = 48 * 1024 * 1024
"""A value that is larger is not read."""

Mode = Literal["array", "values", "lines"]
"""Elements of a list, values one after another, or a value a line."""

_QUOTE = ord('"')
_BETWEEN = rb'[^"{}\[\]]*+'
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(_BETWEEN + rb"(?:" + _TEXT + _BETWEEN + rb')*+(["{}\[\]]|\Z)', re.DOTALL)
"""To the next bracket: texts on the way are passed over in one go, as most of a file is texts.
A quote begins a text that goes on behind the last byte."""


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """Where a scan has come to, and the values that it found on its last step."""

    mode: Mode
    position: int = 0
    """Where the next step begins."""
    start: int = -1
    """Where the value that is open began, -1 where none is."""
    depth: int = 0
    spans: tuple[tuple[int, int], ...] = ()
    state: Literal["more", "end", "cut"] = "more"
    """"cut" where the file ends within a value or a list."""


def scan_on(file: BinaryIO, scan: Scan, piece: int = PIECE_BYTES) -> Scan:
    """One step: the values that end within the next piece of a file."""
    file.seek(scan.position)
    data = file.read(piece)
    is_last = len(data) < piece
    if scan.mode == "lines":
        return _lines(scan, data, is_last=is_last)
    found = _values(scan, data, is_last=is_last)
    if found.position > scan.position or is_last:
        return found
    if piece < RECORD_BYTES:  # one text is larger than the piece
        return scan_on(file, scan, piece * 2)
    return _next(scan, len(data), scan.start, scan.depth, [], "cut")


def _values(scan: Scan, data: bytes, *, is_last: bool) -> Scan:
    """Values that end in these bytes."""
    spans: list[tuple[int, int]] = []
    depth, start, used = scan.depth, scan.start, len(data)
    for token in _TOKEN.finditer(data):
        at = token.start(1)
        if at == len(data):
            break
        letter = data[at]
        if letter == _QUOTE:
            used = len(data) if is_last else at  # the text goes on in the next piece
            break
        if letter in b"{[":
            start = scan.position + at if depth == 0 else start
            depth += 1
        elif depth > 0:
            depth -= 1
            if depth == 0:
                spans.append((start, scan.position + at + 1))
                start = -1
        elif scan.mode == "array":  # the end of the list
            return _next(scan, at + 1, -1, 0, spans, "end")
    if not is_last:
        return _next(scan, used, start, depth, spans, "more")
    is_open = depth > 0 or scan.mode == "array"
    return _next(scan, used, start, depth, spans, "cut" if is_open else "end")


def _next(
    scan: Scan,
    used: int,
    start: int,
    depth: int,
    spans: list[tuple[int, int]],
    state: Literal["more", "end", "cut"],
) -> Scan:
    return Scan(
        mode=scan.mode, position=scan.position + used, start=start, depth=depth,
        spans=tuple(spans), state=state,
    )  # fmt: skip


def _lines(scan: Scan, data: bytes, *, is_last: bool) -> Scan:
    """Lines that are not blank; one that is not whole waits for the next piece."""
    spans: list[tuple[int, int]] = []
    begin = scan.start if scan.start >= 0 else scan.position
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        stop = scan.position + end
        if data[max(begin - scan.position, 0) : end].strip() or begin < scan.position:
            spans.append((begin, stop))
        at = end + 1
        begin = scan.position + at
    stop = scan.position + len(data)
    if is_last and begin < stop:
        spans.append((begin, stop))
    return _next(scan, len(data), begin, 0, spans, "end" if is_last else "more")
