"""The chosen model is the one that a run would use."""

from __future__ import annotations

from tests.ui.conftest import WAIT_MS, ask
from workbench.ui.kit.forms.run_choices import ModelChooser


def test_a_loaded_model_outside_the_folders_is_the_chosen_one(bridge, qtbot, tmp_path):
    chooser = ModelChooser(bridge)
    qtbot.addWidget(chooser)
    listed = ask(bridge, lambda core: core.model_files.all())
    qtbot.waitUntil(lambda: chooser.count() > len(listed), timeout=WAIT_MS)
    assert chooser.model_path == bridge.engine_status.model_path == str(tmp_path / "pretend.gguf")
    assert chooser.currentText() == bridge.engine_status.model_name
    elsewhere = tmp_path / "elsewhere.gguf"
    elsewhere.write_bytes(b"")
    ask(bridge, lambda core: core.models.load(str(elsewhere)))
    qtbot.waitUntil(lambda: chooser.model_path == str(elsewhere), timeout=WAIT_MS)
    chooser.refresh()
    qtbot.waitUntil(lambda: chooser.count() == len(listed) + 1, timeout=WAIT_MS)
    assert chooser.model_path == str(elsewhere)
