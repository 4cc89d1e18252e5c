"""Answers of servers that keep to the protocol in their own way, most from public reports."""

from __future__ import annotations

import asyncio
import base64
from array import array
from datetime import datetime

import pytest

from workbench.domain.errors import RemoteError
from workbench.domain.servers import Server
from workbench.domain.text import Message
from workbench.engine.protocol import SampleDone, SamplingApplied, TextDelta
from workbench.engine.remote import Connection, examine, failures
from workbench.engine.remote.failures import RequestFailedError

from .conftest import request
from .scripted_server import ScriptedServer, answer, refuse


async def collect(engine, asked=None):
    return [frame async for frame in engine.generate(asked or request())]


def done(frames) -> SampleDone:
    [last] = [frame for frame in frames if isinstance(frame, SampleDone)]
    shown = "".join(frame.text for frame in frames if isinstance(frame, TextDelta))
    assert shown == last.text
    return last


def notes(frames) -> tuple[str, ...]:
    return [frame for frame in frames if isinstance(frame, SamplingApplied)][-1].ignored


def raw(*events: str):
    """A script that sends lines as they are."""

    async def script(exchange):
        await exchange.start()
        for event in events:
            payload = event.encode()
            exchange._writer.write(f"{len(payload):x}\r\n".encode() + payload + b"\r\n")
        exchange._writer.write(b"0\r\n\r\n")
        await exchange._writer.drain()

    return script


@pytest.mark.parametrize(
    ("reported", "reason"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("STOP", "stop"),
        ("length", "length"),
        ("model_length", "length"),
        ("MAX_TOKENS", "length"),
        ("error", "error"),
        ("content_filter", "error"),
        ("abort", "error"),
        ("something_new", "error"),
    ],
)
async def test_only_a_known_end_makes_an_answer_whole(connect, reported, reason):
    async def script(exchange):
        await exchange.text("Twelve", finish=reported)
        await exchange.done()

    last = done(await collect(await connect(ScriptedServer(script))))
    assert (last.text, last.finish_reason) == ("Twelve", reason)


async def test_a_comment_after_an_event_with_an_id_is_no_event(connect):
    chunk = 'data: {"choices": [{"index": 0, "delta": {"content": "Tw"}}]}\n\n'
    end = 'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
    script = raw("id: 7\n" + chunk, ": ping\n\n", end, ": ping\n\n", "data: [DONE]\n\n")
    assert done(await collect(await connect(ScriptedServer(script)))).text == "Tw"


async def test_content_in_parts_is_text_and_thought(connect):
    async def script(exchange):
        thought = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]
        await exchange.event({"choices": [{"index": 0, "delta": {"content": thought}}]})
        text = [{"type": "text", "text": "Fo"}, {"type": "text", "text": "ur"}]
        await exchange.event({"choices": [{"index": 0, "delta": {"content": text}}]})
        await exchange.text(finish="stop")
        await exchange.done()

    last = done(await collect(await connect(ScriptedServer(script))))
    assert last.text == "<think>\nHm.\n</think>\n\nFour"


def refuse_json(status, body):
    async def script(exchange):
        await exchange.reply(body, status)

    return script


@pytest.mark.parametrize(
    ("status", "body", "name"),
    [
        (
            422,
            {"object": "error", "message": {"detail": [
                {"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs"}]}},
            "seed",
        ),
        (422, {"detail": [{"loc": ["body", "top_logprobs"], "msg": "not permitted"}]},
         "top_logprobs"),
        (400, [{"error": {"code": 400, "message": 'Unknown name "seed": Cannot find field.'}}],
         "seed"),
        (400, {"error": {"message": "You are not allowed to request logprobs from this model"}},
         "logprobs"),
        (403, {"error": {"message": "You are not allowed to request logprobs from this model"}},
         "logprobs"),
    ],
)  # fmt: skip
async def test_a_refused_parameter_is_found_wherever_it_is_named(connect, status, body, name):
    async def picky(exchange):
        script = refuse_json(status, body) if name in exchange.body else answer("fine")
        await script(exchange)

    server = ScriptedServer(picky)
    assert done(await collect(await connect(server))).text == "fine"
    assert len(server.chats) == 2


