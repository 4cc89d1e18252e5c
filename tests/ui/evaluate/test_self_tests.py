"""Self-test and bias report of a model in the window: measured, shown, stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.service.test_measuring import JudgingEngine
from tests.ui.conftest import WAIT_MS, unnamed
from workbench.domain.views import ModelEntry
from workbench.service.models.model_files import ModelFiles
from workbench.ui.evaluate.votes.judges.self_tests import JudgeTests
from workbench.ui.panels import Context


@pytest.fixture
def engine() -> JudgingEngine:
    """Judges by what it reads."""
    return JudgingEngine()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """The window over which it is shown."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def dialog(
    context: Context,
    window: QWidget,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> JudgeTests:
    """The dialog with one model."""
    entry = ModelEntry(name="pretend", path=str(tmp_path / "pretend.gguf"))

    async def models(_files: ModelFiles) -> tuple[ModelEntry, ...]:
        return (entry,)

    monkeypatch.setattr(ModelFiles, "all", models)
    window.show()
    made = JudgeTests(window, context)
    made.show()
    qtbot.waitUntil(made.begin.isEnabled, timeout=WAIT_MS)
    return made


def test_a_self_test_and_a_bias_report_are_made_and_known_again(
    dialog: JudgeTests, context: Context, qtbot: QtBot
) -> None:
    assert dialog.title.text() == "Not measured yet."
    assert unnamed(dialog) == []
    dialog.begin.click()
    assert dialog.is_running
    qtbot.waitUntil(lambda: dialog.test is not None and not dialog.is_running, timeout=WAIT_MS)
    rows = dialog.table.texts.rows
    assert [row[0] for row in rows] == [
        "Yes or no on a claim", "Pairs, in both orders", "Levels of a rubric",
    ]  # fmt: skip
    assert dialog.sentences.text().startswith("With the right labels:")
    dialog.kind.choose(1)
    dialog.begin.click()
    qtbot.waitUntil(lambda: dialog.report is not None and not dialog.is_running, timeout=WAIT_MS)
    assert dialog.table.texts.headings[0] == "Axis"
    other = JudgeTests(dialog, context)
    qtbot.waitUntil(lambda: other.test == dialog.test, timeout=WAIT_MS)
    assert other.report == dialog.report


def test_a_test_is_stopped_where_it_is_and_can_begin_again(
    dialog: JudgeTests, qtbot: QtBot
) -> None:
    dialog.begin.click()
    dialog.stop.click()
    assert not dialog.is_running
    assert dialog.test is None
    assert dialog.message.text() == "Stopped. What was answered is kept."
    dialog.begin.click()
    qtbot.waitUntil(lambda: dialog.test is not None, timeout=WAIT_MS)
