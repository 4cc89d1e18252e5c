"""Words are found in the messages of a conversation."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from shiboken6 import isValid

from tests.ui.chat.driving import at_rest, brought, views
from tests.ui.conftest import WAIT_MS
from workbench.domain.views import ChatMessage
from workbench.ui.chat.panel import ChatPanel
from workbench.ui.chat.places import Places
from workbench.ui.theme import theme


def test_words_are_found_far_from_the_view(panel, qtbot):
    texts_ = [f"Message {number} " + "word " * 40 for number in range(200)]
    texts_[3] = "Here is a **kestrel**, and another Kestrel"
    brought(panel, qtbot, *texts_)
    assert 3 not in panel.transcript.views
    panel.finding.open()
    qtbot.keyClicks(panel.finding.bar.field, "kestrel")
    assert panel.finding.bar.count.text() == "1 of 2"
    at_rest(panel.transcript, qtbot)
    marked = panel.transcript.views[3].body.widgets[0]
    assert [each.cursor.selectedText() for each in marked.extraSelections()] == [
        "kestrel",
        "Kestrel",
    ]
    assert 0 <= panel.transcript.views[3].y() < panel.transcript.height()
    qtbot.keyClick(panel.finding.bar.field, Qt.Key.Key_Return)
    assert panel.finding.bar.count.text() == "2 of 2"
    qtbot.keyClick(panel.finding.bar.field, Qt.Key.Key_Return)
    assert panel.finding.bar.count.text() == "1 of 2"
    panel.finding.bar.field.setText("nowhere")
    assert panel.finding.bar.count.text() == "Not found"
    assert marked.extraSelections() == []
    panel._stop()  # Esc
    assert not panel.finding.is_open
    assert panel.composer.box.hasFocus()


def test_what_is_found_is_what_is_seen(panel, qtbot):
    """Marks of Markdown are not found, and words on both sides of them are."""
    brought(panel, qtbot, "Is it **so**?", "It **is so**, see [the page](https://so.example/so).")
    panel.finding.open()
    bar = panel.finding.bar
    for words, count in (("is so", 1), ("**", 2), ("so.example", 0), ("the page", 1), ("so", 2)):
        bar.field.setText(words)
        assert len(bar._places) == count, words
        if count:
            bodies = [each.body for each in views(panel)]
            shown = sum(len(w.extraSelections()) for body in bodies for w in body.widgets)
            assert shown == count, words


def test_marks_stay_when_the_theme_changes(panel, qtbot):
    brought(panel, qtbot, "Hello", "A kestrel")
    panel.finding.open(0, "kestrel")
    body = views(panel)[1].body.widgets[0]
    theme().choose("light")
    qtbot.waitUntil(
        lambda: [e.cursor.selectedText() for e in body.extraSelections()] == ["kestrel"],
        timeout=WAIT_MS,
    )


def test_a_panel_that_is_gone_marks_nothing_when_the_theme_changes(context, qtbot):
    panel = ChatPanel(context)
    bar = panel.finding.bar
    panel.deleteLater()
    qtbot.waitUntil(lambda: not isValid(bar), timeout=WAIT_MS)
    theme().choose("light")  # what raises in a slot fails the test


def test_a_very_long_conversation_is_looked_through_in_rounds(qtbot, monkeypatch):
    monkeypatch.setattr("workbench.ui.chat.places._AT_ONCE_SECONDS", 0.0001)
    message = ChatMessage(message_id=1, conversation_id=1, parent_id=None, role="assistant",
                          text="", created_at=0.0)  # fmt: skip
    many = [msgspec.structs.replace(message, text=f"*Line* {each}") for each in range(300)]
    places = Places()
    with qtbot.waitSignal(places.finished, timeout=WAIT_MS):
        places.look(many, "line 7")
        assert places.is_looking
    assert [at for at, _ in places.found] == [7, *range(70, 80)]