async def test_a_refusal_for_other_reasons_shows_the_servers_words(connect):
    engine = await connect(ScriptedServer(refuse(403, "This model is not in your plan")))
    with pytest.raises(RemoteError, match="not in your plan"):
        await collect(engine)


@pytest.mark.parametrize(
    ("listed", "models", "note"),
    [
        ([{"id": "m"}, {"id": "n"}], ("m", "n"), ""),
        ({"object": "list", "data": [{"id": "m"}]}, ("m",), ""),
        ({"object": "list", "data": None}, (), "It has no models"),
        ({"object": "list", "data": []}, (), "It has no models"),
    ],
)
async def test_lists_of_models_in_every_form(connect, listed, models, note):
    async def script(exchange):
        await exchange.reply(listed)

    server = ScriptedServer(answer("a"), at_models=script)
    server.at["models"] = script
    await connect(server, load=False)
    facts = await examine(Server(name="lab", base_url=server.url), "")
    assert facts.models == models
    assert facts.lists_models
    if models:
        engine = await connect(server)
        assert done(await collect(engine)).text == "a"


async def test_an_object_without_a_list_is_no_list(connect):
    async def script(exchange):
        await exchange.reply({"hello": "world"})

    server = ScriptedServer(answer("a"))
    server.at["models"] = script
    await connect(server, load=False)
    with pytest.raises(RemoteError, match="not an answer"):
        await examine(Server(name="lab", base_url=server.url), "")


async def test_numbers_that_are_missing_do_not_cost_the_answer(connect):
    async def script(exchange):
        tokens = [{"token": "Yes", "logprob": None, "top_logprobs": [
            {"token": "No", "logprob": None}, {"token": "Yes", "logprob": -0.1}]}]  # fmt: skip
        choice = {"index": 0, "delta": {"content": "Yes"}, "logprobs": {"content": tokens}}
        await exchange.event({"choices": [choice]})
        await exchange.text(finish="stop")
        counts = {"prompt_tokens": None, "completion_tokens": None, "prompt_tokens_details": None}
        await exchange.event({"choices": [], "usage": counts})
        await exchange.done()

    frames = await collect(await connect(ScriptedServer(script)), request(logprobs=2))
    last = done(frames)
    assert (last.text, last.prompt_tokens, last.completion_tokens) == ("Yes", 0, 1)
    [delta] = [frame for frame in frames if isinstance(frame, TextDelta)]
    assert delta.tokens[0].alternatives == (("Yes", -0.1),)


async def test_a_server_that_does_not_stream_answers_all_the_same(connect):
    async def script(exchange):
        message = {"role": "assistant", "content": "Twelve"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 7, "completion_tokens": 2}
        await exchange.reply({"choices": [choice], "usage": usage})

    last = done(await collect(await connect(ScriptedServer(script))))
    assert (last.text, last.prompt_tokens, last.completion_tokens) == ("Twelve", 7, 2)


async def test_an_error_in_place_of_a_stream_is_told(connect):
    async def script(exchange):
        await exchange.reply({"error": {"message": "the GPU fell off"}})

    with pytest.raises(RemoteError, match="the GPU fell off"):
        await collect(await connect(ScriptedServer(script)))


