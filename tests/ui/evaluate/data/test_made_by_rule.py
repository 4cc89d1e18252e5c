"""A data set made by rule in the window."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtWidgets import QWidget

from tests.ui.conftest import WAIT_MS, unnamed
from workbench.ui.evaluate.data.made_by_rule import MadeByRule


def test_a_data_set_is_made_with_the_difficulty_that_was_chosen(context, qtbot):
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.show()
    form = MadeByRule(context.bridge, owner)
    made: list[str] = []
    form.made.connect(made.append)
    form.show()
    qtbot.waitUntil(lambda: bool(form.first.text()), timeout=WAIT_MS)
    assert form.first.text().startswith("expression: ")
    assert unnamed(form) == []
    form.kind.choose("counting")
    form.difficulty.choose(2)
    qtbot.waitUntil(lambda: form.first.text().startswith("question: "), timeout=WAIT_MS)
    form.rows.setValue(5)
    form.make.click()
    qtbot.waitUntil(lambda: bool(made), timeout=WAIT_MS)
    path = Path(made[0])
    assert path.name == "counting-2-5-seed1.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [set(row) for row in rows] == [{"question", "expected"}] * 5
