"""Small models that are good to begin with, known by name so that they can be listed offline.

Sizes are those of the files on the hub, rounded; a download asks the hub for the exact ones. The
KV cache follows from each model's published configuration: two (keys and values) times layers,
heads of keys and their length, in 16 bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench.domain.views import MemoryEstimate, ShelfModel

_CONTEXT_TOKENS = 8192
_COMPUTE_BYTES = 300_000_000
"""Of models of this size with the default batch, rounded up."""
_KV_BYTES = 2


@dataclass(frozen=True)
class _Known:
    name: str
    repository: str
    file: str
    bytes: int
    licence: str
    words: str
    layers: int
    key_numbers: int
    """Heads of keys times their length."""


_SHELF = (
    _Known("Qwen3 0.6B", "Qwen/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q8_0.gguf", 640_000_000,
           "Apache 2.0", "The smallest that reasons; for trying prompts out fast", 28, 1024),
    _Known("Llama 3.2 1B", "bartowski/Llama-3.2-1B-Instruct-GGUF",
           "Llama-3.2-1B-Instruct-Q4_K_M.gguf", 810_000_000, "Llama 3.2 Community",
           "Fast, follows short instructions", 16, 512),
    _Known("Qwen3 1.7B", "Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf", 1_830_000_000,
           "Apache 2.0", "Reasons in steps; many languages", 28, 1024),
    _Known("Llama 3.2 3B", "bartowski/Llama-3.2-3B-Instruct-GGUF",
           "Llama-3.2-3B-Instruct-Q4_K_M.gguf", 2_020_000_000, "Llama 3.2 Community",
           "Writing and summaries", 28, 1024),
    _Known("Gemma 3 4B", "ggml-org/gemma-3-4b-it-GGUF", "gemma-3-4b-it-Q4_K_M.gguf",
           2_490_000_000, "Gemma terms", "Writing in many languages", 34, 1024),
    _Known("Qwen3 4B", "Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf", 2_500_000_000,
           "Apache 2.0", "The best reasoning of the six", 36, 1024),
)  # fmt: skip


def shelf(folder: Path) -> tuple[ShelfModel, ...]:
    """The models with the memory that they need here and where they are; reads the disk.

    Args:
        folder: the folder into which models are downloaded.
    """
    free = psutil.virtual_memory().available
    return tuple(_shown(known, folder, free) for known in _SHELF)


def _shown(known: _Known, folder: Path, free_bytes: int) -> ShelfModel:
    path = folder / known.repository / known.file
    kv = 2 * known.layers * known.key_numbers * _KV_BYTES * _CONTEXT_TOKENS
    return ShelfModel(
        name=known.name,
        repository=known.repository,
        file=known.file,
        bytes=known.bytes,
        licence=known.licence,
        words=known.words,
        path=str(path) if path.is_file() else "",
        memory=MemoryEstimate(
            context_tokens=_CONTEXT_TOKENS,
            weights_bytes=known.bytes,
            kv_bytes=kv,
            compute_bytes=_COMPUTE_BYTES,
            free_bytes=free_bytes,
        ),
    )
