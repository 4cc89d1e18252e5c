"""What goes wrong on the way is one typed error in one sentence, and never shows the key."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback

import pytest

from workbench.domain.errors import EngineError, RemoteError
from workbench.domain.servers import Server
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import TextDelta
from workbench.engine.remote import Connection, RemoteEngine, examine
from workbench.engine.remote.limiter import Limiter

from .conftest import KEY, request
from .scripted_server import ScriptedServer, answer, refuse


async def fail(engine, asked=None, kind=RemoteError):
    """The error that a request ends with, and the text that came before it."""
    text = ""

    async def read():
        nonlocal text
        async for frame in engine.generate(asked or request()):
            if isinstance(frame, TextDelta):
                text += frame.text

    with pytest.raises(kind) as caught:
        await read()
    assert str(caught.value).count("\n") == 0
    return caught.value, text


async def cut(exchange):
    exchange.cut()


async def test_too_many_requests_are_made_again_after_the_pause_asked_for(connect):
    server = ScriptedServer(refuse(429, "slow down", retry_after="0.05"), answer("fine"))
    engine = await connect(server)
    loop = asyncio.get_running_loop()
    before = loop.time()
    frames = [frame async for frame in engine.generate(request())]
    assert frames[-1].text == "fine"
    assert loop.time() - before >= 0.05
    assert len(server.chats) == 2


async def test_a_pause_that_is_too_long_is_told_in_place_of_waited_for(connect):
    server = ScriptedServer(refuse(429, "quota used up", retry_after="3600"))
    error, _ = await fail(await connect(server))
    assert error.status == 429
    assert "3,600 seconds" in str(error)
    assert len(server.chats) == 1


async def test_a_failing_server_is_asked_four_times(connect):
    server = ScriptedServer(refuse(500, "out of memory"))
    error, _ = await fail(await connect(server))
    assert (error.status, len(server.chats)) == (500, 4)
    assert "out of memory" in str(error)


async def test_a_connection_cut_before_the_text_is_made_again(connect):
    async def only_role(exchange):
        await exchange.text(role="assistant")
        exchange.cut()

    server = ScriptedServer(cut, only_role, answer("fine"))
    engine = await connect(server)
    frames = [frame async for frame in engine.generate(request())]
    assert frames[-1].text == "fine"
    assert len(server.chats) == 3


async def test_a_connection_cut_after_text_is_never_made_again(connect):
    async def half(exchange):
        await exchange.text("Twelve")
        exchange.cut()

    server = ScriptedServer(half)
    error, text = await fail(await connect(server))
    assert text == "Twelve"
    assert "broke off" in str(error)
    assert len(server.chats) == 1


async def test_a_stream_without_its_end_is_an_error(connect):
    async def no_end(exchange):
        await exchange.text("Twelve")
        await exchange.done()

    error, text = await fail(await connect(ScriptedServer(no_end)))
    assert (text, "broke off" in str(error)) == ("Twelve", True)


async def test_an_error_inside_the_stream_is_told(connect):
    async def broken(exchange):
        await exchange.text("Tw")
        await exchange.event({"error": {"message": "the GPU fell off"}})

    error, text = await fail(await connect(ScriptedServer(broken)))
    assert text == "Tw"
    assert "the GPU fell off" in str(error)


@pytest.mark.parametrize("garbage", ['{"choices": ', "[1, 2]", '{"choices": [{"index": "x"}]}'])
async def test_garbage_is_called_so(connect, garbage):
    async def script(exchange):
        await exchange.event(garbage)

    error, _ = await fail(await connect(ScriptedServer(script)))
    assert "not an answer" in str(error)


async def test_a_sample_that_nobody_asked_for_is_garbage(connect):
    async def script(exchange):
        await exchange.text("a", index=7)

    error, _ = await fail(await connect(ScriptedServer(script)))
    assert "sample number 7" in str(error)


async def test_a_web_page_in_place_of_data_is_called_so(connect):
    async def page(exchange):
        await exchange.reply("<!doctype html><html></html>", content_type="text/html")

    error, _ = await fail(await connect(ScriptedServer(page)))
    assert "web page" in str(error)
    listing = ScriptedServer(page)
    listing.at["models"] = page
    engine = await connect(listing, load=False)
    with pytest.raises(RemoteError, match="web page"):
        await engine.load("remote:lab/m", LoadSettings())


async def test_a_redirect_is_not_followed(connect):
    server = ScriptedServer(refuse(307, "moved", location="http://elsewhere.example/v1"))
    error, _ = await fail(await connect(server))
    assert error.status == 307
    assert "http://elsewhere.example/v1" in str(error)


async def test_a_server_that_never_answers_is_given_up(connect):
    async def silent(exchange):
        await exchange.until_closed()

    server = ScriptedServer(silent)
    error, _ = await fail(await connect(server, timeout_seconds=0.2))
    assert "nothing for 0.2 seconds" in str(error)
    assert len(server.chats) == 1, "waiting that long again would not help"


async def test_a_stream_that_stops_is_given_up_and_keeps_its_text(connect):
    async def stuck(exchange):
        await exchange.text("Tw")
        await exchange.until_closed()

    error, text = await fail(await connect(ScriptedServer(stuck), timeout_seconds=0.2))
    assert (text, "0.2 seconds" in str(error)) == ("Tw", True)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_says_what_to_check(connect, status):
    server = ScriptedServer(refuse(status, f"Incorrect API key provided: {KEY}"))
    error, _ = await fail(await connect(server))
    assert error.status == status
    assert "check the key" in str(error)


async def test_a_missing_model_is_told_with_those_there_are(connect):
    server = ScriptedServer(refuse(404, "no model m"), models=("llama-3", "qwen-3"))
    error, _ = await fail(await connect(server))
    assert "llama-3, qwen-3" in str(error)


async def test_what_a_server_says_is_shown_without_the_key(connect):
    server = ScriptedServer(refuse(400, f"cannot use\n{KEY} " + "x" * 2000))
    error, _ = await fail(await connect(server))
    assert KEY not in str(error)
    assert "…" in str(error)
    assert len(str(error)) < 500


async def test_nobody_there(unused_tcp_port):
    server = Server(name="lab", base_url=f"http://127.0.0.1:{unused_tcp_port}/v1")
    with pytest.raises(RemoteError, match="cannot be reached") as caught:
        await examine(server, KEY)
    assert caught.value.status == 0


async def test_no_secure_connection(unused_tcp_port):
    async def plain(reader, writer):
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(plain, "127.0.0.1", unused_tcp_port)
    server = Server(name="lab", base_url=f"https://127.0.0.1:{unused_tcp_port}/v1")
    try:
        with pytest.raises(RemoteError, match="No secure connection"):
            await examine(server, KEY)
    finally:
        listening.close()


async def test_a_service_that_does_not_list_its_models_can_be_used(connect):
    server = ScriptedServer(answer("fine"))
    server.at["models"] = refuse(404, "none")
    engine = await connect(server)
    frames = [frame async for frame in engine.generate(request())]
    assert frames[-1].text == "fine"


async def test_a_connection_closed_under_a_request_is_an_error_of_the_engine(connect):
    async def endless(exchange):
        await exchange.text("word")
        began.set()
        await exchange.until_closed()

    began = asyncio.Event()
    engine = await connect(ScriptedServer(endless))
    failing = asyncio.create_task(fail(engine, kind=EngineError))
    await began.wait()
    await engine._connection.close()
    await failing


async def test_the_key_is_in_no_message_repr_traceback_or_log(connect):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    shown = []
    try:
        for script in (
            refuse(401, f"wrong key {KEY}"),
            refuse(500, f"{KEY} failed"),
            refuse(400, f"no {KEY}"),
            cut,
        ):
            engine = await connect(ScriptedServer(script))
            error, _ = await fail(engine)
            shown += [str(error), repr(error), str(error.to_wire())]
            shown += traceback.format_exception(error)
            seen, cause = [], error
            while cause is not None:
                seen.append(cause)
                cause = cause.__cause__ or cause.__context__
            shown += [repr(vars(each)) for each in seen]
            shown += [repr(engine), repr(engine._connection), repr(engine._connection.server)]
        unreachable = RemoteEngine(
            Connection(Server(name="gone", base_url="http://127.0.0.1:1/v1"), KEY, attempts=1), "m"
        )
        with pytest.raises(RemoteError) as caught:
            await unreachable.load("remote:gone/m", LoadSettings())
        shown += traceback.format_exception(caught.value)
        await unreachable._connection.close()
        await unreachable.close()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert stream.getvalue(), "the libraries did log"
    assert KEY not in stream.getvalue()
    assert not [text for text in shown if KEY in text]


async def test_a_place_given_to_somebody_who_gave_up_goes_to_the_next():
    limiter = Limiter(1)
    order = []

    async def use(name, priority):
        async with limiter.place(priority):
            order.append(name)
            await asyncio.sleep(0)

    async with limiter.place(0):
        tasks = [asyncio.create_task(use(name, at)) for name, at in (("b", 1), ("c", 1), ("a", 0))]
        await asyncio.sleep(0)
        tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["a", "c"]
