"""Entry of a sandbox process: ``python -m workbench.processes.process MEMORY_BYTES [MODULE]...``.

Requests come on standard input, replies leave on what was standard output. The process ends with
its standard input, so it never outlives the program. A request is ``[function, args,
deadline_seconds]`` in msgpack. Replies are ``[kind, payload]``; every request is answered with
"started" and then one of the others:

| kind    | payload                                                  |
|---------|----------------------------------------------------------|
| started | None: the function is imported, its time begins          |
| value   | what it returned                                         |
| error   | a WorkbenchError as ``to_wire`` writes it                |
| time    | None: it was stopped at its deadline                     |
| memory  | None: it needed more memory than it has                  |
| large   | None: what it returned does not fit into a frame         |
| bug     | the traceback of any other exception                     |
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import IO, Any

import msgspec

from workbench.domain.errors import WorkbenchError
from workbench.processes.frames import FRAME_BYTES, pack_frame, read_frame, write_frame
from workbench.processes.inside import ignore_interrupt, take_standard_output
from workbench.processes.limits import OutOfTime, forbid_outside, limit_memory, limited_time

PACKAGE = "workbench."
_encode = msgspec.msgpack.encode
_OUT_OF_MEMORY = _encode(["memory", None])
_STARTED = pack_frame(_encode(["started", None]))


def _function(name: str) -> Callable[..., Any]:
    """Import ``module:function``; only modules of this program."""
    module, _, attribute = name.partition(":")
    if not module.startswith(PACKAGE):
        raise ImportError(f"{module} is not a part of this program")
    found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return found


def _reply(function: Callable[..., Any], args: list[Any], deadline_seconds: float) -> bytes:
    """Run a function within its limits and encode its result."""
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
            write_frame(sink, _STARTED)
            write_frame(sink, pack_frame(_encode(["bug", traceback.format_exc()])))
            continue
        write_frame(sink, _STARTED)
        write_frame(sink, pack_frame(_reply(function, args, deadline_seconds)))


def main() -> None:
    """Serve until standard input ends."""
    sink = take_standard_output()
    ignore_interrupt()
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
