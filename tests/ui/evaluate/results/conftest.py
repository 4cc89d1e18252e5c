"""Results of a small evaluation that was run to its end on an engine that counts letters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.engine.simulated import SimulatedEngine
from workbench.settings import Paths
from workbench.ui.evaluate.results.view import ResultsView
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.panels import Context

SET = """name: Letters
rows:
  - {id: same, word: one, expected: '3', tags: short}
  - {id: lost, word: three, expected: '5', tags: [long, odd]}
  - {id: gained, word: eleven, expected: '6', tags: long}
  - {id: unread, word: seven, expected: '5', tags: odd}
  - {id: empty, word: '', expected: '0'}
variants:
  - {name: plain, prompt: count.prompty, sampling: {temperature: 0}}
  - {name: loud, text: "LOUD {{ word }}", sampling: {temperature: 0}}
checks: [numeric]
"""
PROMPT = "---\ninputs:\n  word: string\n---\nuser:\nCount {{ word }}.\n"
WRONG = {("Count", "eleven"): "Some 5", ("LOUD", "three"): "It has 0", ("LOUD", "seven"): "Many"}


def counting(prompt: str) -> list[str]:
    """The number of letters, but for a few wrong answers."""
    found = re.search(r"(Count|LOUD|Quiet) (\w+)", prompt)
    assert found is not None
    return [WRONG.get((found[1], found[2]), f"It has {len(found[2])}")]


@pytest.fixture
def engine() -> SimulatedEngine:
    """An engine that counts letters."""
    return SimulatedEngine(counting)


@pytest.fixture
def model(context: Context, paths: Paths, qtbot: QtBot) -> EvaluationModel:
    """The evaluation, run to its end."""
    paths.create()
    (paths.prompts / "count.prompty").write_text(PROMPT)
    path = Path(paths.prompts / "letters.yaml")
    path.write_text(SET)
    made = EvaluationModel(context.bridge)
    made.open_path(str(path))
    qtbot.waitUntil(lambda: made.estimate is not None, timeout=WAIT_MS)
    run_to_end(made, qtbot)
    return made


def run_to_end(model: EvaluationModel, qtbot: QtBot) -> None:
    """Run what is missing, until the result of this run is kept."""
    before = model.result.evaluation_id if model.result is not None else 0
    model.run()
    qtbot.waitUntil(lambda: _is_kept(model, before), timeout=WAIT_MS)


def _is_kept(model: EvaluationModel, before: int) -> bool:
    result = model.result
    return not model.running and result is not None and result.evaluation_id not in (0, before)


@pytest.fixture
def view(context: Context, model: EvaluationModel, qtbot: QtBot) -> ResultsView:
    """The results, with the rows that changed."""
    made = ResultsView(context, model)
    qtbot.addWidget(made)
    made.resize(1160, 760)
    made.show()
    qtbot.waitUntil(lambda: cases(made) == ["lost", "unread", "gained"], timeout=WAIT_MS)
    return made


def cases(view: ResultsView) -> list[str]:
    """The ids of the rows that are shown, from top to bottom."""
    rows = (view.grid.model.row(line) for line in range(view.grid.model.rowCount()))
    return [row.id for row in rows if row is not None]
