"""kill -9 at random moments of the real program, and the stored data afterwards.

    python -m tests.benchmarks.kills [KILLS] [FOLDER]

Opens the window (without a screen) on a throw-away data folder with the starter model, types and
runs in all workspaces, kills it, checks the history, and opens it again on the same folder. After
each kill: SQLite's integrity_check and the search indexes are sound, every message that was sent is
there, and it prints how old the oldest streamed text and the oldest key were that were lost. Words
that the program itself replaced while it was open (Compare follows Design) are counted apart. On a
busy machine threads that could go on are not let; for how long Linux knows, and it is printed too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.real_window import open_window
from workbench.domain.runs.events import LoggedEvent, RunFinished, TextReceived
from workbench.domain.runs.run_state import fold_all
from workbench.history.file.driver import load_driver
from workbench.history.store import HistoryStore
from workbench.settings import Paths

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

KILLS = 100
STREAM_SECONDS, TYPED_SECONDS = 0.25, 1.0
"""What may be lost at most."""
_START_SECONDS = 120
_MOST_WORDS = 60
_PATIENCE_SECONDS = 30
"""A kill comes after so many typed words at most, and after so many seconds."""
_PLACES = ("editor", "inputs", "chat", "compare", "tree", "history")
_STEP_MS = 90


# --- the program that is killed ---------------------------------------------------------------


class Worker:
    """Types, sends and runs at random in the window, and says on stdout what it did."""

    def __init__(self, paths: Paths, seed: int) -> None:
        from PySide6.QtCore import QTimer  # noqa: PLC0415 - for the process with the window

        self._chance = random.Random(seed)
        self._shown = open_window(paths)
        self._number = seed * 1000
        self._shows: dict[QWidget, tuple[str, list[int]]] = {}
        """The words that were typed into a widget and not sent, with the place's name."""
        self._place = self._chance.choice(_PLACES)
        self._threads: list[int | None] = []
        bridge = self._shown.bridge
        bridge.start()
        bridge.call(lambda core: core.models.load(), lambda _: QTimer.singleShot(300, self._begin))
        self._timer = QTimer(interval=_STEP_MS)
        self._timer.timeout.connect(self._step)

    def _begin(self) -> None:
        async def listen(core: Any) -> None:
            core.subscribe(_say_received)

        self._shown.bridge.call(listen)
        self._threads = [each.native_id for each in threading.enumerate() if _takes_part(each)]
        _say("ready", *self._threads)
        self._timer.start()

    def _step(self) -> None:
        self._look_for_replaced()
        move = self._chance.random()
        if move < 0.05:
            self._place = self._chance.choice(_PLACES)
        elif move < 0.2:
            self._act()
            return
        self._type()

    def _type(self) -> None:
        from PySide6.QtTest import QTest  # noqa: PLC0415

        widget = self._widget()
        if widget is not None:
            self._number += 1
            QTest.keyClicks(widget, f" {self._place}{self._number}x")
            self._shows.setdefault(widget, (self._place, []))[1].append(self._number)
            _say("typed", self._place, self._number, waited(os.getpid(), self._threads))

    def _look_for_replaced(self) -> None:
        """Say which words are not in the field any more in which they were typed."""
        from shiboken6 import isValid  # noqa: PLC0415

        for widget, (place, numbers) in self._shows.items():
            shown = _text_of(widget) if isValid(widget) else ""
            gone = [each for each in numbers if f"{place}{each}x" not in shown]
            if gone:
                numbers[:] = [each for each in numbers if each not in gone]
                _say("replaced", place, *gone)

    def _widget(self) -> QWidget | None:
        window = self._shown.window
        panel_id = {"editor": "design", "inputs": "design"}.get(self._place, self._place)
        window.go(panel_id)
        panel: Any = window.panels[panel_id]
        if self._place == "editor":
            found: QWidget = panel.work.editor
            return found if found.isVisible() and not found.isReadOnly() else None  # type: ignore[attr-defined]
        if self._place == "chat":
            return panel.composer.box  # type: ignore[no-any-return]
        if self._place == "history":
            return panel.search  # type: ignore[no-any-return]
        if self._place == "tree":
            return _thought_box(panel)
        if self._place == "compare":
            if self._chance.random() < 0.3:
                return panel.question.expected  # type: ignore[no-any-return]
            button = panel.question.variables_button
            if button.isVisible() and not button.isChecked():
                button.click()
        return _first_input(panel)

    def _act(self) -> None:
        from PySide6.QtCore import Qt  # noqa: PLC0415
        from PySide6.QtTest import QTest  # noqa: PLC0415

        window = self._shown.window
        if self._place == "chat":
            panel: Any = window.panels.get("chat")
            text = panel.composer.box.toPlainText() if panel is not None else ""
            if text.strip() and not panel.model.running:
                QTest.keyClick(panel.composer.box, Qt.Key.Key_Return)
                if not panel.composer.box.toPlainText():
                    _say("sent", text.split()[-1])
        elif self._place == "compare":
            window.actions_table.trigger("compare.run")
        elif self._place == "tree":
            _act_in_tree(window.panels.get("tree"))
        elif self._place in ("editor", "inputs"):
            window.actions_table.trigger("design.run")


