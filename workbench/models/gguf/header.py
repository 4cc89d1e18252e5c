"""A bounded reader of GGUF headers: it believes nothing that the file says of its own size.

The format is described in ggml's ``docs/gguf.md`` (versions 2 and 3). Long arrays, such as the
tokens of the vocabulary, are skipped and not kept. :func:`read_summary` stops where the vocabulary
begins, so that hundreds of files list in a moment.
"""

from __future__ import annotations

import math
import os
import stat
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from workbench.domain.errors import ModelFileError, ModelNotFoundError
from workbench.models.gguf.tables import FILE_TYPES, TENSOR_BLOCKS

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_MOST_PAIRS = 100_000
_MOST_TENSORS = 1_000_000
_MOST_DIMENSIONS = 4
_MOST_LAYERS = 512
"""LLAMA_MAX_LAYERS; more of them have been written past the end of llama.cpp's own lists."""
_MOST_STRING_BYTES = 64 * 1024**2
_MOST_KEY_BYTES = 65_535
_MOST_ALIGNMENT = 1024**2
_MOST_NESTING = 2
_KEPT_TEXTS = 64
_KEPT_NUMBERS = 1024
"""Enough for a value a layer."""
_BUFFER_BYTES = 1024**2
_SUMMARY_BYTES = 16 * 1024

_STRING, _ARRAY, _BOOL = 8, 9, 7
_SCALARS: dict[int, struct.Struct] = {
    kind: struct.Struct(code)
    for kind, code in (
        (0, "<B"), (1, "<b"), (2, "<H"), (3, "<h"), (4, "<I"), (5, "<i"), (6, "<f"), (7, "<?"),
        (10, "<Q"), (11, "<q"), (12, "<d"),
    )
}  # fmt: skip
_LENGTH = struct.Struct("<Q")
_VOCABULARY = frozenset(
    f"tokenizer.ggml.{name}" for name in ("tokens", "token_type", "scores", "merges")
)


@dataclass(frozen=True)
class GgufHeader:
    """What the head of a file says.

    ``metadata`` has every value but long arrays, which are ``"[length]"``; ``tensor_bytes`` is the
    size of the weights, ``parameters`` the number of their elements. Where ``complete`` is False
    the reader stopped at the vocabulary, and both are 0.
    """

    version: int
    metadata: dict[str, Any]
    tensor_count: int
    tensor_bytes: int
    parameters: int
    file_bytes: int
    array_lengths: dict[str, int] = field(default_factory=dict)
    complete: bool = True

    @property
    def architecture(self) -> str:
        """For example "llama"; "" where the file does not say."""
        return str(self.metadata.get("general.architecture", ""))

    def of_architecture(self, key: str, default: Any = None) -> Any:
        """The value of ``<architecture>.<key>``."""
        return self.metadata.get(f"{self.architecture}.{key}", default)

    @property
    def quantization(self) -> str:
        """For example "Q4_K_M"; "" where it is not known."""
        found = self.metadata.get("general.file_type")
        return FILE_TYPES.get(found, "") if isinstance(found, int) else ""


class _Reader:
    """Reads little-endian values and refuses to go past the end of the file."""

    def __init__(self, stream: BinaryIO, path: str, size: int) -> None:
        self._stream = stream
        self.path = path
        self.size = size
        self._string_bytes = 0
        self.position = 0

    def refuse(self, reason: str) -> ModelFileError:
        return ModelFileError(self.path, f"{reason}; the file is damaged. Get it again.")

    def take(self, count: int) -> bytes:
        self._check_room(count)
        found = self._stream.read(count)
        if len(found) != count:
            raise self.refuse("it ends in the middle of its header")
        self.position += count
        return found

    def skip(self, count: int) -> None:
        self._check_room(count)
        self._stream.seek(count, os.SEEK_CUR)
        self.position += count

    def _check_room(self, count: int) -> None:
        if count > self.size - self.position:
            raise self.refuse(
                f"its header asks for {count:,} bytes where {self.size - self.position:,} are left"
            )

    def scalar(self, kind: int) -> Any:
        code = _SCALARS.get(kind)
        if code is None:
            raise self.refuse(f"its header has a value of the unknown type {kind}")
        raw = self.take(code.size)
        if kind == _BOOL:
            return raw != b"\0"
        return code.unpack(raw)[0]

    def count(self) -> int:
        return int(self.scalar(10))

    def text(self, most: int = _MOST_STRING_BYTES) -> str:
        length = self.count()
        self._string_bytes += length
        if length > most or self._string_bytes > _MOST_STRING_BYTES:
            raise self.refuse(f"its header has a text of {length:,} bytes")
        return self.take(length).decode("utf-8", "replace")

    def skip_texts(self, count: int) -> None:
        """Pass over ``count`` texts, in a tight loop: a vocabulary has hundreds of thousands."""
        length_at, size = _LENGTH.unpack_from, _LENGTH.size
        while count:
            room = min(_BUFFER_BYTES, self.size - self.position)
            block = self._stream.read(room)
            at, last = 0, len(block) - size
            while count and at <= last:
                at += size + length_at(block, at)[0]
                count -= 1
            if at == 0:
                raise self.refuse("it ends in the middle of its header")
            self._check_room(at)
            self.position += at
            self._stream.seek(self.position)


def read_header(path: str) -> GgufHeader:
    """Read the whole header of a GGUF file. Reads the disk: call it in a thread.

    Raises:
        ModelNotFoundError: there is no such file.
        ModelFileError: it is no GGUF file, or its header cannot be true; the sentence says what.
    """
    return _open(path, _BUFFER_BYTES, summary=False)


