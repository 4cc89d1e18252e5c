"""Who owns which cells of the KV cache, and which evaluated prefixes can be used again.

llama.cpp keeps the cells; this is the book-keeping over them. One cell holds one evaluated token
of every sequence that shares it: a fork costs nothing until the sequences part.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence as Tokens
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

MIN_REUSED_TOKENS = 8
"""A shorter common beginning (a system header, a lone <bos>) is not worth a fork."""


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
class Sequence:
    """An evaluated run of tokens under one sequence id, and the cells it lies in."""

    id: int
    tokens: list[int] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.tokens)


class _References:
    """How many sequences hold each cell, and how many cells are held at all."""

    def __init__(self, cells: int) -> None:
        self._counts = np.zeros(cells, dtype=np.int32)
        self.held = 0

    def add(self, cells: list[int]) -> None:
        self.held += int((self._counts[cells] == 0).sum())
        self._counts[cells] += 1

    def drop(self, cells: list[int]) -> list[int]:
        """Let go of the cells and return those that nobody holds any more."""
        self._counts[cells] -= 1
        freed = [cell for cell in cells if self._counts[cell] == 0]
        self.held -= len(freed)
        return freed


class KvCache:
    """Sequences that are being evaluated (active) and those kept for their prefix (retained).

    Retained sequences go least recently used first, as soon as an id or a cell is needed.

    Args:
        memory: the cells themselves.
        cell_count: how many there are.
        sequence_count: how many sequences may exist at a time.
        can_cut: whether the end of a sequence can be removed. Recurrent memories cannot: they are
            only reused where the whole sequence is a prefix of the new prompt.
        window_tokens: length of the sliding attention window; 0 for full attention. Such a memory
            may have dropped early tokens, so a prefix counts only with its last window in place.
    """

    def __init__(
        self,
        memory: SequenceMemory,
        *,
        cell_count: int,
        sequence_count: int,
        can_cut: bool = True,
        window_tokens: int = 0,
    ) -> None:
        self._memory = memory
        self._cell_count = cell_count
        self._sequence_count = sequence_count
        self._can_cut = can_cut
        self._window = window_tokens
        self._reset()

    def _reset(self) -> None:
        self._free_ids = list(range(self._sequence_count - 1, -1, -1))
        self._free_cells = list(range(self._cell_count - 1, -1, -1))
        self._all = _References(self._cell_count)
        self._in_use = _References(self._cell_count)
        self._active: dict[int, Sequence] = {}
        self._retained: OrderedDict[int, Sequence] = OrderedDict()

    @property
    def can_cut(self) -> bool:
        """Whether the end of a sequence can be removed."""
        return self._can_cut

    @property
    def free_cells(self) -> int:
        """Cells that hold nothing."""
        return len(self._free_cells)

    @property
    def available_cells(self) -> int:
        """Cells that are free or could be freed by dropping retained sequences."""
        return self._cell_count - self._in_use.held

    @property
    def has_sequence(self) -> bool:
        """Whether another sequence can be made active now."""
        return bool(self._free_ids or self._retained)

    def clear(self) -> None:
        """Forget everything. All sequences handed out before are dead."""
        self._memory.clear()
        self._reset()

    def reusable_tokens(self, prompt: Tokens[int]) -> int:
        """How many tokens at the start of ``prompt`` need not be evaluated."""
        return self._best_source(prompt)[1]

    def acquire(self, prompt: Tokens[int]) -> Sequence | None:
        """A new active sequence that already holds the longest reusable start of ``prompt``.

        At least the last token is always left to evaluate, because the logits come from it. None
        if every sequence is active.
        """
        source, length = self._best_source(prompt)
        if source is not None and source.id in self._retained and not self._spare_id(source):
            # The only sequence to be had is the one with the prefix: cut it down and take it over.
            del self._retained[source.id]
            self._activate(source)
            self.truncate(source, length)
            return source
        if not self._spare_id(source):
            return None
        sequence = Sequence(self._free_ids.pop())
        if source is not None:
            self._share(source, sequence, length)
        self._activate(sequence)
        return sequence

    def fork(self, source: Sequence) -> Sequence | None:
        """A new active sequence that shares all of ``source``; None if all are active."""
        if not self._spare_id(source):
            return None
        sequence = Sequence(self._free_ids.pop())
        self._share(source, sequence, len(source))
        self._activate(sequence)
        return sequence

    def make_room(self, cells: int) -> bool:
        """Drop retained sequences until ``cells`` are free; False if that is not enough."""
        while self.free_cells < cells and self._retained:
            self._evict_oldest()
        return self.free_cells >= cells

    def extend(self, sequence: Sequence, tokens: Tokens[int]) -> None:
        """Note that ``tokens`` are being evaluated at the end of ``sequence``."""
        cells = [self._free_cells.pop() for _ in tokens]
        self._all.add(cells)
        self._in_use.add(cells)
        sequence.tokens.extend(tokens)
        sequence.cells.extend(cells)

    def truncate(self, sequence: Sequence, length: int) -> None:
        """Drop the tokens of an active sequence from index ``length`` on."""
        if length >= len(sequence):
            return
        cut = self._memory.remove(sequence.id, length)
        assert cut, "only memories that can be cut are truncated"
        cells = sequence.cells[length:]
        del sequence.tokens[length:], sequence.cells[length:]
        self._in_use.drop(cells)
        self._free_cells.extend(self._all.drop(cells))

    def retain(self, sequence: Sequence) -> None:
        """End an active sequence but keep what it evaluated for as long as there is room."""
        del self._active[sequence.id]
        self._in_use.drop(sequence.cells)
        self._retained[sequence.id] = sequence

    def release(self, sequence: Sequence) -> None:
        """End an active sequence and give its cells back at once."""
        self.retain(sequence)
        del self._retained[sequence.id]
        self._drop(sequence)

    def _activate(self, sequence: Sequence) -> None:
        self._active[sequence.id] = sequence
        self._in_use.add(sequence.cells)

    def _share(self, source: Sequence, target: Sequence, length: int) -> None:
        self._memory.copy(source.id, target.id, length if self._can_cut else -1)
        target.tokens = source.tokens[:length]
        target.cells = source.cells[:length]
        self._all.add(target.cells)
        if source.id in self._retained:
            self._retained.move_to_end(source.id)

    def _spare_id(self, keep: Sequence | None) -> bool:
        """Make sure that an id is free, without dropping ``keep``."""
        if self._free_ids:
            return True
        for sequence in self._retained.values():
            if sequence is not keep:
                del self._retained[sequence.id]
                self._drop(sequence)
                return True
        return False

    def _evict_oldest(self) -> None:
        _, sequence = self._retained.popitem(last=False)
        self._drop(sequence)

    def _drop(self, sequence: Sequence) -> None:
        self._memory.remove(sequence.id, 0)
        self._free_cells.extend(self._all.drop(sequence.cells))
        self._free_ids.append(sequence.id)

    def _best_source(self, prompt: Tokens[int]) -> tuple[Sequence | None, int]:
        prompt = list(prompt)
        best: tuple[Sequence | None, int] = (None, 0)
        for sequence in [*self._active.values(), *self._retained.values()]:
            length = min(common_prefix(sequence.tokens, prompt), len(prompt) - 1)
            if length > max(best[1], MIN_REUSED_TOKENS - 1) and self._is_usable(sequence, length):
                best = (sequence, length)
        return best

    def _is_usable(self, sequence: Sequence, length: int) -> bool:
        if not self._can_cut:
            return length == len(sequence)
        if not self._window:
            return True
        return self._memory.first_position(sequence.id) <= max(0, length - self._window)


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
