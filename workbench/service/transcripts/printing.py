"""A conversation as a PDF file: the window's room for printing writes it, in its own process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from workbench.domain.errors import FormatError
from workbench.processes.frames import FrameError
from workbench.processes.keeper import ChildProcess, on_loop

_MODULE = "workbench.ui.printing.process"
"""By name: nothing here may know the window, and nothing but that process loads Qt."""
_TEXT_BYTES = 512 * 1024 * 1024


async def print_pdf(markdown: str, title: str, path: Path) -> None:
    """Write Markdown into a PDF file; cancelling ends the process.

    Raises:
        FormatError: it is too large, or cannot be written.
    """
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(code: int, _fault: FrameError | None) -> None:
        if not ended.done():
            ended.set_result(code)

    body = await asyncio.to_thread(msgspec.msgpack.encode, (title, markdown))
    if len(body) > _TEXT_BYTES:
        raise FormatError(str(path), "the conversation is too large for a PDF.")
    try:
        child = await asyncio.to_thread(_start, path, on_loop(end))
    except OSError as error:
        reason = f"the process that writes it cannot be started ({error.strerror})."
        raise FormatError(str(path), reason) from error
    try:
        child.send(body)
        child.end_input()
        code = await ended
    finally:
        if not ended.done() or child.is_alive:
            child.kill()
    if code != 0:
        reason = child.log[-1] if code == 2 and child.log else f"exit status {code}"
        raise FormatError(str(path), f"it cannot be written ({reason}).")


def _start(path: Path, on_end: Callable[[int, FrameError | None], None]) -> ChildProcess:
    return ChildProcess(
        _MODULE, str(path), on_frame=_ignore, on_end=on_end, frame_bytes=_TEXT_BYTES
    )


def _ignore(_body: bytes) -> None:
    """It says nothing but its exit status."""
