"""Finds out by its content what a file is; its name decides nothing.

In this order: signatures of binary forms, then JSON as a whole, then a value a line.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from workbench.transcripts.reader import BAD_LINE, Container, Sample
from workbench.transcripts.registry import best
from workbench.transcripts.splitting import RECORD_BYTES, Mode, Scan, scan_on

FILE_BYTES = RECORD_BYTES
"""A file that is one conversation is not read where it is larger."""
_HEAD = 64 * 1024
_SAMPLES = 5
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_LIST_IN_OBJECT = re.compile(
    rb'\s*\{(?:\s*"[^"]*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[-+.\deE]+|true|false|null)\s*,)*'
    rb'\s*"conversations"\s*:\s*\['
)


class Sniffed(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is, or why it cannot be read."""

    format: str = ""
    container: Container = "records"
    mode: Mode = "values"
    start: int = 0
    """Where its values begin."""
    is_lines: bool = False
    reason: str = ""


def sniff(path: Path, name: str, companions: tuple[str, ...] = ()) -> Sniffed:
    """What a file is.

    Args:
        path: the file.
        name: what it is called; a file out of an archive lies under another name.
        companions: names of files in its folder that belong to it.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        sample = Sample(name, head, companions=companions)
        if not head.strip(b"\0"):
            return Sniffed(reason="file holds only NUL bytes" if head else "empty file")
        found = best(sample, "binary")
        if found is not None:
            return Sniffed(format=found.id, container="binary")
        return _text(file, sample)


def _text(file: BinaryIO, sample: Sample) -> Sniffed:
    head = sample.head
    text = head.removeprefix(_BOM).lstrip(_BLANK)
    begin = len(head) - len(text)
    if text.startswith(b"["):
        return _list(file, sample, begin + 1)
    if not text.startswith(b"{"):
        return Sniffed(reason="format not recognised" if text else "empty file")
    inside = _LIST_IN_OBJECT.match(head, begin)
    if inside is not None:
        known = _list(file, sample, inside.end())
        if known.format:
            return known
    return _object(file, sample, begin)


def _list(file: BinaryIO, sample: Sample, start: int) -> Sniffed:
    scan = Scan(mode="array", position=start)
    spans: list[tuple[int, int]] = []
    while scan.state == "more" and not spans:
        scan = scan_on(file, scan)
        spans += scan.spans
    if not spans:
        if scan.state == "end":
            return Sniffed(reason="nothing to import")
        return Sniffed(reason=f"not valid JSON: the file ends at byte {scan.position:,}")
    records = [_value(file, span) for span in spans[:_SAMPLES]]
    for record in records:  # the first may be damaged
        one = Sample(sample.name, sample.head, (record,), companions=sample.companions)
        found = best(one, "records")
        if found is not None:
            return Sniffed(format=found.id, mode="array", start=start)
    return Sniffed(reason="format not recognised")


def _value(file: BinaryIO, span: tuple[int, int]) -> Any:
    start, end = span
    if end - start > RECORD_BYTES:
        return None
    file.seek(start)
    try:
        return json.loads(file.read(end - start).decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _object(file: BinaryIO, sample: Sample, begin: int) -> Sniffed:
    file.seek(begin)
    data = file.read(FILE_BYTES + 1)
    value, fault = None, ""
    is_line = b"\n" not in data.strip()
    if len(data) <= FILE_BYTES:
        try:
            value = json.loads(data.decode("utf-8", "replace"))
        except json.JSONDecodeError as error:
            text = data.decode("utf-8", "replace")
            fault = f"{error.msg} at byte {begin + len(text[: error.pos].encode()):,}"
        except (ValueError, RecursionError) as error:
            fault = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    if isinstance(value, dict):
        one = Sample(
            sample.name, sample.head, (value,), is_lines=is_line, companions=sample.companions
        )
        found = best(one, "records", "lines")
        if found is None:
            return Sniffed(reason="format not recognised")
        return Sniffed(format=found.id, container=found.container, start=begin, is_lines=is_line)
    first = [each for each in data[: 4 * 1024 * 1024].split(b"\n")[:50] if each.strip()]
    values = tuple(each for each in map(line_value, first) if isinstance(each, dict))
    if not values:
        return Sniffed(reason=f"not valid JSON: {fault}" if fault else "format not recognised")
    many = Sample(sample.name, sample.head, values, is_lines=True, companions=sample.companions)
    found = best(many, "records", "lines")
    if found is None:
        return Sniffed(reason="format not recognised")
    mode: Mode = "lines"
    return Sniffed(
        format=found.id, container=found.container, mode=mode, start=begin, is_lines=True
    )


def line_value(line: bytes) -> Any:
    """The value of a line, :data:`BAD_LINE` where it is no JSON."""
    try:
        return json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return BAD_LINE


def line_values(data: bytes) -> tuple[Any, ...]:
    """The values of all lines; where a line break is missing between two values, both."""
    found: list[Any] = []
    for line in data.removeprefix(_BOM).split(b"\n"):
        if not line.strip():
            continue
        value = line_value(line)
        if value is BAD_LINE and b"}{" in line:
            pieces = line.replace(b"}{", b"}\n{").split(b"\n")
            values = [line_value(each) for each in pieces]
            found += values if BAD_LINE not in values else [BAD_LINE]
        else:
            found.append(value)
    return tuple(found)
