"""Conversations off the record in the window: marked, lost at the end, kept when asked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from tests.ui.chat.driving import eventually, say, texts
from tests.ui.conftest import WAIT_MS, ask
from workbench.domain.off_record import is_off_the_record
from workbench.settings import Paths
from workbench.ui.chat.panel import ChatPanel

WORD = "Xanthippocrates"


def _begin(panel: ChatPanel, qtbot) -> int:
    """Begin one by the button of the list."""
    panel.list.off_record_wanted.emit()
    qtbot.waitUntil(
        lambda: panel.off_record.is_shown and not panel.model.is_opening, timeout=WAIT_MS
    )
    assert panel.model.current is not None
    return panel.model.current


def _files_with(folder: Path, word: str) -> list[str]:
    found = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return [each.name for each in found if word.encode() in each.read_bytes()]


def test_it_is_marked_and_no_file_has_a_word_of_it(panel, qtbot, paths: Paths):
    say(panel, qtbot, "Kept as ever")
    assert panel.off_record.bar.isHidden()
    assert panel.unsaved() == ""
    chat = _begin(panel, qtbot)
    assert panel.off_record.bar.isVisible()
    assert "lost when the program ends" in panel.off_record.bar.accessibleName()
    assert panel.unsaved() == ""
    say(panel, qtbot, f"Who is {WORD}?")
    panel.composer.box.setPlainText(f"And more of {WORD}")
    panel.model.drafts.flush()
    panel.model.read_conversations()
    listed = panel.list.list.model()
    qtbot.waitUntil(lambda: listed.index(0, 0).data() == "Off the record, in memory only")
    qtbot.waitUntil(lambda: WORD in str(listed.index(1, 0).data()))
    eventually(panel, qtbot, lambda core: core.off_the_record.all(), lambda found: len(found) == 1)
    ask(panel.bridge, lambda core: core.settle())
    assert _files_with(paths.data, "Kept as ever")
    assert _files_with(paths.data, WORD) == []
    assert WORD in panel.unsaved()
    assert "is off the record and is lost then" in panel.unsaved()
    assert WORD not in str(panel.save_session())
    assert panel.save_session()["conversation"] is None
    assert is_off_the_record(chat)


def test_other_workspaces_do_not_get_it(panel, qtbot, going):
    _begin(panel, qtbot)
    say(panel, qtbot, "Hello")
    panel.open_run(panel.model.messages[-1])
    assert going.places == []
    assert "keep it first" in going.notices[-1]
    panel._open_design("Hello")
    assert going.places == []
    assert panel._last_run() is None


def test_kept_after_all_it_is_a_conversation_like_any_other(panel, qtbot, paths: Paths, going):
    _begin(panel, qtbot)
    say(panel, qtbot, f"Who is {WORD}?")
    before = texts(panel)
    panel.composer.box.setPlainText("and then")
    qtbot.mouseClick(panel.off_record.bar.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: not panel.off_record.is_shown and not panel.model.is_opening, timeout=WAIT_MS
    )
    assert texts(panel) == before
    assert panel.off_record.bar.isHidden()
    assert panel.composer.box.toPlainText() == "and then"
    assert going.notices[-1] == "The conversation is kept."
    ask(panel.bridge, lambda core: core.settle())
    assert _files_with(paths.data, WORD)
    qtbot.waitUntil(lambda: panel.unsaved() == "", timeout=WAIT_MS)
    panel.open_run(panel.model.messages[-1])
    assert going.places


def test_another_conversation_meanwhile_is_written_as_ever(panel, qtbot):
    chat = _begin(panel, qtbot)
    say(panel, qtbot, "In memory")
    panel._new()
    say(panel, qtbot, "On disk")
    assert panel.model.current is not None
    assert panel.model.current < chat
    panel._open(chat)
    qtbot.waitUntil(lambda: not panel.model.is_opening, timeout=WAIT_MS)
    assert texts(panel)[0] == "In memory"
    panel.model.delete(chat)
    qtbot.waitUntil(lambda: panel.unsaved() == "", timeout=WAIT_MS)
