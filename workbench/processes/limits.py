"""What a sandbox process may use: memory, processor time, and nothing outside itself."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

_FORBIDDEN_EVENTS = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.kill",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.truncate",
    "shutil.",
    "ctypes.dlopen",
    "webbrowser.",
    "urllib.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class OutOfTime(BaseException):
    """Raised inside the running function at its deadline.

    Not an Exception, so that ordinary handlers let it pass. A function may catch it to say which
    line it was on. The program outside kills the process where this cannot interrupt it.
    """


def limit_memory(memory_bytes: int) -> None:
    """Refuse allocations beyond ``memory_bytes`` of address space, where the system can."""
    if sys.platform == "win32":
        return  # the program outside watches the resident memory instead
    import resource  # noqa: PLC0415 - does not exist on Windows

    # macOS refuses this limit; there, too, the watch outside remains.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def limited_time(deadline_seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the body once it has used ``deadline_seconds`` of processor time.

    Does nothing on Windows, which has no such timer. A second, later limit makes the system end
    the process should the program outside be gone.
    """
    if sys.platform == "win32":
        yield
        return
    import resource  # noqa: PLC0415 - does not exist on Windows

    used = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used + deadline_seconds) + 2, hard))
    signal.signal(signal.SIGPROF, _raise_out_of_time)
    # It fires again because Python drops an exception that is raised inside a finaliser.
    signal.setitimer(signal.ITIMER_PROF, deadline_seconds, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _raise_out_of_time(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime


def forbid_outside() -> None:
    """From now on refuse connections, other processes and writing files; cannot be undone.

    A second wall: the templates' own sandbox already gives no way to any of these.
    """
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        flags = arguments[2]
        if isinstance(flags, int) and flags & _WRITING:
            raise PermissionError("A sandboxed function tried to write a file.")
    elif event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(f"A sandboxed function tried {event}.")
