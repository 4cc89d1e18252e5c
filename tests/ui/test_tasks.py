"""Coroutines of the window: a stale answer is never shown, errors come to one place."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.domain.errors import UsageError
from workbench.service import Workbench
from workbench.ui.bridge import Bridge
from workbench.ui.tasks import background, cancel, errors_to, latest


class Panel(QObject):
    """Asks the core for texts, and shows the answers."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self.shown: list[str] = []
        self.asked: list[str] = []
        self.ended: list[str] = []

    async def _read(self, text: str) -> str:
        async def ask(_core: Workbench) -> str:
            self.asked.append(text)
            try:
                if text.startswith("slow"):
                    await asyncio.sleep(30)
                if text.startswith("bad"):
                    raise UsageError("There is no such text.")
            finally:
                self.ended.append(text)
            return text

        return await self.bridge.ask(ask)

    @latest
    async def show(self, text: str) -> None:
        self.shown.append(await self._read(text))
        self.shown.append(await self._read(text + " again"))

    @background
    async def write(self, text: str) -> None:
        self.shown.append(await self._read(text))

    @latest
    async def caught(self, text: str) -> None:
        try:
            await self._read(text)
        except UsageError as error:
            self.shown.append(f"caught: {error}")

    @latest
    async def reported(self, text: str) -> None:
        with errors_to(self.shown.append):
            self.shown.append(await self._read(text))

    @latest
    async def restarting(self, text: str) -> None:
        self.shown.append(await self._read(text))
        if text != "second":
            self.restarting("second")
            self.shown.append(await self._read("never"))


@pytest.fixture
def panel(bridge: Bridge) -> Panel:
    return Panel(bridge)


def test_answers_come_in_the_order_of_the_lines(panel: Panel, qtbot: QtBot) -> None:
    task = panel.show("a")
    qtbot.waitUntil(lambda: task.done, timeout=WAIT_MS)
    assert panel.shown == ["a", "a again"]


def test_a_stale_answer_is_never_shown_and_its_work_is_cancelled(
    panel: Panel, qtbot: QtBot
) -> None:
    stale = panel.show("slow")
    qtbot.waitUntil(lambda: panel.asked == ["slow"], timeout=WAIT_MS)
    task = panel.show("new")
    assert stale.done
    qtbot.waitUntil(lambda: task.done and "slow" in panel.ended, timeout=WAIT_MS)
    assert panel.shown == ["new", "new again"]


def test_an_answer_that_is_on_its_way_when_a_newer_one_is_asked_for_is_dropped(
    panel: Panel, qtbot: QtBot
) -> None:
    for number in range(40):  # answered by the core at once, handed out a frame later
        panel.show(f"old {number}")
    task = panel.show("new")
    qtbot.waitUntil(lambda: task.done, timeout=WAIT_MS)
    assert panel.shown == ["new", "new again"]


def test_what_changes_something_runs_to_its_end(panel: Panel, qtbot: QtBot) -> None:
    tasks = [panel.write(text) for text in ("a", "b", "c")]
    qtbot.waitUntil(lambda: all(task.done for task in tasks), timeout=WAIT_MS)
    assert sorted(panel.shown) == ["a", "b", "c"]


def test_an_error_that_nobody_catches_is_one_sentence_of_the_window(
    panel: Panel, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(panel.bridge.failed, timeout=WAIT_MS) as failed:
        panel.show("bad")
    assert failed.args == ["There is no such text."]
    assert panel.shown == []


def test_an_error_can_be_caught_where_it_is_awaited(panel: Panel, qtbot: QtBot) -> None:
    task = panel.caught("bad")
    qtbot.waitUntil(lambda: task.done, timeout=WAIT_MS)
    assert panel.shown == ["caught: There is no such text."]


def test_the_sentence_of_an_error_can_go_to_whoever_shows_it(panel: Panel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.bridge.failed):
        task = panel.reported("bad")
        qtbot.waitUntil(lambda: task.done, timeout=WAIT_MS)
    assert panel.shown == ["There is no such text."]


def test_a_method_that_begins_itself_anew_ends_there(panel: Panel, qtbot: QtBot) -> None:
    panel.restarting("first")
    qtbot.waitUntil(lambda: panel.shown == ["first", "second"], timeout=WAIT_MS)
    qtbot.wait(100)
    assert panel.shown == ["first", "second"]


def test_what_was_begun_can_be_cancelled_by_name(panel: Panel, qtbot: QtBot) -> None:
    task = panel.show("slow")
    qtbot.waitUntil(lambda: panel.asked == ["slow"], timeout=WAIT_MS)
    cancel(panel, "show")
    assert task.done
    qtbot.waitUntil(lambda: panel.ended == ["slow"], timeout=WAIT_MS)
    assert panel.shown == []


def test_nothing_is_shown_by_a_panel_that_was_deleted(panel: Panel, qtbot: QtBot) -> None:
    shown: list[Any] = panel.shown
    task = panel.show("a")
    shiboken6.delete(panel)
    qtbot.waitUntil(lambda: task.done, timeout=WAIT_MS)
    assert shown == []


def test_what_a_signal_says_more_than_a_method_takes_is_left_out(
    bridge: Bridge, qtbot: QtBot
) -> None:
    class Pressed(Panel):
        pressed = Signal(bool)
        named = Signal(str, bool)

        @latest
        async def refresh(self) -> None:
            self.shown.append(await self._read("pressed"))

    panel = Pressed(bridge)
    panel.pressed.connect(panel.refresh)
    panel.named.connect(panel.write)
    panel.pressed.emit(True)
    panel.named.emit("named", False)
    qtbot.waitUntil(lambda: sorted(panel.shown) == ["named", "pressed"], timeout=WAIT_MS)
