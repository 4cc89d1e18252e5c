"""What the benchmark and its child processes tell each other: one job, one result, as files."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.workload import Workload

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 3600
_LOG_CHARACTERS = 400


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """``settings`` are what a trial found best for the peer; a ``trial`` is to find them."""

    model: str
    threads: int
    workload: Workload
    settings: dict[str, Any] = {}
    trial: bool = False
    small: bool = False


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a child did.

    ``seconds`` run from the first request to the last answer, the model being loaded and warm.
    ``evaluated_tokens`` are those of prompts that were computed. ``figures`` is what measures tell
    besides. ``error`` is a sentence where the child could not do it.
    """

    seconds: float = 0.0
    new_tokens: int = 0
    prompt_tokens: int = 0
    evaluated_tokens: int = 0
    peak_bytes: int = 0
    settings: dict[str, Any] = {}
    versions: str = ""
    figures: dict[str, Any] = {}
    workload: Workload | None = None
    """The tokenised workload, from the child that made it."""
    error: str = ""


def run_child(module: str, job: msgspec.Struct) -> Result:
    """Do a job in a process of its own; a crash is a result too."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ask, answer, log = (Path(folder) / name for name in ("job.json", "result.json", "log"))
        ask.write_bytes(msgspec.json.encode(job))
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", str(ask), str(answer)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with log.open("wb") as output:
            try:
                done = subprocess.run(
                    command,
                    cwd=ROOT,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=PATIENCE_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return Result(error=f"gave no result within {PATIENCE_SECONDS} s")
        if answer.exists():
            return msgspec.json.decode(answer.read_bytes(), type=Result)
        last = log.read_text("utf-8", "replace").strip()[-_LOG_CHARACTERS:]
        return Result(error=f"ended with status {done.returncode}: {last}")


def child(work: Callable[[Any], Result], kind: type[msgspec.Struct] = Job) -> None:
    """The main function of a child: ``JOB RESULT`` on the command line; the job is of a ``kind``.

    The process ends without the interpreter's own ending, in which native code may hang or crash
    after the result is known.
    """
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=kind)
    result = work(job)
    partial = Path(sys.argv[2]).with_suffix(".part")
    partial.write_bytes(msgspec.json.encode(result))
    partial.rename(sys.argv[2])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def peak_bytes(*, of_children: bool = False) -> int:
    """The most memory this process, or the largest child that has ended, ever held."""
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(who).ru_maxrss * unit


class Stopwatch:
    """Seconds of a block: ``with Stopwatch() as watch: ...; watch.seconds``."""

    seconds = 0.0

    def __enter__(self) -> Stopwatch:
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._start
