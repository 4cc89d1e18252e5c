"""Entry of a sandbox process: ``python -m workbench.sandbox.process MEMORY_BYTES [MODULE]...``.

Requests come on standard input, replies leave on what was standard output. The process ends with
its standard input, so it never outlives the program.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import IO, Any

import msgspec

from workbench.domain.errors import WorkbenchError
from workbench.sandbox.frames import FRAME_BYTES, read_frame, write_frame
from workbench.sandbox.limits import OutOfTime, forbid_outside, limit_memory, limited_time

PACKAGE = "workbench."
_encode = msgspec.msgpack.encode
_OUT_OF_MEMORY = _encode(["memory", None])


def _take_standard_output() -> IO[bytes]:
    """A private copy of standard output; what prints to it from now on goes to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists on Windows only

        msvcrt.setmode(private, os.O_BINARY)
    return os.fdopen(private, "wb")


def _function(name: str) -> Callable[..., Any]:
    """Import ``module:function``; only modules of this program."""
    module, _, attribute = name.partition(":")
    if not module.startswith(PACKAGE):
        raise ImportError(f"{module} is not a part of this program")
    found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return found


def _reply(function: Callable[..., Any], args: list[Any], deadline_seconds: float) -> bytes:
    """Run a function within its limits and encode what came of it."""
    try:
        with limited_time(deadline_seconds):
            reply = _encode(["value", function(*args)])
    except WorkbenchError as error:
        reply = _encode(["error", error.to_wire()])
    except OutOfTime:
        reply = _encode(["time", None])
    except MemoryError:
        reply = _OUT_OF_MEMORY
    except Exception:  # goes to the program outside as a whole
        reply = _encode(["bug", traceback.format_exc()])
    return reply if len(reply) <= FRAME_BYTES else _encode(["large", None])


def _serve(source: IO[bytes], sink: IO[bytes]) -> None:
    while (body := read_frame(source)) is not None:
        name, args, deadline_seconds = msgspec.msgpack.decode(body)
        try:
            function = _function(name)
        except (ImportError, AttributeError):
            write_frame(sink, _encode(["started", None]))
            write_frame(sink, _encode(["bug", traceback.format_exc()]))
            continue
        write_frame(sink, _encode(["started", None]))
        write_frame(sink, _reply(function, args, deadline_seconds))


def main() -> None:
    """Serve until standard input ends."""
    sink = _take_standard_output()
    # Ctrl+C in a terminal reaches the whole group; the program decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    memory_bytes, *modules = sys.argv[1:]
    for module in modules:
        if module.startswith(PACKAGE):
            importlib.import_module(module)
    limit_memory(int(memory_bytes))
    forbid_outside()
    try:
        _serve(sys.stdin.buffer, sink)
    except BrokenPipeError:
        os._exit(0)  # the program is gone; flushing at exit would only fail again


if __name__ == "__main__":
    main()
