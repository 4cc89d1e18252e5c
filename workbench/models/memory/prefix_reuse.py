"""Whether a model can reuse what it has read, from its header."""

from __future__ import annotations

from workbench.domain.views import MemoryKind
from workbench.models.gguf.header import GgufHeader

# llama.cpp, llm_arch_is_recurrent and llm_arch_is_hybrid.
_RECURRENT = frozenset({"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"})
_HYBRID = frozenset({
    "jamba", "falcon-h1", "plamo2", "granitehybrid", "lfm2", "lfm2moe", "nemotron_h",
    "nemotron_h_moe", "qwen3next", "kimi-linear", "bailingmoe3", "kimi-k3", "glm5-next", "qwen35",
    "qwen35moe", "qwen4exp", "deepseek4", "minimax-01",
})  # fmt: skip


def memory_kind(header: GgufHeader) -> MemoryKind:
    """Recurrent, hybrid, sliding window or plain attention."""
    if header.architecture in _RECURRENT:
        return "recurrent"
    if header.architecture in _HYBRID:
        return "hybrid"
    window = header.of_architecture("attention.sliding_window", 0)
    return "sliding window" if isinstance(window, int) and window > 0 else "attention"


def reuse_sentence(kind: MemoryKind, *, shared_prefixes: bool | None = None) -> str:
    """Which prompts need not be read again.

    Args:
        kind: as :func:`memory_kind` says, or the loaded model.
        shared_prefixes: what was found out when it was loaded; None goes by the kind.
    """
    if kind == "remote":
        return "What is used again is the server's affair."
    shares = kind not in ("recurrent", "hybrid") if shared_prefixes is None else shared_prefixes
    if not shares:
        because = (
            f"because this model's memory is {kind}"
            if kind in ("recurrent", "hybrid")
            else "because this model's memory cannot be cut"
        )
        return (
            f"What was read is used again only when a whole earlier prompt is a prefix, {because}."
        )
    if kind == "sliding window":
        return (
            "A prefix that was read once is used again; layers with a sliding window keep the "
            "whole context for that."
        )
    return "A prefix that was read once is used again."
