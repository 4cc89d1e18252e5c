"""Quitting asks where something would be stopped or lost."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

from tests.ui.conftest import WAIT_MS
from workbench.domain.errors import StoreError
from workbench.domain.views import StoreStatus
from workbench.ui.instance import Instance
from workbench.ui.kit import Question
from workbench.ui.leaving import Leaving

FULL = StoreStatus(path="x", problem="The disk is full.", unsaved=True)
SAVED = StoreStatus(path="x")


class Core:
    """Says what settling gives, and takes copies."""

    def __init__(self, *statuses: StoreStatus) -> None:
        self.statuses = list(statuses)
        self.copies: list[str] = []
        self.refused = False
        self.history = self

    async def settle(self) -> StoreStatus:
        """The next status; the last one is repeated."""
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    async def save_elsewhere(self, path: str) -> None:
        """Note the copy."""
        if self.refused:
            raise StoreError("No room there either.")
        self.copies.append(path)
        self.statuses = [SAVED]


class Person:
    """Answers questions in order."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, tuple[str, ...]]] = []

    def __call__(self, title: str, text: str, answers: tuple[str, ...]) -> int:
        self.asked.append((title, text, answers))
        return self.answers.pop(0)


@pytest.fixture
def leave(window, bridge, monkeypatch):
    """Has the user leave a core; gives whether the window may close."""

    def go(
        core: Core, person: Person, reasons: tuple[str, ...] = (), unsaved: tuple[str, ...] = ()
    ) -> bool:
        real = bridge.call
        leaving = Leaving(
            window,
            bridge,
            lambda: list(reasons),
            lambda: list(unsaved),
            ask=person,
            choose_file=lambda: "/else/h.db",
        )
        with monkeypatch.context() as patched:
            patched.setattr(
                bridge, "call", lambda ask, *more, **kw: real(lambda _core: ask(core), *more, **kw)
            )
            return leaving.may_leave()

    return go


def test_nothing_is_asked_where_all_is_saved(leave):
    person = Person()
    assert leave(Core(SAVED), person)
    assert person.asked == []


def test_work_under_way_is_asked_about_first(leave):
    person = Person(0)
    assert not leave(Core(SAVED), person, ("A comparison is running.",))
    assert person.asked[0][1].startswith("A comparison is running.")
    assert leave(Core(SAVED), Person(1), ("A comparison is running.",))


def test_what_is_not_saved_is_asked_about(leave):
    person = Person(0)
    assert not leave(Core(SAVED), person, unsaved=("Edits of a.csv are lost then.",))
    assert person.asked == [
        ("Quit without saving?", "Edits of a.csv are lost then.", ("Stay", "Quit"))
    ]


def test_a_full_disk_keeps_the_window_until_somebody_decides(leave):
    person = Person(0, -1)
    assert not leave(Core(FULL), person)
    assert [asked[2] for asked in person.asked] == [
        ("Try again", "Save a copy elsewhere…", "Quit and lose it")
    ] * 2
    assert person.asked[0][1] == "The disk is full. What was typed or received last is not saved."


def test_trying_again_leaves_when_there_is_room(leave):
    assert leave(Core(FULL, SAVED), Person(0))


def test_a_copy_elsewhere_lets_the_window_close(leave):
    core = Core(FULL)
    assert leave(core, Person(1))
    assert core.copies == ["/else/h.db"]


def test_a_copy_that_fails_says_why(leave):
    core = Core(FULL)
    core.refused = True
    person = Person(1, 2)
    assert leave(core, person)
    assert person.asked[1][1].startswith("No room there either.")


def test_losing_it_is_a_choice(leave):
    core = Core(FULL)
    assert leave(core, Person(2))
    assert core.copies == []


def test_the_question_is_answered_by_keys_and_escape_chooses_nothing(window, qtbot):
    question = Question(window, "Not everything is saved", "The disk is full.", ("Try", "Lose"))
    qtbot.addWidget(question)

    def press(key: str) -> int:
        QTimer.singleShot(0, lambda: QTest.keyClick(question, key))
        question.chosen = -1
        question.exec()
        return question.chosen

    assert press("\r") == 0
    assert press("\x1b") == -1
    assert question.accessibleName() == "Not everything is saved"


def test_a_second_start_shows_the_first_window(tmp_path, qtbot):
    first, second = Instance(tmp_path), Instance(tmp_path)
    asked: list[bool] = []
    first.asked.connect(lambda _request: asked.append(True))
    assert first.claim()
    assert not second.claim()
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication; "
        "from workbench.ui.instance import Instance; app = QCoreApplication([]); "
        "print(Instance(Path(sys.argv[1])).hand_over())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as other:
        qtbot.waitUntil(lambda: other.poll() is not None, timeout=WAIT_MS)
        sentence, _ = other.communicate()
    assert sentence == "True\n"
    assert asked == [True]
    first.release()
    assert second.claim()
    second.release()


def test_another_folder_has_a_window_of_its_own(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = Instance(tmp_path / "a"), Instance(tmp_path / "b")
    assert first.claim()
    assert second.claim()
    first.release()
    second.release()
