"""The engines without a model keep the promises of the real one."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from workbench.domain.errors import ContextOverflowError, EngineError, WorkerDiedError
from workbench.domain.runs.effects import Completion
from workbench.domain.text import Message, Segment
from workbench.domain.views import EngineStatus, LoadSettings
from workbench.engine.protocol import Frame, TextDelta
from workbench.engine.recorded import RecordedEngine, record
from workbench.engine.simulated import Failure, SimulatedEngine

from .asking import ask, chat, request_of

PROMPT = chat("What is 6 times 7?")


async def test_a_script_is_given_out_in_order():
    engine = SimulatedEngine(["one", "two words", "three"])
    first = await ask(engine, request_of(PROMPT, seeds=(1, 2)))
    second = await ask(engine, request_of(PROMPT))
    assert first.texts == {0: "one", 1: "two words"}
    assert second.texts == {0: "three"}
    assert first.done[0].finish_reason == "stop"
    assert first.evaluated_tokens == first.done[0].prompt_tokens
    with pytest.raises(EngineError, match="used up"):
        await ask(engine, request_of(PROMPT))


async def test_a_rule_sees_the_whole_prompt():
    engine = SimulatedEngine(lambda prompt: ["42"] if "6 times 7" in prompt else ["?"])
    answers = await ask(engine, request_of(PROMPT, seeds=(1, 2, 3)))
    assert answers.texts == {0: "42", 1: "42", 2: "42"}
    assert (await ask(engine, request_of(chat("Hi")))).texts == {0: "?"}


async def test_made_up_answers_depend_on_the_seed_alone():
    engine = SimulatedEngine()
    one = await ask(engine, request_of(PROMPT, seeds=(1, 2), max_tokens=500, logprobs=3))
    two = await ask(SimulatedEngine(), request_of(PROMPT, seeds=(2,), max_tokens=500, logprobs=3))
    assert one.tokens[1] == two.tokens[0]
    assert one.texts[0] != one.texts[1]
    assert "Answer: " in two.texts[0]
    assert all(len(token.alternatives) == 3 for token in two.tokens[0])


async def test_characters_stay_whole_when_bytes_are_split():
    engine = SimulatedEngine(["né 🌍!"], split_bytes=True)
    answers = await ask(engine, request_of(PROMPT, max_tokens=50))
    assert answers.texts[0] == "né 🌍!"
    assert answers.done[0].completion_tokens == len("né 🌍!".encode()) + 1


async def test_limits_and_stop_texts():
    engine = SimulatedEngine(["a b c d e", "a b. Question: c", "la " * 300])
    assert (await ask(engine, request_of(PROMPT, max_tokens=3))).done[0].finish_reason == "length"
    stopped = await ask(engine, request_of(PROMPT, stop=("Question:",)))
    assert (stopped.texts[0], stopped.done[0].finish_reason) == ("a b. ", "stop")
    looped = await ask(engine, request_of(PROMPT, max_tokens=500))
    assert looped.done[0].finish_reason == "repeating"
    with pytest.raises(ContextOverflowError):
        await ask(SimulatedEngine(context_tokens=20), request_of(PROMPT, max_tokens=50))


async def test_it_dies_once_when_told_to():
    engine = SimulatedEngine(
        lambda _prompt: ["a b c d e f"], failure=Failure("die", after_tokens=3)
    )
    seen: list[Frame] = []

    async def listen() -> None:
        async for frame in engine.generate(request_of(PROMPT)):
            seen.append(frame)  # noqa: PERF401 - what came before the error is wanted

    with pytest.raises(WorkerDiedError):
        await listen()
    assert [frame.text for frame in seen if isinstance(frame, TextDelta)] == ["a", " b", " c"]
    assert engine.status.state == "ready"
    assert (await ask(engine, request_of(PROMPT))).texts[0] == "a b c d e f"


async def test_it_hangs_until_it_is_cancelled():
    engine = SimulatedEngine(["a b c"], failure=Failure("hang", after_tokens=1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(engine, request_of(PROMPT)), 0.05)
    assert engine.status.active_sequences == 0


async def test_chat_format_and_tokens_keep_values_apart():
    engine = SimulatedEngine()
    segments = await engine.format_chat(
        (Message.literal("system", "Be brief."), Message.value("user", "Hi"))
    )
    assert Segment("Hi", special=False) in segments
    assert "".join(segment.text for segment in segments).endswith("assistant\n")
    tokens = await engine.tokenize(segments)
    assert "".join(text for _, text in tokens) == "".join(segment.text for segment in segments)


async def test_load_and_status():
    engine = SimulatedEngine(["a b"])
    heard: list[EngineStatus] = []
    engine.on_status(heard.append)
    model = await engine.load("/models/big.gguf", LoadSettings(context_tokens=4096))
    assert (model.name, model.context_tokens) == ("big", 4096)
    await ask(engine, request_of(PROMPT))
    await asyncio.sleep(0.3)
    assert heard[0].model_name == "big"
    assert heard[-1] == engine.status
    await engine.unload()
    with pytest.raises(EngineError, match="No model"):
        await ask(engine, request_of(PROMPT))
    await engine.close()


async def test_what_was_recorded_is_played_back(tmp_path):
    live = record(SimulatedEngine(["one", "two", "three"]))
    first = await ask(live, request_of(PROMPT, seeds=(1, 2)))
    await ask(live, request_of(chat("Other")))
    path = tmp_path / "answers.json"
    live.save(path)
    played = RecordedEngine.from_file(path)
    again = await ask(played, request_of(PROMPT, seeds=(1, 2)))
    assert again.texts == first.texts
    assert again.tokens == first.tokens
    assert [msgspec.structs.replace(done, seconds=0) for done in again.done.values()] == [
        msgspec.structs.replace(done, seconds=0) for done in first.done.values()
    ]
    assert (await ask(played, request_of(chat("Other")))).texts == {0: "three"}


async def test_unknown_and_used_up_prompts_are_refused():
    text = "".join(segment.text for segment in PROMPT)
    engine = RecordedEngine({text: ["42", Completion(text="43", finish_reason="length")]})
    with pytest.raises(EngineError, match="No answer was recorded"):
        await ask(engine, request_of(chat("Else")))
    with pytest.raises(EngineError, match="Only 2 recorded answers"):
        await ask(engine, request_of(PROMPT, seeds=(1, 2, 3)))
    async for frame in engine.generate(request_of(PROMPT, seeds=(1, 2))):
        if not isinstance(frame, TextDelta):
            continue
        assert frame.text in {"42", "43"}
    with pytest.raises(EngineError, match="Only 0"):
        await ask(engine, request_of(PROMPT))


async def test_a_file_that_holds_no_recording_is_refused(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text("{}")
    with pytest.raises(EngineError, match="holds no recorded answers"):
        RecordedEngine.from_file(path)


async def test_an_answer_ends_with_its_first_answer_line_where_that_is_asked_for():
    text = "So.\nAnswer: 18\n\nQuestion: 3 + 4?\nAnswer: 7\n"
    engine = SimulatedEngine(lambda _prompt: [text])
    plain = request_of(PROMPT, max_tokens=200)
    assert (await ask(engine, plain)).texts[0] == text
    ended = await ask(engine, msgspec.structs.replace(plain, end_at_answer=True))
    assert (ended.texts[0], ended.done[0].finish_reason) == ("So.\nAnswer: 18", "answer")
    assert ended.done[0].completion_tokens < 12
