"""The real program in a real window: typed at, closed, killed, opened again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.xvfb,
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.timeout(420),
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")),
        reason="Xvfb or xdotool is not installed",
    ),
]

_PATIENCE_SECONDS = 150


def wait_for(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.2)


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual screen of its own."""
    read, write = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as numbers:
        yield f":{numbers.readline().strip()}"
    screen.terminate()
    screen.wait(60)


class Program:
    """The window, driven by keys as the user would."""

    def __init__(self, home: Path, display: str) -> None:
        self._home = home
        self._environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        command = [sys.executable, "-m", "workbench", "--data-dir", str(home)]
        self.process = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)
        wait_for(self._window, "the window")
        self._do("windowfocus", self._window().split()[0])

    def _window(self) -> str:
        return self._do("search", "--onlyvisible", "--name", "Prompt Workbench")

    def _do(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def keys(self, *names: str) -> None:
        for name in names:
            self._do("key", "--clearmodifiers", name)
            time.sleep(0.15)

    def write(self, text: str) -> None:
        self._do("type", "--delay", "15", text)


@pytest.fixture
def open_program(tmp_path: Path, display: str) -> Iterator[Callable[[], Program]]:
    """Opens the program on the test's folder; none is left when the test has failed."""
    opened: list[Program] = []

    def open_one() -> Program:
        opened.append(Program(tmp_path, display))
        return opened[-1]

    yield open_one
    for program in opened:
        program.process.kill()
        program.process.wait(60)


def history(home: Path, *words: str) -> str:
    command = [sys.executable, "-m", "workbench", "--data-dir", str(home), "history", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def runs(home: Path) -> list[dict]:
    return json.loads(history(home, "list", "--json") or "[]")


def output(home: Path, run_id: int) -> str:
    return json.loads(history(home, "show", str(run_id), "--json") or "{}").get("output", "")


def test_a_conversation_survives_closing_and_a_killed_answer_keeps_its_text(tmp_path, open_program):
    program = open_program()
    program.keys("ctrl+k")
    program.write("go to chat")
    program.keys("Return")
    time.sleep(1.0)
    program.write("hi")
    program.keys("Return")
    wait_for(lambda: [run for run in runs(tmp_path) if run["status"] == "done"], "an answer")
    program.keys("ctrl+q")
    assert program.process.wait(60) == 0

    program = open_program()
    time.sleep(2.0)
    program.keys("ctrl+4")
    program.write("Write a very long story about the sea and all of its islands.")
    program.keys("Return")
    wait_for(lambda: len(runs(tmp_path)) == 2, "the second run")
    wait_for(lambda: output(tmp_path, runs(tmp_path)[0]["run_id"]), "some of its text on disk")
    program.process.send_signal(signal.SIGKILL)
    program.process.wait(60)
    second, first = runs(tmp_path)
    assert first["status"] == "done"
    assert second["status"] in ("interrupted", "done")
    assert output(tmp_path, second["run_id"])
