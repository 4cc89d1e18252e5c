"""Remote engines on scripted servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from workbench.domain.runs.sampling import Sampling
from workbench.domain.servers import Server, checked
from workbench.domain.text import Message, Segment
from workbench.domain.views import LoadSettings
from workbench.engine.protocol import GenerateRequest
from workbench.engine.remote import Connection, RemoteEngine

from .scripted_server import ScriptedServer, serving

KEY = "sk-very-secret-0123456789"
QUESTION = (Message.literal("user", "How many?"),)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., object]]:
    """Gives a loaded engine on a scripted server; both end with the test."""
    async with AsyncExitStack() as stack:

        async def connected(script: ScriptedServer, *, load=True, **record) -> RemoteEngine:
            await stack.enter_async_context(serving(script))
            server = checked(Server(name="lab", base_url=script.url, **record))
            connection = Connection(server, KEY, delay_seconds=0.001)
            engine = RemoteEngine(connection, "m")
            stack.push_async_callback(connection.close)
            stack.push_async_callback(engine.close)
            if load:
                await engine.load("remote:lab/m", LoadSettings())
            return engine

        yield connected


def request(count=1, messages=QUESTION, mode="fast", priority=1, **sampling) -> GenerateRequest:
    return GenerateRequest(
        segments=(Segment("How many?"),),
        messages=messages,
        sampling=Sampling(**sampling),
        seeds=tuple(range(11, 11 + count)),
        mode=mode,
        priority=priority,
    )
