"""What holds of every search, whatever the model says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.parameters import build
from workbench.domain.runs.events import (
    Backtracked,
    BestUpdated,
    LoggedEvent,
    NodeAdded,
    NoteAdded,
    Parsed,
    Pruned,
    Scored,
    Selected,
    StateVerified,
    Visited,
)
from workbench.domain.runs.lost_solution import find_lost_solution
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.sampling import Sampling
from workbench.strategies import STRATEGIES
from workbench.strategies.domains import targets
from workbench.strategies.domains.numbers import NumbersTask
from workbench.strategies.search.selectors import Greedy, Softmax, Threshold
from workbench.strategies.search.state import State

from .simulated import Simulated, search

NO_TARGET = 1000
"""No three numbers make it, so that a search goes on until it has seen everything."""
NUMBERS = st.lists(st.integers(1, 9), min_size=3, max_size=3)


def written(numbers: list[int]) -> str:
    return " ".join(map(str, numbers))


def everything(task: NumbersTask) -> list[set]:
    """The states of each depth, by trying every move."""
    found = [{task.start}]
    for _ in range(task.steps):
        found.append({task.apply(f, m) for f in found[-1] for m in task.moves(f)})
    return [{task.describe(facts) for facts in level} for level in found]


def state_of(record) -> RunState:
    return fold_all(LoggedEvent(1, at, 0.0, event) for at, event in enumerate(record.events))


@given(NUMBERS)
@settings(max_examples=25)
def test_a_beam_without_end_sees_what_exhaustive_search_sees(numbers):
    record = search(written(numbers), NO_TARGET, beam=1000, max_nodes=100_000)
    levels = everything(NumbersTask(numbers, NO_TARGET))
    seen: list[set] = [set() for _ in levels]
    for event in record.of(StateVerified):
        assert event.legal
        seen[event.node.count(".")].add(event.state)
    assert seen == levels


@given(NUMBERS, st.integers(1, 30))
@settings(max_examples=40)
def test_an_exact_evaluator_solves_exactly_what_can_be_solved(numbers, target):
    task = NumbersTask(numbers, target)
    for how in ("beam", "depth_first", "best_first"):
        record = search(written(numbers), target, evaluate="exact", beam=1, search=how)
        assert (record.outcome.answer is not None) == task.reachable(task.start)
        if record.outcome.answer is not None:
            assert task.review(record.outcome.answer).solved


@pytest.mark.parametrize("target", targets.USUAL)
def test_a_judge_that_is_always_right_finds_every_solvable_target(target):
    for numbers in targets.solvable(target):
        record = search(written(list(numbers)), target, evaluate="value", beam=1)
        task = NumbersTask(numbers, target)
        assert task.review(record.outcome.answer or "").solved


def test_a_judge_that_guesses_does_not_and_it_is_said_who_lost_it():
    lost = []
    for numbers in targets.solvable(12)[:25]:
        model = Simulated(12, accuracy=0.5)
        record = search(written(list(numbers)), 12, model=model, evaluate="value", beam=1)
        if record.outcome.answer is None:
            state = state_of(record)
            state.status = "done"
            lost.append(find_lost_solution(state).by)
    assert lost
    assert set(lost) <= {"evaluator", "selector"}


def test_a_generator_without_a_way_is_named():
    record = search("1 2 9", 12, model=lambda call: ["1. 1 * 2 = 2 (left: 2 9)"], beam=2)
    state = state_of(record)
    state.status = "done"
    assert record.outcome.answer is None
    lost_solution = find_lost_solution(state)
    assert (lost_solution.by, lost_solution.depth) == ("generator", 1)


@given(NUMBERS)
@settings(max_examples=20)
def test_a_beam_of_one_is_greedy(numbers):
    record = search(written(numbers), NO_TARGET, beam=1, model=Scores(), evaluate="score")
    scores = {event.node: event.score for event in record.of(Scored)}
    pruned = {node for event in record.of(Pruned) for node in event.nodes}
    at = "0"
    for event in record.of(Selected):
        under = [n for n in scores if n.rpartition(".")[0] == at]
        best = max(under, key=lambda node: (scores[node], -int(node.rpartition(".")[2])))
        assert event.nodes == (best,)
        assert best not in pruned
        at = best


class Scores(Simulated):
    """Moves as before; scores that depend on the node alone."""

    def __init__(self) -> None:
        super().__init__(NO_TARGET)

    def __call__(self, call):
        if call.role == "score":
            return [f"So.\nScore: {sum(map(ord, call.node)) % 11}"] * call.n
        return super().__call__(call)


@given(NUMBERS)
@settings(max_examples=20)
def test_depth_first_without_limits_visits_every_state_once_and_comes_back(numbers):
    record = search(written(numbers), NO_TARGET, search="depth_first", beam=1000, max_nodes=100_000)
    visited = [node for event in record.of(Selected) for node in event.nodes]
    pruned = {node for event in record.of(Pruned) for node in event.nodes}
    nodes = [event.node for event in record.of(NodeAdded) if event.parent]
    assert len(visited) == len(set(visited))
    assert set(visited) == set(nodes) - pruned
    back = [(event.node, event.to) for event in record.of(Backtracked)]
    assert sorted(node for node, _ in back) == sorted(visited)
    assert all(to == node.rpartition(".")[0] for node, to in back)
    entered: list[str] = ["0"]
    for event in record.events:  # a stack: it is always left from where it is
        if isinstance(event, Selected):
            assert event.nodes[0].rpartition(".")[0] == entered[-1]
            entered.append(event.nodes[0])
        elif isinstance(event, Backtracked):
            assert entered.pop() == event.node
    assert entered == ["0"]


@given(NUMBERS, st.integers(1, 12), st.sampled_from(["mean", "sum", "last"]))
@settings(max_examples=30)
def test_visits_of_a_monte_carlo_search_add_up(numbers, iterations, reward):
    record = search(
        written(numbers), NO_TARGET, "mcts", iterations=iterations, reward=reward,
        model=Scores(), evaluate="score", max_nodes=100_000,
    )  # fmt: skip
    state = state_of(record)
    assert state.nodes["0"].visits == iterations
    for node in state.nodes.values():
        under = [n.visits for n in state.nodes.values() if n.parent == node.node]
        if any(under):
            assert sum(under) == node.visits
    assert len(record.of(Visited)) == sum(node.visits for node in state.nodes.values())


def test_a_monte_carlo_search_solves_and_stops():
    record = search("2 3 7", 12, "mcts", evaluate="exact", iterations=20)
    assert record.outcome.answer is not None
    assert NumbersTask([2, 3, 7], 12).review(record.outcome.answer).solved


@pytest.mark.parametrize("output", ["max_reward", "max_visit", "follow_max"])
def test_every_way_to_choose_ends_at_a_state_of_the_tree(output):
    record = search(
        "2 3 7", NO_TARGET, "mcts", evaluate="score", model=Scores(), output=output, iterations=6
    )
    assert record.outcome.answer is None
    assert record.outcome.node in {event.node for event in record.of(NodeAdded)}
    assert record.outcome.node.count(".") == 2


@pytest.mark.parametrize("how", ["beam", "depth_first", "best_first"])
@given(most=st.integers(1, 60), numbers=NUMBERS)
@settings(max_examples=15)
def test_no_search_adds_more_thoughts_than_it_may(how, most, numbers):
    record = search(written(numbers), NO_TARGET, search=how, beam=50, max_nodes=most)
    assert sum(bool(event.parent) for event in record.of(NodeAdded)) <= most
    if record.of(NodeAdded)[-1].depth < 2:
        assert any("limit" in event.text for event in record.of(NoteAdded))


@pytest.mark.parametrize("strategy", ["tree_of_thought", "mcts"])
def test_the_same_seed_gives_the_same_log_and_another_another(strategy):
    logs = [
        search(
            "2 5 8", NO_TARGET, strategy, evaluate="score", model=Scores(), select="softmax",
            select_seed=seed, candidates=20, **({"beam": 3} if strategy != "mcts" else {}),
        ).events
        for seed in (1, 1, 2)
    ]  # fmt: skip
    assert logs[0] == logs[1]
    if strategy == "tree_of_thought":
        assert logs[0] != logs[2]


def states(*scores: float) -> list[State]:
    return [State(f"0.{i}", ("x",), score) for i, score in enumerate(scores)]


def test_a_threshold_drops_with_its_reason_before_the_best_are_taken():
    choice = Threshold(1.0, Greedy()).choose(states(0.5, 2.0, 1.0, 3.0), 2)
    assert choice.kept == (3, 1)
    assert choice.dropped == ((0, "valued below 1"), (2, "not among the best 2"))


def test_a_softmax_draw_follows_the_values():
    first = [Softmax(seed, 0.5, 1.0).choose(states(1.0, 0.0), 1).kept[0] for seed in range(2000)]
    expected = math.exp(2) / (math.exp(2) + 1)
    assert first.count(0) / 2000 == pytest.approx(expected, abs=0.03)
    drawn = Softmax(3, 0.5).choose(states(1.0, 0.0, 0.5), 2)
    assert len(set(drawn.kept)) == 2
    assert len(drawn.dropped) == 1


def test_an_illegal_move_is_flagged_and_pruned():
    record = search(
        "2 3 7", 12, model=lambda call: ["1. 2 + 3 = 6 (left: 6 7)\n2. 2 + 3 = 5 (left: 5 7)"]
    )
    found = {event.node: event.legal for event in record.of(StateVerified)}
    assert found["0.0"] is False
    assert found["0.1"] is True
    assert record.of(Pruned)[0].reason == "against the rules"


def test_a_solved_state_ends_the_search_and_its_answer_is_made_by_the_program():
    record = search("2 3 7", 12, evaluate="exact")
    assert [event.value for event in record.of(Parsed)] == [record.outcome.answer]
    assert record.of(BestUpdated)[-1].answer == record.outcome.answer
    assert {call.role for batch in record.batches for call in batch} == {"propose"}
    assert "Random legal moves" in record.of(NoteAdded)[0].text


def test_proposals_and_draws_are_held_to_the_legal_moves():
    record = search("2 3 7", NO_TARGET, candidates=3)
    grammar = record.batches[0][0].grammar
    assert '"2 + 3 = 5 (left: 5 7)"' in grammar
    assert grammar.count('. " line') == 3
    free = search("2 3 7", NO_TARGET, candidates=3, constrain=False)
    assert free.batches[0][0].grammar == ""


def test_draws_are_without_replacement():
    def model(call):
        return [call.grammar.partition('"')[2].partition('"')[0]]

    record = search("2 3 7", NO_TARGET, model=model, generate="sample", candidates=4, beam=1)
    first = [batch[0] for batch in record.batches[:4]]
    assert [call.role for call in first] == ["sample", "sample-2", "sample-3", "sample-4"]
    texts = [event.text for event in record.of(NodeAdded) if event.depth == 1]
    assert len(set(texts)) == 4
    assert f'"{texts[0]}"' not in first[1].grammar


@given(
    NUMBERS,
    st.sampled_from(["beam", "depth_first", "best_first", "mcts"]),
    st.sampled_from(["propose", "sample"]),
    st.sampled_from(["value", "score", "vote", "exact", "check"]),
    st.integers(1, 4),
    st.integers(1, 5),
)
@settings(max_examples=80)
def test_no_search_takes_more_calls_than_its_estimate(
    numbers, how, generate, evaluate, width, candidates
):
    params = {
        "domain": "targets",
        "generate": generate,
        "evaluate": evaluate,
        "candidates": candidates,
        "max_nodes": 10_000,
    }
    strategy = "mcts" if how == "mcts" else "tree_of_thought"
    params |= {"iterations": width} if how == "mcts" else {"beam": width, "search": how}
    record = search(written(numbers), NO_TARGET, strategy, model=Anything(), **params)
    entry = STRATEGIES.get(strategy)
    calls = sum(call.n for batch in record.batches for call in batch)
    assert calls <= entry.estimate(build(entry.params, params, ""), Sampling())[0]


class Anything(Scores):
    """Also votes."""

    def __call__(self, call):
        if call.role.startswith("vote"):
            return ["So.\nThe best choice is 1"] * call.n
        return super().__call__(call)
