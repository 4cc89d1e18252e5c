"""How much memory a model will need, from its header and the load settings."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.domain.text import size_text
from workbench.domain.views import LoadSettings, MemoryEstimate
from workbench.models.gguf.header import GgufHeader
from workbench.models.memory.context_size import (
    CELL_BYTES,
    MICRO_BATCH_TOKENS,
    MIN_CONTEXT_TOKENS,
    embedded_tokens,
    embedding_piece,
    sequence_count,
    uses_flash_attention,
)
from workbench.models.memory.machine import memory
from workbench.models.memory.prefix_reuse import memory_kind

_F32 = 4
_CELL_STEP = 256
_MOST_LAYERS = 4096
_USUAL_INTERVAL = 4
"""Every fourth layer has attention where a hybrid model's header does not say."""
_EVERYWHERE = frozenset({"falcon-h1"})
"""Architectures whose every layer has both attention and a recurrent part."""
_BY_INTERVAL = frozenset({"qwen3next", "qwen35", "qwen35moe", "qwen4exp", "minimax-01"})


@dataclass(frozen=True)
class _Kv:
    """Numbers a token puts into the KV cache, and how they come about."""

    numbers: int
    words: str


def estimate(
    header: GgufHeader, settings: LoadSettings, *, extra_weights: int = 0, returned_bytes: int = 0
) -> MemoryEstimate:
    """Weights, KV cache and compute buffers of a model loaded with ``settings``.

    KV: keys and values of every attention layer for every token, in the cache's number format, plus
    the states of recurrent layers, one a sequence. Layers with a sliding window count in full,
    because they are kept in full so that prefixes can be shared. Compute: the larger of llama.cpp's
    two graphs' buffers, attention (the scores of all heads, unless flash attention does without
    them, the mask and the activations) or logits; and the logits' own output buffer.

    Args:
        header: of the whole file.
        settings: as it would be loaded.
        extra_weights: bytes of further parts and of adapters.
        returned_bytes: what the model in memory gives back before the next one is loaded.
    """
    asked = max(settings.context_tokens, MIN_CONTEXT_TOKENS)
    cells = math.ceil(asked / _CELL_STEP) * _CELL_STEP
    recurrent = memory_kind(header) in ("recurrent", "hybrid")
    vocabulary = _number(header, "vocab_size") or header.array_lengths.get(
        "tokenizer.ggml.tokens", 0
    )
    sequences = sequence_count(vocabulary, recurrent=recurrent)
    flash = uses_flash_attention(settings)
    kv = _kv_numbers(header, padded=not flash)
    state = _state_bytes(header) * sequences if recurrent else 0
    kv_bytes = int(cells * kv.numbers * CELL_BYTES[settings.kv_type])
    tokens = max(min(settings.batch_tokens, MICRO_BATCH_TOKENS), sequences)
    compute, compute_words = _compute_bytes(
        header, tokens, cells, rows=sequences, vocabulary=vocabulary, flash=flash
    )
    embedding = _embedding_bytes(header, vocabulary)
    weights = header.tensor_bytes + extra_weights
    parts = [f"weights = {size_text(weights)} as in the file"]
    if kv.numbers:
        parts.append(
            f"KV = {kv.words} × {cells:,} tokens × {CELL_BYTES[settings.kv_type]:g} bytes "
            f"({settings.kv_type}) = {size_text(kv_bytes)}"
        )
    if state:
        parts.append(
            f"recurrent state = {size_text(state // sequences)} × {sequences} sequences = "
            f"{size_text(state)}"
        )
    parts.append(f"compute = {compute_words} = {size_text(compute)}")
    parts.append(f"while a text is embedded up to {size_text(embedding)} more")
    return MemoryEstimate(
        context_tokens=settings.context_tokens,
        weights_bytes=weights,
        kv_bytes=kv_bytes + state,
        compute_bytes=compute,
        embedding_bytes=embedding,
        free_bytes=memory().free_bytes + returned_bytes,
        formula="; ".join(parts),
    )


def _embedding_bytes(header: GgufHeader, vocabulary: int) -> int:
    """What a second context for the longest text takes; it is made for each request."""
    trained = _number(header, "context_length")
    cells = math.ceil(embedded_tokens(trained) / _CELL_STEP) * _CELL_STEP
    is_causal = header.of_architecture("attention.causal", True) is not False
    tokens = embedding_piece(vocabulary) if is_causal else cells
    rows = tokens if is_causal else 0
    # It has a cache in 16 bits and flash attention.
    compute, _ = _compute_bytes(header, tokens, cells, rows=rows, vocabulary=vocabulary, flash=True)
    numbers = _kv_numbers(header, padded=False).numbers if is_causal else 0
    return int(cells * numbers * CELL_BYTES["f16"]) + compute


def _compute_bytes(
    header: GgufHeader, tokens: int, cells: int, *, rows: int, vocabulary: int, flash: bool
) -> tuple[int, str]:
    """Compute and output buffers, measured against llama.cpp's reports.

    Args:
        header: of the model.
        tokens: computed at once.
        cells: of the cache.
        rows: of logits.
        vocabulary: tokens in it.
        flash: whether attention is computed without its scores.
    """
    width, heads = _number(header, "embedding_length"), _largest(header, "attention.head_count")
    key, value = _head_lengths(header)
    kv_heads = _largest(header, "attention.head_count_kv")
    activations = 4 * width + heads * key + kv_heads * (key + value)
    wide = _largest(header, "feed_forward_length")
    activations = max(activations, width + 2 * wide)
    windows = 2 if memory_kind(header) == "sliding window" else 1
    # A mask is 32-bit; flash attention reads a 16-bit copy of it.
    scores = windows * 6 if flash else (heads + windows) * _F32
    attention = tokens * (cells * scores + activations * _F32) if heads else 0
    logits = rows * vocabulary * _F32 + 2 * tokens * width * _F32
    output = rows * vocabulary * _F32
    words = f"{tokens} tokens × "
    if logits >= attention:
        words = f"logits of {rows} sequences × {vocabulary:,} × 4 bytes"
    elif flash:
        words += f"{cells:,} cells × {scores} bytes of masks"
    else:
        words += f"{heads} heads × {cells:,} cells × 4 bytes of scores, and masks"
    words += f", + {size_text(output)} output"
    return max(attention, logits) + output, words


