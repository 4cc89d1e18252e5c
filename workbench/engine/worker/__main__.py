"""Entry of the worker process: ``python -m workbench.engine.worker``.

Commands come on standard input, reports leave on what was standard output. Native code prints
where it likes, so file descriptor 1 is turned into a second standard error before any is loaded.
"""

from __future__ import annotations

import faulthandler
import os
import sys

from workbench.processes.inside import ignore_interrupt, take_standard_output


def _set_environment() -> None:
    """What native libraries read once, when they are loaded."""
    # An abort inside ggml would otherwise start a debugger to print its stack.
    os.environ["GGML_NO_BACKTRACE"] = "1"
    # OpenMP threads wait for each other some thousand times a token. By default they burn their
    # time slice doing so: as soon as anything else wants a core (the window does), each waits for a
    # thread that is not running. Measured on two cores, 135M model: 80 -> 60 tokens/s on an idle
    # machine, but 2 to 13 -> 18 to 29 next to a compiler.
    os.environ.setdefault("GOMP_SPINCOUNT", "200")


def main() -> None:
    """Serve until standard input ends."""
    sink = take_standard_output()
    _set_environment()
    faulthandler.enable()
    ignore_interrupt()
    # Loading llama.cpp comes after the descriptors and the environment are in order.
    from workbench.engine.worker.service import WorkerService  # noqa: PLC0415

    WorkerService(sys.stdin.buffer, sink).run()


if __name__ == "__main__":
    main()
