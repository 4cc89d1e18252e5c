"""Two windows on one data folder, as processes: the second hands over, or writes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest

from workbench.domain.errors import UsageError
from workbench.domain.opening import OpenRequest, read_request
from workbench.domain.views import StoreStatus
from workbench.ui.instance import Instance

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by signals")


class Shown:
    """A window in a process of its own."""

    def __init__(self, folder: Path, *target: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.window.window_process", str(folder), *target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )

    def hear(self, word: str) -> dict[str, Any]:
        """The next line that says ``word``."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            heard: dict[str, Any] = json.loads(line) if line.startswith("{") else {"printed": line}
            if word in heard:
                return heard
        raise AssertionError(f"the window ended and did not say {word!r}")

    def say(self, line: str) -> None:
        """Type a line into its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Shown]]:
    """Starts windows on one folder and ends them."""
    made: list[Shown] = []

    def begin(*target: str) -> Shown:
        made.append(Shown(tmp_path, *target))
        return made[-1]

    yield begin
    for each in made:
        with each.process:
            each.process.kill()


def test_a_second_start_hands_its_request_to_the_first_window(start, tmp_path):
    first = start()
    assert first.hear("opened")["is_held"] is False
    second = start("chat/12")
    assert "open on" in second.hear("printed")["printed"]
    assert second.process.wait() == 0
    assert first.hear("asked") == {"asked": "chat", "value": 12}
    first.say("still written")
    assert first.hear("written")


def test_a_window_next_to_one_that_does_not_answer_writes_nothing(start, tmp_path):
    first = start()
    first.hear("opened")
    first.say("by the first")
    first.hear("written")
    first.process.send_signal(signal.SIGSTOP)
    settings = (tmp_path / "window.ini").read_bytes() if (tmp_path / "window.ini").exists() else b""
    second = start()
    opened = second.hear("opened")
    assert opened["is_held"]
    assert not opened["keeps"]
    assert f"process {first.process.pid}" in opened["bar"]
    assert "nothing is saved" in opened["bar"]
    assert opened["remedy"] == "Try again"
    second.say("by the second")
    assert "nothing is saved" in second.hear("refused")["refused"]
    second.say("again")
    assert second.hear("again") == {"again": False}
    first.process.kill()
    first.process.wait()
    second.say("again")
    assert second.hear("again") == {"again": True}
    second.say("quit")
    assert second.process.wait() == 0
    now = (tmp_path / "window.ini").read_bytes() if (tmp_path / "window.ini").exists() else b""
    assert now == settings
    third = start()
    assert third.hear("opened")["is_held"] is False


def test_the_bar_offers_to_try_again_and_says_who_still_has_it(window, monkeypatch):
    status = StoreStatus(path="x", problem="In use by backup.", read_only=True, is_held=True)
    window._on_store(status)
    assert window.banner.message == "In use by backup."
    assert window.banner.remedy.text() == "Try again"
    window.starting.has_folder = lambda: False
    QTest.keyClick(window.banner.remedy, " ")
    assert window.notice.message == "The other window still has the history."


def test_trying_again_starts_the_program_again_on_the_same_folder(window, bridge, monkeypatch):
    monkeypatch.setattr(window, "close", lambda: True)
    window.starting.has_folder = lambda: True
    window.starting.try_again()
    assert window.starting.folder == str(Path(bridge.store_status.path).parent)


def test_what_a_start_asks_for_is_opened_when_the_session_is_there(window, monkeypatch):
    gone: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(window, "go", lambda place, **handed: gone.append((place, handed)))
    window.starting.ready()
    window.starting.show(OpenRequest("chat", "conversation_id", 3))
    assert gone == [("chat", {"conversation_id": 3})]


def test_a_window_that_ends_is_not_shown_again(window, tmp_path, qtbot):
    instance = Instance(tmp_path)
    assert instance.claim()
    window.starting.ending.connect(instance.stop_answering)
    window.show()
    window.starting.end()
    window.hide()
    window.starting.show(OpenRequest("chat"))
    assert window.isHidden()
    assert not Instance(tmp_path).hand_over()
    instance.release()


def test_a_word_of_the_command_line_says_what_is_opened(tmp_path):
    prompt = tmp_path / "greet.prompty"
    prompt.write_text("Hello")
    assert read_request("greet.prompty", tmp_path) == OpenRequest("design", "path", str(prompt))
    assert read_request("chat/12", tmp_path) == OpenRequest("chat", "conversation_id", 12)
    assert read_request("workbench:run/3", tmp_path) == OpenRequest("history", "run_id", 3)
    assert read_request("models", tmp_path) == OpenRequest("models")
    for wrong in ("nothing.md", "chat/x", "chat/" + "9" * 30, str(tmp_path)):
        with pytest.raises(UsageError, match="cannot be opened"):
            read_request(wrong, tmp_path)


def test_what_is_no_request_is_not_answered(tmp_path, qtbot):
    first = Instance(tmp_path)
    asked: list[OpenRequest] = []
    first.asked.connect(asked.append)
    assert first.claim()
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication; "
        "from PySide6.QtNetwork import QLocalSocket; from workbench.ui.instance import Instance; "
        "app = QCoreApplication([]); socket = QLocalSocket(); "
        "socket.connectToServer(Instance(Path(sys.argv[1]))._name); socket.waitForConnected(); "
        "socket.write(b'[1, 2\\n'); socket.flush(); print(socket.waitForDisconnected(20000))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as other:
        qtbot.waitUntil(lambda: other.poll() is not None, timeout=60_000)
        answer, _ = other.communicate()
    assert answer == "True\n"
    assert asked == []
    first.release()
