"""Steering: user actions are in the log, is applied, and is there again in a replay."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import (
    CallStarted,
    GrowthStarted,
    NodeAdded,
    NoteAdded,
    RunFinished,
    Steered,
)
from workbench.domain.runs.nodes import NodeState
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.steering import (
    AddThought,
    BoostNode,
    EditThought,
    ForkToken,
    Grow,
    PruneNode,
)
from workbench.engine.simulated import Failure, SimulatedEngine
from workbench.runs.control import RunControl
from workbench.runs.user_action import action_of, event_of

from .keeping import bench, chat

PARAMS = {"depth": 2, "candidates": 2, "beam": 1}


def thinking(prompt: str) -> list[str]:
    """Verdicts favour the first thought; steps tell by their words where they were asked for."""
    if "sure" in prompt:
        return ["sure" if "first" in prompt.rpartition("Candidate")[2] else "likely"]
    return ["1. first step\n2. second step\nAnswer: 4"]


def search(**params):
    return chat("tree_of_thought", params=PARAMS | params)


async def steered_run(it, actions, at="0.1", spec=None):
    """A run in which ``actions`` are done when node ``at`` has come to be."""
    control = RunControl()

    def listen(logged):
        if isinstance(logged.event, NodeAdded) and logged.event.node == at:
            loop = asyncio.get_running_loop()
            loop.call_soon(lambda: [control.steer(action) for action in actions])

    return await it.run(spec or search(), listen, control=control)


@pytest.mark.parametrize(
    ("action", "chosen"),
    [
        (PruneNode("0.0"), "0.1"),
        (BoostNode("0.1", 50.0), "0.1"),
        (EditThought("0.0", "my own step"), "0.0"),
        (AddThought("0", "my own step"), "0.h0"),
    ],
)
async def test_a_live_search_heeds_what_is_done_and_the_log_folds_to_its_state(
    action, chosen, tmp_path
):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await steered_run(it, [action])
        assert state.status == "done"
        assert fold_all(it.store.events) == state
        assert state.nodes[chosen].status == "selected"
        assert f"{chosen}/propose" in state.calls
        assert it.store.of(Steered) == [Steered(ask=0, actions=1)]
        if getattr(action, "text", ""):
            asked = state.calls[f"{chosen}/propose"].messages[-1].text
            assert "my own step" in asked


async def test_what_was_done_is_done_again_at_its_place_when_the_run_is_resumed(tmp_path):
    actions = [PruneNode("0.0"), AddThought("0", "my own step"), BoostNode("0.1", -5.0)]
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        expected = await steered_run(it, actions)
        log = list(it.store.events)
        first = next(i for i, e in enumerate(log) if isinstance(e.event, Steered))
        for length in range(first - 3, len(log) - 1):
            it.store.events[:] = log[:length]
            state = await it.resume(search())
            assert state.nodes == expected.nodes, length
            assert (state.answer, state.output) == (expected.answer, expected.output)
            assert fold_all(it.store.events) == state


async def test_unknown_nodes_and_empty_thoughts_are_refused(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await it.run(search())
        for action, words in (
            (PruneNode("0.9"), "no node 0.9"),
            (PruneNode("0"), "stop the run"),
            (EditThought("0.0", "  "), "needs words"),
            (EditThought("0", "x"), "question"),
        ):
            with pytest.raises(UsageError, match=words):
                event_of(action, state)


def test_an_action_is_read_back_from_its_event():
    state = fold_all(())
    state.nodes["0"] = NodeState("0", "", 0, "?", "question")
    state.nodes["0.0"] = NodeState("0.0", "0", 1, "a", "thought")
    for action in (EditThought("0.0", "b"), PruneNode("0.0"), BoostNode("0.0", 2.0)):
        assert action_of(event_of(action, state)) == action
    added = event_of(AddThought("0.0", "c"), state)
    assert action_of(added) == AddThought("0.0", "c", "0.0.h0")


# --- growing ------------------------------------------------------------------------------------


async def test_a_node_is_grown_with_other_parameters_in_the_same_run(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        before = await it.run(search())
        state = await it.grow(search(), Grow("0.0", {"depth": 1, "candidates": 1}))
        assert state.status == "done"
        assert fold_all(it.store.events) == state
        assert set(state.nodes) - set(before.nodes) == {"0.0.2"}
        assert state.nodes["0.0.2"].depth == 2
        call = state.calls["0.0/propose~1"]
        assert "first step" in call.messages[-1].text
        assert set(before.calls) < set(state.calls)
        assert [logged.seq for logged in it.store.events] == list(range(len(it.store.events)))
        again = await it.grow(search(), Grow("0.0", {"depth": 1, "candidates": 1}))
        assert {"0.0.2", "0.0.3"} < set(again.nodes)
        assert "0.0/propose~2" in again.calls


async def test_an_edited_thought_is_what_a_growth_goes_on_from(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        await steered_run(it, [EditThought("0.0", "count on fingers")])
        state = await it.grow(search(), Grow("0.0", {"depth": 1}))
        assert "count on fingers" in state.calls["0.0/propose~1"].messages[-1].text


async def test_the_better_answer_stays(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        before = await it.run(search())
        spec = search()
        it.engine.rule = lambda prompt: ["impossible" if "sure" in prompt else "1. x\nAnswer: 5"]
        state = await it.grow(spec, Grow("0", {"depth": 1}))
        assert (state.answer, state.best_node) == (before.answer, before.best_node)
        assert any("nothing better" in note.text for note in it.store.of(NoteAdded))


async def test_a_growth_that_was_cut_keeps_the_answer_and_resumes(tmp_path):
    action = Grow("0.1", {"depth": 1})
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        before = await it.run(search())
        log = list(it.store.events)
        expected = await it.grow(search(), action)
        it.store.events[:] = log
        it.engine.fail(Failure("die", after_tokens=2))
        cut = await it.grow(search(), action)
        assert (cut.status, cut.answer, cut.output) == ("failed", before.answer, before.output)
        state = await it.resume(search())
        assert state.status == "done"
        assert state.nodes == expected.nodes
        assert set(state.calls) == set(expected.calls)
        assert len(it.store.of(GrowthStarted)) == 1


async def test_what_is_no_search_is_not_grown(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        await it.run(chat())
        with pytest.raises(UsageError, match="no search"):
            await it.grow(chat(), Grow("0"))
        it.store.events.clear()
        await it.run(search())
        with pytest.raises(UsageError, match="beem"):
            await it.grow(search(), Grow("0", {"beem": 2}))


# --- forks --------------------------------------------------------------------------------------


async def test_an_answer_is_written_again_from_a_token_on(tmp_path):
    engine = SimulatedEngine(lambda prompt: [" red" if prompt.endswith("is") else "It is blue."])
    async with bench(engine, tmp_path) as it:
        await it.run(chat())
        asked = []
        generate = engine.generate

        def watched(request):
            asked.append((request, [type(e.event).__name__ for e in it.store.events][-1]))
            return generate(request)

        engine.generate = watched
        state = await it.grow(chat(), ForkToken("0/answer", 0, 1, " is"))
        ((request, last),) = asked
        assert last == "CallStarted"  # the prompt is kept before the model sees it
        assert request.segments[-1].text == "It is" == request.prefix
        assert not request.segments[-1].special
        node = state.nodes["0.f0"]
        assert (node.text, node.kind, node.parent) == ("It is red", "fork", "0")
        call = state.calls["0/fork-1~1"]
        assert call.prefix == "It is"
        assert call.samples[0].text == "It is red"
        assert fold_all(it.store.events) == state
        assert len(it.store.of(RunFinished)) == 2
        again = await it.grow(chat(), ForkToken("0/fork-1~1", 0, 0, " green"))
        assert again.nodes["0.f1"].text.startswith("It is green")


async def test_characters_of_several_tokens_are_kept_whole(tmp_path):
    engine = SimulatedEngine(lambda _prompt: ["a\u00e9\U0001f600b"], split_bytes=True)
    async with bench(engine, tmp_path) as it:
        await it.run(chat())
        state = await it.grow(chat(), ForkToken("0/answer", 0, 7, "!"))
        assert state.calls["0/fork-7~1"].prefix == "a\u00e9\U0001f600!"
        for token in (4, 5):
            with pytest.raises(UsageError, match="part of a character"):
                await it.grow(chat(), ForkToken("0/answer", 0, token, "!"))


async def test_a_fork_that_was_cut_is_written_to_its_end(tmp_path):
    async with bench(SimulatedEngine(), tmp_path) as it:
        await it.run(chat())
        it.engine.fail(Failure("die", after_tokens=2))
        action = ForkToken("0/answer", 0, 3, " but")
        assert (await it.grow(chat(), action)).status == "failed"
        state = await it.resume(chat())
        assert state.status == "done"
        assert " but" in state.nodes["0.f0"].text
        assert [e.call for e in it.store.of(CallStarted)].count("0/fork-3~1") == 2


@pytest.mark.parametrize(
    "action",
    [ForkToken("0/other", 0, 0, "x"), ForkToken("0/answer", 7, 0, "x"),
     ForkToken("0/answer", 0, 9999, "x"), ForkToken("0/answer", 0, 0, ""),
     ForkToken("0/answer", 0, 1, "\ufffd")],
)  # fmt: skip
async def test_a_fork_of_what_is_not_there_is_refused(action, tmp_path):
    async with bench(SimulatedEngine(), tmp_path) as it:
        await it.run(chat())
        count = len(it.store.events)
        with pytest.raises(UsageError):
            await it.grow(chat(), action)
        assert len(it.store.events) == count


# --- together -----------------------------------------------------------------------------------


async def cut_after(it, spec, node):
    """A run that is cancelled when a node has come to be."""

    def listen(logged):
        if isinstance(logged.event, NodeAdded) and logged.event.node == node:
            running.cancel()

    running = asyncio.create_task(it.run(spec, listen))
    return await running


async def test_a_fork_between_cancel_and_resume_is_in_nobodys_way(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        expected = await it.run(search())
        it.store.events.clear()
        assert (await cut_after(it, search(), "0.0.0")).status == "cancelled"
        forked = await it.grow(search(), ForkToken("0/propose", 0, 3, " other"))
        assert forked.status == "done"
        state = await it.resume(search())
        assert state.status == "done"
        assert state.answer == expected.answer
        assert fold_all(it.store.events) == state
        fork = [node for node in state.nodes.values() if node.kind == "fork"]
        assert [node.node for node in fork] == ["0.f0"]
        others = {path: node for path, node in state.nodes.items() if path != fork[0].node}
        assert others == expected.nodes
        with pytest.raises(UsageError, match="has ended"):
            await it.resume(search())


async def test_what_was_done_while_a_run_was_cut_is_heeded_when_it_goes_on(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        await cut_after(it, search(), "0.1")
        control = RunControl()
        done = []

        def listen(logged):
            if not done:
                done.append(True)
                control.steer(PruneNode("0.0"))

        log = list(it.store.events)
        state = await it.resume(search(), log, listen, control=control)
        assert state.status == "done"
        assert state.nodes["0.0"].status == "pruned"
        assert state.nodes["0.1"].status == "selected"
        assert fold_all(it.store.events) == state


async def test_a_search_whose_every_thought_is_pruned_still_answers(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await steered_run(it, [PruneNode("0.0"), PruneNode("0.1")])
        assert (state.status, state.answer) == ("done", "4")
        assert any("pruned by hand" in note.text for note in state.notes)
