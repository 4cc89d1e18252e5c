"""The Sources workspace: a collection is made, indexed, asked; passages and documents are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication

from tests.ui.conftest import WAIT_MS, ask, unnamed
from workbench.domain.sources.collection import Collection
from workbench.ui.sources.collection_form import CollectionForm
from workbench.ui.sources.hits_list import is_marked
from workbench.ui.sources.panel import SourcesPanel
from workbench.ui.sources.passage_pane import retrieve_call

RETURNS = """# Returns

## When the refund is paid

A refund is paid within 14 days of the day on which the parcel reaches the warehouse.

## Sending back

Put the label on the parcel.
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "returns.md").write_text(RETURNS)
    (folder / "hours.txt").write_text("The shop is open from nine to six.\n")
    (folder / "picture.bin").write_bytes(bytes(range(256)))
    return folder


@pytest.fixture
def panel(context, qtbot) -> SourcesPanel:
    made = SourcesPanel(context)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    made.shown()
    return made


def made(panel, qtbot, folder: Path, name: str = "shop") -> None:
    """Make a collection of a folder and wait until it is indexed."""
    panel.model.save(Collection(name=name, paths=(str(folder),)))

    def is_done() -> bool:
        status = panel.model.status
        if status is None or status.collection.name != name or panel.model.progress:
            return False
        is_read = status.files > 0 and status.waiting == 0
        return is_read and len(panel.model.files) == status.files

    qtbot.waitUntil(is_done, timeout=WAIT_MS)


def asked(panel, qtbot, question: str):
    """Type a question and wait for its passages."""
    panel.search.question.setText(question)
    qtbot.keyClick(panel.search.question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.model.report is not None, timeout=WAIT_MS)
    return panel.search.list.rows.rows


def test_before_it_is_known_nothing_is_said_of_collections(context, qtbot):
    early = SourcesPanel(context)  # no answer of the core can be there yet
    qtbot.addWidget(early)
    assert not early.model.was_read
    assert early.search._stack.currentWidget() is early.search.nothing
    assert early.search.nothing.title.text() == ""


def test_without_a_collection_it_says_what_it_is_for(panel, qtbot):
    qtbot.waitUntil(panel.search.begin.isVisible, timeout=WAIT_MS)
    assert not panel.search.question.isEnabled()
    assert not panel.add.isEnabled()


def test_a_folder_is_read_and_a_question_finds_its_passage(panel, qtbot, shop):
    made(panel, qtbot, shop)
    names = {Path(each.path).name for each in panel.model.files if each.state != "refused"}
    assert names >= {"returns.md", "hours.txt"}
    first = asked(panel, qtbot, "When is the refund paid?")[0]
    assert Path(first.hit.file).name == "returns.md"
    assert "within 14 days" in first.hit.text
    assert first.hit.words_rank == 1
    assert panel.search.list.rows.words == {"refund", "paid"}
    assert "within 14 days" in panel.passage.text.toPlainText()
    assert panel.passage.name.text() == "returns.md"
    assert "When the refund is paid" in panel.passage.place.text()


def test_what_no_passage_has_finds_nothing(panel, qtbot, shop):
    made(panel, qtbot, shop)
    assert asked(panel, qtbot, "zeppelin") == []
    assert panel.search.nothing.isVisible()
    assert panel.search.nothing.title.text() == "Nothing found"


