"""How much memory a model will need, from its header."""

from __future__ import annotations

import psutil

from workbench.domain.views import MemoryEstimate
from workbench.models.gguf_header import GgufHeader

_F16_BYTES = 2
_COMPUTE_BATCH = 512
_F32_BYTES = 4


def estimate(header: GgufHeader, context_tokens: int) -> MemoryEstimate:
    """Weights, KV cache and compute buffers for a context of ``context_tokens``.

    KV: layers x (key + value width of all KV heads) x tokens x 2 bytes (f16), as llama.cpp lays it
    out; sliding windows are counted in full, so this is an upper bound for them. Compute: logits
    and activations of a batch of 512 tokens in 32 bits, the largest buffers of its graph.
    """
    layers = _number(header, "block_count")
    width = _number(header, "embedding_length")
    heads = max(_number(header, "attention.head_count"), 1)
    kv_heads = _number(header, "attention.head_count_kv") or heads
    key = _number(header, "attention.key_length") or width // heads
    value = _number(header, "attention.value_length") or width // heads
    kv_bytes = layers * kv_heads * (key + value) * context_tokens * _F16_BYTES
    vocabulary = _number(header, "vocab_size") or header.array_lengths.get(
        "tokenizer.ggml.tokens", 0
    )
    feed_forward = _number(header, "feed_forward_length") or 4 * width
    compute = _COMPUTE_BATCH * (vocabulary + 2 * feed_forward + 4 * width) * _F32_BYTES
    return MemoryEstimate(
        context_tokens=context_tokens,
        weights_bytes=header.tensor_bytes,
        kv_bytes=kv_bytes,
        compute_bytes=compute,
        free_bytes=psutil.virtual_memory().available,
        formula=(
            f"weights from the file; KV = {layers} layers × {kv_heads} heads × ({key} + {value}) "
            f"× {context_tokens:,} tokens × 2 bytes; compute = {_COMPUTE_BATCH} tokens × "
            f"({vocabulary:,} logits + activations) × 4 bytes"
        ),
    )


def _number(header: GgufHeader, key: str) -> int:
    """A whole number of the header; some models give a list, one a layer: its largest counts."""
    found = header.of_architecture(key, 0)
    if isinstance(found, list):
        found = max((item for item in found if isinstance(item, int)), default=0)
    return int(found) if isinstance(found, int) and 0 <= found < 2**32 else 0
