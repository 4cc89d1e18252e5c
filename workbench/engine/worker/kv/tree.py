"""A radix tree of evaluated token prefixes over the cells of llama.cpp's KV cache.

llama.cpp keeps the cells; this is the book-keeping over them. A node is a run of tokens that lie in
cells; every sequence id that holds those cells passes through it. A fork is a new id on the same
nodes, so it costs nothing until the two part. What an ended request has evaluated stays in the
tree, but for answers from which no prompt will go on: a later prompt that begins the same way is
forked from it, wherever it parts. When cells run short, the leaves used longest ago go first, from
their ends.

Cells that are held cost time: attention looks at all of them for every token that is computed. So
cells not used while ``patience`` tokens were computed are freed though there is room, and
what was come back to before is given as much time again for each of those times.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Tokens

from workbench.engine.worker.kv.nodes import (
    Node,
    Sequence,
    SequenceMemory,
    common_prefix,
    path_of,
)

MIN_TRIM_TOKENS = 64
"""A leaf gives up at least this many tokens at a time, so that not every step frees a few."""

MIN_HALVED_TOKENS = 8
HALVINGS = 2
"""A longer run is halved when its patience has passed, or this part of it where it was never
back to it."""


class KvTree:
    """Sequences that are being evaluated (active) and those kept for their prefix (retained).

    Args:
        memory: the cells themselves.
        cell_count: how many there are.
        sequence_count: how many sequences may exist at a time.
        can_cut: whether the end of a sequence can be removed. Recurrent memories cannot: they are
            only reused where the whole sequence is a prefix of the new prompt.
        window_tokens: length of the sliding attention window; 0 for full attention. Such a memory
            may have dropped early tokens, so a prefix counts only with its last window in place.
        patience: how many computed tokens cost as much, by a held cell that each of them looks at,
            as reading that cell's token again: freeing then never costs more than double
            (the ski rental rule). 0 keeps everything as long as there is room.
    """

    def __init__(
        self,
        memory: SequenceMemory,
        *,
        cell_count: int,
        sequence_count: int,
        can_cut: bool = True,
        window_tokens: int = 0,
        patience: int = 0,
    ) -> None:
        self._memory = memory
        self._cell_count = cell_count
        self._sequence_count = sequence_count
        self._can_cut = can_cut
        self._window = window_tokens
        self._patience = patience
        self._computed = 0
        self._reset()

    def _reset(self) -> None:
        self._root = Node(None, 0)
        self._free_ids = list(range(self._sequence_count - 1, -1, -1))
        self._active: dict[int, Sequence] = {}
        self._retained: dict[int, Sequence] = {}
        self._held = self._in_use = 0
        self._clock = 0

    @property
    def can_cut(self) -> bool:
        """Whether the end of a sequence can be removed."""
        return self._can_cut

    @property
    def free_cells(self) -> int:
        """Cells that hold nothing."""
        return self._cell_count - self._held

    @property
    def available_cells(self) -> int:
        """Cells that are free or could be freed by dropping retained sequences."""
        return self._cell_count - self._in_use

    @property
    def has_sequence(self) -> bool:
        """Whether another sequence can be made active now."""
        return bool(self._free_ids or self._retained)

    def clear(self) -> None:
        """Forget everything. All sequences handed out before are dead."""
        self._memory.clear()
        self._reset()

    # --- sequences --------------------------------------------------------------------------

    def reusable_tokens(self, tokens: Tokens[int], most: int) -> int:
        """How many of the first ``most`` tokens need not be evaluated."""
        return self._find(tokens, most)[1]

    def acquire(self, tokens: Tokens[int], most: int) -> Sequence | None:
        """A new active sequence that already holds the longest reusable start of ``tokens``.

        Args:
            tokens: what is to be evaluated.
            most: reuse at most this many, because the logits after the next are wanted.

        Returns:
            None if every sequence is active.
        """
        source, length = self._find(tokens, most)
        if not self._spare_id(source):
            if source is None or source.id not in self._retained:
                return None
            # The only sequence to be had is the one with the prefix: cut it down and take it over.
            self._shorten(source, length)
            del self._retained[source.id]
            self._activate(source)
            return source
        forked = self._fork_at(source, length)
        for node in path_of(forked.tip):
            node.uses += 1
            node.used_at = self._computed
        return forked

    def fork(self, source: Sequence) -> Sequence | None:
        """A new active sequence that shares all of ``source``; None if all are active."""
        return self._fork_at(source, len(source)) if self._spare_id(source) else None

    def checkpoint(self, source: Sequence) -> None:
        """Keep the present state of an active sequence, for memories that cannot be cut later."""
        copy = self.fork(source)
        if copy is not None:
            self.retain(copy)

    def extend(self, sequence: Sequence, tokens: Tokens[int]) -> None:
        """Note that ``tokens`` are being evaluated at the end of ``sequence``."""
        if not tokens:
            return
        tip = sequence.tip
        if tip.parent is None or tip.children or len(tip.holders) > 1:
            tip = Node(tip, tip.end, holders={sequence.id}, active=1)
            sequence.tip.children.append(tip)
            sequence.tip = tip
        tip.tokens.extend(tokens)
        tip.used_at = self._computed
        self._held += len(tokens)
        self._in_use += len(tokens)

    def truncate(self, sequence: Sequence, length: int) -> None:
        """Drop the tokens of an active sequence from index ``length`` on."""
        self._shorten(sequence, length)

    def retain(self, sequence: Sequence, *, worth: int = 1) -> None:
        """End an active sequence but keep what it evaluated while that pays.

        What another sequence holds as well is not kept twice.

        Args:
            sequence: an active one.
            worth: how much dearer it is to read it again than to have read something else.
        """
        sequence.worth = worth
        del self._active[sequence.id]
        for node in path_of(sequence.tip):
            node.active -= 1
            if not node.active:
                self._in_use -= len(node.tokens)
        self._retained[sequence.id] = sequence
        self._touch(sequence)
        if self._is_covered(sequence):
            self._drop(sequence)

    def release(self, sequence: Sequence) -> None:
        """End an active sequence and give its cells back at once."""
        self.retain(sequence)
        if sequence.id in self._retained:
            self._drop(sequence)

    def make_room(self, cells: int) -> bool:
        """Free cells, least recently used leaves first; False if ``cells`` cannot be had."""
        while self.free_cells < cells and self._retained:
            self._trim(self._oldest(None), cells - self.free_cells)
        return self.free_cells >= cells

    def count_computed(self, tokens: int) -> None:
        """Note that ``tokens`` were computed, and free the cells not used meanwhile."""
        self._computed += tokens
        if not self._patience:
            return
        for sequence in tuple(self._retained.values()):
            length = self._worth_keeping(sequence)
            if length == len(sequence):
                continue
            if self._can_cut and length:
                self._shorten(sequence, length)
            if not self._can_cut or not length or self._is_covered(sequence):
                self._drop(sequence)

    # --- inside -----------------------------------------------------------------------------

    def _worth_keeping(self, sequence: Sequence) -> int:
        """How much of a retained sequence is kept: beginnings are shared more often than ends."""
        node = sequence.tip
        while node.parent is not None:
            patience = self._patience * sequence.worth * (1 + node.uses)
            idle = self._computed - node.used_at
            is_long = len(node.tokens) >= MIN_HALVED_TOKENS
            if is_long and idle > patience // (1 if node.uses else HALVINGS):
                node.used_at = self._computed
                return node.start + len(node.tokens) // 2
            if idle <= patience:
                break
            node = node.parent
        return node.end

    def _fork_at(self, source: Sequence | None, length: int) -> Sequence:
        """A new active sequence on the first ``length`` tokens of ``source``."""
        target = Sequence(self._free_ids.pop(), self._root)
        if source is not None and length:
            self._memory.copy(source.id, target.id, length if self._can_cut else -1)
            target.tip = self._split(source, length)
            for node in path_of(target.tip):
                node.holders.add(target.id)
            self._touch(source)
        self._activate(target)
        return target

    def _activate(self, sequence: Sequence) -> None:
        self._active[sequence.id] = sequence
        for node in path_of(sequence.tip):
            node.active += 1
            if node.active == 1:
                self._in_use += len(node.tokens)
        self._touch(sequence)

    def _touch(self, sequence: Sequence) -> None:
        self._clock += 1
        sequence.used = self._clock

    def _split(self, sequence: Sequence, length: int) -> Node:
        """The node of ``sequence`` that ends at index ``length``, cut out of a longer one."""
        node = sequence.tip
        while node.parent is not None and node.start >= length:
            node = node.parent
        if node.end == length or node.parent is None:
            return node
        at = length - node.start
        head = Node(
            node.parent,
            node.start,
            node.tokens[:at],
            [node],
            set(node.holders),
            node.active,
            node.uses,
            node.used_at,
        )
        node.parent.children[node.parent.children.index(node)] = head
        node.parent, node.start, node.tokens = head, length, node.tokens[at:]
        return head

    def _shorten(self, sequence: Sequence, length: int) -> None:
        """Take a sequence off everything from index ``length`` on."""
        if length >= len(sequence):
            return
        cut = self._memory.remove(sequence.id, length)
        assert cut or not length, "only memories that can be cut are cut"
        end = self._split(sequence, length) if length else self._root
        is_active = sequence.id in self._active
        node = sequence.tip
        while node is not end:
            assert node.parent is not None
            node.holders.discard(sequence.id)
            if is_active:
                node.active -= 1
                if not node.active:
                    self._in_use -= len(node.tokens)
            if not node.holders:
                self._held -= len(node.tokens)
                node.parent.children.remove(node)
            node = node.parent
        sequence.tip = end

    def _drop(self, sequence: Sequence) -> None:
        """Let go of a retained sequence."""
        self._shorten(sequence, 0)
        del self._retained[sequence.id]
        self._free_ids.append(sequence.id)

    def _trim(self, sequence: Sequence, cells: int) -> None:
        """Free about ``cells`` at the end of a retained sequence; what others hold is no loss."""
        alone = [node for node in path_of(sequence.tip) if len(node.holders) == 1]
        first = alone[-1].start if alone else len(sequence)
        left = max(first, len(sequence) - max(cells, MIN_TRIM_TOKENS))
        if left == first and len(alone) < sum(1 for _ in path_of(sequence.tip)):
            left = 0  # the rest is held by others
        if self._can_cut and left:
            self._shorten(sequence, left)
        else:
            self._drop(sequence)

    def _oldest(self, keep: Sequence | None) -> Sequence:
        others = [sequence for sequence in self._retained.values() if sequence is not keep]
        return min(others, key=lambda sequence: sequence.used)

    def _spare_id(self, keep: Sequence | None) -> bool:
        """Make sure that an id is free, without dropping ``keep``."""
        if not self._free_ids:
            if not self._retained or (len(self._retained) == 1 and keep in self._retained.values()):
                return False
            self._drop(self._oldest(keep))
        return True

    def _is_covered(self, sequence: Sequence) -> bool:
        """Whether another sequence holds all its tokens, in the same cells or others."""
        if not self._can_cut:
            return False
        if len(sequence.tip.holders) > 1:
            return True
        path = reversed(list(path_of(sequence.tip)))
        tokens = [token for node in path for token in node.tokens]
        found, length = self._find(tokens, len(tokens), without=sequence)
        return found is not None and length == len(tokens)

    def _find(
        self, tokens: Tokens[int], most: int, without: Sequence | None = None
    ) -> tuple[Sequence | None, int]:
        """The sequence with the longest usable start of ``tokens``, and how much of it."""
        tokens = list(tokens[:most])
        best: tuple[Sequence | None, int] = (None, 0)
        for node, length in self._matches(tokens):
            if length <= best[1]:
                continue
            for holder in node.holders:
                sequence = self._active.get(holder) or self._retained[holder]
                if sequence is not without and self._is_usable(sequence, length):
                    best = (sequence, length)
                    break
        return best

    def _matches(self, tokens: list[int]) -> Iterator[tuple[Node, int]]:
        """Nodes that ``tokens`` reach into, with how many tokens match up to there."""
        waiting = [self._root] if tokens else []
        while waiting:
            for child in waiting.pop().children:
                if child.tokens[0] != tokens[child.start]:
                    continue
                shared = common_prefix(child.tokens, tokens[child.start : child.end])
                yield child, child.start + shared
                if shared == len(child.tokens) and len(tokens) > child.end:
                    waiting.append(child)

    def _is_usable(self, sequence: Sequence, length: int) -> bool:
        if not self._can_cut:
            return length == len(sequence)
        if not self._window:
            return True
        return self._memory.first_position(sequence.id) <= max(0, length - self._window)
