"""The Versions pane, as the user uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.ui.design.panel import DesignPanel
from workbench.ui.design.tools.versions.pane import VersionsPane
from workbench.ui.theme import theme

FIRST = (
    "---\nname: Greet\ninputs:\n  name: string\nsample:\n  name: Ada\n---\nuser:\nHi {{ name }}.\n"
)
SECOND = FIRST.replace("Hi", "Good day")
THIRD = SECOND + "Be brief.\n"


@pytest.fixture
def prompt(paths, bridge, qtbot) -> Path:
    """A prompt that was saved twice."""
    file = paths.prompts / "greet.prompty"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(FIRST)
    saved = []

    async def save(core):
        for text in (SECOND, THIRD):
            before = await core.prompt_files.read(str(file))
            await core.prompt_files.save(str(file), text, before.sha256)

    bridge.call(save, lambda _: saved.append(True))
    qtbot.waitUntil(lambda: bool(saved), timeout=WAIT_MS)
    return file


@pytest.fixture
def panel(open_design, prompt) -> DesignPanel:
    return open_design(prompt, height=860)


@pytest.fixture
def pane(panel, qtbot) -> VersionsPane:
    with qtbot.waitSignal(panel.side.pane("versions").model.compared, timeout=WAIT_MS):
        panel.side.toggle("versions")
    found = panel.side.pane("versions")
    assert isinstance(found, VersionsPane)
    return found


def choose(pane: VersionsPane, qtbot, number: int) -> None:
    with qtbot.waitSignal(pane.model.compared, timeout=WAIT_MS):
        pane.list.choose(number)


def button(panel: DesignPanel) -> str:
    return panel.version.text().strip()


def test_the_top_bar_says_which_version_is_open(panel, qtbot):
    qtbot.waitUntil(lambda: button(panel) == "Version 3", timeout=WAIT_MS)
    panel.work.editor.insertPlainText("x")
    qtbot.waitUntil(lambda: button(panel) == "Version 3 •", timeout=WAIT_MS)
    assert panel.version.accessibleName() == "Version 3, edited since"
    panel.model.save()
    qtbot.waitUntil(lambda: button(panel) == "Version 4", timeout=WAIT_MS)


def test_the_timeline_is_newest_first_and_compared_with_the_editor(pane, qtbot):
    assert pane.list.numbers() == [3, 2, 1]
    assert pane.diff.toPlainText() == "Nothing differs."
    assert not pane.restore.isEnabled()
    choose(pane, qtbot, 1)
    shown = pane.diff.toPlainText()
    assert "− Hi {{ name }}." in shown
    assert "+ Good day {{ name }}." in shown
    assert "+ Be brief." in shown
    assert pane.counts.text() == "+2 −1"


def test_what_the_model_would_get_is_compared_too(pane, qtbot):
    choose(pane, qtbot, 1)
    with qtbot.waitSignal(pane.model.compared, timeout=WAIT_MS):
        pane.views.choose(1)
    assert "− Hi Ada." in pane.diff.toPlainText()
    assert pane.diff.toPlainText().startswith("User")


def test_two_versions_are_compared_the_older_one_first(pane, qtbot):
    choose(pane, qtbot, 2)
    pane.other.choose(1)
    with qtbot.waitSignal(pane.model.compared, timeout=WAIT_MS):
        pane.other.activated.emit(pane.other.currentIndex())
    assert "+ Good day {{ name }}." in pane.diff.toPlainText()
    assert "Be brief." not in pane.diff.toPlainText()


def test_restoring_is_one_step_of_undo_and_writes_nothing(panel, pane, qtbot, prompt):
    choose(pane, qtbot, 1)
    pane.restore.click()
    qtbot.waitUntil(lambda: panel.work.editor.toPlainText() == FIRST, timeout=WAIT_MS)
    assert prompt.read_text() == THIRD
    assert panel.model.current.dirty
    assert panel.work.banner.message.startswith("Version 1 is in the editor.")
    panel.work.banner.remedy.click()
    assert panel.work.editor.toPlainText() == THIRD
    assert not panel.model.current.dirty


def test_what_was_said_of_a_restored_text_goes_with_the_next_change(panel, pane, qtbot):
    choose(pane, qtbot, 1)
    pane.restore.click()
    qtbot.waitUntil(lambda: panel.work.banner.message != "", timeout=WAIT_MS)
    panel.work.editor.undo()
    assert panel.work.banner.message == ""


def test_typing_compares_again(panel, pane, qtbot):
    with qtbot.waitSignal(pane.model.compared, timeout=WAIT_MS):
        panel.work.editor.insertPlainText("New first line\n")
    assert "+ New first line" in pane.diff.toPlainText()
    assert pane.restore.isEnabled()


def test_a_name_and_a_note_are_kept(pane, qtbot):
    choose(pane, qtbot, 2)
    with qtbot.waitSignal(pane.model.changed, timeout=WAIT_MS):
        pane.name.setText("polite")
        pane.name.editingFinished.emit()
    assert pane.model.version(2).name == "polite"
    pane.note.setPlainText("liked by all")
    with qtbot.waitSignal(pane.model.changed, timeout=WAIT_MS):
        pane.note.left.emit()
    assert pane.model.version(2).note == "liked by all"
    assert pane.name.text() == "polite"


def test_its_runs_are_shown_in_history(panel, pane, qtbot, going):
    assert not pane.runs.isEnabled()
    panel.running.start()
    qtbot.waitUntil(
        lambda: (
            panel.running.results.run is not None and panel.running.results.run.phase == "ended"
        ),
        timeout=WAIT_MS,
    )
    with qtbot.waitSignal(pane.model.changed, timeout=WAIT_MS):
        panel.side.toggle("versions")
    assert pane.runs.text().strip() == "Show its run"
    pane.runs.click()
    place, request = going.places[0]
    assert (place, request["run_id"]) == ("history", panel.running.results.run.run_id)
    assert request["version"] == pane.model.version(3).version_id
    assert request["version_title"] == "greet, version 3"


def test_copy_gives_the_text_of_the_version(pane, qtbot):
    choose(pane, qtbot, 1)
    pane.copy.click()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == FIRST, timeout=WAIT_MS)


def test_the_arrow_keys_walk_the_timeline(pane, qtbot):
    with qtbot.waitSignal(pane.model.compared, timeout=WAIT_MS):
        qtbot.keyClick(pane.list, Qt.Key.Key_Down)
    assert pane.model.selected == 2
    qtbot.keyClick(pane.list, Qt.Key.Key_F2)
    assert pane.focusWidget() is pane.name


def test_every_control_has_a_name_and_every_row_can_be_read_out(pane):
    assert unnamed(pane) == []
    rows = [
        pane.list.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(pane.list.model().rowCount())
    ]
    assert any("Version 3, in the editor, saved, Today" in (row or "") for row in rows)


def test_a_prompt_without_versions_says_when_they_begin(panel, pane, qtbot, paths):
    other = paths.prompts / "other.j2"
    other.write_text("Hello")
    with qtbot.waitSignal(pane.model.changed, timeout=WAIT_MS):
        panel.model.open(str(other))
    assert pane.empty.isVisibleTo(pane)
    assert not pane.splitter.isVisibleTo(pane)


def test_both_themes_paint(pane, qtbot):
    dark = pane.grab().toImage()
    theme().choose("light")
    light = pane.grab().toImage()
    assert dark != light