def read_summary(path: str) -> GgufHeader:
    """Read the header up to the vocabulary: what the model is, but not its tensors.

    Raises:
        ModelNotFoundError: there is no such file.
        ModelFileError: as :func:`read_header`, as far as it was read.
    """
    return _open(path, _SUMMARY_BYTES, summary=True)


def _open(path: str, buffer_bytes: int, *, summary: bool) -> GgufHeader:
    file = Path(path)
    try:
        status = file.stat()
        size = status.st_size
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            # Opening a named pipe would wait for somebody to write into it.
            raise ModelFileError(
                path, "this is no file but a pipe or a device; choose a .gguf file."
            )
        with file.open("rb", buffering=buffer_bytes) as stream:
            return _read(_Reader(stream, path, size), size, summary=summary)
    except FileNotFoundError:
        raise ModelNotFoundError(path, "there is no such file; choose another.") from None
    except IsADirectoryError:
        raise ModelFileError(path, "this is a folder; choose a .gguf file in it.") from None
    except OSError as error:
        raise ModelFileError(
            path, f"it cannot be read ({error.strerror}); check its permissions."
        ) from error


def _read(reader: _Reader, size: int, *, summary: bool) -> GgufHeader:
    if size < len(_MAGIC) or reader.take(4) != _MAGIC:
        raise ModelFileError(
            reader.path,
            "it does not begin with GGUF, so it is no model that llama.cpp can read; choose a "
            ".gguf file.",
        )
    version = reader.scalar(4)
    if version not in _VERSIONS:
        raise reader.refuse(f"it says it is GGUF version {version}, and only 2 and 3 exist")
    tensors, pairs = reader.count(), reader.count()
    if tensors > _MOST_TENSORS or pairs > _MOST_PAIRS:
        raise reader.refuse(f"it claims {tensors:,} tensors and {pairs:,} metadata entries")
    metadata: dict[str, Any] = {}
    lengths: dict[str, int] = {}
    for _ in range(pairs):
        key = reader.text(_MOST_KEY_BYTES)
        if summary and key in _VOCABULARY and _is_complete(metadata):
            return GgufHeader(version, metadata, tensors, 0, 0, size, lengths, complete=False)
        metadata[key] = _value(reader, reader.scalar(4), key, lengths)
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not _is_alignment(alignment):
        raise reader.refuse(f"its alignment of {alignment} is not a power of two up to 1 MiB")
    layers = metadata.get(f"{metadata.get('general.architecture')}.block_count")
    if isinstance(layers, int) and not 0 < layers <= _MOST_LAYERS:
        raise reader.refuse(f"it claims {layers:,} layers, and llama.cpp takes {_MOST_LAYERS}")
    ends, parameters = _tensors(reader, tensors)
    start = math.ceil(reader.position / alignment) * alignment
    missing = start + ends - size
    if missing > 0:
        raise ModelFileError(
            reader.path,
            f"{missing:,} bytes are missing at its end; the download did not finish. Get it again.",
        )
    return GgufHeader(version, metadata, tensors, ends, parameters, size, lengths)


def _is_complete(metadata: dict[str, Any]) -> bool:
    """Whether the values of a list of models have been read; they come before the vocabulary."""
    architecture = metadata.get("general.architecture")
    return f"{architecture}.context_length" in metadata


def _is_alignment(value: int) -> bool:
    return 0 < value <= _MOST_ALIGNMENT and value & (value - 1) == 0


def _value(reader: _Reader, kind: int, key: str, lengths: dict[str, int], nesting: int = 0) -> Any:
    if kind == _STRING:
        return reader.text()
    if kind != _ARRAY:
        return reader.scalar(kind)
    if nesting >= _MOST_NESTING:
        raise reader.refuse("its header nests lists too deeply")
    inner, length = reader.scalar(4), reader.count()
    lengths[key] = length
    if inner in _SCALARS:
        if length > _KEPT_NUMBERS:
            reader.skip(length * _SCALARS[inner].size)
            return f"[{length:,}]"
        return [reader.scalar(inner) for _ in range(length)]
    if length > _KEPT_TEXTS and inner == _STRING:
        if length > reader.size:
            raise reader.refuse(f"its header has a list of {length:,} texts")
        reader.skip_texts(length)
        return f"[{length:,}]"
    if length > reader.size:
        raise reader.refuse(f"its header has a list of {length:,} entries")
    return [_value(reader, inner, key, lengths, nesting + 1) for _ in range(length)]


def _tensors(reader: _Reader, count: int) -> tuple[int, int]:
    """The end of the last tensor (bytes from the start of the data) and all elements together."""
    ends = parameters = 0
    for _ in range(count):
        name = reader.text(_MOST_KEY_BYTES)
        dimensions = reader.scalar(4)
        if not 0 < dimensions <= _MOST_DIMENSIONS:
            raise reader.refuse(f"its tensor {name[:80]} has {dimensions} dimensions")
        shape = [reader.count() for _ in range(dimensions)]
        elements = math.prod(shape)
        if elements <= 0 or elements >= 2**48:
            raise reader.refuse(f"its tensor {name[:80]} has the impossible shape {shape}")
        kind, offset = reader.scalar(4), reader.count()
        block = TENSOR_BLOCKS.get(kind)
        if block is not None:
            ends = max(ends, offset + math.ceil(elements / block[0]) * block[1])
        else:
            ends = max(ends, offset)
        parameters += elements
    return ends, parameters