def test_a_document_is_shown_as_it_was_read(panel, qtbot, shop):
    made(panel, qtbot, shop)
    row = next(at for at, each in enumerate(panel.model.files) if each.path.endswith("returns.md"))
    panel.list.list.setCurrentIndex(panel.list.list.rows.index(row))
    qtbot.keyClick(panel.list.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Put the label" in panel.passage.text.toPlainText(), timeout=WAIT_MS)
    assert panel.passage.title.text() == "Document"


def test_from_a_passage_to_its_document(panel, qtbot, shop):
    made(panel, qtbot, shop)
    asked(panel, qtbot, "refund")
    panel.passage.whole.click()
    qtbot.waitUntil(lambda: "Put the label" in panel.passage.text.toPlainText(), timeout=WAIT_MS)


def test_what_is_copied_brings_the_same_passages_into_a_prompt(panel, qtbot, shop, bridge):
    made(panel, qtbot, shop)
    first = asked(panel, qtbot, "When is the refund paid?")[0]
    panel.passage.copy.click()
    text = QGuiApplication.clipboard().text()
    assert text == '{{ retrieve("When is the refund paid?", k=4, collection="shop") }}'
    preview = ask(bridge, lambda core: core.prompts.preview(text, "a.j2", {}))
    assert preview.error is None
    assert preview.passages[0].text == first.hit.text


def test_a_changed_file_is_read_again(panel, qtbot, shop):
    made(panel, qtbot, shop)
    (shop / "hours.txt").write_text("The shop is closed on the day of the zeppelin.\n" * 3)
    panel.list.index.click()
    qtbot.waitUntil(lambda: not panel.model.progress, timeout=WAIT_MS)
    found = asked(panel, qtbot, "zeppelin")
    assert Path(found[0].hit.file).name == "hours.txt"


def test_dropped_files_are_added(panel, qtbot, shop, tmp_path):
    made(panel, qtbot, shop)
    other = tmp_path / "zeppelin.md"
    other.write_text("A zeppelin is an airship.\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(other))])
    panel.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    qtbot.waitUntil(
        lambda: any(each.path == str(other) for each in panel.model.files), timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: not panel.model.progress, timeout=WAIT_MS)
    assert Path(asked(panel, qtbot, "airship")[0].hit.file).name == "zeppelin.md"


def test_a_deleted_collection_is_gone_and_its_files_stay(panel, qtbot, shop):
    made(panel, qtbot, shop)
    panel.model.remove(panel.model.current)
    qtbot.waitUntil(lambda: panel.model.collections == (), timeout=WAIT_MS)
    assert panel.search.begin.isVisible()
    assert (shop / "returns.md").exists()


def test_the_session_brings_collection_and_question_back(panel, qtbot, shop, context):
    made(panel, qtbot, shop, "aaa")
    made(panel, qtbot, shop, "shop")
    asked(panel, qtbot, "refund")
    state = panel.save_session()
    other = SourcesPanel(context)
    qtbot.addWidget(other)
    other.restore_session(state)
    qtbot.waitUntil(lambda: other.model.report is not None, timeout=WAIT_MS)
    assert other.model.status.collection.name == "shop"
    assert other.search.list.rows.rows


def test_the_form_wants_a_name_and_a_place(panel, qtbot, bridge, shop):
    form = CollectionForm(panel, bridge, Collection(name=""))
    qtbot.addWidget(form)
    form.show()
    form.save.click()
    assert form.problem.text().startswith("Give the collection a name")
    form.add_paths([str(shop)])
    assert form.name.text() == "shop"
    form.add_paths([str(shop)])
    assert form.places.count() == 1
    assert unnamed(form) == []
    form.save.click()
    assert form.result()
    assert form.value.paths == (str(shop),)
    assert form.value.chunks.tokens == 320


def test_every_part_has_a_name(panel, qtbot, shop):
    made(panel, qtbot, shop)
    asked(panel, qtbot, "refund")
    assert unnamed(panel) == []


@pytest.mark.parametrize(
    ("word", "marked"),
    [("refund", True), ("Refunds", True), ("paid", True), ("fun", False), ("is", False)],
)
def test_words_of_the_question_are_marked_with_other_endings(word, marked):
    assert is_marked(word, {"refund", "paid"}) is marked


def test_quotes_in_a_question_stay_a_text():
    assert retrieve_call('a "b" \\', "c") == '{{ retrieve("a \\"b\\" \\\\", k=4, collection="c") }}'
