"""Options of a prompt's front matter in Compare."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.domain.runs.sampling import Sampling
from workbench.ui.compare.panel import ComparePanel

SOURCE = "---\nmodel:\n  parameters:\n    temperature: 0.2\n    seed: 7\n---\nuser:\nSticks?"


def opened(panel: ComparePanel, qtbot: QtBot, path: str) -> None:
    qtbot.waitUntil(lambda: panel.model.path == path, timeout=WAIT_MS)


def test_a_prompt_that_is_chosen_brings_its_options(
    panel: ComparePanel, qtbot: QtBot, tmp_path: Path
) -> None:
    file, plain = tmp_path / "cold.prompty", tmp_path / "plain.prompty"
    file.write_text(SOURCE)
    plain.write_text("user:\nHi")
    panel.model.open_prompt(str(file))
    opened(panel, qtbot, str(file))
    assert (panel.model.sampling.temperature, panel.model.seed) == (0.2, 7)
    assert "From the prompt: temperature 0.2, seed 7" in panel.bar.sampling.toolTip()
    panel.model.open_prompt(str(plain))
    opened(panel, qtbot, str(plain))
    assert (panel.model.sampling.temperature, panel.model.seed) == (0.7, 0)


def test_how_it_was_run_elsewhere_wins_over_the_head(panel: ComparePanel, qtbot: QtBot) -> None:
    panel.handle(
        {
            "path": "/tmp/cold.prompty",
            "text": SOURCE,
            "variables": {},
            "sampling": Sampling(temperature=0.6),
            "seed": 7,
        }
    )
    opened(panel, qtbot, "/tmp/cold.prompty")
    assert (panel.model.sampling.temperature, panel.model.seed) == (0.6, 7)
    assert "Changed here: temperature 0.6 (prompt: 0.2)" in panel.bar.sampling.toolTip()


NAMED = """---
strategy:
  id: tree_of_thought
  parameters: {domain: targets, beam: 7}
---
user:
Numbers: 2 3 7
Target: 12
"""


def test_the_column_of_the_strategy_that_the_head_names_has_its_parameters(
    panel: ComparePanel, qtbot: QtBot, tmp_path: Path
) -> None:
    named, plain = tmp_path / "named.prompty", tmp_path / "plain.prompty"
    named.write_text(NAMED)
    plain.write_text("user:\nHi")

    def params() -> list[dict[str, object]]:
        return [
            column.params for column in panel.model.columns if column.info.id == "tree_of_thought"
        ]

    panel.model.open_prompt(str(named))
    opened(panel, qtbot, str(named))
    assert params() == [{"domain": "targets", "beam": 7}]
    view = next(view for view in panel.views if view.model.info.id == "tree_of_thought")
    assert view.form.values()["beam"] == 7
    assert "Kept per step 7" in view.description.text()
    panel.model.add_column("tree_of_thought")
    assert params() == [{"domain": "targets", "beam": 7}] * 2
    panel.model.columns[-1].set_params({"domain": "targets", "beam": 3})
    panel.model.open_prompt(str(plain))
    opened(panel, qtbot, str(plain))
    assert params() == [{}, {"domain": "targets", "beam": 3}]
