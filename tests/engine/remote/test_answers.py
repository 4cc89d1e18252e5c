"""What a server answers becomes frames; what it cannot do is worked around or reported."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from workbench.domain.errors import (
    ContextOverflowError,
    EngineError,
    GrammarError,
    RemoteError,
    UnsupportedError,
)
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message, Segment
from workbench.engine.protocol import (
    GenerateRequest,
    PromptProgress,
    SampleDone,
    SamplingApplied,
    TextDelta,
)
from workbench.engine.remote.answering import share
from workbench.engine.remote.parameters import ask

from .conftest import KEY, request
from .scripted_server import ScriptedServer, answer, refuse


async def collect(engine, asked):
    return [frame async for frame in engine.generate(asked)]


def texts(frames):
    done = {frame.sample: frame.text for frame in frames if isinstance(frame, SampleDone)}
    for sample, text in done.items():
        deltas = [f.text for f in frames if isinstance(f, TextDelta) and f.sample == sample]
        assert "".join(deltas) == text
    return [done[sample] for sample in sorted(done)]


def applied(frames):
    return next(frame for frame in frames if isinstance(frame, SamplingApplied))


async def test_a_stream_becomes_frames_with_the_servers_counts(connect):
    server = ScriptedServer(answer("Twelve sticks", usage=(40, 2, 25)))
    engine = await connect(server)
    frames = await collect(engine, request(temperature=0.2))
    assert isinstance(frames[0], SamplingApplied)
    assert texts(frames) == ["Twelvesticks"]
    done = frames[-1]
    assert (done.prompt_tokens, done.evaluated_tokens, done.completion_tokens) == (40, 15, 2)
    assert done.finish_reason == "stop"
    assert PromptProgress(40, 40, 25) in frames
    [sent] = server.chats
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.body["messages"] == [{"role": "user", "content": "How many?"}]
    assert (sent.body["model"], sent.body["temperature"], sent.body["seed"]) == ("m", 0.2, 11)


async def test_tokens_and_alternatives_are_kept_where_they_are_served(connect):
    async def script(exchange):
        tokens = [
            {
                "token": "Yes",
                "logprob": -0.1,
                "top_logprobs": [
                    {"token": "No", "logprob": -2.5},
                    {"token": "Yes", "logprob": -0.1},
                ],
            }
        ]
        choice = {"index": 0, "delta": {"content": "Yes"}, "logprobs": {"content": tokens}}
        await exchange.event({"choices": [choice]})
        await exchange.text(finish="length")
        await exchange.done()

    engine = await connect(ScriptedServer(script))
    frames = await collect(engine, request(logprobs=2))
    [delta] = [frame for frame in frames if isinstance(frame, TextDelta)]
    assert delta.tokens[0].alternatives == (("Yes", -0.1), ("No", -2.5))
    done = frames[-1]
    assert (done.finish_reason, done.completion_tokens) == ("length", 1)
    assert applied(frames).ignored == ()


async def test_alternatives_that_are_not_served_are_said_to_be_missing(connect):
    engine = await connect(ScriptedServer(answer("Yes")))
    frames = await collect(engine, request(logprobs=5))
    assert any("no log-probabilities" in sentence for sentence in applied(frames).ignored)


async def test_without_counts_the_pieces_are_counted(connect):
    engine = await connect(ScriptedServer(answer("one two three", usage=None)))
    done = (await collect(engine, request()))[-1]
    assert (done.prompt_tokens, done.completion_tokens) == (0, 3)


async def test_samples_are_asked_for_together(connect):
    server = ScriptedServer(answer("a", "b c", "d", usage=(10, 8, 0)))
    engine = await connect(server)
    frames = await collect(engine, request(3))
    assert texts(frames) == ["a", "bc", "d"]
    assert [each.body["n"] for each in server.chats] == [3]
    done = [frame for frame in frames if isinstance(frame, SampleDone)]
    assert sum(each.completion_tokens for each in done) == 8
    assert sum(each.evaluated_tokens for each in done) == 10


async def test_strict_asks_for_each_sample_with_its_own_seed(connect):
    server = ScriptedServer(answer("a"))
    engine = await connect(server)
    await collect(engine, request(3, mode="strict"))
    assert sorted(each.body["seed"] for each in server.chats) == [11, 12, 13]
    assert all("n" not in each.body for each in server.chats)


async def test_a_server_that_ignores_n_is_asked_for_the_others(connect):
    async def one_only(exchange):
        await exchange.text(f"seed{exchange.body['seed']}", finish="stop")
        await exchange.done()

    server = ScriptedServer(one_only)
    engine = await connect(server)
    assert texts(await collect(engine, request(3))) == ["seed11", "seed12", "seed13"]
    assert texts(await collect(engine, request(2))) == ["seed11", "seed12"]
    assert [each.body.get("n") for each in server.chats] == [3, None, None, None, None]


async def test_a_server_that_refuses_n_is_asked_for_each(connect):
    async def refusing(exchange):
        if "n" in exchange.body:
            await refuse(400, "n_cmpl cannot be greater than the number of slots")(exchange)
        else:
            await answer("a")(exchange)

    server = ScriptedServer(refusing)
    engine = await connect(server)
    assert texts(await collect(engine, request(3))) == ["a", "a", "a"]
    assert len(server.chats) == 4


async def test_a_refused_parameter_is_left_out_and_said(connect):
    async def picky(exchange):
        if "presence_penalty" in exchange.body:
            await refuse(400, "Unsupported parameter: 'presence_penalty'")(exchange)
        elif "logprobs" in exchange.body:
            await refuse(422, "`logprobs` is not allowed here")(exchange)
        elif "max_tokens" in exchange.body:
            await refuse(400, "Use 'max_completion_tokens' in place of 'max_tokens'")(exchange)
        else:
            await answer("fine")(exchange)

    server = ScriptedServer(picky)
    engine = await connect(server)
    frames = await collect(engine, request(max_tokens=9))
    assert texts(frames) == ["fine"]
    [sentence] = applied(frames).ignored
    assert sentence.startswith("presence_penalty has no effect")
    assert "presence_penalty" not in applied(frames).effective
    assert server.chats[-1].body["max_completion_tokens"] == 9
    before = len(server.chats)
    await collect(engine, request())
    assert len(server.chats) == before + 1, "what was learnt is remembered"


async def test_thought_stands_in_the_marks_of_thought(connect):
    async def thinking(exchange):
        for word in ("Let ", "me see."):
            await exchange.text(reasoning_content=word)
        await exchange.text("Four", finish="stop")
        await exchange.done()

    engine = await connect(ScriptedServer(thinking))
    [text] = texts(await collect(engine, request()))
    assert text == "<think>\nLet me see.\n</think>\n\nFour"


async def test_cancelling_closes_the_connection_at_once(connect):
    closed = asyncio.Event()

    async def endless(exchange):
        await exchange.text("word")
        await exchange.until_closed()
        closed.set()

    server = ScriptedServer(endless)
    engine = await connect(server)
    began = asyncio.Event()

    async def read():
        async for frame in engine.generate(request(2, mode="strict")):
            if isinstance(frame, TextDelta):
                began.set()

    reading = asyncio.create_task(read())
    await began.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await closed.wait()
    assert engine.status.state == "ready"


async def test_no_more_requests_run_together_than_allowed_and_chats_go_first(connect):
    order, full = [], asyncio.Event()

    async def slow(exchange):
        order.append(exchange.body["messages"][0]["content"])
        if len(order) == 2:
            full.set()
        await asyncio.sleep(0.01)
        await answer("a")(exchange)

    server = ScriptedServer(slow)
    engine = await connect(server, concurrency=2)
    search = asyncio.create_task(
        collect(engine, request(6, messages=(Message.literal("user", "search"),), mode="strict"))
    )
    await full.wait()
    chat = (Message.literal("user", "chat"),)
    await collect(engine, request(1, messages=chat, priority=0))
    await search
    assert server.most_running == 2
    assert "chat" in order[2:4], "it waited for a free place only"


async def test_the_environment_of_openai_is_not_sent_elsewhere(connect, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-mine")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: token-mine\nAuthorization: Basic mine")
    server = ScriptedServer(answer("a"))
    engine = await connect(server)
    await collect(engine, request())
    for asked in server.asked:
        assert "mine" not in str(asked.headers)
        assert "another" not in str(asked.headers)
        assert asked.headers["authorization"] == f"Bearer {KEY}"


async def test_plain_text_is_refused_in_words(connect):
    engine = await connect(ScriptedServer(answer("a")))
    raw = GenerateRequest(segments=(Segment("Once"),), sampling=Sampling(), seeds=(1,))
    with pytest.raises(UnsupportedError, match="answers messages"):
        await collect(engine, raw)


async def test_text_that_no_utf8_can_carry_is_sent_all_the_same(connect):
    server = ScriptedServer(answer("a"))
    engine = await connect(server)
    await collect(engine, request(messages=(Message.literal("user", "x\ud800y"),)))
    assert server.chats[0].body["messages"][0]["content"] == "x\ufffdy"


async def test_a_prompt_that_is_too_long_is_said_with_the_numbers(connect):
    async def full(exchange):
        error = {"type": "exceed_context_size_error", "n_prompt_tokens": 3031, "n_ctx": 2048}
        error["message"] = "request (3031 tokens) exceeds the available context size (2048 tokens)"
        await exchange.reply({"error": error}, 400)

    engine = await connect(ScriptedServer(full))
    with pytest.raises(ContextOverflowError, match="3031 tokens") as caught:
        await collect(engine, request())
    assert (caught.value.prompt_tokens, caught.value.context_tokens) == (3031, 2048)


async def test_an_answer_in_another_form_than_asked_for_is_an_error(connect):
    server = ScriptedServer(refuse(400, "'response_format' is not supported"))
    engine = await connect(server)
    with pytest.raises(RemoteError, match="response_format"):
        await collect(engine, request(json_schema='{"type": "object"}'))
    assert len(server.chats) == 1


async def test_nothing_is_generated_before_the_server_was_asked(connect):
    engine = await connect(ScriptedServer(answer("a")), load=False)
    with pytest.raises(EngineError, match="No model is loaded"):
        await collect(engine, request())


def test_llama_server_takes_the_whole_sampling():
    sampling = Sampling(
        top_k=5, dry_multiplier=0.8, typical_p=0.9, logit_bias={"#12": -100, "maybe": 2}
    )
    asked = ask(sampling, "llama.cpp", "lab", context_tokens=2048)
    assert asked.ignored == []
    assert asked.body["dry_penalty_last_n"] == 2048
    assert asked.body["logit_bias"] == [[12, -100], ["maybe", 2]]
    assert "typ_p" in asked.chain
    assert ask(Sampling(grammar='root ::= "a"'), "llama.cpp", "lab").body["grammar"]


def test_what_a_hosted_service_does_not_know_is_one_sentence_each():
    sampling = Sampling(
        top_k=5, xtc_probability=0.5, logit_bias={"maybe": 2}, stop=("a", "b", "c", "d", "e")
    )
    asked = ask(sampling, "", "cloud")
    assert [sentence.split()[0] for sentence in asked.ignored] == ["top_k", "xtc_probability",
                                                                   "The"]  # fmt: skip
    assert asked.body["stop"] == ["a", "b", "c", "d"]
    assert "top_k" not in asked.body
    assert ask(Sampling(), "", "cloud").ignored == [], "defaults were not asked for"


def test_a_grammar_or_a_broken_schema_is_refused_before_anything_is_sent():
    with pytest.raises(UnsupportedError, match="takes no grammar"):
        ask(Sampling(grammar='root ::= "a"'), "", "cloud")
    with pytest.raises(GrammarError, match="not JSON"):
        ask(Sampling(json_schema="{"), "", "cloud")
    asked = ask(Sampling(json_schema='{"type": "object"}'), "", "cloud")
    assert asked.body["response_format"]["json_schema"]["schema"] == {"type": "object"}


@pytest.mark.parametrize(
    ("total", "counted", "shares"),
    [(9, [1, 1, 1], [3, 3, 3]), (0, [2, 3], [2, 3]), (5, [0], [5]), (7, [5, 0, 1], [6, 0, 1])],
)
def test_a_common_count_is_shared_without_losing_a_token(total, counted, shares):
    assert share(total, counted) == shares


async def test_the_stream_is_closed_once_the_answer_line_is_whole(connect):
    closed = asyncio.Event()

    async def script(exchange):
        for piece in ("<think>", "Answer: 1\n", "</think>", "So.\nAns", "wer: 18\nQues", "tion"):
            await exchange.text(piece)
        await exchange.until_closed()
        closed.set()

    engine = await connect(ScriptedServer(script))
    frames = await collect(engine, msgspec.structs.replace(request(), end_at_answer=True))
    assert texts(frames) == ["<think>Answer: 1\n</think>So.\nAnswer: 18"]
    assert frames[-1].finish_reason == "answer"
    await asyncio.wait_for(closed.wait(), 60)
