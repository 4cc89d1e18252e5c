"""The Evaluate workspace on a small set and an engine that counts letters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.engine.simulated import SimulatedEngine
from workbench.settings import Paths
from workbench.ui.evaluate.panel import EvaluatePanel
from workbench.ui.panels import Context

PROMPT = "---\ninputs:\n  word: string\n---\nuser:\nCount {{ word }}.\n"
SET = """name: Letters
rows:
  - {id: a, word: one, expected: '3'}
  - {id: b, word: seven, expected: '5'}
  - {id: c, word: three, expected: '5'}
variants:
  - {name: plain, prompt: count.prompty, sampling: {temperature: 0}}
  - {name: loud, text: "LOUD {{ word }}", sampling: {temperature: 0}}
checks: [exact]
"""


def counting(prompt: str) -> list[str]:
    """The number of letters; the loud variant is wrong about one of them."""
    found = re.search(r"(?:Count|LOUD) (\w+)", prompt)
    assert found is not None
    return ["0" if "LOUD" in prompt and found[1] == "three" else str(len(found[1]))]


@pytest.fixture
def engine() -> SimulatedEngine:
    """An engine that counts letters."""
    return SimulatedEngine(counting)


@pytest.fixture
def folder(paths: Paths) -> Path:
    """A folder of the library with a prompt and a set."""
    paths.create()
    (paths.prompts / "count.prompty").write_text(PROMPT)
    (paths.prompts / "letters.yaml").write_text(SET)
    return paths.prompts


@pytest.fixture
def panel(context: Context, folder: Path, qtbot: QtBot) -> EvaluatePanel:
    """The workspace with the set open and its cases read."""
    made = EvaluatePanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    made.shown()
    made.handle({"set": str(folder / "letters.yaml")})
    qtbot.waitUntil(lambda: made.model.estimate is not None, timeout=WAIT_MS)
    return made
