"""Models: what there is, what it needs, load, errors."""

from __future__ import annotations

import pytest

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.ui.models.panel import ModelsPanel


@pytest.fixture
def panel(context, qtbot, paths) -> ModelsPanel:
    paths.create()
    (paths.models / "broken.gguf").write_bytes(b"GGUF but no more")
    made = ModelsPanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    qtbot.waitUntil(lambda: len(made.table_model.entries) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(made.details.formula.text()), timeout=WAIT_MS)
    return made


def test_the_starter_model_says_what_it_needs(panel, qtbot):
    assert panel.table_model.entries[0].source == "starter"
    words = panel.details.memory_words.text()
    assert "fit" in words
    assert "KV cache" in words
    assert "im_start" in panel.details.template.toPlainText()


def test_a_larger_context_needs_more(panel, qtbot):
    before = panel.details.formula.text()
    panel.details.form.editors["context_tokens"].setValue(16384)
    qtbot.waitUntil(lambda: panel.details.formula.text() != before, timeout=WAIT_MS)
    assert "16,384" in panel.details.formula.text()


def test_a_damaged_file_is_shown_with_its_reason_and_cannot_be_loaded(panel, qtbot):
    panel.table.selectRow(1)
    assert "cannot be used" in panel.details.banner.message
    assert not panel.details.load.isEnabled()


def test_loading_remembers_the_settings(panel, qtbot):
    panel.details.form.editors["context_tokens"].setValue(4096)
    panel.details.ask_load()
    kept = []

    def asked():
        panel.bridge.call(lambda core: core.load_settings(), kept.append)
        return bool(kept) and kept[-1].context_tokens == 4096

    qtbot.waitUntil(asked, timeout=WAIT_MS)


def test_every_control_has_a_name(panel):
    assert unnamed(panel) == []
