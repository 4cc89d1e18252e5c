"""The book-keeping over the cells, against a memory that really holds cells and tokens."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from workbench.engine.worker.kv.nodes import Sequence, common_prefix
from workbench.engine.worker.kv.tree import KvTree


class CellMemory:
    """Which cell holds which token of each sequence, as llama.cpp keeps it."""

    def __init__(self, *, can_cut: bool = True) -> None:
        self.rows: dict[int, list[tuple[int, int]]] = {}
        self.first: dict[int, int] = {}
        self.can_cut = can_cut
        self._cells = itertools.count()

    def clear(self) -> None:
        self.rows.clear()

    def remove(self, sequence: int, start: int) -> bool:
        if start and not self.can_cut:
            return False
        del self.rows.setdefault(sequence, [])[start:]
        return True

    def copy(self, source: int, target: int, end: int) -> None:
        assert not self.rows.get(target)
        rows = self.rows[source]
        self.rows[target] = list(rows if end < 0 else rows[:end])

    def first_position(self, sequence: int) -> int:
        return self.first.get(sequence, 0)

    def evaluate(self, sequence: int, tokens: list[int]) -> None:
        rows = self.rows.setdefault(sequence, [])
        rows += [(next(self._cells), token) for token in tokens]

    def tokens(self, sequence: Sequence) -> list[int]:
        return [token for _, token in self.rows.get(sequence.id, [])]

    def cells(self, ids: list[int]) -> set[int]:
        return {cell for each in ids for cell, _ in self.rows.get(each, [])}


def make(memory: CellMemory, cells: int = 100, sequences: int = 4, **kwargs: int) -> KvTree:
    return KvTree(
        memory, cell_count=cells, sequence_count=sequences, can_cut=memory.can_cut, **kwargs
    )


def grow(tree: KvTree, memory: CellMemory, sequence: Sequence, tokens: list[int]) -> None:
    tree.extend(sequence, tokens)
    memory.evaluate(sequence.id, tokens)


def held(tree: KvTree, memory: CellMemory, tokens: list[int]) -> Sequence:
    """A retained sequence of ``tokens``."""
    sequence = tree.acquire([], 0)
    assert sequence is not None
    grow(tree, memory, sequence, tokens)
    tree.retain(sequence)
    return sequence


def start(tree: KvTree, tokens: list[int]) -> Sequence | None:
    return tree.acquire(tokens, len(tokens) - 1)


def test_a_fork_costs_no_cells_and_its_cells_live_as_long_as_one_holder():
    memory = CellMemory()
    tree = make(memory)
    first = tree.acquire([], 0)
    grow(tree, memory, first, list(range(40)))
    second = tree.fork(first)
    assert tree.free_cells == 60
    grow(tree, memory, second, [1, 2])
    tree.release(first)
    assert tree.free_cells == 58
    tree.release(second)
    assert tree.free_cells == 100


def test_a_prompt_is_forked_wherever_it_parts_and_one_token_is_left():
    memory = CellMemory()
    tree = make(memory)
    held(tree, memory, list(range(40)))
    assert tree.reusable_tokens([*range(20), 99, 98], 21) == 20
    again = start(tree, list(range(40)))
    assert len(again) == 39
    assert memory.tokens(again) == list(range(39))
    parted = start(tree, [*range(20), 99, 98])
    assert memory.tokens(parted) == list(range(20))
    assert tree.free_cells == 60


def test_prefixes_of_prefixes_are_found_however_deep():
    memory = CellMemory()
    tree = make(memory, cells=1000, sequences=40)
    for branch in range(1, 6):
        sequence = start(tree, [*range(30), *[branch] * 10, 7])
        grow(tree, memory, sequence, [*range(30), *[branch] * 10, 7][len(sequence) :])
        tree.retain(sequence)
    assert tree.free_cells == 1000 - 30 - 5 * 11
    deep = start(tree, [*range(30), *[4] * 10, 7, 8])
    assert memory.tokens(deep) == [*range(30), *[4] * 10, 7]


def test_what_was_evaluated_twice_is_kept_once():
    memory = CellMemory()
    tree = make(memory)
    twins = [tree.acquire([], 0), tree.acquire([], 0)]
    for twin in twins:
        grow(tree, memory, twin, list(range(30)))
    assert tree.free_cells == 40
    for twin in twins:
        tree.retain(twin)
    assert tree.free_cells == 70


def test_the_only_sequence_left_is_cut_down_and_taken_over():
    memory = CellMemory()
    tree = make(memory, sequences=1)
    held(tree, memory, list(range(40)))
    again = start(tree, [*range(30), 7])
    assert memory.tokens(again) == list(range(30))
    assert tree.free_cells == 70
    assert start(tree, [1, 2]) is None


def test_the_least_recently_used_leaf_goes_first_and_the_shared_part_stays():
    memory = CellMemory()
    tree = make(memory, cells=100, sequences=8)
    trunk = list(range(40))
    for leaf in (1, 2, 3):
        sequence = start(tree, [*trunk, *[50 + leaf] * 15])
        grow(tree, memory, sequence, [*trunk, *[50 + leaf] * 15][len(sequence) :])
        tree.retain(sequence)
    tree.release(start(tree, [*trunk, *[51] * 15, 0]))
    assert tree.free_cells == 100 - 40 - 3 * 15
    assert tree.make_room(30)
    assert tree.reusable_tokens([*trunk, *[51] * 15], 55) == 55
    assert tree.reusable_tokens([*trunk, *[52] * 15], 55) == 40
    assert tree.free_cells == 30


def test_a_long_leaf_gives_up_its_end_only():
    memory = CellMemory()
    tree = make(memory, cells=500)
    held(tree, memory, list(range(500)))
    assert tree.make_room(10)
    assert tree.reusable_tokens(list(range(500)), 499) == 500 - 64


def test_active_sequences_are_never_dropped():
    memory = CellMemory()
    tree = make(memory, cells=50)
    active = tree.acquire([], 0)
    grow(tree, memory, active, list(range(40)))
    assert not tree.make_room(20)
    assert tree.available_cells == 10
    assert len(memory.tokens(active)) == 40


def test_a_memory_that_cannot_be_cut_is_reused_whole_or_not_at_all():
    memory = CellMemory(can_cut=False)
    tree = make(memory)
    held(tree, memory, list(range(20)))
    assert tree.reusable_tokens([*range(15), 99], 15) == 0
    assert tree.reusable_tokens([*range(20), 99], 20) == 20


def test_a_checkpoint_lets_an_uncuttable_prompt_be_used_again():
    memory = CellMemory(can_cut=False)
    tree = make(memory)
    answer = tree.acquire([], 0)
    grow(tree, memory, answer, list(range(20)))
    tree.checkpoint(answer)
    grow(tree, memory, answer, [77, 78])
    tree.retain(answer)
    assert tree.reusable_tokens([*range(20), 99], 20) == 20
    assert tree.reusable_tokens([*range(20), 77, 78, 5], 22) == 22


def test_a_sliding_window_that_has_moved_on_gives_no_prefix():
    memory = CellMemory()
    tree = make(memory, window_tokens=16)
    first = held(tree, memory, list(range(60)))
    memory.first[first.id] = 30
    assert tree.reusable_tokens([*range(40), 99], 40) == 0
    assert tree.reusable_tokens([*range(50), 99], 50) == 50


@pytest.mark.parametrize("same", [0, 1, 7, 64, 1000])
def test_common_prefix(same):
    a = list(range(1000))
    b = [*range(same), *range(5000, 6000)]
    assert common_prefix(a, b) == common_prefix(b, a) == same


class TreeMachine(RuleBasedStateMachine):
    """Any order of operations keeps the cells accounted for and the memory in step."""

    active = Bundle("active")

    def __init__(self) -> None:
        super().__init__()
        self.memory = CellMemory()
        self.tree = make(self.memory, cells=64, sequences=4)
        self.held: list[Sequence] = []

    @rule(target=active, prompt=st.lists(st.integers(0, 1), max_size=24), most=st.integers(0, 24))
    def acquire(self, prompt, most):
        expected = self.tree.reusable_tokens(prompt, most)
        sequence = self.tree.acquire(prompt, most)
        if sequence is not None:
            self.held.append(sequence)
            assert self.memory.tokens(sequence) == prompt[: len(sequence)]
            assert len(sequence) == expected
        return sequence

    @rule(target=active, source=active)
    def fork(self, source):
        if source not in self.held:
            return None
        before = self.memory.tokens(source)
        sequence = self.tree.fork(source)
        if sequence is not None:
            self.held.append(sequence)
            assert self.memory.tokens(sequence) == before
        return sequence

    @rule(sequence=active, tokens=st.lists(st.integers(0, 1), max_size=20))
    def extend(self, sequence, tokens):
        if sequence in self.held and self.tree.make_room(len(tokens)):
            grow(self.tree, self.memory, sequence, tokens)

    @rule(sequence=active, length=st.integers(0, 30))
    def truncate(self, sequence, length):
        if sequence in self.held:
            self.tree.truncate(sequence, length)

    @rule(sequence=consumes(active), keep=st.booleans())
    def end(self, sequence, keep):
        if sequence in self.held:
            self.held.remove(sequence)
            (self.tree.retain if keep else self.tree.release)(sequence)

    @invariant()
    def cells_add_up(self):
        everything = self.memory.cells(list(self.memory.rows))
        assert self.tree.free_cells == 64 - len(everything)
        active = self.memory.cells([sequence.id for sequence in self.held])
        assert self.tree.available_cells == 64 - len(active)
        for sequence in self.held:
            assert len(self.memory.tokens(sequence)) == len(sequence)


TreeMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestTreeMachine = TreeMachine.TestCase


# --- cells that are not used again --------------------------------------------------------------


def reusable(tree: KvTree, tokens: list[int]) -> int:
    return tree.reusable_tokens(tokens, len(tokens))


def test_what_nobody_comes_back_to_is_let_go_from_its_end_though_there_is_room() -> None:
    memory = CellMemory()
    tree = make(memory, patience=100)
    tokens = list(range(32))
    held(tree, memory, tokens)
    tree.count_computed(50)
    assert reusable(tree, tokens) == 32
    tree.count_computed(1)
    assert reusable(tree, tokens) == 16
    for _ in range(3):
        tree.count_computed(101)
    assert reusable(tree, tokens) == 0
    assert tree.free_cells == 100


def test_what_was_come_back_to_is_kept_longer() -> None:
    memory = CellMemory()
    tree = make(memory, patience=100)
    shared, own = list(range(16)), list(range(50, 54))
    held(tree, memory, shared + own)
    for start in (70, 80):
        again = tree.acquire([*shared, start], 16)
        assert again is not None
        grow(tree, memory, again, [start])
        tree.retain(again)
    tree.count_computed(250)
    assert reusable(tree, shared + own) == 16
    assert len(memory.cells([0, 1, 2, 3])) == 16


def test_a_chat_is_kept_longer_than_a_search() -> None:
    memory = CellMemory()
    tree = make(memory, patience=100)
    chat, search = list(range(20)), list(range(20, 40))
    for tokens, worth in ((chat, 16), (search, 1)):
        sequence = tree.acquire([], 0)
        assert sequence is not None
        grow(tree, memory, sequence, tokens)
        tree.retain(sequence, worth=worth)
    for _ in range(5):
        tree.count_computed(101)
    assert (reusable(tree, chat), reusable(tree, search)) == (20, 0)


def test_without_patience_everything_stays_while_there_is_room() -> None:
    memory = CellMemory()
    tree = make(memory)
    held(tree, memory, list(range(32)))
    tree.count_computed(10**9)
    assert reusable(tree, list(range(32))) == 32


def test_a_memory_that_cannot_be_cut_lets_go_of_whole_sequences() -> None:
    memory = CellMemory(can_cut=False)
    tree = make(memory, patience=100)
    held(tree, memory, list(range(32)))
    tree.count_computed(51)
    assert tree.free_cells == 100
