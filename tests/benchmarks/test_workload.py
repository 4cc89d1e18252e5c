"""The workload's arithmetic: that everybody has the same, known work."""

from __future__ import annotations

import pytest

from tests.benchmarks import game
from tests.benchmarks.workload import (
    FULL,
    SMALL,
    Shape,
    common_prefix,
    count_unique,
    kept_places,
    make_workload,
)


def test_the_whole_has_9600_new_tokens_and_the_small_one_a_tenth():
    assert make_workload(FULL).new_tokens == 9_600
    assert make_workload(SMALL).new_tokens == 960


def test_the_stages_are_those_of_a_tree_of_thought():
    stages = make_workload(FULL).stages
    assert [len(stage.calls) for stage in stages] == [1, 8, 5, 40, 5, 40]
    assert [sum(call.samples for call in stage.calls) for stage in stages] == [
        8, 24, 40, 120, 40, 120,
    ]  # fmt: skip


@pytest.mark.parametrize("shape", [FULL, SMALL])
def test_no_prompt_and_no_seed_comes_twice(shape: Shape):
    calls = make_workload(shape).calls
    seeds = [seed for call in calls for seed in call.seeds]
    assert len({call.prompt for call in calls}) == len(calls)
    assert len(set(seeds)) == len(seeds)


def test_it_is_the_same_each_time():
    assert make_workload(FULL) == make_workload(FULL)


@pytest.mark.parametrize(("candidates", "kept"), [(8, 5), (40, 5), (4, 2), (3, 5)])
def test_kept_states_are_different_ones(candidates: int, kept: int):
    places = kept_places(candidates, kept)
    assert len(set(places)) == len(places) == min(candidates, kept)
    assert all(0 <= place < candidates for place in places)


def test_kept_states_of_the_full_tree_have_several_parents():
    assert len({place // FULL.candidates for place in kept_places(40, FULL.kept)}) > 2


def test_moves_are_legal_and_leave_one_number_less():
    for state in game.moves(game.State(game.NUMBERS), 8):
        assert len(state.left) == len(game.NUMBERS) - 1
        sum_text = state.steps[-1].partition(" (")[0]
        left, right = sum_text.split(" = ")
        a, sign, b = left.split()
        assert {"+": int(a) + int(b), "-": int(a) - int(b), "*": int(a) * int(b)}[sign] == int(
            right
        )


def test_unique_tokens_are_the_nodes_of_the_prefix_tree():
    assert count_unique([(1, 2, 3), (1, 2, 4), (1, 2), (5,)]) == 5
    assert count_unique([]) == 0
    assert count_unique([(7, 7), (7, 7)]) == 2


def test_prompt_tokens_count_each_answer_and_unique_ones_each_place():
    workload = make_workload(SMALL).tokenized(lambda text: [ord(c) for c in text], banned=(0,))
    every = [call.tokens for call in workload.calls]
    places = {tokens[:end] for tokens in every for end in range(1, len(tokens) + 1)}
    assert workload.unique_tokens == len(places)
    assert workload.prompt_tokens == sum(call.samples * len(call.prompt) for call in workload.calls)
    assert workload.banned == (0,)


def test_a_trial_is_a_piece_of_the_widest_stage():
    trial = make_workload(FULL).first_calls(4, 6)
    assert [call.samples for call in trial.calls] == [3, 3, 3, 3]
    assert trial.new_tokens == 4 * 3 * 6


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [((1, 2, 3), (1, 2, 4), 2), ((), (1,), 0), ((1, 2), (1, 2), 2), ((2,), (1,), 0)],
)
def test_common_prefix(first: tuple[int, ...], second: tuple[int, ...], shared: int):
    assert common_prefix(first, second) == shared
