"""Steering through the service: pause, resume, steer, also after the program was quit."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import (
    Boosted,
    CallStarted,
    NodeAdded,
    Pruned,
    RunFinished,
    RunPaused,
    TextReceived,
)
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.domain.runs.steering import AddThought, BoostNode, ForkToken, Grow, PruneNode
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

SMALL = {"depth": 1, "candidates": 2}


@pytest.fixture
async def start(paths, tmp_path):
    """Starts the program, again after it was closed."""
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    opened = []

    async def one(engine=None):
        core = Workbench(paths, engine=engine or SimulatedEngine())
        await core.open()
        await core.models.load(str(model))
        opened.append(core)
        return core

    yield one
    for core in opened:
        if core._core.store._database is not None:
            await core.close()


def spec(**changes) -> RunSpec:
    changes = {"strategy": "tree_of_thought", "params": SMALL, "seed": 3} | changes
    return RunSpec(prompt=TemplatePrompt("sum.j2", "2 + 2?"), **changes)


def when(core, kind):
    """Set when an event of a kind was published."""
    seen = asyncio.Event()
    core.subscribe(lambda logged: isinstance(logged.event, kind) and seen.set())
    return seen


async def test_a_run_that_was_paused_when_the_program_quit_goes_on_after_the_next_start(start):
    core = await start()
    expected = await core.runs.wait(await core.runs.start(spec()))
    paused = when(core, RunPaused)
    run_id = await core.runs.start(spec())
    await core.steering.pause(run_id)
    await paused.wait()
    assert core.runs.is_running(run_id)
    await core.close()
    again = await start()
    (summary, _) = await again.history.list_runs()
    assert (summary.run_id, summary.status) == (run_id, "interrupted")
    await again.steering.resume(run_id)
    state = await again.runs.wait(run_id)
    assert (state.status, state.answer, state.output) == ("done", expected.answer, expected.output)
    assert (await again.history.list_runs())[0].status == "done"


async def test_a_paused_run_makes_no_call_until_it_is_resumed(start):
    core = await start()
    calls = []
    core.subscribe(lambda each: isinstance(each.event, CallStarted) and calls.append(each))
    paused = when(core, RunPaused)
    run_id = await core.runs.start(spec())
    await core.steering.pause(run_id)
    await paused.wait()
    assert (await core.runs.load(run_id)).paused
    before = len(calls)
    await core.steering.resume(run_id)
    with pytest.raises(UsageError, match="is running"):
        await core.steering.resume(run_id)
    state = await core.runs.wait(run_id)
    assert state.status == "done"
    assert len(calls) > before


async def test_a_cancelled_run_resumes_where_it_was(start):
    core = await start(SimulatedEngine(tokens_per_second=300))
    text = when(core, TextReceived)
    run_id = await core.runs.start(spec())
    await text.wait()
    await core.runs.cancel(run_id)
    assert (await core.history.list_runs())[0].status == "cancelled"
    await core.steering.resume(run_id)
    assert (await core.history.list_runs())[0].status == "running"
    assert (await core.runs.wait(run_id)).status == "done"
    with pytest.raises(UsageError, match="came to its end"):
        await core.steering.resume(run_id)
    assert (await core.history.list_runs())[0].status == "done"


async def test_a_used_up_budget_asks_for_more(start):
    core = await start()
    run_id = await core.runs.start(spec(budget=Budget(max_calls=2)))
    assert (await core.runs.wait(run_id)).limit == "calls"
    with pytest.raises(UsageError, match="2 calls is used up"):
        await core.steering.resume(run_id)
    await core.steering.resume(run_id, Budget(max_calls=50))
    state = await core.runs.wait(run_id)
    assert (state.status, state.limit) == ("done", "")


async def test_a_run_of_a_week_ago_is_steered_and_grown(start):
    core = await start()
    run_id = await core.runs.start(spec())
    before = await core.runs.wait(run_id)
    await core.close()
    core = await start()
    published = []
    core.subscribe(lambda logged: published.append(logged.event))
    await core.steering.steer(run_id, AddThought("0", "my own step"))
    await core.steering.steer(run_id, BoostNode("0.0", 3.0))
    await core.steering.steer(run_id, PruneNode("0.1"))
    assert [type(event) for event in published] == [NodeAdded, Boosted, Pruned]
    state = await core.runs.load(run_id)
    assert state.nodes["0.h0"].text == "my own step"
    assert (state.nodes["0.0"].boost, state.nodes["0.1"].reason) == (3.0, "by hand")
    assert (await core.history.list_runs())[0].status == state.status == "done"
    await core.steering.steer(run_id, Grow("0.h0", {"depth": 1}))
    grown = await core.runs.wait(run_id)
    assert "0.h0.0" in grown.nodes
    assert "my own step" in grown.calls["0.h0/propose~1"].messages[-1].text
    assert grown.call_count > before.call_count
    call = next(iter(grown.calls))
    await core.steering.steer(run_id, ForkToken(call, 0, 0, "Perhaps"))
    forked = await core.runs.wait(run_id)
    assert [node.text[:7] for node in forked.nodes.values() if node.kind == "fork"] == ["Perhaps"]


async def test_what_cannot_be_done_is_a_sentence_and_leaves_the_run_as_it_was(start):
    core = await start()
    run_id = await core.runs.start(spec())
    await core.runs.wait(run_id)
    before = await core.runs.events(run_id)
    for action in (PruneNode("0.7"), Grow("0.7"), Grow("0", {"beem": 1}), ForkToken("x", 0, 0, "")):
        with pytest.raises(UsageError):
            await core.steering.steer(run_id, action)
    with pytest.raises(UsageError, match="no run 99"):
        await core.steering.steer(99, PruneNode("0"))
    assert await core.runs.events(run_id) == before
    assert (await core.history.list_runs())[0].status == "done"


async def test_one_writer_at_a_time(start):
    core = await start(SimulatedEngine(tokens_per_second=300))
    run_id = await core.runs.start(spec())
    await core.runs.wait(run_id)
    text = when(core, TextReceived)
    await core.steering.steer(run_id, Grow("0.0", {}))
    with pytest.raises(UsageError, match="at work"):
        await core.steering.steer(run_id, Grow("0.1", {}))
    await text.wait()
    await core.steering.steer(run_id, BoostNode("0.1", 1.0))  # a growing search can be steered
    await core.close()
    core = await start()
    state = await core.runs.load(run_id)
    assert (state.status, state.nodes["0.1"].boost) == ("cancelled", 1.0)
    places = [logged.seq for logged in await core.runs.events(run_id)]
    assert places == sorted(set(places))
    await core.steering.resume(run_id)
    state = await core.runs.wait(run_id)
    assert state.status == "done"
    ends = [e for e in await core.runs.events(run_id) if isinstance(e.event, RunFinished)]
    assert len(ends) == 3


async def test_a_run_of_another_program_is_left_to_it(start):
    core = await start(SimulatedEngine(tokens_per_second=100))
    run_id = await core.runs.start(spec())
    with pytest.raises(UsageError, match="being worked on"):
        await core._core.store.reopen_run(run_id)
    await core.runs.cancel(run_id)
