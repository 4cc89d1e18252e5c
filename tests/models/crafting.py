"""Small GGUF files made to order."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

_LLAMA = {
    "general.architecture": "llama",
    "general.type": "model",
    "general.size_label": "135M",
    "llama.context_length": 4096,
    "llama.block_count": 2,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "llama.feed_forward_length": 128,
}


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    kinds = {bool: (7, "?"), int: (5, "i")}
    if value and isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_text, value))
    kind, code = kinds[type(value[0])]
    return struct.pack(f"<IIQ{len(value)}{code}", 9, kind, len(value), *value)


def gguf(metadata: dict[str, Any] | None = None, *, rows: int = 2, vocabulary: int = 0) -> bytes:
    """A sound file of llama's architecture with one 32-bit tensor of 32 columns.

    ``metadata`` is put over a small llama's; ``vocabulary`` tokens come before what is in
    ``behind`` there.
    """
    values = _LLAMA | (metadata or {})
    behind = values.pop("behind", {})
    if vocabulary:
        values["tokenizer.ggml.tokens"] = [f"token {number}" for number in range(vocabulary)]
        values["tokenizer.ggml.token_type"] = [1] * vocabulary
        values["tokenizer.ggml.merges"] = [f"a{number} b" for number in range(vocabulary)]
    values |= behind
    raw = b"GGUF" + struct.pack("<IQQ", 3, 1 if rows else 0, len(values))
    raw += b"".join(_text(key) + _value(value) for key, value in values.items())
    if rows:
        raw += _text("w") + struct.pack("<IQQIQ", 2, 32, rows, 0, 0)
    return raw.ljust(-(-len(raw) // 32) * 32, b"\0") + b"\0" * (128 * rows)


def write(path: Path, metadata: dict[str, Any] | None = None, **options: Any) -> Path:
    """Write such a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf(metadata, **options))
    return path
