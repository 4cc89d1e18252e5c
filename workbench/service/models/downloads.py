"""Getting models from the hub: the only thing here that goes online, and only when asked to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from workbench.domain.errors import DownloadError, WorkbenchError
from workbench.domain.views import DownloadProgress, HubFile, ShelfModel
from workbench.models.hub.process import (
    Failed,
    GetRequest,
    Got,
    Listed,
    ListRequest,
    Message,
    Progressed,
    Request,
)
from workbench.models.hub.repository import choose, grouped, parse_wanted
from workbench.models.hub.shelf import shelf
from workbench.processes.keeper import ChildProcess, on_loop
from workbench.service.core import Core

_log = logging.getLogger(__name__)
_DIED = "the process that gets it ended unexpectedly; try again."


class Downloads:
    """Models from the hub."""

    def __init__(self, core: Core) -> None:
        self._paths = core.paths

    async def shelf(self) -> tuple[ShelfModel, ...]:
        """Small models that are good to begin with; nothing is asked of the network."""
        return await asyncio.to_thread(shelf, self._paths.models)

    async def files(self, repository: str) -> tuple[HubFile, ...]:
        """The .gguf files of a repository, smallest first; a split model is one file.

        Args:
            repository: "owner/name", or a link to its page or to a file in it.

        Raises:
            UsageError: that is no repository.
            DownloadError: it cannot be read; the sentence says why.
        """
        wanted = parse_wanted(repository)
        files = grouped(await _list(wanted.repository))
        return (choose(files, wanted.file, wanted.repository),) if wanted.file else files

    async def get(
        self,
        repository: str,
        file: str = "",
        on_progress: Callable[[DownloadProgress], None] | None = None,
    ) -> str:
        """Download a model into the models folder; cancelling it keeps what came.

        Args:
            repository: "owner/name", or a link to its page or to a file in it.
            file: its name or a part of it; "" where there is only one.
            on_progress: called on the loop thread a few times a second.

        Returns:
            The path of the file.

        Raises:
            UsageError: the repository or file cannot be identified.
            DownloadError: it cannot be got; the sentence says why and what is kept.
        """
        wanted = parse_wanted(repository)
        folder = self._paths.models / wanted.repository
        request = GetRequest(wanted.repository, file or wanted.file, str(folder))
        async with _messages(request) as messages:
            async for message in messages:
                if isinstance(message, Progressed) and on_progress is not None:
                    on_progress(message.progress)
                elif isinstance(message, Got):
                    return message.path
        raise DownloadError(wanted.repository, _DIED)


async def _list(repository: str) -> list[HubFile]:
    async with _messages(ListRequest(repository)) as messages:
        async for message in messages:
            if isinstance(message, Listed):
                return message.files
    raise DownloadError(repository, _DIED)


@asynccontextmanager
async def _messages(request: Request) -> AsyncIterator[AsyncIterator[Message]]:
    """What a hub process says about one request; it is ended on leaving, whatever it does."""
    bodies: asyncio.Queue[bytes | None] = asyncio.Queue()
    put = on_loop(bodies.put_nowait)
    child = ChildProcess(
        "workbench.models.hub.process", on_frame=put, on_end=lambda _code, _fault: put(None)
    )
    child.send(msgspec.msgpack.encode(request))
    try:
        yield _decoded(bodies)
    finally:
        child.kill()
        await asyncio.to_thread(child.wait)
        if child.log:
            _log.warning("output of the hub process: %s", "\n".join(child.log))


async def _decoded(bodies: asyncio.Queue[bytes | None]) -> AsyncIterator[Message]:
    while (body := await bodies.get()) is not None:
        message = msgspec.msgpack.decode(body, type=Message)
        if isinstance(message, Failed):
            raise WorkbenchError.from_wire(message.error)
        yield message
