"""Options of a prompt's front matter in the run bar: which apply, changes, writing back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.conftest import WAIT_MS
from workbench.ui.design.panel import DesignPanel

SOURCE = """---
name: Gate
model:
  id: pretend
  options:
    temperature: 0.2
    maxOutputTokens: 60
    seed: 7
    wobble: 3
---
user:
Which code?
"""


@pytest.fixture
def panel(open_design, write_prompt, qtbot) -> DesignPanel:
    made = open_design(write_prompt("gate.prompty", SOURCE))
    qtbot.waitUntil(made.options.are_known, timeout=WAIT_MS)
    return made


def open_prompt(panel, qtbot, file: Path) -> None:
    panel.model.open(str(file))
    qtbot.waitUntil(lambda: panel.model.current.path == str(file), timeout=WAIT_MS)
    qtbot.waitUntil(panel.options.are_known, timeout=WAIT_MS)


def stored(panel, qtbot):
    """The spec of the run as the history has it."""
    panel.running.start()
    qtbot.waitUntil(
        lambda: (
            panel.running.results.run is not None and panel.running.results.run.phase == "ended"
        ),
        timeout=WAIT_MS,
    )
    found = []
    run_id = panel.running.results.run.run_id
    panel.bridge.call(lambda core: core.runs.spec(run_id), found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT_MS)
    return found[0]


def test_a_run_takes_the_heads_options_and_keeps_them(panel, qtbot):
    assert panel.run_bar.sampling.text().strip().startswith("temp 0.2 · top-p 0.95 · seed 7")
    assert panel.run_bar.origin.text().startswith("3 from prompt")
    spec = stored(panel, qtbot)
    assert (spec.sampling.temperature, spec.sampling.max_tokens, spec.seed) == (0.2, 60, 7)
    assert any("wobble" in each.message for each in panel.work.problems.problems)


def test_text_that_was_typed_just_now_counts(panel, qtbot):
    panel.work.editor.replace_all(SOURCE.replace("temperature: 0.2", "temperature: 0.9"))
    assert not panel.options.are_known()
    assert stored(panel, qtbot).sampling.temperature == 0.9


def test_a_run_that_waits_for_its_head_is_not_made_of_another_prompt(panel, qtbot, paths):
    other = paths.prompts / "plain.prompty"
    other.write_text("user:\nHi")
    open_prompt(panel, qtbot, other)
    gate = str(paths.prompts / "gate.prompty")
    panel.model.show(gate)
    panel.work.editor.replace_all(SOURCE + "more")
    panel.running.start()
    panel.model.show(str(other))
    qtbot.waitUntil(lambda: panel.options._then is None, timeout=WAIT_MS)
    assert panel.running.results.run is None


def test_what_was_changed_stays_with_its_prompt(panel, qtbot, paths):
    panel.run_bar.sampling.form.editors["temperature"].setValue(0.5)
    assert panel.run_bar.origin.text().startswith("2 from prompt, 1 changed")
    other = paths.prompts / "plain.prompty"
    other.write_text("user:\nHi")
    open_prompt(panel, qtbot, other)
    assert panel.run_bar.sampling.sampling.temperature == 0.7
    assert panel.run_bar.origin.isHidden()
    panel.model.open(str(paths.prompts / "gate.prompty"))
    assert panel.run_bar.sampling.sampling.temperature == 0.5
    assert stored(panel, qtbot).sampling.temperature == 0.5
    state = panel.save_session()
    assert state["sampling"]["temperature"] == 0.7
    panel.run_bar.sampling.origins_view.reset.click()
    assert panel.run_bar.sampling.sampling.temperature == 0.2
    panel.restore_session(state)
    gate = str(paths.prompts / "gate.prompty")
    qtbot.waitUntil(lambda: panel.model.current.path == gate, timeout=WAIT_MS)
    assert panel.run_bar.sampling.sampling.temperature == 0.5


def test_changes_are_written_into_the_head_and_undone(panel, qtbot, going):
    action = next(each for each in panel.actions_table() if each.id == "prompt.write_options")
    assert not action.when()
    panel.run_bar.sampling.form.editors["temperature"].setValue(0.5)
    panel.run_bar.sampling.form.editors["top_k"].setValue(7)
    assert action.when()
    action.run()
    wanted = SOURCE.replace("temperature: 0.2", "temperature: 0.5").replace(
        "    wobble: 3\n", "    wobble: 3\n    top_k: 7\n"
    )
    qtbot.waitUntil(lambda: panel.model.current.text == wanted, timeout=WAIT_MS)
    qtbot.waitUntil(panel.options.are_known, timeout=WAIT_MS)
    assert panel.run_bar.origin.text().startswith("4 from prompt")
    assert not action.when()
    assert "Ctrl+Z" in going.notices[-1]
    panel.work.editor.undo()
    assert panel.model.current.text == SOURCE


def test_a_model_that_is_not_available_is_named(panel, qtbot):
    panel.work.editor.replace_all(SOURCE.replace("pretend", "gpt-9"))
    qtbot.waitUntil(
        lambda: "gpt-9 is not available" in panel.run_bar.origin.text(), timeout=WAIT_MS
    )
    assert "another one is used" in panel.run_bar.origin.toolTip()


def test_a_new_seed_each_time_takes_the_seed_out_of_the_head(panel, qtbot):
    panel.run_bar.sampling.form.editors["seed"].setValue(0)
    assert "a new seed each time (prompt: 7)" in panel.run_bar.origin.toolTip()
    panel.options.write()
    qtbot.waitUntil(lambda: "seed" not in panel.model.current.text, timeout=WAIT_MS)
