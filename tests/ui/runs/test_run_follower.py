"""A run is followed from its log on: each event once and in order, also what came meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.domain.errors import UsageError
from workbench.domain.runs.events import LoggedEvent, NoteAdded
from workbench.ui.runs.run_follower import RunFollower
from workbench.ui.tasks import Ask


class Answering(QObject):
    """A bridge whose answers are given by hand."""

    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[Callable[[list[LoggedEvent]], None]] = []
        self.asked: list[tuple[Callable[[Any], None], Callable[[Any], None]]] = []

    def ask(self, ask: Any) -> Ask[Any]:
        return Ask(self, ask)  # type: ignore[arg-type]

    def call(self, _ask: Any, done: Any, failed: Any) -> Future[None]:
        self.asked.append((done, failed))
        return Future()

    def follow(self, _run_id: int, listener: Any) -> None:
        self.listeners.append(listener)

    def unfollow(self, _run_id: int, listener: Any) -> None:
        self.listeners.remove(listener)


def events(*numbers: int) -> list[LoggedEvent]:
    return [LoggedEvent(7, number, 0.0, NoteAdded(text=str(number))) for number in numbers]


@pytest.fixture
def bridge(qapp: object) -> Answering:
    return Answering()


@pytest.fixture
def reported(bridge: Answering) -> tuple[RunFollower, list[int]]:
    numbers: list[int] = []
    follower = RunFollower(bridge, bridge)  # type: ignore[arg-type]
    follower.came.connect(lambda new: numbers.extend(each.seq for each in new))
    return follower, numbers


def test_what_comes_while_the_log_is_read_is_told_after_it_and_once(
    bridge: Answering, reported: tuple[RunFollower, list[int]]
) -> None:
    follower, numbers = reported
    follower.follow_log(7)
    bridge.listeners[0](events(2, 3))
    assert numbers == []
    bridge.asked[0][0](events(0, 1, 2))
    assert numbers == [0, 1, 2, 3]
    bridge.listeners[0](events(3, 4))
    assert numbers == [0, 1, 2, 3, 4]


def test_a_run_that_has_just_begun_is_told_at_once_and_not_read(
    bridge: Answering, reported: tuple[RunFollower, list[int]]
) -> None:
    follower, numbers = reported
    follower.follow(7)
    bridge.listeners[0](events(0, 1))
    assert (numbers, bridge.asked) == ([0, 1], [])


def test_a_log_is_read_again_when_nothing_came_for_a_while(
    bridge: Answering, reported: tuple[RunFollower, list[int]], qtbot: QtBot
) -> None:
    follower, numbers = reported
    follower.follow_log(7)
    bridge.asked[0][0](events(0))
    qtbot.waitUntil(lambda: len(bridge.asked) == 2, timeout=WAIT_MS)
    bridge.asked[1][0](events(0, 1))
    assert numbers == [0, 1]
    follower.stop()


def test_nothing_is_told_of_a_run_that_was_left(
    bridge: Answering, reported: tuple[RunFollower, list[int]]
) -> None:
    follower, numbers = reported
    follower.follow_log(7)
    follower.stop()
    bridge.asked[0][0](events(0))
    assert (numbers, bridge.listeners, follower.run_id) == ([], [], None)


def test_a_log_that_cannot_be_read_ends_it(
    bridge: Answering, reported: tuple[RunFollower, list[int]], qtbot: QtBot
) -> None:
    follower, _ = reported
    follower.follow_log(7)
    with qtbot.waitSignal(follower.lost, timeout=WAIT_MS) as lost:
        bridge.asked[0][1](UsageError("There is no run 7."))
    assert lost.args == [7, "There is no run 7."]
    assert bridge.listeners == []
