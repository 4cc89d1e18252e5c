"""What is typed while a prompt is on its way belongs into that prompt, in order."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS
from workbench.domain.errors import LibraryError
from workbench.domain.prompts.prompt import Draft
from workbench.ui.design.panel import DesignPanel
from workbench.ui.library import changes


@pytest.fixture
def panel(open_design, write_prompt) -> DesignPanel:
    return open_design(write_prompt("greeting", "Greet Ada.\n"))


def current(panel) -> str:
    document = panel.model.current
    return document.path if document else ""


def settled(panel, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.model.awaited.is_waiting, timeout=WAIT_MS)


def test_what_is_typed_after_asking_for_a_new_prompt_belongs_into_it(panel, qtbot):
    before, text = current(panel), panel.model.current.text
    editor = panel.work.editor
    panel.library_commands.create()
    qtbot.keyClicks(editor, "Say hi")
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    qtbot.keyClicks(editor, "ello")
    assert current(panel) == before
    settled(panel, qtbot)
    assert "New prompt" in current(panel)
    assert "system:\nSay hello\nuser:" in editor.text.file_text()
    assert "helpful assistant" not in editor.text.file_text()
    assert panel.model.documents[before].text == text
    assert not panel.model.documents[before].dirty


def test_the_keys_go_to_the_editor_at_once_wherever_the_focus_was(panel, qtbot):
    panel.window().activateWindow()
    panel.library.tree.setFocus()
    panel.library_commands.create()
    assert panel.window().focusWidget() is panel.work.editor
    settled(panel, qtbot)


def test_what_is_typed_while_a_prompt_opens_belongs_into_it(panel, qtbot, paths):
    before, text = current(panel), panel.model.current.text
    other = paths.prompts / "other.prompty"
    other.write_text("Other.\n")
    panel.model.open(str(other))
    qtbot.keyClicks(panel.work.editor, "An")
    settled(panel, qtbot)
    assert current(panel) == str(other)
    assert panel.model.current.text == "AnOther.\n"
    assert panel.model.documents[before].text == text


def test_what_was_typed_for_a_prompt_that_cannot_be_opened_goes_nowhere(panel, qtbot, paths):
    text = panel.model.current.text
    panel.model.open(str(paths.prompts / "gone.prompty"))
    qtbot.keyClicks(panel.work.editor, "lost")
    settled(panel, qtbot)
    assert panel.model.current.text == text
    qtbot.keyClicks(panel.work.editor, "kept")
    assert "kept" in panel.model.current.text


def test_a_prompt_that_cannot_be_made_leaves_the_open_one_as_it_was(panel, qtbot, monkeypatch):
    async def refuse(*_: object) -> None:
        raise LibraryError("New prompt", "The disk is full.")

    monkeypatch.setattr(changes, "create", refuse)
    text = panel.model.current.text
    panel.library_commands.create()
    qtbot.keyClicks(panel.work.editor, "lost")
    settled(panel, qtbot)
    assert panel.model.current.text == text
    assert not panel.work.held.is_holding


def test_keys_after_going_to_an_open_tab_are_of_that_tab(panel, qtbot, paths):
    first = current(panel)
    other = paths.prompts / "other.prompty"
    other.write_text("Other.\n")
    panel.model.open(str(other))
    settled(panel, qtbot)
    panel.work.tab_row.step(-1)
    assert current(panel) == first
    qtbot.keyClicks(panel.work.editor, "zz")
    assert "zz" in panel.model.documents[first].text
    assert panel.model.documents[str(other)].text == "Other.\n"


def test_a_tab_that_is_chosen_while_another_prompt_opens_gets_its_own_keys(panel, qtbot, paths):
    first = current(panel)
    for name in ("second", "third"):
        (paths.prompts / f"{name}.prompty").write_text(f"{name}\n")
    panel.model.open(str(paths.prompts / "second.prompty"))
    settled(panel, qtbot)
    panel.model.open(str(paths.prompts / "third.prompty"))
    panel.model.show(first)
    qtbot.keyClicks(panel.work.editor, "zz")
    qtbot.waitUntil(
        lambda: str(paths.prompts / "third.prompty") in panel.model.documents, timeout=WAIT_MS
    )
    assert current(panel) == first
    assert "zz" in panel.model.documents[first].text
    assert panel.model.documents[str(paths.prompts / "third.prompty")].text == "third\n"


def test_keys_after_reload_are_typed_into_the_text_of_the_file(panel, qtbot):
    path = Path(current(panel))
    qtbot.keyClicks(panel.work.editor, "mine")
    path.write_text("From the file.\n")
    panel.model.reload(str(path))
    qtbot.keyClicks(panel.work.editor, "X")
    settled(panel, qtbot)
    assert "mine" not in panel.model.current.text
    assert sorted(panel.model.current.text) == sorted("From the file.\nX")


def test_a_held_key_is_typed_once(panel, qtbot):
    panel.library_commands.create()
    qtbot.keyClicks(panel.work.editor, "New")
    settled(panel, qtbot)
    qtbot.keyClicks(panel.work.editor, "er")
    assert "system:\nNewer\nuser:" in panel.work.editor.text.file_text()


def test_a_draft_that_is_read_after_its_prompt_is_not_lost(panel, qtbot):
    """At the start both are read at once, and either may come first."""
    path = current(panel)
    document = panel.model.current
    draft = Draft(path=path, text="Typed before.\n", base_sha256=document.sha256)
    panel.model.drafts.put_all((draft,))
    assert panel.work.editor.text.file_text() == "Typed before.\n"
    assert document.dirty
    panel.model.drafts.put_all((msgspec.structs.replace(draft, text="Older.\n"),))
    assert document.text == "Typed before.\n", "what is unsaved here stays"