class Noon(datetime):
    """A clock that does not move."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 11, 30, 12, tzinfo=tz)


async def test_a_pause_until_a_date_is_understood(connect, monkeypatch):
    monkeypatch.setattr(failures, "datetime", Noon)
    when = "Mon, 30 Nov 2026 13:00:00 GMT"
    server = ScriptedServer(refuse(429, "slow down", retry_after=when))
    with pytest.raises(RemoteError, match="Try again in 3,600 seconds"):
        await collect(await connect(server))
    assert len(server.chats) == 1, "an hour is not waited for"


async def test_an_account_without_credit_is_not_asked_again(connect):
    async def script(exchange):
        error = {"message": "You exceeded your quota", "code": "insufficient_quota"}
        await exchange.reply({"error": error}, 429)

    server = ScriptedServer(script)
    with pytest.raises(RemoteError, match="no credit left"):
        await collect(await connect(server))
    assert len(server.chats) == 1


async def test_why_a_listed_model_does_not_answer_is_told(connect):
    server = ScriptedServer(refuse_json(404, {"error": "No models loaded. Load one first."}))
    with pytest.raises(RemoteError, match="No models loaded"):
        await collect(await connect(server))


async def test_vectors_come_as_numbers_or_as_base64(connect):
    packed = base64.b64encode(array("f", [3.0, 4.0]).tobytes()).decode()

    async def script(exchange):
        data = [{"index": 1, "embedding": [0.0, 2.0]}, {"index": 0, "embedding": packed}]
        await exchange.reply({"data": data, "usage": {"prompt_tokens": None}})

    server = ScriptedServer(answer("a"))
    server.at["embeddings"] = script
    found = await (await connect(server)).embed(("a", "b"))
    assert found.vectors[0] == pytest.approx((0.6, 0.8))
    assert found.vectors[1] == (0.0, 1.0)


@pytest.mark.parametrize(
    "data",
    [
        [{"index": 0, "embedding": [1.0]}],
        [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [2.0]}],
        [{"index": 0, "embedding": "no base64!"}, {"index": 1, "embedding": [1.0]}],
    ],
)
async def test_missing_or_broken_vectors_are_an_error(connect, data):
    async def script(exchange):
        await exchange.reply({"data": data})

    server = ScriptedServer(answer("a"))
    server.at["embeddings"] = script
    engine = await connect(server)
    with pytest.raises(RemoteError, match="not an answer"):
        await engine.embed(("a", "b"))


async def test_a_prompt_that_the_server_cut_is_said(connect):
    long = (Message.literal("user", "word " * 9000),)
    engine = await connect(ScriptedServer(answer("a", usage=(2050, 1, 0))))
    [note] = notes(await collect(engine, request(messages=long)))
    assert "2,050 tokens of a prompt of 9,000 words" in note
    engine = await connect(ScriptedServer(answer("a", usage=(9010, 1, 0))))
    assert notes(await collect(engine, request(messages=long))) == ()


async def test_a_stop_text_that_the_server_does_not_heed_cuts_the_answer_here(connect):
    closed = asyncio.Event()

    async def script(exchange):
        for piece in ("Twelve", "\nST", "OP and", " then"):
            await exchange.text(piece)
        await exchange.until_closed()
        closed.set()

    frames = await collect(await connect(ScriptedServer(script)), request(stop=("\nSTOP",)))
    last = done(frames)
    assert (last.text, last.finish_reason) == ("Twelve", "stop")
    assert any("goes on after a stop text" in note for note in notes(frames))
    await closed.wait()


async def test_the_beginning_of_a_stop_text_is_given_out_at_the_end(connect):
    async def script(exchange):
        await exchange.text("Twelve\nST")
        await exchange.text(finish="stop")
        await exchange.done()

    last = done(await collect(await connect(ScriptedServer(script)), request(stop=("\nSTOP",))))
    assert last.text == "Twelve\nST"


async def test_more_stop_texts_than_a_service_takes_work_all_the_same(connect):
    stops = ("1", "2", "3", "4", "five")
    server = ScriptedServer(answer("Twelve five six"))
    frames = await collect(await connect(server), request(stop=stops))
    assert done(frames).text == "Twelve"
    assert server.chats[0].body["stop"] == ["1", "2", "3", "4"]


async def test_a_bare_list_where_an_object_is_due_is_an_error(unused_tcp_port):
    connection = Connection(Server(name="lab", base_url=f"http://127.0.0.1:{unused_tcp_port}/v1"))
    with pytest.raises(RequestFailedError):
        await connection.get("/models", attempts=1)
    await connection.close()
