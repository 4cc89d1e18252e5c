"""Going on from the log: whatever a run was cut short by, it ends as if it had not been."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from workbench.domain.errors import UsageError
from workbench.domain.runs.events import (
    CallFinished,
    CallStarted,
    LoggedEvent,
    NodeAdded,
    NoteAdded,
    Parsed,
    Pruned,
    RunFinished,
    RunPaused,
    RunResumed,
    TextReceived,
    Voted,
)
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import Budget
from workbench.engine.simulated import Failure, SimulatedEngine
from workbench.history.codec import merged
from workbench.runs.control import RunControl

from .keeping import InProcessPool, chat
from .keeping import bench as sandboxed


def bench(engine, tmp_path):
    return sandboxed(engine, tmp_path, InProcessPool())


SEARCH = {"depth": 2, "candidates": 2, "beam": 2}


def search(**changes):
    params = SEARCH | changes.pop("params", {})
    return chat("tree_of_thought", params=params, **changes)


def outcome(state):
    """What must not depend on how a run came to its end."""
    nodes = {
        node.node: (node.text, node.score, node.status, node.parent)
        for node in state.nodes.values()
    }
    calls = {
        call.call: [(s.text, s.finish_reason, len(s.tokens)) for s in call.samples]
        for call in state.calls.values()
    }
    end = (state.status, state.answer, state.output, state.best_node)
    return end, nodes, calls, len(state.parsed)


async def whole(tmp_path, spec):
    """The state and log of a run that nothing disturbs."""
    async with bench(SimulatedEngine(), tmp_path) as it:
        return await it.run(spec), it.store.events


async def cancelled_at(it, spec, stop_at):
    running: list[asyncio.Task] = []
    count = 0

    def listen(_logged):
        nonlocal count
        count += 1
        if count == stop_at:
            running[0].cancel()

    running.append(asyncio.create_task(it.run(spec, listen)))
    return await running[0]


@pytest.mark.parametrize("part", range(4))
async def test_cancelled_at_every_event_it_resumes_to_the_same_end(part, tmp_path):
    spec = search()
    expected, log = await whole(tmp_path, spec)
    async with bench(SimulatedEngine(), tmp_path) as it:
        for stop_at in range(1 + part, len(log) + 1, 4):
            it.store.events.clear()
            state = await cancelled_at(it, spec, stop_at)
            assert fold_all(it.store.events) == state
            if state.status == "done":
                continue
            resumed = await it.resume(spec)
            assert outcome(resumed) == outcome(expected), stop_at
            assert fold_all(it.store.events) == resumed
            places = [logged.seq for logged in it.store.events]
            assert places == list(range(len(places)))
            times = [logged.at for logged in it.store.events]
            assert times == sorted(times)


@pytest.mark.parametrize("part", range(4))
async def test_killed_between_any_two_writes_it_resumes_to_the_same_end(part, tmp_path):
    spec = search()
    expected, log = await whole(tmp_path, spec)
    async with bench(SimulatedEngine(), tmp_path) as it:
        for length in range(part, len(log) - 1, 4):
            it.store.events[:] = merged(log[:length])
            resumed = await it.resume(spec)
            assert outcome(resumed) == outcome(expected), length


async def test_what_had_finished_is_not_asked_again(tmp_path):
    spec = search()
    _, log = await whole(tmp_path, spec)
    last = max(i for i, logged in enumerate(log) if isinstance(logged.event, CallStarted))
    async with bench(SimulatedEngine(), tmp_path) as it:
        it.store.events[:] = log[: last + 1]
        await it.resume(spec)
        assert len(it.engine.requests) == 1
        (resumed,) = it.store.of(RunResumed)
        assert resumed.replayed == len({e.call for e in it.store.of(CallStarted)}) - 1


@pytest.mark.parametrize("evaluate", ["vote", "logprob"])
async def test_votes_and_scored_labels_are_answered_from_the_log_too(evaluate, tmp_path):
    spec = search(params={"evaluate": evaluate, "generate": "sample"})
    expected, log = await whole(tmp_path, spec)
    async with bench(SimulatedEngine(), tmp_path) as it:
        for length in range(0, len(log) - 1, 5):
            it.store.events[:] = log[:length]
            assert outcome(await it.resume(spec)) == outcome(expected), length


async def test_a_run_that_is_cut_again_and_again_comes_to_the_same_end(tmp_path):
    spec = search()
    expected, _ = await whole(tmp_path, spec)
    async with bench(SimulatedEngine(), tmp_path) as it:
        running = []
        seen = 0

        def listen(_logged):
            nonlocal seen
            seen += 1
            if seen == 8 + 3 * len(running):
                running[-1].cancel()

        state = await cancelled_at(it, spec, 9)
        while state.status != "done":
            log, seen = list(it.store.events), 0
            running.append(asyncio.create_task(it.resume(spec, log, listen)))
            state = await running[-1]
            assert len(running) < 50
        assert outcome(state) == outcome(expected)


async def test_after_a_crash_of_the_engine_it_goes_on(tmp_path):
    spec = search()
    expected, _ = await whole(tmp_path, spec)
    async with bench(SimulatedEngine(), tmp_path) as it:
        it.engine.fail(Failure("die", after_tokens=12))
        assert (await it.run(spec)).status == "failed"
        assert outcome(await it.resume(spec)) == outcome(expected)


async def test_a_run_that_ended_has_nothing_to_resume(tmp_path):
    async with bench(SimulatedEngine(), tmp_path) as it:
        await it.run(search())
        with pytest.raises(UsageError, match="has ended"):
            await it.resume(search())


async def test_with_a_larger_budget_it_goes_on_and_what_was_cut_is_written_again(tmp_path):
    spec = search(budget=Budget(max_tokens=150))
    expected, _ = await whole(tmp_path, search())
    async with bench(SimulatedEngine(), tmp_path) as it:
        cut = await it.run(spec)
        assert cut.limit == "tokens"
        resumed = await it.resume(spec, budget=Budget(max_tokens=100_000))
        assert (resumed.answer, resumed.output) == (expected.answer, expected.output)
        assert not resumed.limit


@pytest.mark.parametrize("most", [20, 60, 150, 400])
async def test_a_budget_is_not_passed_by_more_than_a_step_also_when_resumed(most, tmp_path):
    spec = search(budget=Budget(max_tokens=most))
    async with bench(SimulatedEngine(), tmp_path) as it:
        state = await it.run(spec)
        assert state.completion_tokens <= most
        for stop_at in (6, 20):
            it.store.events.clear()
            await cancelled_at(it, spec, stop_at)
            state = fold_all(it.store.events)
            if state.status == "cancelled":
                before = len(it.engine.requests)
                state = await it.resume(spec)
                step = it.engine.requests[before:][-1:] if len(it.engine.requests) > before else []
                allowed = sum(r.sampling.max_tokens * len(r.seeds) for r in step)
                assert state.completion_tokens <= most + allowed


async def test_calls_count_against_the_budget_once_resumed(tmp_path):
    spec = search(budget=Budget(max_calls=4))
    async with bench(SimulatedEngine(), tmp_path) as it:
        await it.run(spec)
        state = await it.resume(spec, budget=Budget(max_calls=6))
        assert (state.limit, state.status) == ("calls", "done")
        assert state.call_count <= 6


async def test_what_was_put_into_the_log_after_the_end_is_no_part_of_the_search(tmp_path):
    spec = search(budget=Budget(max_calls=4))
    async with bench(SimulatedEngine(), tmp_path) as it:
        await it.run(spec)
        last = it.store.events[-1]
        read_again = Parsed(node="0.0", rule="whole output", value="4", raw="4")
        it.store.events.append(LoggedEvent(1, last.seq + 1, last.at, read_again))
        state = await it.resume(spec, budget=Budget(max_calls=99))
        assert (state.status, state.limit) == ("done", "")
        assert not it.store.of(NoteAdded)


async def test_where_the_prompts_have_changed_it_goes_on_anew_and_says_so(tmp_path):
    spec = search()
    _, log = await whole(tmp_path, spec)
    mine = tmp_path / "prompts" / "strategies"
    mine.mkdir(parents=True)
    (mine / "tot-value.prompty").write_text("user:\nIs {{ candidate }} any good?\n")
    async with bench(SimulatedEngine(), tmp_path) as it:
        it.store.events[:] = log[:-1]
        state = await it.resume(spec)
        assert state.status == "done"
        notes = " ".join(note.text for note in it.store.of(NoteAdded))
        assert "tot-value" in notes
        assert "goes on differently" in notes
        asked = [event for event in it.store.of(CallStarted) if event.call == "0.0/value"]
        assert asked[-1].messages[-1].text.startswith("Is ")
        assert fold_all(it.store.events) == state
        kept = {event.node for event in it.store.of(NodeAdded)}
        assert all(set(event.nodes) <= kept for event in it.store.of(Pruned))


async def test_the_same_seed_gives_the_same_log(tmp_path):
    def words(log):
        reported = []
        for logged in merged(log):
            event = logged.event
            if not isinstance(event, TextReceived):
                reported.append(repr(event).partition("seconds=")[0])
        return sorted(reported)

    spec = search()
    _, first = await whole(tmp_path, spec)
    _, second = await whole(tmp_path, spec)
    assert words(first) == words(second)


def by_sample(log):
    """Events without times and without where streams were cut into pieces."""
    left_out = (TextReceived, RunPaused, RunResumed)
    return [
        repr(each.event).partition("seconds=")[0]
        for each in log
        if not isinstance(each.event, left_out)
    ]


async def test_a_pause_changes_nothing_but_that_it_is_told(tmp_path):
    spec = search()
    expected, log = await whole(tmp_path, spec)
    async with bench(SimulatedEngine(), tmp_path) as it:
        control = RunControl()
        idle = asyncio.Event()
        calls = set()

        def listen(logged):
            if isinstance(logged.event, CallStarted):
                calls.add(logged.event.call)
                if logged.event.call == "0.0/value":
                    control.pause()
            if isinstance(logged.event, CallFinished) and control.is_paused:
                calls.discard(logged.event.call)
                idle.set()

        running = asyncio.create_task(it.run(spec, listen, control=control))
        await idle.wait()
        for _ in range(200):
            await asyncio.sleep(0)
        assert it.store.of(RunPaused)
        assert fold_all(it.store.events).paused
        asked = len(it.engine.requests)
        for _ in range(200):
            await asyncio.sleep(0)
        assert len(it.engine.requests) == asked
        control.resume()
        state = await running
        assert outcome(state) == outcome(expected)
        assert not state.paused
        assert sorted(by_sample(it.store.events)) == sorted(by_sample(log))


async def test_clock_and_budget_of_seconds_stand_still_while_paused(tmp_path):
    async with bench(SimulatedEngine(lambda _p: ["word and word"]), tmp_path) as it:
        control = RunControl()
        control.pause()
        spec = chat(budget=Budget(max_seconds=60))
        running = asyncio.create_task(it.run(spec, it.shown.append, control=control))
        for _ in range(200):
            await asyncio.sleep(0)
        assert it.store.of(RunPaused)
        assert not running.done()
        assert control._timer.when() is None
        assert control._journal.seconds == control._journal.seconds
        assert not it.engine.requests
        control.resume()
        assert control._timer.when() is not None
        assert control._journal.seconds < control._journal.seconds
        state = await running
        assert (state.status, state.limit, state.output) == ("done", "", "word and word")


async def test_a_paused_run_can_be_stopped_and_resumed(tmp_path):
    spec = search()
    expected, _ = await whole(tmp_path, spec)
    async with bench(SimulatedEngine(), tmp_path) as it:
        for leaving, status in ((False, "cancelled"), (True, "interrupted")):
            it.store.events.clear()
            control = RunControl()
            control.leaving = leaving
            paused = asyncio.Event()

            def listen(logged, control=control, paused=paused):
                if isinstance(logged.event, NodeAdded) and logged.event.node == "0.0":
                    control.pause()
                    paused.set()

            running = asyncio.create_task(it.run(spec, listen, control=control))
            await paused.wait()
            running.cancel()
            assert (await running).status == status
            assert isinstance(it.store.events[-1].event, RunFinished)
            assert outcome(await it.resume(spec)) == outcome(expected)


async def test_a_log_of_an_earlier_version_is_replayed_without_the_model(tmp_path):
    """Its rule reads the last "Answer:", its vote counted 1,200 and 1200.0 apart; no new call."""
    texts = ["So Answer: 7\nAnswer: 1,200", "Answer: 1200.0", "Answer: 8"]
    spec = chat("self_consistency", params={"paths": 3, "extraction": "answer_line"})
    async with bench(SimulatedEngine(lambda _prompt: texts), tmp_path) as it:
        await it.run(spec)
        old = (("1,200", 1), ("1200.0", 1), ("8", 1))
        it.store.events[:] = [
            msgspec.structs.replace(logged, event=msgspec.structs.replace(logged.event, tally=old))
            if isinstance(logged.event, Voted)
            else logged
            for logged in it.store.events
            if not isinstance(logged.event, RunFinished)
        ]
        asked = len(it.engine.requests)
        state = await it.resume(spec)
        assert len(it.engine.requests) == asked
        assert (state.status, state.answer) == ("done", "1,200")
        assert [each.value for each in state.parsed] == ["1,200", "1200.0", "8"]
        assert state.tally == (("1,200", 2), ("8", 1))


async def test_of_a_vote_that_was_cut_short_only_the_paths_without_an_end_are_asked_again(tmp_path):
    spec = chat("self_consistency", params={"paths": 5})
    expected, log = await whole(tmp_path, spec)
    ends = [i for i, logged in enumerate(log) if isinstance(logged.event, CallFinished)]
    async with bench(SimulatedEngine(), tmp_path) as it:
        for ended in range(1, 5):
            it.engine.requests.clear()
            it.store.events[:] = log[: ends[ended - 1] + 1]
            started = it.store.of(CallStarted)[0]
            kept = [event.sample for event in it.store.of(CallFinished)]
            asked_for = tuple(s for i, s in enumerate(started.seeds) if i not in kept)
            resumed = await it.resume(spec)
            assert [request.seeds for request in it.engine.requests] == [asked_for]
            assert outcome(resumed) == outcome(expected)
            assert fold_all(it.store.events) == resumed
            assert resumed.call_count == 5


async def test_a_vote_that_is_cut_twice_keeps_what_ended_each_time(tmp_path):
    spec = chat("self_consistency", params={"paths": 5})
    expected, _ = await whole(tmp_path, spec)
    async with bench(SimulatedEngine(), tmp_path) as it:
        for wanted in (1, 3):
            running: list[asyncio.Task] = []

            def listen(logged, wanted=wanted, running=running):
                whole_ones = [
                    event for event in it.store.of(CallFinished) if event.finish_reason == "stop"
                ]
                if isinstance(logged.event, CallFinished) and len(whole_ones) == wanted:
                    running[0].cancel()

            work = it.resume(spec, listener=listen) if it.store.events else it.run(spec, listen)
            running.append(asyncio.create_task(work))
            await running[0]
        resumed = await it.resume(spec)
        assert [len(request.seeds) for request in it.engine.requests] == [5, 4, 2]
        assert outcome(resumed) == outcome(expected)
        assert resumed.generated_tokens >= expected.generated_tokens
