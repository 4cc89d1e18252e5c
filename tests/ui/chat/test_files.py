"""Conversations in and out of files, in the window."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from tests.transcripts.reading import FIXTURES
from tests.ui.chat.driving import say
from tests.ui.conftest import WAIT_MS
from workbench.domain.transcripts import WARNINGS
from workbench.ui.chat.files.export_dialog import ExportDialog
from workbench.ui.chat.files.import_dialog import ImportDialog


def shown(panel, kind):
    (dialog,) = [each for each in panel.window().findChildren(kind) if each.isVisible()]
    return dialog


def lines(dialog: ImportDialog) -> list[tuple[str, ...]]:
    model = dialog.model
    return [
        tuple(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def test_files_dropped_on_the_list_are_imported_with_a_report(panel, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(FIXTURES / "chatgpt_sharded/export.zip"))])
    event = QDropEvent(
        QPointF(40, 200), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    panel.list.dropEvent(event)
    dialog = shown(panel, ImportDialog)
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=WAIT_MS)
    assert dialog.words.text() == "2 imported, 1 skipped."
    assert lines(dialog) == [
        ("Imported", "Map legend", "2", "1", ""),
        ("Imported", "Minerals", "4", "1", WARNINGS["other_copies"]),
        ("Skipped", "Broken", "", "", "Mapping is not an object"),
    ]  # fmt: skip
    qtbot.waitUntil(lambda: len(panel.model.conversations) == 2, timeout=WAIT_MS)
    dialog.table.setCurrentIndex(dialog.model.index(1, 1))
    qtbot.keyClick(dialog.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(panel.model.messages) == 4, timeout=WAIT_MS)
    assert panel.model.messages[-1].text == "Malachite."
    qtbot.waitUntil(lambda: not shiboken6.isValid(dialog), timeout=WAIT_MS)


def test_a_line_without_a_conversation_cannot_be_opened(panel, qtbot):
    dialog = panel.transfers.import_paths([str(FIXTURES / "weird/not_a_chat.json")])
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=WAIT_MS)
    assert lines(dialog) == [
        ("Skipped", "not_a_chat.json", "", "", "Format not recognised")
    ]  # fmt: skip
    assert not dialog.opens.isEnabled()
    with qtbot.waitSignal(dialog.finished, timeout=WAIT_MS):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_conversation_is_saved_in_the_chosen_format(panel, qtbot, tmp_path):
    say(panel, qtbot, "Hello")
    panel.transfers.export_shown()
    dialog = shown(panel, ExportDialog)
    qtbot.waitUntil(dialog.save.isEnabled, timeout=WAIT_MS)
    assert dialog.format.count() == 7
    assert dialog.branches.isVisible()
    target = tmp_path / "hello.md"
    with qtbot.waitSignal(dialog.finished, timeout=WAIT_MS):
        dialog.write(str(target))
    text = target.read_text("utf-8")
    assert "Hello" in text
    assert "Answer number 1." in text


def test_the_format_that_has_everything_asks_for_nothing_more(panel, qtbot):
    say(panel, qtbot, "Hello")
    dialog = panel.transfers.export(panel.model.current)
    qtbot.waitUntil(dialog.save.isEnabled, timeout=WAIT_MS)
    dialog.format.setCurrentIndex(dialog.format.findData("json"))
    assert not dialog.branches.isVisible()
    assert not dialog.tools.isVisible()
    dialog.reject()


def test_code_of_an_answer_is_saved_as_it_is(panel, going, qtbot, tmp_path) -> None:
    path = tmp_path / "code.py"
    panel.transfers.write_code(str(path), "x = 1\n")
    qtbot.waitUntil(lambda: bool(going.notices), timeout=WAIT_MS)
    assert path.read_bytes() == b"x = 1\n"
    assert going.notices == [f"Saved to {path}."]
