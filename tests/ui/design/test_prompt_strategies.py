"""Each prompt has a strategy of its own, with its parameters."""

from __future__ import annotations

import pytest

from tests.ui.conftest import WAIT_MS
from workbench.ui.design.panel import DesignPanel

SOURCE = "user:\nSay {{ word }}.\n"


@pytest.fixture
def files(write_prompt):
    return write_prompt("one.prompty", SOURCE), write_prompt("two.prompty", SOURCE)


@pytest.fixture
def panel(open_design, files, qtbot) -> DesignPanel:
    panel = open_design()
    qtbot.waitUntil(lambda: bool(panel.model.strategies), timeout=WAIT_MS)
    show(panel, files[0], qtbot)
    return panel


def show(panel: DesignPanel, file, qtbot) -> None:
    panel.model.open(str(file))
    qtbot.waitUntil(
        lambda: panel.model.current is not None and panel.model.current.path == str(file),
        timeout=WAIT_MS,
    )


def choose(panel: DesignPanel, strategy: str, **params) -> None:
    panel.run_bar.strategy.choose(strategy)
    form = panel.run_bar.parameters.form
    form.set_values(params)


def shown(panel: DesignPanel) -> tuple[str, dict]:
    return panel.run_bar.strategy.strategy, panel.run_bar.parameters.form.values()


def test_a_prompt_begins_with_direct_and_finds_its_own_strategy_again(panel, files, qtbot):
    choose(panel, "self_consistency", paths=7)
    show(panel, files[1], qtbot)
    assert shown(panel)[0] == "direct"
    show(panel, files[0], qtbot)
    strategy, params = shown(panel)
    assert (strategy, params["paths"]) == ("self_consistency", 7)
    spec = panel.running.spec()
    assert (spec.strategy, spec.params["paths"]) == ("self_consistency", 7)


def test_parameters_are_kept_while_another_strategy_is_tried(panel):
    choose(panel, "self_consistency", paths=7)
    choose(panel, "cot")
    choose(panel, "self_consistency")
    assert shown(panel)[1]["paths"] == 7


def test_strategies_are_found_again_at_the_next_start(panel, files, open_design, qtbot):
    choose(panel, "self_consistency", paths=7)
    state = panel.save_session()
    later = open_design()
    later.restore_session(state)
    qtbot.waitUntil(lambda: shown(later)[0] == "self_consistency", timeout=WAIT_MS)
    assert shown(later)[1]["paths"] == 7
    show(later, files[1], qtbot)
    assert shown(later)[0] == "direct"


def test_the_one_strategy_of_an_older_session_goes_to_the_prompt_that_was_open(
    panel, files, open_design, qtbot
):
    state = panel.save_session() | {"strategy": "self_consistency", "params": {"paths": 7}}
    del state["strategies"]
    later = open_design()
    later.restore_session(state)
    qtbot.waitUntil(lambda: shown(later)[0] == "self_consistency", timeout=WAIT_MS)
    assert shown(later)[1]["paths"] == 7
    show(later, files[1], qtbot)
    assert shown(later)[0] == "direct"


def test_a_moved_prompt_keeps_its_strategy(panel, files):
    choose(panel, "cot")
    panel.model.moved.emit(str(files[0]), "/elsewhere.prompty")
    assert list(panel.strategies.session()) == ["/elsewhere.prompty"]


HEAD = """---
name: Targets
strategy:
  id: tree_of_thought
  parameters: {domain: targets, beam: 7, beams: 3}
---
user:
Numbers: 2 3 7
Target: 12
"""


def test_the_head_of_a_prompt_names_its_search_until_another_is_chosen(
    panel, files, write_prompt, qtbot
):
    named = write_prompt("targets.prompty", HEAD)
    show(panel, named, qtbot)
    qtbot.waitUntil(lambda: shown(panel)[0] == "tree_of_thought", timeout=WAIT_MS)
    params = shown(panel)[1]
    assert (params["domain"], params["beam"], params["candidates"]) == ("targets", 7, 3)
    spec = panel.running.spec()
    assert (spec.strategy, spec.params["domain"]) == ("tree_of_thought", "targets")
    choose(panel, "cot")
    show(panel, files[0], qtbot)
    assert shown(panel)[0] == "direct"
    show(panel, named, qtbot)
    assert shown(panel)[0] == "cot"
    choose(panel, "tree_of_thought")
    assert shown(panel)[1]["beam"] == 7
