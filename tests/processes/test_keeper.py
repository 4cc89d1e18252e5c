"""A process from outside: frames both ways, its last lines, its end, and how it is ended."""

from __future__ import annotations

import asyncio
import queue
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.processes.frames import FrameError
from workbench.processes.keeper import LOG_LINES, ChildProcess, on_loop

START = (
    "import sys, time\n"
    "from workbench.processes.frames import pack_frame, read_frame, write_frame\n"
    "source, sink = sys.stdin.buffer, sys.stdout.buffer\n"
)
ECHO = START + (
    "while (body := read_frame(source)) is not None:\n"
    "    write_frame(sink, pack_frame(body[::-1]))\n"
)

Heard = queue.SimpleQueue[object]
Start = Callable[[str], tuple[ChildProcess, Heard]]


@pytest.fixture
def start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], tuple[ChildProcess, Heard]]:
    """Run a program as a module; frames and then the end come into the queue."""
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")

    def started(program: str) -> tuple[ChildProcess, Heard]:
        (tmp_path / "kept.py").write_text(program)
        heard: Heard = queue.SimpleQueue()
        child = ChildProcess(
            "kept", on_frame=heard.put, on_end=lambda code, fault: heard.put((code, fault))
        )
        return child, heard

    return started


def test_frames_go_both_ways_and_the_end_of_the_input_ends_it(start: Start) -> None:
    child, heard = start(ECHO)
    child.send(b"abc")
    child.send(b"x" * 1_000_000 + b"y")
    assert heard.get(timeout=30) == b"cba"
    assert heard.get(timeout=30) == b"y" + b"x" * 1_000_000
    assert child.is_alive
    assert child.resident_bytes() > 1_000_000
    assert child.cpu_seconds() > 0
    child.end_input()
    assert heard.get(timeout=30) == (0, None)
    child.wait()
    assert not child.is_alive
    assert child.exit_code == 0


def test_its_last_lines_are_there_when_it_has_ended(start: Start) -> None:
    child, heard = start(
        "import sys\nfor n in range(300):\n    print(n, file=sys.stderr)\nsys.exit(3)\n"
    )
    assert heard.get(timeout=30) == (3, None)
    assert child.log[-1] == "299"
    assert len(child.log) == LOG_LINES
    child.send(b"this is not read")
    child.kill()
    child.wait()


def test_what_is_no_frame_ends_it(start: Start) -> None:
    child, heard = start(START + "sink.write(b'\\xff' * 9)\nsink.flush()\ntime.sleep(60)\n")
    code, fault = heard.get(timeout=30)  # type: ignore[misc]
    assert isinstance(fault, FrameError)
    assert code != 0
    assert not child.is_alive


def test_a_stream_that_is_cut_is_its_end_and_no_fault(start: Start) -> None:
    _, heard = start(START + "sink.write(b'\\x09\\0\\0\\0abc')\nsink.flush()\n")
    assert heard.get(timeout=30) == (0, None)


@pytest.mark.parametrize("waits_for", ["sleep", "input"])
def test_it_is_killed_at_once_whatever_it_does(start: Start, waits_for: str) -> None:
    """Also one that never reads what it is sent."""
    child, heard = start(START + "write_frame(sink, pack_frame(b'up'))\ntime.sleep(60)\n")
    assert heard.get(timeout=30) == b"up"
    if waits_for == "input":
        child.send(b"x" * 10_000_000)
    child.kill()
    child.wait()
    child.kill()
    code, fault = heard.get(timeout=30)  # type: ignore[misc]
    assert fault is None
    assert code == (-9 if sys.platform != "win32" else 1)


def test_one_that_cannot_be_started_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(OSError):  # noqa: PT011 - its kind depends on the system
        ChildProcess("kept", on_frame=print, on_end=print)


async def test_a_call_from_a_thread_is_made_on_the_loop() -> None:
    found: asyncio.Queue[int] = asyncio.Queue()
    await asyncio.to_thread(on_loop(found.put_nowait), 7)
    assert await found.get() == 7


def test_a_call_to_a_loop_that_is_closed_is_dropped() -> None:
    async def made() -> Callable[[int], None]:
        return on_loop(print)

    asyncio.run(made())(1)
