"""What is done in a sandbox process: it reads the files itself and gives back what they hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.transcripts import Found, Skipped
from workbench.transcripts.reader import Container, Input, Reader
from workbench.transcripts.registry import find
from workbench.transcripts.sniffing import FILE_BYTES, line_values, sniff
from workbench.transcripts.splitting import RECORD_BYTES, Scan, scan_on

_NAMED = re.compile(rb'"(?:title|name)"\s*:\s*("(?:[^"\\]|\\.){1,200}")')
_encode = msgspec.msgpack.encode


def sniff_job(path: str, name: str, companions: list[str]) -> Any:
    """What a file is; see :func:`sniff`."""
    return msgspec.to_builtins(sniff(Path(path), name, tuple(companions)))


def scan_job(path: str, scan: dict[str, Any]) -> Any:
    """The values that end in the next piece of a file; see :func:`scan_on`."""
    with Path(path).open("rb") as file:
        return msgspec.to_builtins(scan_on(file, msgspec.convert(scan, Scan)))


def records_job(path: str, name: str, format_name: str, spans: list[list[int]]) -> list[bytes]:
    """What some values of a file hold, each as msgpack."""
    reader = find(format_name, "records")
    found: list[Found] = []
    with Path(path).open("rb") as file:
        for start, end in spans:
            if end - start > RECORD_BYTES:
                limit = RECORD_BYTES // 2**20
                found.append(Skipped(reason=f"it is larger than {limit} MB", source=format_name))
                continue
            file.seek(start)
            data = file.read(end - start)
            found += _of_record(reader, name, data, start)
    return [_encode(each) for each in found]


def _of_record(reader: Reader, name: str, data: bytes, start: int) -> list[Found]:
    text = data.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        place = start + len(text[: error.pos].encode())
        return [_skipped(reader, data, f"not valid JSON: {error.msg} at byte {place:,}")]
    except RecursionError:
        return [_skipped(reader, data, "its JSON is nested too deeply")]
    except ValueError:
        return [_skipped(reader, data, "its JSON holds a number that is none")]
    if not isinstance(value, dict):
        return []
    return _read(reader, Input(name, value=value), data)


def file_job(
    path: str, name: str, format_name: str, container: Container, companions: dict[str, str]
) -> list[bytes]:
    """What a file holds that is read as a whole, each as msgpack."""
    reader = find(format_name, container)
    with Path(path).open("rb") as file:
        data = file.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        reason = f"the file is larger than {FILE_BYTES // 2**20} MB"
        return [_encode(Skipped(reason=reason, source=format_name))]
    others = {}
    for each, place in companions.items():
        others[each] = Path(place).read_bytes()[:FILE_BYTES]
    if container == "binary":
        given = Input(name, data=data, companions=others)
    else:
        given = Input(name, lines=line_values(data), companions=others)
    return [_encode(each) for each in _read(reader, given, data)]


def _read(reader: Reader, given: Input, data: bytes) -> list[Found]:
    """What a reader makes of its input; that it is at a loss is a reason to skip, not to stop."""
    try:
        return list(_sound(reader.read(given)))
    except (MemoryError, RecursionError):
        return [_skipped(reader, data, "it is nested too deeply or too large")]
    except Exception as error:  # whatever its structure is, it is not the format's
        return [_skipped(reader, data, f"its structure is not that of the format ({error!r:.120})")]


def _sound(found: Any) -> Iterator[Found]:
    for each in found:
        if isinstance(each, Skipped) or not hasattr(each, "messages") or each.messages:
            yield each
        else:
            yield Skipped(
                reason="there are no messages in it", title=each.title, source=each.source,
                source_id=each.source_id,
            )  # fmt: skip


def _skipped(reader: Reader, data: bytes, reason: str) -> Skipped:
    named = _NAMED.search(data[:20_000])
    title = ""
    if named is not None:
        try:
            title = str(json.loads(named[1].decode("utf-8", "replace")))
        except ValueError:
            title = ""
    return Skipped(reason=reason, title=title, source=reader.id)
