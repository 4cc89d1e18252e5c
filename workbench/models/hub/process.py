"""The process that speaks to the hub: ``python -m workbench.models.hub.process``.

A process of its own, so that a download can be ended at once, and so that the program itself opens
no connection. It reads one request, writes messages, and ends when its standard input does, so that
it never outlives the program.
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
from workbench.processes.frames import pack_frame, read_frame, write_frame
from workbench.processes.inside import ignore_interrupt, take_standard_output


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
    """Sent a few times a second."""

    progress: DownloadProgress


class Got(msgspec.Struct, frozen=True, tag="got"):
    """The file is there, whole and checked."""

    path: str


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """What went wrong, as :meth:`WorkbenchError.to_wire` gives it."""

    error: dict[str, Any]


Request = ListRequest | GetRequest
Message = Listed | Progressed | Got | Failed


def main() -> None:
    """Do what the request on standard input says."""
    sink = take_standard_output()
    ignore_interrupt()
    asked = read_frame(sys.stdin.buffer)
    if asked is None:
        return
    threading.Thread(target=_end_with_parent, daemon=True).start()
    request = msgspec.msgpack.decode(asked, type=Request)
    from workbench.models.hub import download as hub  # noqa: PLC0415 - takes a second, which the watcher covers

    def send(message: Message) -> None:
        write_frame(sink, pack_frame(msgspec.msgpack.encode(message)))

    try:
        if isinstance(request, ListRequest):
            send(Listed(hub.list_files(request.repository)))
        else:
            folder = Path(request.folder)
            path = hub.get(
                request.repository,
                request.wanted,
                folder,
                lambda progress: send(Progressed(progress)),
            )
            send(Got(str(path)))
    except WorkbenchError as error:
        send(Failed(error.to_wire()))


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)  # nothing to tidy: a download continues where it was


if __name__ == "__main__":
    main()
