"""A server on loopback that does exactly what a test tells it to, right or wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Script = Callable[["Exchange"], Awaitable[None]]


class Exchange:
    """One request, and the means to answer it."""

    def __init__(self, path, headers, body, reader, writer) -> None:
        self.path: str = path
        self.headers: dict[str, str] = headers
        self.body: Any = body
        self._reader = reader
        self._writer = writer
        self._streaming = False

    async def reply(self, value, status=200, content_type="application/json", **headers) -> None:
        data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self._head(status, content_type, {"content-length": len(data), **headers})
        self._writer.write(data)
        await self._writer.drain()

    async def start(self, content_type="text/event-stream") -> None:
        self._head(200, content_type, {"transfer-encoding": "chunked"})
        self._streaming = True
        await self._writer.drain()

    async def event(self, value) -> None:
        """An object as JSON, a text unchanged."""
        if not self._streaming:
            await self.start()
        data = value if isinstance(value, str) else json.dumps(value)
        payload = f"data: {data}\n\n".encode()
        self._writer.write(f"{len(payload):x}\r\n".encode() + payload + b"\r\n")
        await self._writer.drain()

    async def text(self, text="", index=0, finish=None, **delta) -> None:
        """A piece of a sample."""
        delta = {"content": text, **delta} if text else delta
        await self.event({"choices": [{"index": index, "delta": delta, "finish_reason": finish}]})

    async def usage(self, prompt, completion, cached=0) -> None:
        details = {"cached_tokens": cached}
        counts = {"prompt_tokens": prompt, "completion_tokens": completion}
        await self.event({"choices": [], "usage": {**counts, "prompt_tokens_details": details}})

    async def done(self) -> None:
        await self.event("[DONE]")
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def cut(self) -> None:
        """End the connection in the middle."""
        self._writer.transport.abort()

    async def until_closed(self) -> None:
        """Wait until the other side has closed the connection."""
        try:
            while await self._reader.read(1024):
                pass
        except ConnectionError:
            return

    def _head(self, status, content_type, headers) -> None:
        lines = [f"HTTP/1.1 {status} Scripted", f"content-type: {content_type}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())


class ScriptedServer:
    """Answers the first requests to chat by ``scripts``, in order; the last one stays.

    ``at`` are scripts for other paths. Everything asked is kept in ``asked``.
    """

    def __init__(self, *scripts: Script, owner="somebody", models=("m",), **at: Script) -> None:
        self.scripts = list(scripts)
        self.at = at
        self.models = [{"id": name, "object": "model", "owned_by": owner} for name in models]
        self.asked: list[Exchange] = []
        self.running = self.most_running = 0
        self.url = ""

    @property
    def chats(self) -> list[Exchange]:
        return [each for each in self.asked if each.path.endswith("/chat/completions")]

    async def serve(self, reader, writer) -> None:
        try:
            while (exchange := await self._read(reader, writer)) is not None:
                self.asked.append(exchange)
                self.running += 1
                self.most_running = max(self.running, self.most_running)
                try:
                    await self._script(exchange)(exchange)
                finally:
                    self.running -= 1
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _script(self, exchange) -> Script:
        name = exchange.path.rpartition("/")[2].replace("-", "_")
        if exchange.path.endswith("/chat/completions"):
            return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        if name in self.at:
            return self.at[name]
        if name == "models":
            return self._list
        return _nothing

    async def _list(self, exchange) -> None:
        await exchange.reply({"object": "list", "data": self.models})

    @staticmethod
    async def _read(reader, writer) -> Exchange | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
        data = await reader.readexactly(int(headers.get("content-length", 0)))
        return Exchange(
            first.split()[1], headers, json.loads(data) if data else None, reader, writer
        )


async def _nothing(exchange: Exchange) -> None:
    await exchange.reply({"error": {"message": "no such address"}}, 404)


@asynccontextmanager
async def serving(server: ScriptedServer):
    """Serve on a free port of this machine inside the block."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader, writer) -> None:
        task = asyncio.current_task()
        tasks.add(task)
        try:
            await server.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            tasks.discard(task)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def answer(*texts: str, usage=(7, 3, 0)) -> Script:
    """A script that streams one text for each sample that is asked for, then the counts."""

    async def script(exchange: Exchange) -> None:
        for index in range(exchange.body.get("n", 1)):
            for word in texts[index % len(texts)].split(" "):
                await exchange.text(word, index)
            await exchange.text(index=index, finish="stop")
        if usage:
            await exchange.usage(*usage)
        await exchange.done()

    return script


def refuse(status: int, message: str, **headers: str) -> Script:
    """A script that answers with an error."""

    async def script(exchange: Exchange) -> None:
        await exchange.reply({"error": {"message": message}}, status, **headers)

    return script
