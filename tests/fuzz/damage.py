"""Ways in which a model file can be wrong, each repeatable from its number."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

ABSURD = (0, 1, 7, 255, 2**16 + 1, 10**9, 2**31 - 1, 2**31, 2**32 - 1, 2**48, 2**63, 2**64 - 1)
KEYS = (
    b".block_count",
    b".embedding_length",
    b".head_count",
    b".head_count_kv",
    b".context_length",
    b".feed_forward_length",
    b".rope.dimension_count",
    b".layer_norm_rms_epsilon",
    b".rope.freq_base",
    b".ssm.inner_size",
    b".ssm.state_size",
    b"general.alignment",
    b"general.file_type",
    b"tokenizer.ggml.model",
    b"tokenizer.ggml.tokens",
    b"tokenizer.ggml.token_type",
    b"tokenizer.ggml.eos_token_id",
    b"token_embd.weight",
    b"output_norm.weight",
    b"attn_q.weight",
)


def flip_bits(head: bytearray, chance: random.Random) -> str:
    count = chance.randint(1, 8)
    for _ in range(count):
        head[chance.randrange(4, len(head))] ^= 1 << chance.randrange(8)
    return f"{count} bits flipped"


def write_absurd(head: bytearray, chance: random.Random) -> str:
    value, at = chance.choice(ABSURD), chance.randrange(4, len(head) - 8)
    head[at : at + 8] = struct.pack("<Q", value)
    return f"{value} at {at}"


def write_behind_key(head: bytearray, chance: random.Random) -> str:
    """The type, or the value, that follows a name."""
    key = chance.choice(KEYS)
    at = head.find(key)
    if at < 0:
        return flip_bits(head, chance)
    at += len(key) + chance.choice((0, 4, 4, 4, 8, 16))
    size = chance.choice((4, 8))
    value = chance.choice(ABSURD) % 2 ** (8 * size)
    head[at : at + size] = value.to_bytes(size, "little")
    return f"{value} behind {key.decode()}"


def swap_blocks(head: bytearray, chance: random.Random) -> str:
    a, b = (chance.randrange(24, len(head) - 16) for _ in range(2))
    head[a : a + 16], head[b : b + 16] = head[b : b + 16], head[a : a + 16]
    return f"16 bytes at {a} and {b} exchanged"


def drop_bytes(head: bytearray, chance: random.Random) -> str:
    at, count = chance.randrange(24, len(head) - 64), chance.randint(1, 32)
    del head[at : at + count]
    return f"{count} bytes at {at} left out"


def change_counts(head: bytearray, chance: random.Random) -> str:
    at, value = chance.choice((8, 16)), chance.choice(ABSURD)
    head[at : at + 8] = struct.pack("<Q", value)
    return f"{value} {'tensors' if at == 8 else 'entries'} claimed"


KINDS: tuple[Callable[[bytearray, random.Random], str], ...] = (
    flip_bits,
    write_absurd,
    write_behind_key,
    write_behind_key,
    swap_blocks,
    drop_bytes,
    change_counts,
)


def write_damaged(source: Path, head_bytes: int, target: Path, number: int) -> str:
    """Write a damaged copy of a model and say what was done to it.

    Only the header is copied, the weights are a hole in the file, so that hundreds fit on a disk.

    Args:
        source: a sound model.
        head_bytes: how much of it is header.
        target: the file to write.
        number: seeds the damage.
    """
    chance = random.Random(number)
    size = source.stat().st_size
    with source.open("rb") as file:
        head = bytearray(file.read(head_bytes))
    if number % 8 == 7:
        size = chance.randrange(size)
        what = f"cut to {size} bytes"
    else:
        what = chance.choice(KINDS)(head, chance)
    target.write_bytes(head[:size])
    with target.open("r+b") as file:
        file.truncate(size)
    return f"{source.stem}: {what}"
