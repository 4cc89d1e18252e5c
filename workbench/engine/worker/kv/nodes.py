"""Nodes of the tree over the KV cache: runs of tokens, and sequences that end in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


class SequenceMemory(Protocol):
    """What llama.cpp offers on its memory; ids run from 0 to the number of sequences."""

    def clear(self) -> None:
        """Forget everything."""

    def remove(self, sequence: int, start: int) -> bool:
        """Drop the tokens from position ``start`` on; False where the memory cannot be cut."""

    def copy(self, source: int, target: int, end: int) -> None:
        """Let ``target`` share the tokens of ``source`` before position ``end``; -1 is all."""

    def first_position(self, sequence: int) -> int:
        """The earliest position still held."""


@dataclass(eq=False)
class Node:
    """A run of tokens from index ``start`` of its sequences on. The root has none.

    ``holders`` are the ids of all sequences on it, ``active`` counts those being evaluated.
    ``uses`` is how often a later prompt began with it, ``used_at`` how many tokens had been
    computed when it was last of use. Two children may begin with the same token where two requests
    evaluated it at the same time.
    """

    parent: Node | None
    start: int
    tokens: list[int] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    holders: set[int] = field(default_factory=set)
    active: int = 0
    uses: int = 0
    used_at: int = 0

    @property
    def end(self) -> int:
        """The index after its last token."""
        return self.start + len(self.tokens)


@dataclass(eq=False)
class Sequence:
    """An evaluated run of tokens under one sequence id, from the root to the end of ``tip``."""

    id: int
    tip: Node
    used: int = 0
    """When it was last of use, for choosing what goes."""
    worth: int = 1
    """How much longer than usual it is kept for."""

    def __len__(self) -> int:
        return self.tip.end


def path_of(node: Node) -> Iterator[Node]:
    """The node and those above it, without the root."""
    while node.parent is not None:
        yield node
        node = node.parent


def common_prefix(a: list[int], b: list[int]) -> int:
    """How many tokens at the start of both are equal (by halving, so that slices do the work)."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low
