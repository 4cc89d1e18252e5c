"""Models of a few kilobytes that llama.cpp really loads: random weights, a tokenizer of bytes."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

WIDTH, HEADS, KV_HEADS, LAYERS, CONTEXT = 32, 4, 2, 2, 256
INNER, STATE, RANK, CONV = 64, 16, 4, 4
VOCABULARY = 3 + 256 + 26


def write_tiny(path: Path, architecture: str, *, seed: int = 1) -> Path:
    """Write a model of "llama" (attention) or "mamba" (recurrent)."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_layer_norm_rms_eps(1e-5)
    _add_tokenizer(writer)
    random = np.random.default_rng(seed)

    def add(name: str, *shape: int) -> None:
        values = random.normal(0, 0.3, shape).astype(np.float32)
        writer.add_tensor(name, values)

    def ones(name: str, size: int) -> None:
        writer.add_tensor(name, np.ones(size, dtype=np.float32))

    add("token_embd.weight", VOCABULARY, WIDTH)
    add("output.weight", VOCABULARY, WIDTH)
    ones("output_norm.weight", WIDTH)
    for layer in range(LAYERS):
        ones(f"blk.{layer}.attn_norm.weight", WIDTH)
        (_add_llama if architecture == "llama" else _add_mamba)(writer, add, ones, f"blk.{layer}")
    if architecture == "llama":
        writer.add_feed_forward_length(2 * WIDTH)
        writer.add_head_count(HEADS)
        writer.add_head_count_kv(KV_HEADS)
        writer.add_rope_dimension_count(WIDTH // HEADS)
    else:
        writer.add_feed_forward_length(0)
        writer.add_head_count(0)
        writer.add_ssm_conv_kernel(CONV)
        writer.add_ssm_inner_size(INNER)
        writer.add_ssm_state_size(STATE)
        writer.add_ssm_time_step_rank(RANK)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer: gguf.GGUFWriter) -> None:
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    tokens += [chr(ord("a") + index) for index in range(26)]
    types = [2, 3, 3] + [6] * 256 + [1] * 26
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def _add_llama(writer, add, ones, block: str) -> None:
    head = WIDTH // HEADS
    add(f"{block}.attn_q.weight", WIDTH, WIDTH)
    add(f"{block}.attn_k.weight", KV_HEADS * head, WIDTH)
    add(f"{block}.attn_v.weight", KV_HEADS * head, WIDTH)
    add(f"{block}.attn_output.weight", WIDTH, WIDTH)
    ones(f"{block}.ffn_norm.weight", WIDTH)
    add(f"{block}.ffn_gate.weight", 2 * WIDTH, WIDTH)
    add(f"{block}.ffn_up.weight", 2 * WIDTH, WIDTH)
    add(f"{block}.ffn_down.weight", WIDTH, 2 * WIDTH)


def _add_mamba(writer, add, ones, block: str) -> None:
    add(f"{block}.ssm_in.weight", 2 * INNER, WIDTH)
    add(f"{block}.ssm_conv1d.weight", INNER, CONV)
    add(f"{block}.ssm_conv1d.bias", INNER)
    add(f"{block}.ssm_x.weight", RANK + 2 * STATE, INNER)
    add(f"{block}.ssm_dt.weight", INNER, RANK)
    add(f"{block}.ssm_dt.bias", INNER)
    writer.add_tensor(f"{block}.ssm_a", -np.ones((INNER, STATE), dtype=np.float32))
    ones(f"{block}.ssm_d", INNER)
    add(f"{block}.ssm_out.weight", WIDTH, INNER)
