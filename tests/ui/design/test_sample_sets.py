"""Named sets of values: saved, switched, renamed, deleted, and found again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS
from tests.ui.design.prompts_with_inputs import (
    SOURCE,
    field,
    kinds,
    make_panel,
    panel,
    rendered,
)
from workbench.ui.actions import ActionTable
from workbench.ui.design.panel import DesignPanel

__all__ = ["kinds", "make_panel", "panel"]


def sets(panel: DesignPanel) -> list[str]:
    return [each.name for each in panel.work.inputs.samples.sets]


def save_as(panel: DesignPanel, qtbot, name: str) -> None:
    bar = panel.work.inputs.bar
    bar.save_as()
    bar.name.setText(name)
    qtbot.keyClick(bar.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: name in sets(panel), timeout=WAIT_MS)


def test_sets_are_saved_switched_and_never_changed_silently(panel, qtbot, paths):
    assert sets(panel) == ["sample"]
    field(panel, "name").setText("Grace")
    assert not panel.work.inputs.bar.dot.isHidden()
    save_as(panel, qtbot, "grace")
    kept = paths.prompts / "greeting.samples.yaml"
    assert kept.read_text() == "grace:\n  name: Grace\n"
    assert panel.work.inputs.bar.dot.isHidden()
    field(panel, "name").setText("Grace Hopper")
    panel.work.inputs.samples.step(-1)
    assert field(panel, "name").text() == "Ada"
    rendered(panel, qtbot, "Greet Ada")
    panel.work.inputs.samples.step(1)
    assert field(panel, "name").text() == "Grace Hopper"
    assert not panel.work.inputs.bar.dot.isHidden()
    assert kept.read_text() == "grace:\n  name: Grace\n"
    panel.work.inputs.samples.reset()
    assert field(panel, "name").text() == "Grace"


def test_save_writes_over_ones_own_set_only(panel, qtbot, paths):
    bar = panel.work.inputs.bar
    bar.save_set()
    assert bar.name.isVisible()
    qtbot.keyClick(bar.name, Qt.Key.Key_Escape)
    assert not bar.name.isVisible()
    save_as(panel, qtbot, "mine")
    field(panel, "name").setText("Linus")
    bar.save_set()
    kept = paths.prompts / "greeting.samples.yaml"
    qtbot.waitUntil(lambda: "Linus" in kept.read_text(), timeout=WAIT_MS)


def test_a_set_that_was_saved_over_is_brought_back_and_a_new_one_is_a_click_away(
    panel, qtbot, paths
):
    inputs = panel.work.inputs
    assert inputs.bar.new.isHidden()
    field(panel, "name").setText("Grace")
    save_as(panel, qtbot, "mine")
    assert inputs.bar.new.isVisible()
    assert inputs.banner.isHidden()
    field(panel, "name").setText("Linus")
    inputs.bar.save_set()
    kept = paths.prompts / "greeting.samples.yaml"
    qtbot.waitUntil(lambda: "“mine” was overwritten" in inputs.banner.message, timeout=WAIT_MS)
    assert "Linus" in kept.read_text()
    inputs.banner.remedy.click()
    qtbot.waitUntil(lambda: "Grace" in kept.read_text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not inputs.bar.dot.isHidden(), timeout=WAIT_MS)
    assert field(panel, "name").text() == "Linus"
    inputs.bar.new.click()
    assert inputs.bar.name.isVisible()


def test_a_set_is_renamed_deleted_and_brought_back(panel, qtbot, paths):
    save_as(panel, qtbot, "one")
    bar = panel.work.inputs.bar
    bar.rename()
    bar.name.setText("two")
    bar.accept.click()
    qtbot.waitUntil(lambda: sets(panel) == ["sample", "two"], timeout=WAIT_MS)
    panel.work.inputs.samples.delete()
    qtbot.waitUntil(lambda: sets(panel) == ["sample"], timeout=WAIT_MS)
    assert "“two” was deleted" in panel.work.inputs.banner.message
    panel.work.inputs.banner.remedy.click()
    qtbot.waitUntil(lambda: sets(panel) == ["sample", "two"], timeout=WAIT_MS)


def test_a_file_of_sets_that_changed_outside_is_read_again(panel, qtbot, paths):
    save_as(panel, qtbot, "one")
    kept = paths.prompts / "greeting.samples.yaml"
    kept.write_text("theirs: {name: Bob}\n")
    panel.work.inputs.samples.save()
    qtbot.waitUntil(lambda: "another program" in panel.work.inputs.banner.message, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "theirs" in sets(panel), timeout=WAIT_MS)
    assert kept.read_text() == "theirs: {name: Bob}\n"


def test_the_chosen_set_and_unsaved_values_survive_a_restart(panel, qtbot, context, paths):
    save_as(panel, qtbot, "grace")
    field(panel, "name").setText("Unsaved")
    state = panel.save_session()
    again = DesignPanel(context)
    qtbot.addWidget(again)
    again.restore_session(state)
    qtbot.waitUntil(lambda: again.model.current is not None, timeout=WAIT_MS)
    samples = again.work.inputs.samples
    qtbot.waitUntil(
        lambda: samples.chosen is not None and samples.chosen.name == "grace", timeout=WAIT_MS
    )
    qtbot.waitUntil(lambda: "name" in again.work.inputs.fields.fields, timeout=WAIT_MS)
    assert field(again, "name").text() == "Unsaved"
    assert samples.modified


def test_values_that_were_kept_bring_no_old_text_back(panel, qtbot, context, paths):
    field(panel, "name").setText("Grace")
    path = panel.model.current.path
    panel.model.close(path)
    Path(path).write_text(SOURCE.replace("Greet", "Welcome"))
    panel.model.open(path)
    qtbot.waitUntil(lambda: panel.model.current is not None, timeout=WAIT_MS)
    rendered(panel, qtbot, "Welcome Grace")
    assert not panel.model.current.dirty


def test_half_typed_json_is_kept_when_sets_are_switched(kinds, qtbot):
    save_as(kinds, qtbot, "mine")
    examples = field(kinds, "examples")
    examples.bar.set_open(True)
    examples.views.choose(1)
    examples.json.setPlainText("[1, ")
    kinds.work.inputs.samples.step(-1)
    assert examples.value()[0]["name"] == "rolls"
    kinds.work.inputs.samples.step(1)
    assert examples.json.toPlainText() == "[1, "
    assert "not JSON" in examples.verdict.text()


def test_keys_switch_sets_while_a_field_has_the_focus(panel, qtbot):
    table = ActionTable(panel)
    table.add(panel.work.inputs.actions_table(), panel)
    save_as(panel, qtbot, "grace")
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow, timeout=WAIT_MS)
    field(panel, "name").setFocus()
    qtbot.keyClick(field(panel, "name"), Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert panel.work.inputs.samples.chosen.name == "sample"
    qtbot.keyClick(field(panel, "name"), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert panel.work.inputs.samples.chosen.name == "grace"
    assert field(panel, "name").hasFocus()