def _takes_part(thread: threading.Thread) -> bool:
    """Whether what is typed goes through a thread on its way to the disk."""
    return thread.name in ("MainThread", "core") or thread.name.startswith("history")


def waited(process: int, threads: Iterable[int | None]) -> float:
    """Seconds for which threads could have gone on and had no processor; 0 if not measured."""
    total = 0
    for thread in threads:
        with contextlib.suppress(OSError):
            counted = Path(f"/proc/{process}/task/{thread}/schedstat").read_text().split()
            total += int(counted[1])
    return total / 1e9


def _text_of(widget: Any) -> str:
    text = widget.toPlainText() if hasattr(widget, "toPlainText") else widget.text()
    return str(text)


def _first_input(panel: QWidget) -> QWidget | None:
    """The first field of a prompt's inputs that can be typed into."""
    from PySide6.QtWidgets import QLineEdit, QPlainTextEdit  # noqa: PLC0415

    from workbench.ui.kit.inputs.variable_fields import VariableFields  # noqa: PLC0415

    for fields in panel.findChildren(VariableFields):
        for kind in (QPlainTextEdit, QLineEdit):
            for widget in fields.findChildren(kind):
                if widget.isVisible() and widget.isEnabled():
                    return widget  # type: ignore[no-any-return]
    return None


def _thought_box(panel: Any) -> QWidget | None:
    """Where a thought is added next to the first node that can have one."""
    if not panel.add_form.isVisible():
        nodes = [path for path in panel.model.state.nodes if path]
        if not nodes:
            return None
        panel.model.select(nodes[-1])
        panel.ask_thought()
    return panel.add_form.box if panel.add_form.isVisible() else None


def _act_in_tree(panel: Any) -> None:
    """Give the thought that is being written, else search where nothing is searched."""
    if panel is None:
        return
    if panel.add_form.isVisible() and panel.add_form.box.toPlainText().strip():
        panel.add_form.save.click()
    elif not panel.model.running_here:
        panel.model.search_puzzle()


def _say(*words: object) -> None:
    line = json.dumps([time.monotonic(), *words]) + "\n"
    os.write(1, line.encode())


def _say_received(logged: LoggedEvent) -> None:
    if isinstance(logged.event, TextReceived):
        _say("received", logged.run_id, logged.seq)


def _work(folder: str, seed: int) -> None:
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415

    worker = Worker(Paths.default(folder), seed)
    QApplication.exec()
    del worker


# --- the one that kills -----------------------------------------------------------------------


@dataclass
class Outcome:
    """What one kill cost. ``lost`` are seconds from the oldest lost thing to the kill."""

    sound: bool = True
    lost_text: float = 0.0
    lost_keys: dict[str, float] = field(default_factory=dict)
    waited: dict[str, float] = field(default_factory=dict)
    """Of each of these, the seconds in which the program had no processor."""
    lost_messages: list[str] = field(default_factory=list)
    typed: dict[str, int] = field(default_factory=dict)
    received: int = 0
    sent: int = 0
    replaced: dict[str, int] = field(default_factory=dict)


