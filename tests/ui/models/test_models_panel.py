"""Files: what there is, what it needs, load, folders, errors."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from tests.models.crafting import gguf
from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.views import Adapter, MemoryEstimate, MemoryUse
from workbench.ui.models.memory_view import MemoryView
from workbench.ui.models.panel import ModelsPanel


@pytest.fixture
def panel(context, qtbot, paths) -> ModelsPanel:
    paths.create()
    (paths.models / "broken.gguf").write_bytes(b"GGUF but no more")
    made = ModelsPanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    qtbot.waitUntil(lambda: len(made.files.table_model.entries) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(made.files.details.memory.formula.text()), timeout=WAIT_MS)
    return made


def kept_settings(panel, qtbot, path=""):
    kept = []
    panel.bridge.call(lambda core: core.models.load_settings(path), kept.append)
    qtbot.waitUntil(lambda: bool(kept), timeout=WAIT_MS)
    return kept[0]


def test_the_starter_model_says_what_it_needs(panel):
    assert panel.files.table_model.entries[0].source == "starter"
    memory = panel.files.details.memory
    assert memory.verdict.text() in {"Fits", "May be slow", "Will not fit"}
    assert "free" in memory.words.text()
    assert memory.estimated["kv_bytes"].text().endswith("MB")
    assert "im_start" in panel.files.details.template.toPlainText()
    assert panel.files.details.reuse.text()


def test_a_larger_context_needs_more(panel, qtbot):
    details = panel.files.details
    before = details.memory.formula.text()
    details.form.fields.editors["context_tokens"].setValue(16384)
    qtbot.waitUntil(lambda: details.memory.formula.text() != before, timeout=WAIT_MS)
    assert "16,384" in details.memory.formula.text()


def test_settings_that_contradict_each_other_are_said_before_loading(panel, qtbot):
    details = panel.files.details
    details.form.fields.set_values({"kv_type": "q8_0", "flash_attention": "off"})
    details.form.changed.emit()
    qtbot.waitUntil(lambda: "flash" in details.banner.message, timeout=WAIT_MS)
    assert not details.load.isEnabled()
    details.form.fields.set_values({"flash_attention": "on"})
    details.form.changed.emit()
    qtbot.waitUntil(details.load.isEnabled, timeout=WAIT_MS)


def test_a_damaged_file_is_shown_with_its_reason_and_cannot_be_loaded(panel):
    panel.files.table.selectRow(1)
    details = panel.files.details
    assert "cannot be used" in details.banner.message
    assert not details.load.isEnabled()
    assert not details.memory.isVisible()


def test_the_memory_of_another_model_is_never_shown(panel, qtbot):
    """From the choice of a model until the core answers, nothing of the one before is shown."""
    panel.files.details.memory.show()
    chosen = panel.files.details.entry
    other = type(chosen)(name="other", path="/models/other.gguf")
    panel.files.details.show_entry(other)
    assert not panel.files.details.memory.isVisibleTo(panel.files.details)
    assert panel.files.details.template.toPlainText() == ""
    asked = panel.files._inspect()
    assert not asked.done
    panel.files.table_model.show_entries((chosen, other), "")
    panel.files.table.selectRow(1)
    assert asked.done, "an answer about the row before is not taken"


def test_loading_remembers_the_settings_of_this_model(panel, qtbot):
    details = panel.files.details
    details.form.fields.editors["context_tokens"].setValue(4096)
    details.form.add_adapter(Adapter("/there/style.gguf", 0.5))
    details.form.rows[0].scale.setValue(0.75)
    with qtbot.waitSignal(panel.bridge.engine_changed, timeout=WAIT_MS):
        details.ask_load()
    kept = kept_settings(panel, qtbot, details.entry.path)
    assert kept.context_tokens == 4096
    assert kept.adapters == (Adapter("/there/style.gguf", 0.75),)
    assert kept_settings(panel, qtbot).context_tokens != 4096


def test_settings_can_become_those_of_all_models(panel, qtbot):
    details = panel.files.details
    details.form.fields.editors["batch_tokens"].setValue(256)
    details.default.click()
    qtbot.waitUntil(lambda: bool(details.banner.message), timeout=WAIT_MS)
    assert kept_settings(panel, qtbot).batch_tokens == 256


def test_what_is_typed_stays_when_the_list_is_read_again(panel, qtbot):
    details = panel.files.details
    details.form.fields.editors["context_tokens"].setValue(12345)
    with qtbot.waitSignal(panel.files.table_model.modelReset, timeout=WAIT_MS):
        panel.files.read()
    assert details.settings.context_tokens == 12345


def test_a_folder_is_added_and_taken_out(panel, qtbot, tmp_path):
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "other.gguf").write_bytes(gguf())
    entries = panel.files.table_model
    panel.files.folders.add_wanted.emit(str(folder))
    qtbot.waitUntil(lambda: len(entries.entries) == 3, timeout=WAIT_MS)
    assert str(folder) in {each.path for each in panel.files.folders.folders}
    panel.files.folders.remove_wanted.emit(str(folder))
    qtbot.waitUntil(lambda: len(entries.entries) == 2, timeout=WAIT_MS)
    assert (folder / "other.gguf").exists()


def test_a_folder_that_is_none_is_said(panel, qtbot, tmp_path):
    panel.files.add_folder(str(tmp_path / "nowhere"))
    qtbot.waitUntil(lambda: "is no folder" in panel.files.details.banner.message, timeout=WAIT_MS)


def test_a_dropped_file_is_loaded(panel, qtbot, tmp_path):
    path = tmp_path / "dropped.gguf"
    path.write_bytes(gguf())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    panel.dropEvent(event)
    qtbot.waitUntil(lambda: panel.bridge.engine_status.model_path == str(path), timeout=WAIT_MS)


def test_the_estimate_stands_beside_what_is_used(qtbot):
    view = MemoryView()
    qtbot.addWidget(view)
    view.show()
    memory = MemoryEstimate(
        context_tokens=8192, weights_bytes=2**27, kv_bytes=2**26, compute_bytes=2**25,
        free_bytes=2**33, formula="a; b",
    )  # fmt: skip
    view.show_memory(memory, None)
    assert view.verdict.text() == "Fits"
    assert view.used["kv_bytes"].text() == ""
    used = MemoryUse(weights_bytes=2**27, kv_bytes=2**26, compute_bytes=2**24, resident_bytes=2**28)
    view.show_memory(memory, used)
    assert view.used["total_bytes"].text() == "218 MB"
    assert "268 MB" in view.off.text()


def test_every_control_has_a_name(panel):
    panel.files.where.set_open(True)
    panel.files.details.form.add_adapter(Adapter("/there/style.gguf"))
    assert unnamed(panel) == []


def test_the_details_say_what_the_chat_template_does(panel, qtbot):
    verdict = panel.files.details.verdict
    qtbot.waitUntil(lambda: len(verdict.texts) == 13, timeout=WAIT_MS)
    assert verdict.texts[0:2] == ("System message", "taken as it is")
    assert "dropped by the template" in verdict.texts[-1]
    panel.files.table.selectRow(1)
    qtbot.waitUntil(lambda: verdict.texts == (), timeout=WAIT_MS)
