"""The book-keeping over the cells, on a memory that checks every call against what it holds."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from workbench.engine.worker.kv_cache import KvCache, common_prefix


class DictMemory:
    """Positions by sequence, as llama.cpp would report them."""

    def __init__(self, *, can_cut: bool = True) -> None:
        self.lengths: Counter[int] = Counter()
        self.first: Counter[int] = Counter()
        self.can_cut = can_cut

    def clear(self) -> None:
        self.lengths.clear()

    def remove(self, sequence: int, start: int) -> bool:
        if start and not self.can_cut:
            return False
        self.lengths[sequence] = min(self.lengths[sequence], start)
        return True

    def copy(self, source: int, target: int, end: int) -> None:
        assert self.lengths[target] == 0
        self.lengths[target] = self.lengths[source] if end < 0 else end

    def first_position(self, sequence: int) -> int:
        return self.first[sequence]


def make(memory: DictMemory, cells: int = 100, sequences: int = 4, **kwargs: int) -> KvCache:
    return KvCache(memory, cell_count=cells, sequence_count=sequences, **kwargs)


def grow(cache: KvCache, memory: DictMemory, sequence, tokens: list[int]) -> None:
    cache.extend(sequence, tokens)
    memory.lengths[sequence.id] += len(tokens)


def test_a_fork_costs_no_cells_and_its_cells_live_as_long_as_one_holder():
    memory = DictMemory()
    cache = make(memory)
    first = cache.acquire([])
    grow(cache, memory, first, list(range(40)))
    second = cache.fork(first)
    assert cache.free_cells == 60
    grow(cache, memory, second, [1, 2])
    cache.release(first)
    assert cache.free_cells == 58
    cache.release(second)
    assert cache.free_cells == 100


def test_the_longest_common_start_is_shared_and_one_token_is_left():
    memory = DictMemory()
    cache = make(memory)
    first = cache.acquire([])
    grow(cache, memory, first, list(range(40)))
    cache.retain(first)
    assert cache.reusable_tokens([*range(20), 99, 98]) == 20
    again = cache.acquire(list(range(40)))
    assert len(again) == 39
    assert memory.lengths[again.id] == 39


def test_the_only_sequence_left_is_cut_down_and_taken_over():
    memory = DictMemory()
    cache = make(memory, sequences=1)
    only = cache.acquire([])
    grow(cache, memory, only, list(range(40)))
    cache.retain(only)
    again = cache.acquire([*range(30), 7])
    assert again.tokens == list(range(30))
    assert cache.free_cells == 70
    assert cache.acquire([1]) is None


def test_the_least_recently_used_goes_first():
    memory = DictMemory()
    cache = make(memory, cells=60)
    for start in (0, 100):
        sequence = cache.acquire([])
        grow(cache, memory, sequence, list(range(start, start + 30)))
        cache.retain(sequence)
    used_again = cache.acquire([*range(20), 5])
    cache.release(used_again)
    assert cache.make_room(30)
    assert cache.reusable_tokens([*range(20), 5]) == 20
    assert cache.reusable_tokens([*range(100, 120), 5]) == 0


def test_active_sequences_are_never_dropped():
    memory = DictMemory()
    cache = make(memory, cells=50)
    active = cache.acquire([])
    grow(cache, memory, active, list(range(40)))
    assert not cache.make_room(20)
    assert cache.available_cells == 10
    assert memory.lengths[active.id] == 40


def test_a_memory_that_cannot_be_cut_is_reused_whole_or_not_at_all():
    memory = DictMemory(can_cut=False)
    cache = make(memory, can_cut=False)
    first = cache.acquire([])
    grow(cache, memory, first, list(range(20)))
    cache.retain(first)
    assert cache.reusable_tokens([*range(15), 99]) == 0
    assert cache.reusable_tokens([*range(20), 99]) == 20


def test_a_sliding_window_that_has_moved_on_gives_no_prefix():
    memory = DictMemory()
    cache = make(memory, window_tokens=16)
    first = cache.acquire([])
    grow(cache, memory, first, list(range(60)))
    cache.retain(first)
    memory.first[first.id] = 30
    assert cache.reusable_tokens([*range(40), 99]) == 0
    assert cache.reusable_tokens([*range(50), 99]) == 50


@pytest.mark.parametrize("same", [0, 1, 7, 64, 1000])
def test_common_prefix(same):
    a = list(range(1000))
    b = [*range(same), *range(5000, 6000)]
    assert common_prefix(a, b) == common_prefix(b, a) == same


class CacheMachine(RuleBasedStateMachine):
    """Any order of operations keeps the cells accounted for and the memory in step."""

    active = Bundle("active")

    def __init__(self) -> None:
        super().__init__()
        self.memory = DictMemory()
        self.cache = make(self.memory, cells=64, sequences=4)
        self.held = []

    @rule(target=active, prompt=st.lists(st.integers(0, 1), max_size=24))
    def acquire(self, prompt):
        sequence = self.cache.acquire(prompt)
        if sequence is not None:
            self.held.append(sequence)
            assert sequence.tokens == prompt[: len(sequence)]
        return sequence

    @rule(target=active, source=active)
    def fork(self, source):
        if source not in self.held:
            return None
        sequence = self.cache.fork(source)
        if sequence is not None:
            self.held.append(sequence)
            assert sequence.tokens == source.tokens
        return sequence

    @rule(sequence=active, tokens=st.lists(st.integers(0, 1), max_size=20))
    def extend(self, sequence, tokens):
        if sequence in self.held and self.cache.make_room(len(tokens)):
            grow(self.cache, self.memory, sequence, tokens)

    @rule(sequence=active, length=st.integers(0, 30))
    def truncate(self, sequence, length):
        if sequence in self.held:
            self.cache.truncate(sequence, length)

    @rule(sequence=consumes(active), keep=st.booleans())
    def end(self, sequence, keep):
        if sequence in self.held:
            self.held.remove(sequence)
            (self.cache.retain if keep else self.cache.release)(sequence)

    @invariant()
    def cells_add_up(self):
        used = {cell for sequence in self.held for cell in sequence.cells}
        assert self.cache.available_cells == 64 - len(used)
        for sequence in self.held:
            assert self.memory.lengths[sequence.id] == len(sequence) == len(sequence.cells)
            assert len(set(sequence.cells)) == len(sequence.cells)


CacheMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestCacheMachine = CacheMachine.TestCase
