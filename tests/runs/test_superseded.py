"""What is asked from a thought that a user changed meanwhile is asked again from the new one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from workbench.domain.runs.events import CallStarted, LoggedEvent, NoteAdded, Selected
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.spec import RunSpec
from workbench.domain.runs.steering import (
    AddThought,
    BoostNode,
    EditThought,
    PruneNode,
    SteerAction,
    Undo,
)
from workbench.engine.simulated import SimulatedEngine
from workbench.runs.control import RunControl

from .keeping import Bench, InProcessPool, bench, chat

MOVES = {
    "2 3 7": ["2 + 3 = 5 (left: 5 7)", "3 + 7 = 10 (left: 2 10)"],
    "5 7": ["5 * 7 = 35 (left: 35)", "7 - 5 = 2 (left: 2)"],
    "2 10": ["10 / 2 = 5 (left: 5)", "2 * 10 = 20 (left: 20)"],
    "1 7": ["7 - 1 = 6 (left: 6)", "1 * 7 = 7 (left: 7)"],
}
EDIT = EditThought("0.0", "3 - 2 = 1 (left: 1 7)")
FROM_EDITED = ["7 - 1 = 6 (left: 6)", "1 * 7 = 7 (left: 7)"]
FROM_OLD = ["5 * 7 = 35 (left: 35)", "7 - 5 = 2 (left: 2)"]
Seen = Callable[[LoggedEvent], bool]


class Moves:
    """Proposes moves of the numbers that the prompt shows; samples come one after the other."""

    def __init__(self, generate: str) -> None:
        self._one = generate == "sample"
        self._count: dict[str, int] = {}

    def __call__(self, prompt: str) -> list[str]:
        numbers = prompt.rpartition("Now: ")[2].partition("\n")[0].strip()
        if not self._one:
            return ["\n".join(MOVES[numbers])]
        place = self._count[numbers] = self._count.get(numbers, -1) + 1
        return [MOVES[numbers][place % 2]]


def puzzle(generate: str = "propose", **params) -> RunSpec:
    """The three-number puzzle without a solution in reach, so that everything is grown."""
    values = {
        "domain": "targets",
        "generate": generate,
        "evaluate": "check",
        "candidates": 2,
        "beam": 2,
    }
    return chat("tree_of_thought", "Numbers: 2 3 7\nTarget: 1000", params=values | params)


def writes(call: str) -> Seen:
    return lambda logged: isinstance(logged.event, CallStarted) and logged.event.call == call


def chosen(logged: LoggedEvent) -> bool:
    return isinstance(logged.event, Selected)


async def steered(
    it: Bench, spec: RunSpec, when: Seen, *actions: SteerAction, pause: bool = False
) -> RunState:
    """A run to which something is done when an event is seen, in a pause that ends after it."""
    control, done = RunControl(), []

    async def act() -> None:
        for action in actions:
            for _ in range(50 if pause and when is chosen else 1):
                await asyncio.sleep(0)  # calls come to where they wait
            control.steer(action)
        if pause:
            await asyncio.sleep(0.01)
            control.resume()

    def listen(logged: LoggedEvent) -> None:
        if not done and when(logged):
            if pause:
                control.pause()
            done.append(asyncio.get_running_loop().create_task(act()))

    return await it.run(spec, listen, control=control)


def under(state: RunState, node: str) -> list[str]:
    return [each.text for each in state.nodes.values() if each.parent == node]


@pytest.mark.parametrize("pause", [True, False])
@pytest.mark.parametrize(
    ("generate", "when"),
    [
        ("propose", chosen),
        ("propose", writes("0.0/propose")),
        ("propose", writes("0.1/propose")),
        ("sample", chosen),
        ("sample", writes("0.0/sample")),
        ("sample", writes("0.0/sample-2")),
    ],
)
async def test_children_of_a_changed_thought_come_from_the_new_one(generate, pause, when, tmp_path):
    engine = SimulatedEngine(Moves(generate))
    async with bench(engine, tmp_path, InProcessPool()) as it:
        state = await steered(it, puzzle(generate), when, EDIT, pause=pause)
        assert state.nodes["0.0"].text == EDIT.text
        assert under(state, "0.0") == FROM_EDITED
        assert under(state, "0.1") == ["10 / 2 = 5 (left: 5)", "2 * 10 = 20 (left: 20)"]
        assert all(each.legal for each in state.nodes.values())
        assert fold_all(it.store.events) == state


@pytest.mark.parametrize("generate", ["propose", "sample"])
async def test_a_change_that_is_taken_back_leaves_the_children_of_the_old_thought(
    generate, tmp_path
):
    engine = SimulatedEngine(Moves(generate))
    async with bench(engine, tmp_path, InProcessPool()) as it:
        when = writes("0.0/propose" if generate == "propose" else "0.0/sample")
        state = await steered(it, puzzle(generate), when, EDIT, Undo(), pause=True)
        assert state.nodes["0.0"].text == "2 + 3 = 5 (left: 5 7)"
        assert sorted(under(state, "0.0")) == sorted(FROM_OLD)


@pytest.mark.parametrize(
    ("action", "children"),
    [
        (PruneNode("0.0"), []),
        (BoostNode("0.0"), FROM_OLD),
        (AddThought("0", "3 - 2 = 1"), FROM_OLD),
    ],
)
async def test_what_is_pruned_grows_no_more_and_other_actions_stop_no_call(
    action, children, tmp_path
):
    async with bench(SimulatedEngine(Moves("propose")), tmp_path, InProcessPool()) as it:
        state = await steered(it, puzzle(), writes("0.0/propose"), action)
        assert under(state, "0.0") == children
        assert [call for call in state.calls if call.startswith("0.0/")] == ["0.0/propose"]
        assert len(under(state, "0.1")) == 2


@pytest.mark.parametrize("generate", ["propose", "sample"])
async def test_a_resumed_run_comes_to_the_same_end_wherever_it_was_cut(generate, tmp_path):
    spec = puzzle(generate)
    when = writes("0.0/propose" if generate == "propose" else "0.0/sample-2")
    async with bench(SimulatedEngine(Moves(generate)), tmp_path, InProcessPool()) as it:
        expected = await steered(it, spec, when, EDIT, pause=True)
        log = list(it.store.events)
        edited = next(i for i, e in enumerate(log) if getattr(e.event, "text", "") == EDIT.text)
        for length in range(edited + 1, len(log) - 1):
            it.store.events[:] = log[:length]
            it.engine.rule = Moves(generate) if generate == "propose" else rest_of(log[:length])
            state = await it.resume(spec)
            assert {n.node: n.text for n in state.nodes.values()} == {
                n.node: n.text for n in expected.nodes.values()
            }, length
            assert (state.answer, state.output) == (expected.answer, expected.output), length
            notes = [note.text for note in it.store.of(NoteAdded)]
            assert not any("goes on differently" in text for text in notes), length
            assert fold_all(it.store.events) == state


def rest_of(log: list[LoggedEvent]) -> Moves:
    """A sampling model that has written what is whole in a log."""
    rule = Moves("sample")
    for call in fold_all(log).calls.values():
        if all(sample.is_whole for sample in call.samples):
            rule(call.messages[-1].text + "\n")
    return rule


@pytest.mark.parametrize("search", ["depth_first", "best_first"])
async def test_a_thought_that_waits_for_its_turn_is_grown_as_it_was_changed(search, tmp_path):
    """0.1 waits while 0.0 is grown; then it has another thought."""
    async with bench(SimulatedEngine(Moves("propose")), tmp_path, InProcessPool()) as it:
        change = EditThought("0.1", EDIT.text)
        state = await steered(it, puzzle(search=search), writes("0.0/propose"), change)
        assert under(state, "0.1") == FROM_EDITED
        assert under(state, "0.0") == FROM_OLD


async def test_monte_carlo_goes_on_from_changed_thoughts_too(tmp_path):
    spec = chat(
        "mcts",
        "Numbers: 2 3 7\nTarget: 1000",
        params={"domain": "targets", "evaluate": "check", "candidates": 2, "iterations": 8},
    )
    async with bench(SimulatedEngine(Moves("propose")), tmp_path, InProcessPool()) as it:
        change = EditThought("0.1", EDIT.text)
        state = await steered(it, spec, writes("0.0/propose"), change)
        assert under(state, "0.1") == FROM_EDITED


async def test_children_that_do_not_follow_from_a_changed_thought_are_pruned_and_made_anew(
    tmp_path,
):
    """They are there and being judged while their parent is changed."""
    spec = puzzle(evaluate="score", beam=1)
    rule = Moves("propose")

    def model(prompt: str) -> list[str]:
        return ["Score: 5"] if "core" in prompt else rule(prompt)

    async with bench(SimulatedEngine(model), tmp_path, InProcessPool()) as it:
        state = await steered(it, spec, writes("0.0.0/score"), EDIT)
        old = [each for each in state.nodes.values() if each.text in FROM_OLD]
        assert [(each.status, each.reason) for each in old] == [("pruned", "against the rules")] * 2
        assert [each.text for each in state.nodes.values() if each.text in FROM_EDITED] == (
            FROM_EDITED
        )
        assert set(state.nodes) >= {"0.0.2", "0.0.3"}


async def test_an_answer_is_asked_for_again_from_the_changed_thoughts(tmp_path):
    spec = chat("tree_of_thought", params={"depth": 1, "candidates": 2, "beam": 1})

    def model(prompt: str) -> list[str]:
        if "sure" in prompt:
            return ["sure"]
        if "my own step" in prompt:
            return ["Answer: 9"]
        return ["1. first step\n2. second step" if "different" in prompt else "Answer: 4"]

    async with bench(SimulatedEngine(model), tmp_path, InProcessPool()) as it:
        change = EditThought("0.0", "my own step")
        state = await steered(it, spec, writes("0.0/answer"), change, pause=True)
        assert state.answer == "9"
        assert "my own step" in state.output
        log = list(it.store.events)
        for length in range(len(log) - 8, len(log) - 1):
            it.store.events[:] = log[:length]
            assert (await it.resume(spec)).answer == "9", length


async def test_a_thought_that_is_changed_into_the_solution_ends_the_search(tmp_path):
    params = puzzle(evaluate="score", beam=1).params
    spec = chat("tree_of_thought", "Numbers: 2 3 7\nTarget: 12", params=params)
    rule = Moves("propose")

    def model(prompt: str) -> list[str]:
        return ["Score: 5"] if "core" in prompt else rule(prompt)

    async with bench(SimulatedEngine(model), tmp_path, InProcessPool()) as it:
        change = EditThought("0.0.1", "5 + 7 = 12 (left: 12)")
        state = await steered(it, spec, writes("0.0.0/score"), change)
        assert (state.answer, state.best_node) == ("(2 + 3) + 7", "0.0.1")
