"""The connection to one server: one client, a limit, retries, and readable errors."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from workbench.domain.errors import RemoteError
from workbench.domain.servers import Server
from workbench.engine.remote.failures import Describer, Failure, RequestFailedError
from workbench.engine.remote.limiter import Limiter

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai._types import RequestOptions

CONNECT_SECONDS = 10.0
_MOST_WAIT_SECONDS = 60.0
"""A server that asks for a longer pause than this is not waited for."""
_MOST_DELAY_SECONDS = 8.0
_URGENT = 0
_log = logging.getLogger(__name__)

Json = dict[str, Any]


class Connection:
    """Requests to one server. All methods belong to one event loop.

    Nothing is sent before the first request, and nothing is sent anywhere else: redirects are not
    followed. The key is in the client alone, never in an error, a log line or a repr.

    Args:
        server: where it is.
        key: sent as a bearer token; "" sends none.
        attempts: how often a request is tried that fails for a passing reason.
        delay_seconds: the pause before the second try; it doubles with each one.
    """

    def __init__(
        self, server: Server, key: str = "", *, attempts: int = 4, delay_seconds: float = 0.5
    ) -> None:
        self.server = server
        self._key = key
        self._attempts = attempts
        self._delay_seconds = delay_seconds
        self._limiter = Limiter(server.concurrency)
        self._describe = Describer(server, key)
        self._client: AsyncOpenAI | None = None
        self._making = asyncio.Lock()
        self._asked: set[asyncio.Future[Any]] = set()
        self._closed = False

    def know_models(self, models: tuple[str, ...]) -> None:
        """Remember what the server lists, to say it where a model is missing."""
        self._describe.listed_models = models

    async def get(self, url: str, *, attempts: int | None = None) -> Json:
        """The JSON object at ``url``, absolute or relative to the server's address.

        A bare list, which some services send for one of ``data``, becomes such an object.

        Raises:
            RequestFailedError: no answer, or neither.
        """

        async def ask() -> object:
            client = await self._connected()
            return await client.get(url, cast_to=object, options=self._options())

        return await self._object(ask, _URGENT, attempts)

    async def post(self, url: str, body: Json, priority: int = _URGENT) -> Json:
        """The JSON object that answers ``body``.

        Raises:
            RequestFailedError: no answer, or not an object.
        """

        async def ask() -> object:
            client = await self._connected()
            return await client.post(url, cast_to=object, body=body, options=self._options())

        return await self._object(ask, priority, None)

    async def stream(
        self, url: str, body: Json, priority: int, is_text: Callable[[Json], bool]
    ) -> AsyncGenerator[Json]:
        """The events that answer ``body``, as JSON objects.

        The request is made again after a passing failure as long as nothing has come for which
        ``is_text`` is true. Closing the iterator closes the connection.

        Raises:
            RequestFailedError: no answer, or it broke off.
        """
        async with self._limiter.place(priority):
            attempt = 1
            while True:
                began = False
                delay = 0.0
                try:
                    async with aclosing(self._events(url, body)) as events:
                        async for event in events:
                            began = began or is_text(event)
                            yield event
                    return
                except RequestFailedError as failed:
                    if began or not self._may_try_again(failed.failure, attempt):
                        raise
                    delay = self._delay(failed.failure, attempt)
                await asyncio.sleep(delay)
                attempt += 1

    async def close(self) -> None:
        """Close every connection; requests under way fail. Safe to call twice."""
        self._closed = True
        # What is just connecting is in no pool yet, and would stay open after the client is closed.
        for asked in tuple(self._asked):
            asked.cancel()
        await asyncio.gather(*self._asked, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    async def _object(self, ask: Callable[[], Any], priority: int, attempts: int | None) -> Json:
        async with self._limiter.place(priority):
            attempt = 1
            while True:
                try:
                    answer = await self._described(ask)
                    break
                except RequestFailedError as failed:
                    if not self._may_try_again(failed.failure, attempt, attempts):
                        raise
                    delay = self._delay(failed.failure, attempt)
                await asyncio.sleep(delay)
                attempt += 1
        if isinstance(answer, str) and "<html" in answer.casefold():
            raise RequestFailedError(self._describe.web_page())
        if isinstance(answer, list):
            return {"data": answer}
        if not isinstance(answer, dict):
            raise RequestFailedError(self._describe.malformed(str(answer)[:40] or "nothing"))
        return answer

    async def _described(self, ask: Callable[[], Any]) -> object:
        import openai  # noqa: PLC0415 - a second of imports, once

        asked = asyncio.ensure_future(ask())
        self._asked.add(asked)
        try:
            return await asked
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._closed or (task is not None and task.cancelling()):
                raise
            failure = self._closing()
        except openai.OpenAIError as error:
            failure = self._closing() if self._closed else self._describe.of(error)
        except (ValueError, RuntimeError) as error:  # not JSON; closed under the request
            failure = self._closing() if self._closed else self._describe.of(error)
        finally:
            self._asked.discard(asked)
        raise RequestFailedError(failure)  # outside: the request with its key is not its context

    async def _events(self, url: str, body: Json) -> AsyncGenerator[Json]:
        """One try of a streamed request."""
        from workbench.engine.remote.streaming import Events  # noqa: PLC0415 - imports openai

        async def ask() -> object:
            client = await self._connected()
            return await client.post(
                url,
                cast_to=object,
                body=body,
                options=self._options(),
                stream=True,
                stream_cls=Events,
            )

        stream = await self._described(ask)
        assert isinstance(stream, Events)
        try:
            if "text/html" in stream.response.headers.get("content-type", ""):
                raise RequestFailedError(self._describe.web_page())
            events = aiter(stream)
            while True:
                event = await self._described(lambda: anext(events, None))
                if event is None:
                    return
                if not isinstance(event, dict):
                    raise RequestFailedError(self._describe.malformed(str(event)[:40]))
                yield event
        finally:
            await stream.close()

    def failed(self, what: str = "") -> RequestFailedError:
        """An answer that cannot be understood (``what`` says why), or that broke off ("")."""
        failure = self._describe.malformed(what) if what else self._describe.cut()
        return RequestFailedError(failure)

    def _may_try_again(self, failure: Failure, attempt: int, attempts: int | None = None) -> bool:
        if self._closed or not failure.passing or attempt >= (attempts or self._attempts):
            return False
        _log.info("trying again (%d): %s", attempt, failure.error)
        return (failure.wait_seconds or 0.0) <= _MOST_WAIT_SECONDS

    def _delay(self, failure: Failure, attempt: int) -> float:
        """Seconds to wait: as asked, or doubling, with up to a quarter more by chance.

        The chance keeps requests that failed together from coming back together.
        """
        doubled: float = self._delay_seconds * 2 ** (attempt - 1)
        wanted = min(doubled, _MOST_DELAY_SECONDS)
        asked = max(failure.wait_seconds or 0.0, wanted)
        return asked * random.uniform(1.0, 1.25)  # noqa: S311 - no secret

    async def _connected(self) -> AsyncOpenAI:
        if self._closed:
            raise RequestFailedError(self._closing())
        async with self._making:
            if self._client is None:  # in a thread: imports and certificates take a second
                self._client = await asyncio.to_thread(self._make_client)
        return self._client

    def _make_client(self) -> AsyncOpenAI:
        """A client that takes nothing but proxies from the environment.

        The package would send the user's own OpenAI organisation, admin key and extra headers to
        whatever server it is given.
        """
        import openai  # noqa: PLC0415 - a second of imports, once

        headers: dict[str, Any] = dict.fromkeys(_ambient_headers(), openai.Omit())
        headers["Authorization"] = f"Bearer {self._key}" if self._key else openai.Omit()
        client = openai.AsyncOpenAI(
            api_key=self._key,
            base_url=self.server.base_url,
            max_retries=0,
            timeout=openai.Timeout(self.server.timeout_seconds, connect=CONNECT_SECONDS),
            default_headers=headers,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
            _enforce_credentials=False,
        )
        client.organization = client.project = client.admin_api_key = None
        return client

    def _options(self) -> RequestOptions:
        """Headers of a request without a key: the package must be given an explicit none."""
        import openai  # noqa: PLC0415 - a second of imports, once

        return {} if self._key else {"headers": {"Authorization": openai.Omit()}}

    def _closing(self) -> Failure:
        return Failure(
            RemoteError(f"The connection to the server {self.server.name} was closed: start again.")
        )


def _ambient_headers() -> list[str]:
    lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")
    return [line.partition(":")[0].strip() for line in lines if ":" in line]
