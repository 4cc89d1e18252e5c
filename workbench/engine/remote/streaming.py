"""The events of a streamed answer, also of servers that do not keep to the protocol.

Imports ``openai``, which takes a second: only :mod:`.connection` imports this, when it is needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import openai
from openai._streaming import ServerSentEvent


class Events(openai.AsyncStream[object]):
    """The stream of the ``openai`` package, for what it does not take.

    Some servers send events without data (a comment that keeps the connection open, after an event
    with an id), which the package would read as JSON; others ignore ``stream`` and answer with one
    JSON object, which is then the only event.
    """

    async def _iter_events(self) -> AsyncIterator[ServerSentEvent]:
        if "application/json" in self.response.headers.get("content-type", ""):
            whole = await self.response.aread()
            yield ServerSentEvent(data=whole.decode("utf-8", "replace"))
            return
        async for event in super()._iter_events():
            if event.data:
                yield event
