"""The remote engine on llama.cpp's own server, compared with the same model on this machine."""

from __future__ import annotations

import asyncio

import pytest

from workbench.domain.errors import ContextOverflowError, RemoteError, UnsupportedError
from workbench.domain.servers import Server, checked
from workbench.domain.text import Message
from workbench.domain.views import LoadSettings
from workbench.engine.client import LlamaEngine
from workbench.engine.protocol import (
    PromptProgress,
    SampleDone,
    SamplingApplied,
    ScoreRequest,
    TextDelta,
)
from workbench.engine.remote import Connection, RemoteEngine
from workbench.processes.pool import SandboxPool

from .conftest import request
from .llama_server import llama_server

pytestmark = pytest.mark.model
VERDICT = (Message.literal("user", "Is the sky blue? Answer sure, likely or impossible."),)
LABELS = ("sure", "likely", "impossible")


@pytest.fixture(scope="module")
def address(model_path):
    with llama_server(model_path) as found:
        yield found


@pytest.fixture
async def engine(address, model_path):
    connection = Connection(checked(Server(name="lab", base_url=address)))
    made = RemoteEngine(connection, model_path)
    await made.load(f"remote:lab/{model_path}", LoadSettings())
    yield made
    await made.close()
    await connection.close()


async def test_the_server_says_what_it_is(engine):
    model = engine.model
    assert model.memory_kind == "remote"
    assert "llama.cpp" in model.library
    assert (model.context_tokens, model.vocabulary_size) == (2048, 49152)
    assert "im_start" in model.chat_template


async def test_samples_tokens_and_counts(engine):
    asked = request(6, messages=VERDICT, max_tokens=5, logprobs=3, dry_multiplier=0.5)
    frames = [frame async for frame in engine.generate(asked)]
    assert isinstance(frames[0], SamplingApplied)
    assert frames[0].ignored == ()
    assert any(isinstance(frame, PromptProgress) and frame.total_tokens for frame in frames)
    done = [frame for frame in frames if isinstance(frame, SampleDone)]
    assert sorted(each.sample for each in done) == list(range(6))
    for each in done:
        deltas = [f for f in frames if isinstance(f, TextDelta) and f.sample == each.sample]
        tokens = [token for delta in deltas for token in delta.tokens]
        assert "".join(delta.text for delta in deltas) == each.text
        assert len(tokens) == each.completion_tokens == 5
        assert all(len(token.alternatives) == 3 for token in tokens)
    assert len({each.text for each in done}) > 1


async def test_the_same_seed_gives_the_same_text(engine):
    async def text():
        asked = request(1, messages=VERDICT, max_tokens=12, mode="strict", temperature=1.0)
        return [f.text async for f in engine.generate(asked) if isinstance(f, SampleDone)]

    assert await text() == await text()


async def test_prompt_and_tokens_are_those_of_the_model_itself(engine, model_path):
    pool = SandboxPool()
    local = LlamaEngine(pool)
    try:
        await local.load(model_path, LoadSettings(context_tokens=2048, sequences=4))
        ours = await local.format_chat(VERDICT)
        theirs = await engine.format_chat(VERDICT)
        assert "".join(s.text for s in theirs) == "".join(s.text for s in ours)
        assert await engine.tokenize(theirs) == await local.tokenize(ours)
        asked = ScoreRequest(segments=ours, messages=VERDICT, continuations=LABELS, alternatives=2)
        here, there = await local.score(asked), await engine.score(asked)
    finally:
        await local.close()
        await pool.close()
    for mine, other in zip(here.continuations, there.continuations, strict=True):
        assert [token.id for token in other.tokens] == [token.id for token in mine.tokens]
        assert all(len(token.alternatives) == 2 for token in other.tokens)
    assert there.prompt_tokens == here.prompt_tokens


async def test_a_score_is_the_models_own_probability(engine):
    asked = request(1, messages=VERDICT, max_tokens=1, temperature=0, logprobs=20)
    [delta] = [f async for f in engine.generate(asked) if isinstance(f, TextDelta)]
    reported = dict(delta.tokens[0].alternatives)
    scores = await engine.score(
        ScoreRequest(segments=(), messages=VERDICT, continuations=tuple(reported))
    )
    found = {
        text: score.logprob
        for text, score in zip(reported, scores.continuations, strict=True)
        if len(score.tokens) == 1
    }
    assert len(found) > 10
    assert found == pytest.approx({text: reported[text] for text in found}, abs=1e-3)


async def test_a_grammar_and_a_schema_are_followed(engine):
    asked = request(1, messages=VERDICT, grammar='root ::= "yes" | "no"', max_tokens=8)
    [text] = [f.text async for f in engine.generate(asked) if isinstance(f, SampleDone)]
    assert text in ("yes", "no")
    schema = '{"type": "object", "properties": {"a": {"enum": ["x"]}}, "required": ["a"]}'
    asked = request(1, messages=VERDICT, json_schema=schema, max_tokens=40)
    [text] = [f.text async for f in engine.generate(asked) if isinstance(f, SampleDone)]
    assert '"x"' in text
    with pytest.raises(RemoteError, match="grammar"):
        async for _ in engine.generate(request(1, grammar="root ::= nowhere")):
            pass


async def test_a_prompt_beyond_its_context_is_refused_with_the_numbers(engine):
    long = (Message.literal("user", "word " * 3000),)
    with pytest.raises(ContextOverflowError) as caught:
        async for _ in engine.generate(request(1, messages=long)):
            pass
    assert caught.value.prompt_tokens > caught.value.context_tokens == 2048


async def test_cancelling_frees_the_server(engine, address):
    connection = engine._connection

    async def busy():
        slots = await connection._connected()
        found = await slots.get(f"{address}/slots", cast_to=object, options=connection._options())
        return any(slot["is_processing"] for slot in found)

    async def read():
        asked = request(2, messages=VERDICT, max_tokens=1500, logit_bias={"#2": -100})
        async for frame in engine.generate(asked):
            if isinstance(frame, TextDelta):
                began.set()

    began = asyncio.Event()
    reading = asyncio.create_task(read())
    await began.wait()
    assert await busy()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    while await busy():  # noqa: ASYNC110 - the server has no other way to say it
        await asyncio.sleep(0.05)


async def test_no_embeddings_unless_the_server_makes_them(engine):
    with pytest.raises(UnsupportedError, match="makes no embeddings"):
        await engine.embed(("a",))


async def test_embeddings(model_path):
    with llama_server(model_path, "embedding") as address:
        connection = Connection(checked(Server(name="lab", base_url=address)))
        engine = RemoteEngine(connection, model_path)
        await engine.load(f"remote:lab/{model_path}", LoadSettings())
        found = await engine.embed(("a red house", "one red house", "quantum physics"))
        await engine.close()
        await connection.close()
    first, second, third = found.vectors
    assert sum(value * value for value in first) == pytest.approx(1.0)
    assert found.tokens > 0
    assert sum(map(float.__mul__, first, second)) > sum(map(float.__mul__, first, third))
