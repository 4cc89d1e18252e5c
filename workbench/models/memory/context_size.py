"""How large llama.cpp's context is made: what the engine asks for and the estimate counts."""

from __future__ import annotations

from workbench.domain.runs.spec import Json
from workbench.domain.views import LoadSettings

MIN_CONTEXT_TOKENS = 256
"""llama.cpp silently raises anything smaller, and rounds up to a multiple."""
MICRO_BATCH_TOKENS = 256
"""Tokens computed at once: the attention scores of a micro batch are the largest buffer."""
MIN_SEQUENCES, MAX_SEQUENCES = 64, 128
"""Prefixes and answers held at a time. llama.cpp's own limit is 256, but it keeps room for a row of
logits for each, so it depends on the vocabulary which number is taken."""
LOGITS_BYTES = 64 * 1024**2
MAX_RECURRENT_SEQUENCES = 32
"""Each takes a whole state of the model, some megabytes, where the memory is recurrent."""
CELL_BYTES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}
"""Of one number in the KV cache; ggml packs 32 with a 16-bit scale."""


def sequence_count(vocabulary_size: int, *, recurrent: bool) -> int:
    """How many prefixes and answers a context has room for."""
    if recurrent:
        return MAX_RECURRENT_SEQUENCES
    rows = LOGITS_BYTES // (4 * max(1, vocabulary_size))
    return max(MIN_SEQUENCES, min(rows, MAX_SEQUENCES))


MOST_EMBEDDED_TOKENS = 4096
"""Of one text. A model that is not causal has to compute it in one piece."""


def embedding_piece(vocabulary_size: int) -> int:
    """Tokens of a text that are computed together where the model is causal.

    llama.cpp computes a row of logits for each of them, though it is not used.
    """
    return sequence_count(vocabulary_size, recurrent=False)


def embedded_tokens(trained_context: int) -> int:
    """Longest text that can be embedded, in tokens; 0 is a model that does not say its context."""
    return min(trained_context or MOST_EMBEDDED_TOKENS, MOST_EMBEDDED_TOKENS)


def uses_flash_attention(settings: LoadSettings) -> bool:
    """Whether attention is computed without keeping its scores.

    On a CPU flash attention handles fewer than 64 tokens one by one: 60 tokens/s against 100 with
    24 answers decoded together (2 cores with AVX-512, 135M model). On a GPU llama.cpp chooses it
    where it can. Values of a quantised cache can only be read by it.
    """
    if settings.kv_type != "f16" or settings.flash_attention == "on":
        return True
    return settings.flash_attention == "auto" and settings.gpu_layers != 0


def deciding_settings(settings: LoadSettings) -> dict[str, Json]:
    """The settings that change what a model answers, as far as they are not the defaults.

    The format of the cache, how attention is computed and layers on a GPU change the last digits of
    every probability, and with them the token where two are about as probable. Threads, the batch
    and mapping do not. Adapters are noted by themselves.
    """
    found: dict[str, Json] = {}
    if settings.kv_type != "f16":
        found["kv_type"] = settings.kv_type
    if settings.gpu_layers:
        found["gpu_layers"] = settings.gpu_layers
    if uses_flash_attention(settings):
        found["flash_attention"] = True
    return found


def settings_problem(settings: LoadSettings) -> str:
    """Why a model cannot be loaded like this, as a sentence; "" when it can."""
    if settings.kv_type != "f16" and settings.flash_attention == "off":
        return (
            f"A KV cache of type {settings.kv_type} can only be read by flash attention: set it to "
            "auto or on, or choose f16."
        )
    return ""
