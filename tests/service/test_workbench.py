"""The service as window and command line use it, on a simulated engine."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import ModelNotFoundError, UsageError
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.domain.text import Message, Span
from workbench.domain.views import LoadSettings
from workbench.engine.simulated import SimulatedEngine
from workbench.history import session
from workbench.service import ChatOptions, Workbench
from workbench.service.models.model_gate import ModelGate
from workbench.service.prompts.token_map import count_by_origin


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["Answer: 4"]))
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


def spec(**changes) -> RunSpec:
    return RunSpec(prompt=TemplatePrompt("sum.j2", "2 + 2?"), **changes)


async def test_a_run_is_found_again_by_another_start(core, paths):
    run_id = await core.runs.start(spec(strategy="cot"))
    state = await core.runs.wait(run_id)
    assert (state.status, state.answer) == ("done", "4")
    await core.close()
    again = Workbench(paths, engine=SimulatedEngine())
    await again.open()
    try:
        assert await again.runs.load(run_id) == state
        assert [run.run_id for run in await again.history.list_runs()] == [run_id]
        assert (await again.runs.spec(run_id)).strategy == "cot"
        assert (await again.history.search("sum")).hits[0].id == run_id
    finally:
        await again.close()


@pytest.mark.parametrize("steps", range(6))
async def test_a_run_that_is_cancelled_as_it_begins_is_kept_as_cancelled(core, steps):
    run_id = await core.runs.start(spec())
    for _ in range(steps):
        await asyncio.sleep(0)
    await core.runs.cancel(run_id)
    (run,) = await core.history.list_runs()
    assert run.status in {"cancelled", "done"}
    assert steps or run.status == "cancelled"


async def test_what_cannot_run_is_refused_before_anything_is_kept(core):
    with pytest.raises(UsageError, match="tree_of_thought"):
        await core.runs.start(spec(strategy="tree_of_thoughts"))
    with pytest.raises(UsageError, match="beam"):
        await core.runs.start(spec(strategy="tree_of_thought", params={"beem": 2}))
    with pytest.raises(UsageError, match="paths"):
        await core.runs.start(spec(strategy="self_consistency", params={"paths": 0}))
    with pytest.raises(ModelNotFoundError):
        await core.runs.start(spec(model="no such model"))
    assert await core.history.list_runs() == ()


async def test_an_estimate_is_in_seconds_of_this_machine_and_within_the_budget(core):
    wide = {"strategy": "self_consistency", "params": {"paths": 5}}
    model = (await core.models.find("")).path
    assert (await core.runs.estimate(spec(**wide))).seconds is None
    await core._core.store.write(session.record_speed, model, generation=100.0, prompt=1000.0)
    found = await core.runs.estimate(spec(**wide), 500)
    assert found.seconds == pytest.approx(found.new_tokens / 100 + 0.5)
    limited = spec(**wide, budget=Budget(max_tokens=200, max_calls=3))
    found = await core.runs.estimate(limited, 0)
    assert (found.calls, found.new_tokens, found.seconds) == (3, 200, pytest.approx(2.0))
    found = await core.runs.estimate(spec(**wide, budget=Budget(max_seconds=1.0)))
    assert found.seconds == 1.0


async def test_a_seed_of_zero_becomes_one_that_is_kept(core):
    run_id = await core.runs.start(spec(seed=0))
    await core.runs.wait(run_id)
    assert (await core.runs.spec(run_id)).seed > 0


async def test_conversations_branch_without_losing_anything(core):
    conversation = await core.chats.create()
    first = await core.chats.send(conversation.conversation_id, "Hello", ChatOptions())
    await core.runs.wait(first.run_id)
    second = await core.chats.regenerate(first, ChatOptions())
    await core.runs.wait(second.run_id)
    shown = await core.chats.messages(conversation.conversation_id)
    assert [message.text for message in shown] == ["Hello", "Answer: 4"]
    assert len(shown[1].sibling_ids) == 2
    edited = await core.chats.edit(shown[0], "Goodbye", ChatOptions(system="Be brief."))
    await core.runs.wait(edited.run_id)
    shown = await core.chats.messages(conversation.conversation_id)
    assert shown[0].text == "Goodbye"
    assert len(shown[0].sibling_ids) == 2
    run = await core.runs.load(edited.run_id)
    assert run.calls["0/answer"].messages[0].text == "Be brief."


async def test_a_blank_message_is_refused(core):
    conversation = await core.chats.create()
    with pytest.raises(UsageError, match="write a message"):
        await core.chats.send(conversation.conversation_id, "  \n", ChatOptions())


async def test_the_preview_counts_every_token_once(core):
    preview = await core.prompts.preview("Hi {{ name }}, {{ name }}!", "hi.j2", {"name": "Ada"})
    assert preview.messages[0].text == "Hi Ada, Ada!"
    total = sum(preview.message_tokens) + preview.format_tokens
    assert total == preview.prompt_tokens == len(preview.token_texts)


async def test_an_error_in_a_preview_is_a_value(core):
    preview = await core.prompts.preview("{{ missing }}", "hi.j2", {})
    assert preview.error["kind"] == "UndefinedVariableError"
    preview = await core.prompts.preview("{{ missing + 1 }}", "hi.j2", {}, unfilled=True)
    assert preview.error["kind"] == "UndefinedVariableError"


async def test_a_preview_goes_on_without_a_value(core):
    preview = await core.prompts.preview("Hi {{ name }}!", "hi.j2", {}, unfilled=True)
    assert preview.error is None
    assert preview.missing == ("name",)
    assert preview.messages[0].text == "Hi ‹name›!"
    assert preview.prompt_tokens == len(preview.token_texts)


def test_tokens_are_counted_by_message_and_variable():
    spans = (Span("Hi "), Span("Ada", literal=False, variable="name"))
    messages = (Message("user", spans),)
    tokens = ((1, "<s>"), (2, "Hi"), (3, " A"), (4, "da"), (5, "<e>"))
    counts = count_by_origin(messages, "<s>Hi Ada<e>", tokens)
    assert counts.messages == (3,)
    assert counts.format == 2
    assert counts.variables == {"name": 2}  # the space before a word comes with its token


@pytest.mark.parametrize(
    ("path", "context", "waits"), [("b", 4096, True), ("a", 2048, True), ("a", 4096, False)]
)
async def test_other_models_and_other_load_settings_wait_until_the_present_is_free(
    path, context, waits
):
    gate, order = ModelGate(SimulatedEngine()), []

    async def use(path, context, enter, leave):
        async with gate.hold(path, path, LoadSettings(context_tokens=context)):
            order.append("in")
            enter.set()
            await leave.wait()
            order.append("out")

    inside, leave, other = asyncio.Event(), asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(use("a", 4096, inside, leave))
    await inside.wait()
    second = asyncio.create_task(use(path, context, other, leave))
    for _ in range(5):
        await asyncio.sleep(0)
    assert other.is_set() is not waits
    leave.set()
    await asyncio.gather(first, second)
    assert order == (["in", "out", "in", "out"] if waits else ["in", "in", "out", "out"])
    await gate.unload()


async def test_a_model_in_use_is_not_unloaded():
    gate = ModelGate(SimulatedEngine())
    async with gate.hold("a", "a", LoadSettings()):
        with pytest.raises(UsageError, match="in use"):
            await gate.unload()
    await gate.unload()


async def test_drafts_and_state_outlive_the_program(core, paths):
    await core.session.keep("k", {"a": [1]})
    await core.close()
    again = Workbench(paths, engine=SimulatedEngine())
    await again.open()
    assert await again.session.get("k") == {"a": [1]}
    await again.close()


async def test_the_width_that_was_measured_is_known_at_the_next_start(paths):
    first = Workbench(paths)
    await first.open()
    first._core.engines.current.known_widths["key"] = 24
    first._core._keep_widths()
    await first.close()
    again = Workbench(paths)
    await again.open()
    assert again._core.engines.current.known_widths == {"key": 24}
    await again.close()
