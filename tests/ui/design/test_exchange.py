"""The import pane and the export commands as the user uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.prompts.exchange import SANDBOXED
from workbench.ui.design.panel import DesignPanel
from workbench.ui.design.tools.exchange import ImportPane

CONFIG = "prompts: ['Ask {{ name }} first', 'Ask {{ name }} again']\nproviders: [x]\n"


@pytest.fixture
def given(tmp_path) -> Path:
    file = tmp_path / "given.yaml"
    file.write_text(CONFIG)
    return file


@pytest.fixture
def panel(open_design) -> DesignPanel:
    return open_design()


def run(panel: DesignPanel, action: str) -> None:
    next(each for each in panel.actions_table() if each.id == action).run()


def opened(panel: DesignPanel, qtbot, monkeypatch, *paths: Path) -> ImportPane:
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_: ([str(path) for path in paths], "")
    )
    run(panel, "prompt.import")
    pane = panel.side.stack.currentWidget()
    assert isinstance(pane, ImportPane)
    return pane


def test_what_a_file_holds_is_shown_and_what_is_ticked_is_taken(
    panel, qtbot, monkeypatch, given, paths
):
    pane = opened(panel, qtbot, monkeypatch, given)
    qtbot.waitUntil(pane.take.isVisible, timeout=WAIT_MS)
    assert pane.source.text() == "given.yaml · promptfoo"
    assert "Ask {{ name }} first" in pane.text.toPlainText()
    assert "providers" in pane.notes.text()
    assert pane.take.accessibleName() == "Import 2 prompts"
    assert SANDBOXED in [label.text() for label in pane.findChildren(QLabel)]
    pane._model.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert pane.take.accessibleName() == "Import 1 prompt"
    pane.folder.setText("taken")
    qtbot.mouseClick(pane.take, Qt.MouseButton.LeftButton)
    wanted = paths.prompts / "taken" / "given-2.prompty"
    qtbot.waitUntil(
        lambda: panel.model.current is not None and panel.model.current.path == str(wanted),
        timeout=WAIT_MS,
    )
    assert not (paths.prompts / "taken" / "given-1.prompty").exists()
    assert panel.side.stack.currentWidget() is not pane
    assert unnamed(pane) == []


def test_a_file_that_cannot_be_read_is_said_in_the_pane(panel, qtbot, monkeypatch, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text('{"messages": [')
    pane = opened(panel, qtbot, monkeypatch, broken)
    qtbot.waitUntil(pane.banner.isVisible, timeout=WAIT_MS)
    assert "not JSON" in pane.banner._text.text()
    assert pane.empty.isVisible()


def test_nothing_ticked_is_nothing_to_import(panel, qtbot, monkeypatch, given):
    pane = opened(panel, qtbot, monkeypatch, given)
    qtbot.waitUntil(pane.take.isVisible, timeout=WAIT_MS)
    for row in range(2):
        pane._model.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert not pane.take.isEnabled()


def test_the_open_prompt_is_exported_and_what_is_lost_is_told(panel, qtbot, monkeypatch, tmp_path):
    target = tmp_path / "out.json"
    asked = []

    def answer(*arguments):
        asked.append(arguments)
        return str(target), "OpenAI messages (*.json)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    run(panel, "prompt.export")
    qtbot.waitUntil(target.exists, timeout=WAIT_MS)
    qtbot.waitUntil(panel.work.banner.isVisible, timeout=WAIT_MS)
    assert json.loads(target.read_text())["messages"]
    assert "Dotprompt (*.prompt)" in asked[0][3]
    assert "sample values" in panel.work.banner._text.text()


def test_own_prompts_go_into_a_bundle(panel, qtbot, monkeypatch, tmp_path, paths):
    own = paths.prompts / "own.prompty"
    own.write_text("---\nname: own\n---\nuser:\nHi")
    panel.model.read_library()
    qtbot.waitUntil(
        lambda: any(entry.path == str(own) for entry in panel.model.library), timeout=WAIT_MS
    )
    target = tmp_path / "all.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    run(panel, "prompt.bundle")
    qtbot.waitUntil(target.exists, timeout=WAIT_MS)


def test_the_focus_is_in_the_editor_once_prompts_were_imported(
    panel, qtbot, monkeypatch, given, paths
):
    pane = opened(panel, qtbot, monkeypatch, given)
    qtbot.waitUntil(pane.take.isVisible, timeout=WAIT_MS)
    qtbot.mouseClick(pane.take, Qt.MouseButton.LeftButton)
    assert panel.run_bar.run.property("kind") == "default"  # Ctrl+Enter is still the import's
    qtbot.waitUntil(lambda: panel.side.current == "rendered", timeout=WAIT_MS)
    assert QApplication.focusWidget() is panel.work.editor
    assert panel.run_bar.run.property("kind") == "primary"
