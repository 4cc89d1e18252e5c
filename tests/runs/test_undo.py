"""What the user did to a search is taken back: before it was noticed, after it, and in a replay."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import ActionUndone, NodeAdded, Steered
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.steering import AddThought, BoostNode, EditThought, PruneNode, Undo
from workbench.engine.simulated import SimulatedEngine
from workbench.runs.control import RunControl
from workbench.runs.journal import Journal
from workbench.runs.user_action import action_of, event_of
from workbench.strategies.steered import in_effect

from .keeping import bench
from .test_steering import search, steered_run, thinking

ACTIONS = [
    PruneNode("0.0"),
    BoostNode("0.1", 50.0),
    EditThought("0.0", "my own step"),
    AddThought("0", "my own step"),
]


def _plain(state):
    """What a search came to, without nodes that were written and taken back."""
    kept = {name: node for name, node in state.nodes.items() if node.reason != "taken back"}
    return kept, state.answer, state.output, set(state.calls)


@pytest.mark.parametrize("action", ACTIONS)
async def test_what_is_taken_back_in_time_leaves_the_search_as_it_was(action, tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        expected = await steered_run(it, [])
    async with bench(SimulatedEngine(thinking), tmp_path / "2") as it:
        state = await steered_run(it, [action, Undo()])
        assert _plain(state) == _plain(expected)
        assert it.store.of(Steered) == [Steered(ask=0, actions=2)]
        assert fold_all(it.store.events) == state
        assert state.undoable == []


async def test_only_the_last_action_is_taken_back(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await steered_run(it, [BoostNode("0.1", 50.0), PruneNode("0.0"), Undo()])
        assert state.nodes["0.1"].boost == 50.0
        assert state.nodes["0.0"].reason != "by hand"
        assert state.nodes["0.1"].status == "selected"
        with pytest.raises(UsageError, match="Nothing in run 0 can be taken back"):
            event_of(Undo(), fold_all([]))


async def test_a_pruned_node_that_the_search_had_dropped_is_among_the_thoughts_again(tmp_path):
    """The prune is applied at depth 1, the undo at depth 2: the node may be chosen from then on."""
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        control = RunControl()

        def listen(logged):
            loop = asyncio.get_running_loop()
            if isinstance(logged.event, NodeAdded) and logged.event.node == "0.1":
                loop.call_soon(control.steer, PruneNode("0.0"))
            if isinstance(logged.event, Steered) and logged.event.ask == 0:
                loop.call_soon(control.steer, Undo())

        state = await it.run(search(), listen, control=control)
        assert [each.actions for each in it.store.of(Steered)] == [1, 1]
        assert state.nodes["0.0"].reason != "by hand"
        assert fold_all(it.store.events) == state
        log = list(it.store.events)
        first = next(i for i, e in enumerate(log) if isinstance(e.event, ActionUndone))
        for length in range(first - 1, len(log) - 1):
            it.store.events[:] = log[:length]
            again = await it.resume(search())
            if length > first:
                assert again.nodes == state.nodes, length
                assert again.answer == state.answer


async def test_a_run_that_has_ended_takes_it_back_exactly(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await it.run(search())
        before = fold_all(it.store.events)
        for action in ACTIONS[:3]:
            journal = Journal(1, it.store, it.shown.append, list(it.store.events))
            journal.add(event_of(action, state))
            state = fold_all(it.store.events)
            assert state.nodes != before.nodes
            event = event_of(Undo(), state)
            assert action_of(event) == Undo(action, getattr(event, "text", ""))
            journal.add(event)
            state = fold_all(it.store.events)
            assert state.nodes == before.nodes


def test_actions_that_were_taken_back_before_they_were_told_have_no_effect():
    prune, boost = PruneNode("0.0"), BoostNode("0.1")
    assert in_effect([prune, Undo(prune)]) == []
    assert in_effect([prune, boost, Undo(boost), Undo(prune)]) == []
    assert in_effect([Undo(prune), boost]) == [Undo(prune), boost]
