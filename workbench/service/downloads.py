"""Getting models from the hub: the only thing here that goes online, and only when asked to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from workbench.domain.errors import DownloadError, WorkbenchError
from workbench.domain.views import DownloadProgress, HubFile
from workbench.models.hub_process import (
    Failed,
    GetRequest,
    Got,
    Listed,
    ListRequest,
    Message,
    Progressed,
    Request,
)
from workbench.models.repository import choose, grouped, parse_wanted
from workbench.service.core import Core

_log = logging.getLogger(__name__)
_MOST_LINE_BYTES = 16 * 1024**2
_DIED = "the process that gets it ended unexpectedly; try again."


class DownloadService(Core):
    """The part of the service that gets models."""

    async def hub_files(self, repository: str) -> tuple[HubFile, ...]:
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

    async def get_model(
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
            UsageError: the repository or file cannot be told from what was given.
            DownloadError: it cannot be got; the sentence says why and what is kept.
        """
        wanted = parse_wanted(repository)
        folder = self.paths.models / wanted.repository
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
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "workbench.models.hub_process",
        msgspec.json.encode(request).decode(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, limit=_MOST_LINE_BYTES,
    )  # fmt: skip
    try:
        yield _decoded(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        _, said = await process.communicate()
        if said:
            _log.warning("the hub process said: %s", said.decode("utf-8", "replace").strip())


async def _decoded(process: asyncio.subprocess.Process) -> AsyncIterator[Message]:
    assert process.stdout is not None
    async for line in process.stdout:
        message = msgspec.json.decode(line, type=Message)
        if isinstance(message, Failed):
            raise WorkbenchError.from_wire(message.error)
        yield message
