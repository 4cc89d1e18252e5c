"""The executor: order on disk, budgets, cancel, failures, the same log for the same seed."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from workbench.domain.errors import WorkbenchError
from workbench.domain.runs.events import (
    CallFinished,
    CallStarted,
    LabelsScored,
    NoteAdded,
    RunFinished,
    RunStarted,
    TextReceived,
)
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget, TemplatePrompt, derive_seed
from workbench.engine.simulated import Failure, SimulatedEngine
from workbench.strategies import STRATEGIES

from .keeping import bench, chat

SMALL = {"tree_of_thought": {"depth": 1, "candidates": 2}, "self_consistency": {"paths": 3}}


def thinking(_prompt: str) -> list[str]:
    return ["1. add them\n2. count them\nsure\nAnswer: 4"]


@pytest.mark.parametrize("name", STRATEGIES.ids())
async def test_every_strategy_runs_to_an_answer_and_replays_to_the_same_state(name, tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await it.run(chat(name, params=SMALL.get(name, {})))
        whole = name == "direct"  # its prompt asks for no answer line
        answer = thinking("")[0] if whole else "4"
        assert (state.status, state.answer) == ("done", answer)
        assert fold_all(it.store.events) == state
        assert it.shown == it.store.events
        assert [logged.seq for logged in it.shown] == list(range(len(it.shown)))
        assert it.store.finished == [state]


@pytest.mark.parametrize("name", STRATEGIES.ids())
async def test_the_same_seed_gives_the_same_texts(name, tmp_path):
    logs = []
    for _ in range(2):
        async with bench(SimulatedEngine(), tmp_path) as it:
            await it.run(chat(name, params=SMALL.get(name, {})))
            logs.append([(e.call, e.sample, e.text) for e in it.store.of(CallFinished)])
    assert sorted(logs[0]) == sorted(logs[1])


async def test_a_search_by_probabilities_writes_no_verdict_and_replays_the_same(tmp_path):
    params = {"depth": 1, "candidates": 2, "evaluate": "logprob"}
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await it.run(chat("tree_of_thought", params=params))
        assert (state.status, state.answer) == ("done", "4")
        assert fold_all(it.store.events) == state
        scored = it.store.of(LabelsScored)
        assert [event.call for event in scored] == ["0.0/value", "0.1/value"]
        for event in scored:
            assert sum(event.probabilities) == pytest.approx(1.0)
            call = state.calls[event.call]
            assert call.probabilities == event.probabilities
            assert it.store.order.index("CallStarted") < it.store.order.index("LabelsScored")
        assert state.nodes["0.0"].probabilities.keys() == {"sure", "likely", "impossible"}
        assert state.call_count == 4


async def test_scores_count_as_calls_of_the_budget(tmp_path):
    params = {"depth": 1, "candidates": 2, "evaluate": "logprob"}
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        spec = chat("tree_of_thought", params=params, budget=Budget(max_calls=2))
        state = await it.run(spec)
        assert (state.finish_reason, state.limit) == ("limit", "calls")
        assert not it.store.of(LabelsScored)


async def test_the_prompt_is_kept_before_the_model_sees_it(tmp_path):
    engine = SimulatedEngine(thinking)
    async with bench(engine, tmp_path) as it:
        generate = engine.generate

        def watched(request):
            it.store.order.append("engine asked")
            return generate(request)

        engine.generate = watched
        await it.run(chat())
        order = it.store.order
        assert order.index("CallStarted") < order.index("engine asked")
        assert it.store.of(CallStarted)[0].messages[-1].text == "What is 2 + 2?"


async def test_each_sample_has_the_seed_of_its_place(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        await it.run(chat("self_consistency", params={"paths": 3}, seed=9))
        expected = tuple(derive_seed(9, "0", "path", sample) for sample in range(3))
        assert it.engine.requests[0].seeds == expected == it.store.of(CallStarted)[0].seeds


async def test_a_template_is_rendered_with_its_variables(tmp_path):
    source = "---\ninputs:\n  name: string\n---\nsystem:\nBe kind.\nuser:\nGreet {{ name }}."
    spec = chat()
    prompt = TemplatePrompt("greet.prompty", source, {"name": "Ada"})
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await it.run(type(spec)(prompt=prompt, seed=1))
        system, user = state.calls["0/answer"].messages
        assert (system.text, user.text) == ("Be kind.", "Greet Ada.")
        manifest = it.store.of(RunStarted)[0].manifest
        assert manifest["sampling"]["temperature"] == 0.7


async def test_a_broken_template_ends_the_run_with_line_and_reason(tmp_path):
    spec = type(chat())(prompt=TemplatePrompt("bad.j2", "one\n{{ 1 + }}"), seed=1)
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await it.run(spec)
        assert state.status == "failed"
        assert state.error["line"] == 2
        assert it.engine.requests == []


async def test_a_token_budget_is_not_passed_and_said(tmp_path):
    words = " ".join(["word"] * 7 + ["other"] * 200)
    async with bench(SimulatedEngine(lambda _p: [words]), tmp_path) as it:
        spec = chat("self_consistency", params={"paths": 4}, budget=Budget(max_tokens=40))
        state = await it.run(spec)
        assert state.completion_tokens <= 40
        assert (state.status, state.limit) == ("done", "tokens")
        cut = "The budget of 40 tokens cut an answer short."
        assert [note.text for note in it.store.of(NoteAdded)].count(cut) == 1


async def test_a_budget_of_calls_ends_a_search_with_its_best(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        spec = chat(
            "tree_of_thought", params={"depth": 2, "candidates": 2}, budget=Budget(max_calls=4)
        )
        state = await it.run(spec)
        assert (state.status, state.limit) == ("done", "calls")
        assert state.call_count <= 4
        assert state.output == "add them"


@pytest.mark.parametrize("name", STRATEGIES.ids())
@pytest.mark.parametrize(
    "budget", [Budget(max_calls=3), Budget(max_tokens=30)], ids=["calls", "tokens"]
)
async def test_no_strategy_passes_its_budget(name, budget, tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        state = await it.run(chat(name, params=SMALL.get(name, {}), budget=budget))
        assert state.status == "done"
        assert state.call_count <= (budget.max_calls or 100)
        assert state.completion_tokens <= (budget.max_tokens or 10_000)


async def test_a_step_has_its_own_shape_before_that_of_the_run(tmp_path):
    own = Sampling(grammar='root ::= "x"')
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        await it.run(chat(params={"force": "number"}, sampling=own))
        await it.run(chat(sampling=own))
        first, second = it.engine.requests
        assert first.sampling.grammar.startswith('root ::= "-"?')
        assert second.sampling.grammar == own.grammar


async def test_an_engine_that_takes_no_grammar_is_asked_without_and_it_is_said(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        it.engine._model = msgspec.structs.replace(it.engine.model, takes_grammars=False)
        state = await it.run(chat(params={"force": "number"}))
        assert it.engine.requests[0].sampling.grammar == ""
        assert any("takes no grammar" in note.text for note in state.notes)


async def test_a_search_in_a_domain_runs_and_replays(tmp_path):
    def moves(prompt):
        return ["1. 2 + 3 = 5 (left: 5 7)"] if "2 3 7" in prompt else ["1. 5 + 7 = 12 (left: 12)"]

    async with bench(SimulatedEngine(moves), tmp_path) as it:
        params = {"domain": "targets", "evaluate": "exact"}
        text = "Numbers: 2 3 7\nTarget: 12"
        state = await it.run(chat("tree_of_thought", text, params=params))
        assert (state.status, state.answer) == ("done", "(2 + 3) + 7")
        assert state.nodes[state.best_node].solved is True
        assert fold_all(it.store.events) == state
        wrong = await it.run(chat("tree_of_thought", params=params))
        assert "it must have" in str(WorkbenchError.from_wire(wrong.error))


async def test_a_budget_of_time_ends_a_slow_run_with_its_text(tmp_path):
    engine = SimulatedEngine(lambda _p: ["slow " + "and steady " * 500], tokens_per_second=50)
    async with bench(engine, tmp_path) as it:
        state = await it.run(chat(budget=Budget(max_seconds=0.5)))
        assert (state.status, state.limit) == ("done", "seconds")
        assert state.output.startswith("slow and")


async def test_cancel_keeps_the_text_and_ends_in_order(tmp_path):
    engine = SimulatedEngine(lambda _p: ["never ending " * 999], tokens_per_second=200)
    async with bench(engine, tmp_path) as it:
        started = asyncio.Event()

        def listen(logged):
            if isinstance(logged.event, TextReceived):
                started.set()

        task = asyncio.create_task(it.run(chat(), listen))
        await started.wait()
        task.cancel()
        state = await task
        assert state.status == "cancelled"
        assert state.output.startswith("never")
        assert it.store.of(CallFinished)[0].finish_reason == "cancelled"
        assert isinstance(it.store.events[-1].event, RunFinished)


async def cancelled_at(it, spec, stop_at):
    """Run ``spec`` and cancel it from within its ``stop_at``-th event."""
    running: list[asyncio.Task] = []
    count = 0

    def listen(_logged):
        nonlocal count
        count += 1
        if count == stop_at:
            running[0].cancel()

    running.append(asyncio.create_task(it.run(spec, listen)))
    return await running[0]


@pytest.mark.parametrize("name", STRATEGIES.ids())
async def test_cancel_at_any_event_leaves_a_log_that_folds(name, tmp_path):
    for stop_at in range(1, 24, 3):
        async with bench(SimulatedEngine(thinking), tmp_path) as it:
            state = await cancelled_at(it, chat(name, params=SMALL.get(name, {})), stop_at)
            assert state.status in ("cancelled", "done")
            assert fold_all(it.store.events) == state
            assert isinstance(it.store.events[-1].event, RunFinished)


async def test_a_dying_engine_fails_the_run_with_its_cause_and_keeps_the_text(tmp_path):
    engine = SimulatedEngine(lambda _p: ["so far so good and more"])
    engine.fail(Failure("die", after_tokens=3))
    async with bench(engine, tmp_path) as it:
        state = await it.run(chat())
        assert state.status == "failed"
        assert "crashed" in str(WorkbenchError.from_wire(state.error))
        assert state.output.startswith("so far")
        again = await it.run(chat())
        assert again.status == "done"


async def test_one_failing_call_stops_its_siblings(tmp_path):
    engine = SimulatedEngine(thinking)
    async with bench(engine, tmp_path) as it:
        spec = chat("tree_of_thought", params={"depth": 1, "candidates": 2})
        original = engine.generate

        def failing(request):
            if len(engine.requests) == 1:
                engine.fail(Failure("die", after_tokens=0))
            return original(request)

        engine.generate = failing
        state = await it.run(spec)
        assert state.status == "failed"
        assert len(it.store.of(CallStarted)) == 3
        started = {(event.call) for event in it.store.of(CallStarted)}
        assert {event.call for event in it.store.of(CallFinished)} == started


async def test_text_reaches_the_listener_in_batches_not_by_token(tmp_path):
    text = " ".join(str(number) for number in range(400))
    async with bench(SimulatedEngine(lambda _p: [text]), tmp_path) as it:
        state = await it.run(chat(sampling=Sampling(max_tokens=2000)))
        received = it.store.of(TextReceived)
        assert "".join(event.text for event in received) == text == state.output
        assert sum(len(event.tokens) for event in received) > 4 * len(received)


async def test_without_a_model_the_sentence_says_what_to_do(tmp_path):
    async with bench(SimulatedEngine(thinking), tmp_path) as it:
        await it.engine.unload()
        state = await it.run(chat())
        assert "Models" in str(WorkbenchError.from_wire(state.error))