def kill_once(folder: Path, seed: int) -> Outcome:
    """Start the program, let it work for a while, kill it, and look."""
    chance = random.Random(-seed)
    command = [sys.executable, "-m", "tests.benchmarks.kills", "--work", str(folder), str(seed)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    reports: list[list[Any]] = []
    ready = threading.Event()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as program:

        def read() -> None:
            assert program.stdout is not None
            for line in program.stdout:
                reports.append(json.loads(line))
                if reports[-1][1] == "ready":
                    ready.set()

        reader = threading.Thread(target=read)
        reader.start()
        if chance.random() < 0.1:
            time.sleep(chance.uniform(0.3, 3.0))
        else:
            if not ready.wait(_START_SECONDS):
                raise RuntimeError("the window did not open again")
            _wait_for_words(reports, chance.randrange(_MOST_WORDS))
            time.sleep(chance.uniform(0.0, 0.5))
        threads = [thread for each in reports if each[1] == "ready" for thread in each[2:]]
        denied = waited(program.pid, threads)
        killed = time.monotonic()
        program.send_signal(signal.SIGKILL)
        reader.join()
    before = [each for each in reports if each[0] <= killed]
    return asyncio.run(_look(folder, before, killed, denied))


def _wait_for_words(reports: list[list[Any]], number: int) -> None:
    """Until so many were typed: on a busy machine seconds say little of what was done in them."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end and sum(each[1] == "typed" for each in reports) < number:
        time.sleep(0.01)


async def _look(folder: Path, reports: list[list[Any]], killed: float, denied: float) -> Outcome:
    path = folder / "history.db"
    outcome = Outcome()
    if not path.exists():
        return outcome
    outcome.sound = _is_sound(path)
    _look_at_typed(path, reports, killed, denied, outcome)
    store = HistoryStore(path)
    await store.open()
    try:
        last: dict[int, int] = {}
        for at, run_id, seq in [(each[0], *each[2:]) for each in reports if each[1] == "received"]:
            outcome.received += 1
            if run_id not in last:
                events = await store.events(run_id)
                fold_all(events)
                # Text that was joined with what came after it has the place of the last.
                texts = [each.seq for each in events if not isinstance(each.event, RunFinished)]
                last[run_id] = max(texts, default=-1)
            if last[run_id] < seq:
                outcome.lost_text = max(outcome.lost_text, killed - at)
    finally:
        await store.close()
    return outcome


def _look_at_typed(
    path: Path, reports: list[list[Any]], killed: float, denied: float, outcome: Outcome
) -> None:
    kept = _kept_text(path)
    replaced: set[str] = set()
    for _, what, *details in reports:
        if what == "replaced":
            place, *numbers = details
            words = (f"{place}{number}x" for number in numbers)
            gone = {word for word in words if word not in kept}
            replaced |= gone
            outcome.replaced[place] = outcome.replaced.get(place, 0) + len(gone)
    for at, what, *details in reports:
        if what == "typed":
            place, number, until_then = details
            outcome.typed[place] = outcome.typed.get(place, 0) + 1
            word = f"{place}{number}x"
            if word not in kept and word not in replaced and place not in outcome.lost_keys:
                outcome.lost_keys[place] = killed - at
                outcome.waited[place] = denied - until_then
        elif what == "sent":
            outcome.sent += 1
            if details[0] not in kept:
                outcome.lost_messages.append(details[0])


def _is_sound(path: Path) -> bool:
    with closing(load_driver().connect(str(path))) as connection:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            return False
        connection.execute("INSERT INTO text_search (text_search) VALUES ('integrity-check')")
        return not connection.execute("PRAGMA foreign_key_check").fetchall()


def _kept_text(path: Path) -> str:
    """All that was typed and is on disk: drafts, what is not sent, messages, the session."""
    queries = {
        "draft": "SELECT text || variables FROM draft",
        "chat_draft": "SELECT payload FROM chat_draft",
        "message": "SELECT text FROM message",
        "session_state": "SELECT value FROM session_state",
        "run": "SELECT spec FROM run",
        "event": "SELECT payload FROM event WHERE type = 'node_added'",
    }
    with closing(load_driver().connect(str(path))) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        return "\n".join(
            str(row[0])
            for table, query in queries.items()
            if table in tables
            for row in connection.execute(query)
        )


def report(outcomes: list[Outcome], say: Callable[[str], None] = print) -> bool:
    """Print what the kills cost; whether nothing was worse than it may be."""
    unsound = sum(not each.sound for each in outcomes)
    messages = [lost for each in outcomes for lost in each.lost_messages]
    texts = [each.lost_text for each in outcomes]
    keys = [max(each.lost_keys.values(), default=0.0) for each in outcomes]
    typed = sum(sum(each.typed.values()) for each in outcomes)
    received = sum(each.received for each in outcomes)
    sent = sum(each.sent for each in outcomes)
    say(f"{len(outcomes)} kills; {typed:,} words typed, {received:,} pieces of text, {sent} sent")
    say(f"files that are not sound: {unsound}; messages lost: {len(messages)} {messages}")
    for what, found, most in (("text", texts, STREAM_SECONDS), ("key", keys, TYPED_SECONDS)):
        worst = ", ".join(f"{each * 1000:.0f} ms" for each in sorted(found, reverse=True)[:5])
        over = sum(each > most for each in found)
        say(f"oldest {what} lost: {worst}; {over} kills over {most} s")
    denied = [
        f"{each.lost_keys[place] * 1000:.0f} ms in {place}, {each.waited[place] * 1000:.0f} of them"
        for each in outcomes
        for place in each.lost_keys
        if each.lost_keys[place] > TYPED_SECONDS
    ]
    if denied:
        say(f"  its threads waited for a processor: {'; '.join(denied)}")
    for place in _PLACES:
        worst = max((each.lost_keys.get(place, 0.0) for each in outcomes), default=0.0)
        words = sum(each.typed.get(place, 0) for each in outcomes)
        replaced = sum(each.replaced.get(place, 0) for each in outcomes)
        say(f"  in {place}: {worst * 1000:.0f} ms, {words:,} words, {replaced:,} replaced")
    kept = max(texts) <= STREAM_SECONDS and max(keys) <= TYPED_SECONDS
    return kept and not unsound and not messages


def main(arguments: list[str]) -> int:
    """Kill as often as asked and print the result."""
    if arguments[:1] == ["--work"]:
        _work(arguments[1], int(arguments[2]))
        return 0
    kills = int(arguments[0]) if arguments else KILLS
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(arguments[1]) if len(arguments) > 1 else Path(scratch)
        outcomes: list[Outcome] = []
        first = random.SystemRandom().randrange(1, 10_000)
        for number in range(kills):
            outcomes.append(kill_once(folder, first + number))
            if (number + 1) % 5 == 0:
                report(outcomes)
        return 0 if report(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
