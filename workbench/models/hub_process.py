"""The process that speaks to the hub: ``python -m workbench.models.hub_process``.

A process of its own, so that a download can be ended at once, and so that the program itself opens
no connection. It takes one JSON request as its argument, writes one JSON message a line, and ends
when its standard input does, so that it never outlives the program.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import DownloadProgress, HubFile


class ListRequest(msgspec.Struct, frozen=True, tag="list"):
    """List the files of a repository."""

    repository: str


class GetRequest(msgspec.Struct, frozen=True, tag="get"):
    """Download the file that ``wanted`` means into ``folder``."""

    repository: str
    wanted: str
    folder: str


class Listed(msgspec.Struct, frozen=True, tag="listed"):
    """All files of the repository."""

    files: list[HubFile]


class Progressed(msgspec.Struct, frozen=True, tag="progressed"):
    """Told a few times a second."""

    progress: DownloadProgress


class Got(msgspec.Struct, frozen=True, tag="got"):
    """The file is there, whole and checked."""

    path: str


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """What went wrong, as :meth:`WorkbenchError.to_wire` gives it."""

    error: dict[str, Any]


Request = ListRequest | GetRequest
Message = Listed | Progressed | Got | Failed


def _send(message: Message) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)  # nothing to tidy: a download is taken up again where it stands


def main(argument: str) -> None:
    """Do what the request says."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    request = msgspec.json.decode(argument, type=Request)
    from workbench.models import hub  # noqa: PLC0415 - takes a second, which the watcher covers

    try:
        if isinstance(request, ListRequest):
            _send(Listed(hub.list_files(request.repository)))
        else:
            path = hub.get(
                request.repository,
                request.wanted,
                Path(request.folder),
                lambda progress: _send(Progressed(progress)),
            )
            _send(Got(str(path)))
    except WorkbenchError as error:
        _send(Failed(error.to_wire()))


if __name__ == "__main__":
    main(sys.argv[1])
