"""llama.cpp's own server with a model, in a child process, on a free port of this machine.

Run as a program it serves the model named on its command line, says where, and ends with its
standard input.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def llama_server(model: str, *options: str) -> Iterator[str]:
    """The address of a server for ``model``; ``options`` as in "embedding" set what is off."""
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__)), model, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        address = child.stdout.readline().strip()
        assert address, "the server did not start"
        yield address
    finally:
        child.stdin.close()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()


def _serve(model: str, *options: str) -> None:
    import xllamacpp  # noqa: PLC0415 - in the child process only

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.port = 0
    params.n_parallel = 4
    params.n_ctx = 8192
    params.warmup = False
    params.cpuparams.n_threads = 2
    params.cpuparams_batch.n_threads = 2
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    for name in options:
        setattr(params, name, True)
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
