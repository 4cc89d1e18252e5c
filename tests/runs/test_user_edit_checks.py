"""Thoughts that the user wrote are looked at by the program that knows the task, at once."""

from __future__ import annotations

import asyncio

from workbench.domain.runs.events import NodeAdded, NoteAdded, StateVerified
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.steering import AddThought, EditThought, SteerAction, Undo
from workbench.engine.simulated import SimulatedEngine
from workbench.runs.checking import checks_of
from workbench.runs.control import RunControl
from workbench.runs.journal import Journal
from workbench.runs.user_action import event_of

from .keeping import Bench, MemoryStore, bench, chat

SPEC = chat(
    "tree_of_thought",
    "Numbers: 2 3 7\nTarget: 12",
    params={
        "domain": "targets",
        "generate": "propose",
        "evaluate": "exact",
        "candidates": 2,
        "beam": 2,
    },
)
"""2 + 3 = 5 and then 5 + 7 = 12 solves it; 3 - 2 = 1 leaves 1 7, from which 12 is out of reach."""


def thinking(prompt: str) -> list[str]:
    further = "5 7" in prompt or "2 + 3 = 5" in prompt
    return ["5 + 7 = 12\n7 - 5 = 2" if further else "2 + 3 = 5\n3 - 2 = 1"]


def noted(state: RunState, log: list, action: SteerAction) -> RunState:
    """The run after an action that is done when it has ended, as the service does it."""
    store = MemoryStore()
    journal = Journal(1, store, lambda _: None, log)
    event = event_of(action, journal.state)
    journal.add(event)
    for check in checks_of(event, journal.state, SPEC):
        journal.add(check)
    log.extend(store.events)
    return fold_all(log)


async def whole_run(it: Bench) -> RunState:
    return await it.run(SPEC, lambda _: None)


async def test_a_changed_thought_and_what_follows_from_it_are_checked(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        before = await whole_run(it)
        solved = next(node for node in before.nodes.values() if node.depth == 2 and node.solved)
        first = before.nodes[solved.parent]
        log = list(it.store.events)
        state = noted(before, log, EditThought(first.node, "3 - 2 = 1"))
        changed, below = state.nodes[first.node], state.nodes[solved.node]
        assert (changed.state, changed.legal, changed.reachable) == ("1 7", True, False)
        assert (below.legal, below.solved) == (False, False), "5 is no longer among the numbers"
        state = noted(state, log, EditThought(first.node, "2 + 2 = 4"))
        assert (state.nodes[first.node].legal, state.nodes[first.node].reachable) == (False, False)
        noted(state, log, Undo())
        state = noted(state, log, Undo())
        assert (state.nodes[first.node].text, state.nodes[first.node].state) == (
            first.text,
            first.state,
        )
        assert state.nodes[solved.node].solved is True


async def test_an_added_thought_is_checked(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        before = await whole_run(it)
        state = noted(before, list(it.store.events), AddThought("0", "7 - 2 = 5"))
        added = state.nodes["0.h0"]
        assert (added.state, added.legal, added.reachable) == ("3 5", True, False)


async def test_a_check_is_in_nobodys_way_when_a_run_is_resumed(tmp_path):
    control = RunControl()

    def listen(logged):
        if isinstance(logged.event, NodeAdded) and logged.event.node == "0.1":
            add = AddThought("0", "7 - 2 = 5")
            asyncio.get_running_loop().call_soon(lambda: control.steer(add))

    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        whole = await it.run(SPEC, listen, control=control)
        checks = [each for each in it.store.of(StateVerified) if each.by_hand]
        assert [(each.node, each.state) for each in checks] == [("0.h0", "3 5")]
        cut = next(
            index
            for index, logged in enumerate(it.store.events)
            if isinstance(logged.event, StateVerified) and logged.event.by_hand
        )
        del it.store.events[cut + 2 :]
        again = await it.resume(SPEC)
        notes = [each.text for each in it.store.of(NoteAdded)]
        assert not any("otherwise" in text or "differ" in text for text in notes), notes
        assert (again.answer, set(again.nodes)) == (whole.answer, set(whole.nodes))


async def test_nothing_is_said_of_a_task_that_no_program_knows(tmp_path):
    spec = chat("tree_of_thought", params={"depth": 1, "candidates": 2, "beam": 1})
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await it.run(spec, lambda _: None)
        event = event_of(AddThought("0", "my own step"), state)
        assert checks_of(event, state, spec) == ()