def _kv_numbers(header: GgufHeader, *, padded: bool) -> _Kv:
    """Numbers a token takes in all attention layers.

    Without flash attention llama.cpp gives the values of every layer the width of the widest.
    """
    if memory_kind(header) == "recurrent":
        return _Kv(0, "")
    layers = _number(header, "block_count") - _number(header, "nextn_predict_layers")
    layers -= _number(header, "attention.shared_kv_layers")
    layers = max(0, min(layers, _MOST_LAYERS))
    if _number(header, "attention.key_length_mla"):
        # Multi-head latent attention: one compressed key a token; the value is a part of it.
        rank = _number(header, "attention.key_length") or _number(header, "attention.kv_lora_rank")
        return _Kv(layers * rank, f"{layers} layers × {rank} latent numbers")
    heads = _of_layers(header, "attention.head_count_kv", layers)
    if not any(heads):
        heads = _of_layers(header, "attention.head_count", layers)
    if header.architecture in _BY_INTERVAL:
        interval = _number(header, "full_attention_interval") or _USUAL_INTERVAL
        heads = [0 if (layer + 1) % interval else count for layer, count in enumerate(heads)]
    sizes = [_head_lengths(header, windowed=windowed) for windowed in _windowed(header, layers)]
    keys = [count * size[0] for count, size in zip(heads, sizes, strict=True)]
    values = [count * size[1] for count, size in zip(heads, sizes, strict=True)]
    if padded and values:
        values = [max(values) if value else 0 for value in values]
    with_attention = sum(1 for count in heads if count)
    if len(set(zip(keys, values, strict=True)) - {(0, 0)}) == 1:
        count, size = max(heads), sizes[heads.index(max(heads))]
        words = f"{with_attention} layers × {count} heads × ({size[0]} + {size[1]})"
    else:
        words = f"{sum(keys) + sum(values):,} numbers of {with_attention} layers"
    return _Kv(sum(keys) + sum(values), words)


def _windowed(header: GgufHeader, layers: int) -> list[bool]:
    """Which layers have a sliding window, where the header says it a layer."""
    pattern = header.of_architecture("attention.sliding_window_pattern")
    if isinstance(pattern, list) and len(pattern) >= layers:
        return [bool(item) for item in pattern[:layers]]
    return [False] * layers


def _head_lengths(header: GgufHeader, *, windowed: bool = False) -> tuple[int, int]:
    """Numbers of a key and a value of one head."""
    usual = _number(header, "embedding_length") // max(1, _largest(header, "attention.head_count"))
    key = _number(header, "attention.key_length") or usual
    value = _number(header, "attention.value_length") or usual
    if windowed:
        key = _number(header, "attention.key_length_swa") or key
        value = _number(header, "attention.value_length_swa") or value
    return key, value


def _state_bytes(header: GgufHeader) -> int:
    """Bytes of the recurrent layers' state for one sequence (llama.cpp: n_embd_r and n_embd_s)."""
    layers = min(_number(header, "block_count"), _MOST_LAYERS)
    width = _number(header, "embedding_length")
    if memory_kind(header) == "hybrid" and header.architecture not in _EVERYWHERE:
        heads = _of_layers(header, "attention.head_count_kv", layers)
        if header.architecture in _BY_INTERVAL:
            interval = _number(header, "full_attention_interval") or _USUAL_INTERVAL
            layers -= layers // interval
        else:
            layers = sum(1 for count in heads if not count)
    wkv = _number(header, "wkv.head_size")
    short = _number(header, "shortconv.l_cache")
    kernel = max(0, _number(header, "ssm.conv_kernel") - 1)
    kda = _number(header, "kda.head_dim")
    if wkv:
        numbers = width * ((_number(header, "token_shift_count") or 2) + wkv)
    elif short:
        numbers = width * (short - 1)
    elif kda:
        inner = _largest(header, "attention.head_count") * kda
        numbers = 3 * kernel * inner + kda * inner
    else:
        state, inner = _number(header, "ssm.state_size"), _number(header, "ssm.inner_size")
        groups = _number(header, "ssm.group_count")
        numbers = kernel * (inner + 2 * groups * state) + state * inner
    return layers * numbers * _F32


def _of_layers(header: GgufHeader, key: str, layers: int) -> list[int]:
    """A value for each layer, whether the header gives one for all or a list."""
    found = header.of_architecture(key, 0)
    if isinstance(found, list):
        numbers = [item if isinstance(item, int) and 0 <= item < 2**32 else 0 for item in found]
        return (numbers + [0] * layers)[:layers]
    return [_number(header, key)] * layers


def _number(header: GgufHeader, key: str) -> int:
    """A whole number of the header, 0 where it is missing or cannot be true."""
    found = header.of_architecture(key, 0)
    return int(found) if isinstance(found, int) and 0 <= found < 2**32 else 0


def _largest(header: GgufHeader, key: str) -> int:
    """The number of the header, or the largest of a list of one a layer."""
    found = header.of_architecture(key, 0)
    layers = len(found) if isinstance(found, list) else 1
    return max(_of_layers(header, key, layers), default=0)
