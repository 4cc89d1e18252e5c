"""Files in the composer and in the transcript, as they are dropped, pasted, chosen, sent."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from tests.retrieval import making
from tests.ui.chat.driving import asked, eventually, say, settled, views
from tests.ui.conftest import WAIT_MS
from workbench.domain.chat import ChatOptions
from workbench.ui.chat.panel import ChatPanel


@pytest.fixture
def files(tmp_path):
    made = []
    for name, text in (("tides.md", "High water at nine."), ("moons.csv", "day,phase\n1,new\n")):
        path = tmp_path / name
        path.write_text(text)
        made.append(str(path))
    return made


def mime(paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(each) for each in paths])
    return data


def names(panel: ChatPanel) -> list[str]:
    return [each.name for each in panel.composer.files.parts]


def attach(panel, qtbot, paths):
    count = len(names(panel)) + len(paths)
    panel.attaching.read(paths)
    qtbot.waitUntil(lambda: len(names(panel)) == count, timeout=WAIT_MS)


def test_dropped_pasted_and_chosen_files_are_in_the_composer(panel, qtbot, files, monkeypatch):
    data = mime(files[:1])
    drop = QDropEvent(
        QPoint(40, 40), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    assert panel.attaching.eventFilter(panel.page, drop)  # Qt gives a drop only after a drag
    qtbot.waitUntil(lambda: names(panel) == ["tides.md"], timeout=WAIT_MS)
    QGuiApplication.clipboard().setMimeData(mime(files[1:]))
    panel.composer.box.paste()
    qtbot.waitUntil(lambda: names(panel) == ["tides.md", "moons.csv"], timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == ""
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (files[:1], ""))
    panel.composer.attach.click()
    qtbot.waitUntil(lambda: len(names(panel)) == 3, timeout=WAIT_MS)
    panel.composer.files.chips[0].remove.click()
    assert names(panel) == ["moons.csv", "tides.md"]
    QGuiApplication.clipboard().setText("plain words")
    panel.composer.box.paste()
    assert panel.composer.box.toPlainText() == "plain words"


def test_what_cannot_be_read_is_named_and_the_rest_comes(panel, qtbot, files, tmp_path):
    bad = tmp_path / "scan.pdf"
    bad.write_bytes(making.pdf(b""))
    panel.attaching.read([str(bad), files[0]])
    qtbot.waitUntil(lambda: names(panel) == ["tides.md"], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.banner.message != "", timeout=WAIT_MS)
    assert panel.banner.message.startswith("scan.pdf: Its page is scanned")


def test_a_pdf_is_attached_and_pages_without_a_text_are_named(panel, qtbot, tmp_path):
    path = tmp_path / "tides.pdf"
    path.write_bytes(making.pdf(making.page("High water at nine."), b""))
    attach(panel, qtbot, [str(path)])
    assert panel.composer.files.parts[0].text == "High water at nine."
    qtbot.waitUntil(lambda: panel.banner.message != "", timeout=WAIT_MS)
    assert panel.banner.message == "tides.pdf: Page 2 has no text: it may be scanned."


def test_files_go_with_the_message_and_can_be_read_in_the_transcript(panel, qtbot, files, engine):
    attach(panel, qtbot, files)
    say(panel, qtbot, "When is high water?")
    sent = engine.requests[-1].messages[-1].text
    assert sent.index("High water at nine.") < sent.index("day,phase") < sent.index("When is")
    assert names(panel) == []
    folds = views(panel)[0].files.folds
    assert [each.head.text() for each in folds] == ["tides.md · 19 bytes", "moons.csv · 16 bytes"]
    folds[0].head.click()
    assert folds[0]._text.text == "High water at nine."
    assert views(panel)[1].files is None


def test_a_message_of_files_alone_is_sent_and_a_search_opens_them(panel, qtbot, files):
    attach(panel, qtbot, files[:1])
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    settled(panel, qtbot)
    assert not views(panel)[0].body.isVisible()
    chat = panel.model.current
    panel.list.create_wanted.emit()
    found = asked(panel, qtbot, lambda core: core.chats.all("water"))
    panel.handle({"conversation_id": chat, "message_id": found[0].hit_id, "words": "water"})
    qtbot.waitUntil(lambda: bool(views(panel)) and panel.transcript.messages != (), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: views(panel)[0].files.folds[0].is_open, timeout=WAIT_MS)


def test_they_are_part_of_the_draft_of_their_conversation(panel, qtbot, files):
    say(panel, qtbot, "Hello?")
    first = panel.model.current
    attach(panel, qtbot, files[:1])
    panel.model.drafts.flush()
    panel.list.create_wanted.emit()
    assert names(panel) == []
    eventually(
        panel,
        qtbot,
        lambda core: core.chats.drafts(),
        lambda kept: (
            first in kept and [each.name for each in kept[first].attachments] == ["tides.md"]
        ),
    )
    panel.model.open(first)
    qtbot.waitUntil(lambda: names(panel) == ["tides.md"], timeout=WAIT_MS)


def test_an_edited_message_has_its_own_files(panel, qtbot, files, engine):
    attach(panel, qtbot, files)
    say(panel, qtbot, "First")
    attach(panel, qtbot, files[:1])
    panel.composer.edit_last_wanted.emit()
    assert names(panel) == ["tides.md", "moons.csv"]
    assert panel.composer.edited_files is None
    panel.composer.files.chips[1].remove.click()
    panel.composer.box.setPlainText("Second")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    settled(panel, qtbot)
    sent = engine.requests[-1].messages[-1].text
    assert "High water" in sent
    assert "day,phase" not in sent
    assert names(panel) == ["tides.md"]
    asked_message = panel.model.messages[0]
    assert [each["name"] for each in asked_message.attachments] == ["tides.md"]
    panel.branches.show_version(asked_message, asked_message.sibling_ids[0])
    qtbot.waitUntil(lambda: len(views(panel)[0].files.folds) == 2, timeout=WAIT_MS)


def test_what_is_refused_comes_back_with_its_files(panel, qtbot, files, monkeypatch):
    attach(panel, qtbot, files[:1])
    panel.composer.box.setPlainText("Hello?")
    gone = ChatOptions(model="/gone/model.gguf")
    monkeypatch.setattr(panel.composer, "options", lambda _system: gone)
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.banner.message != "", timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == "Hello?"
    assert names(panel) == ["tides.md"]
