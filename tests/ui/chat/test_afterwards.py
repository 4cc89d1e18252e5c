"""When an answer has ended: a title is offered, and a long one is notified of."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from tests.ui.chat.driving import say
from tests.ui.conftest import WAIT_MS
from workbench.domain.off_record import FIRST_ID
from workbench.domain.runs.run_state import RunState
from workbench.domain.views import Conversation
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.chat.afterwards.choices import after_answers
from workbench.ui.settings.chat import ChatGroup

OFFER = "Suggested title: “White chalk”"


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(
        lambda prompt: ["White chalk"] if "Suggest a title" in prompt else ["It is white."]
    )


@pytest.fixture(autouse=True)
def _choices():
    yield
    after_answers().choose(suggests_titles=False, notify_seconds=0)


def test_a_title_is_offered_after_the_first_answer_and_used_by_a_click(panel, qtbot):
    after_answers().choose(suggests_titles=True, notify_seconds=0)
    say(panel, qtbot, "What colour is chalk?")
    qtbot.waitUntil(lambda: panel.banner.message == OFFER, timeout=WAIT_MS)
    assert panel.model.title == "What colour is chalk?"
    panel.banner.remedy.click()
    qtbot.waitUntil(lambda: panel.model.title == "White chalk", timeout=WAIT_MS)
    say(panel, qtbot, "And slate?")
    assert panel.banner.message == ""


def test_no_title_is_offered_where_that_is_off_but_one_can_be_asked_for(panel, qtbot):
    say(panel, qtbot, "What colour is chalk?")
    assert panel.banner.message == ""
    panel.list.title_wanted.emit(panel.model.current)
    qtbot.waitUntil(lambda: panel.banner.message == OFFER, timeout=WAIT_MS)
    panel.model.start_new()
    assert panel.banner.message == ""  # it was for the other one


@pytest.fixture
def shown(panel, monkeypatch) -> list[tuple[int, str]]:
    """The notifications, in place of the system's."""
    found: list[tuple[int, str]] = []
    monkeypatch.setattr(panel.notices, "show", lambda *given: found.append(given))
    return found


def test_a_long_answer_is_notified_of_while_another_window_is_in_front(panel, shown, monkeypatch):
    after_answers().choose(suggests_titles=False, notify_seconds=30)
    in_front = []
    monkeypatch.setattr(type(panel.window()), "isActiveWindow", lambda _self: bool(in_front))
    ended = panel.model.live.ended.emit
    ended(RunState(status="done", seconds=29.0), 1)
    ended(RunState(status="cancelled", seconds=40.0), 1)
    assert shown == []
    ended(RunState(status="done", seconds=30.0), 1)
    ended(RunState(status="failed", seconds=60.0), 2)
    assert shown == [(1, "The answer is there."), (2, "The answer has failed.")]
    in_front.append(True)
    ended(RunState(status="done", seconds=60.0), 1)
    after_answers().choose(suggests_titles=False, notify_seconds=0)
    in_front.clear()
    ended(RunState(status="done", seconds=600.0), 1)
    assert len(shown) == 2


def test_each_answer_that_ends_is_one_end_with_its_conversation(panel, qtbot):
    ends = []
    panel.model.live.ended.connect(lambda state, chat: ends.append((state.status, chat)))
    say(panel, qtbot, "What colour is chalk?")
    assert ends == [("done", panel.model.current)]


def test_a_click_on_a_notification_opens_its_conversation(panel, going):
    panel.notices.show(7, "The answer is there.")
    panel.notices._on_clicked()
    assert going.places == [("chat", {"conversation_id": 7})]


def test_the_system_shows_the_title_of_the_conversation_alone(panel, qtbot, monkeypatch):
    sent = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda _self: None)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _self, *given: sent.append(given))
    say(panel, qtbot, "What colour is chalk?")
    qtbot.waitUntil(lambda: bool(panel.model.conversations), timeout=WAIT_MS)
    panel.notices.show(panel.model.current, "The answer is there.")
    assert [each[:2] for each in sent] == [("What colour is chalk?", "The answer is there.")]


def test_settings_have_both_choices(qtbot):
    group = ChatGroup()
    qtbot.addWidget(group)
    group.titles.click()
    assert after_answers().suggests_titles
    group.notify.choose(60)
    group.notify.activated.emit(group.notify.currentIndex())
    assert after_answers().notify_seconds == 60
    after_answers().choose(suggests_titles=False, notify_seconds=0)
    assert not group.titles.isChecked()
    assert group.notify.currentData() == 0


def test_a_conversation_off_the_record_is_not_named_to_the_system(panel, monkeypatch):
    sent = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda _self: None)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _self, *given: sent.append(given))
    hidden = Conversation(conversation_id=FIRST_ID, title="Secret", created_at=0, updated_at=0)
    panel.model.conversations = (hidden,)
    panel.notices.show(FIRST_ID, "The answer is there.")
    assert [each[0] for each in sent] == ["Prompt Workbench"]
