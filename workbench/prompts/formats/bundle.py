"""Bundles: prompts with their samples and data in one zip file.

A bundle holds ``prompts/`` with prompt files and ``<name>.samples.yaml`` next to them, ``data/``
with ``<name>.jsonl`` for the prompt of that name, and ``bundle.json``. Other zips are read too.
They come from anywhere: names are checked, bytes counted while they are unpacked, and nothing is
written here.
"""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from workbench.domain.errors import FormatError
from workbench.domain.text import size_text
from workbench.prompts.formats.file_names import safe_parts

FILE_BYTES = 50_000_000
ENTRIES = 2_000
ENTRY_BYTES = 10_000_000
TOTAL_BYTES = 100_000_000
DIRECTORY_BYTES = 2 * 1024 * 1024
MANIFEST = "bundle.json"
PROMPTS, DATA = "prompts", "data"
_END = struct.Struct("<4s4H2LH")
_DATE = (2026, 1, 1, 0, 0, 0)
_CHUNK = 64 * 1024


def unpack(data: bytes, path: str) -> dict[str, bytes]:
    """The files of a zip archive by name, hidden ones left out.

    Args:
        data: the archive.
        path: named in errors.

    Raises:
        FormatError: it is no zip, is damaged, encrypted or too large, or a name or kind of entry
            in it is not safe. All of it is refused then.
    """
    if len(data) > FILE_BYTES:
        raise FormatError(path, f"the bundle is larger than {size_text(FILE_BYTES)}.")
    _check_directory(data, path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, path)
            return _contents(archive, entries, path)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        struct.error,
    ) as error:
        raise FormatError(path, f"the bundle is damaged ({_first_line(error)}).") from None
    except zlib.error as error:
        raise FormatError(path, f"the bundle is damaged ({_first_line(error)}).") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(".")


def _check_directory(data: bytes, path: str) -> None:
    """Refuse what is no plain zip before its directory is read: that alone could fill memory."""
    place = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if not data.startswith(b"PK") or place < 0 or len(data) - place < _END.size:
        raise FormatError(path, "this is no zip file: bundles are zip files only.")
    _, _, _, _, count, size, _, _ = _END.unpack_from(data, place)
    if count > ENTRIES or size > DIRECTORY_BYTES:
        raise FormatError(path, f"the bundle holds more than {ENTRIES:,} files.")


def _check_entries(entries: list[zipfile.ZipInfo], path: str) -> None:
    if len(entries) > ENTRIES:
        raise FormatError(path, f"the bundle holds more than {ENTRIES:,} files.")
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        safe_parts(name, path)
        shown = repr(name[:80])
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise FormatError(path, f"{shown} is a link or no plain file.")
        if entry.flag_bits & 0x1:
            raise FormatError(path, f"{shown} is encrypted: unpack it and import the files.")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise FormatError(path, f"{shown} is packed in a way that is not read.")
        folded = name.rstrip("/").casefold()
        if folded in seen:
            raise FormatError(path, f"the name {shown} is in it twice.")
        seen.add(folded)
    files = {entry.filename.casefold() for entry in entries if not entry.is_dir()}
    for name in seen:
        if any(str(parent) in files for parent in PurePosixPath(name).parents):
            raise FormatError(path, f"{name[:80]!r} lies inside of a file.")


def _contents(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], path: str
) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = TOTAL_BYTES
    for entry in entries:
        if entry.is_dir():
            continue
        content = bytearray()
        with archive.open(entry) as file:
            while chunk := file.read(_CHUNK):  # what the directory says of sizes may be wrong
                content += chunk
                if len(content) > ENTRY_BYTES:
                    limit = size_text(ENTRY_BYTES)
                    raise FormatError(path, f"{entry.filename[:80]!r} is larger than {limit}.")
                left -= len(chunk)
                if left < 0:
                    limit = size_text(TOTAL_BYTES)
                    raise FormatError(path, f"the bundle unpacks to more than {limit}.")
        if not any(part.startswith(".") for part in PurePosixPath(entry.filename).parts):
            found[entry.filename] = bytes(content)
    return found


def pack(name: str, files: Mapping[str, bytes], prompts: Iterable[str]) -> bytes:
    """A bundle; the same files give the same bytes.

    Args:
        name: what the bundle is called.
        files: contents by name inside of the bundle.
        prompts: which of them are prompts.
    """
    manifest = {
        "format": "prompt-workbench-bundle",
        "version": 1,
        "name": name,
        "prompts": sorted(prompts),
    }
    everything = {MANIFEST: json.dumps(manifest, indent=2, ensure_ascii=False).encode(), **files}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in sorted(everything.items()):
            entry = zipfile.ZipInfo(each, _DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
