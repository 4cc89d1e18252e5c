"""The strategy that a prompt's front matter names: what of it is used, and warnings on the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.domain.parameters import build
from workbench.prompts.jinja.analysis import analyse
from workbench.service.prompts.front_matter_strategy import with_strategy_checked
from workbench.strategies import STRATEGIES

PUZZLES = sorted((Path(__file__).parents[2] / "prompts" / "puzzles").glob("*.prompty"))


def _checked(head: str):
    text = f"---\nname: x\n{head}\n---\nuser:\nHi\n"
    return with_strategy_checked(analyse(text, "x.prompty"), text)


@pytest.mark.parametrize(
    ("head", "strategy", "params"),
    [
        ("strategy: cot", "cot", {}),
        ("strategy: {id: tree_of_thought, parameters: {domain: targets, beam: 3}}",
         "tree_of_thought", {"domain": "targets", "beam": 3}),
        ("strategy: {id: mcts, parameters: {depth: '3'}}", "mcts", {"depth": 3}),
        ("strategy: {name: other programs}", "", {}),
        ("strategy: [a, b]", "", {}),
        ("strategy: {id: cot, parameters: 5}", "cot", {}),
        ("description: no strategy", "", {}),
    ],
)  # fmt: skip
def test_a_head_names_a_strategy(head, strategy, params):
    found = _checked(head)
    assert (found.options.strategy, found.options.params) == (strategy, params)
    assert found.options.faults == ()
    assert found.problems == ()


def test_what_cannot_be_used_is_a_warning_at_its_line_and_has_no_effect():
    found = _checked(
        "strategy:\n  id: tree_of_thought\n  parameters:\n    domain: targets\n"
        "    beams: 3\n    depth: 99"
    )
    assert found.options.params == {"domain": "targets"}
    assert [(each.severity, each.line) for each in found.problems] == [
        ("warning", 7),
        ("warning", 8),
    ]
    assert "Did you mean beam?" in found.problems[0].message
    assert len(found.options.faults) == 2


def test_a_strategy_that_is_not_known_has_no_effect():
    found = _checked("strategy: tree_of_thoughts")
    assert (found.options.strategy, found.options.params) == ("", {})
    [problem] = found.problems
    assert problem.line == 3
    assert problem.message == (
        "The strategy tree_of_thoughts is not known here and has no effect. "
        "Did you mean tree_of_thought?"
    )


@pytest.mark.parametrize("file", PUZZLES, ids=lambda file: file.stem)
def test_the_puzzles_search_with_a_program_that_knows_them(file):
    text = file.read_text("utf-8")
    found = with_strategy_checked(analyse(text, str(file)), text)
    assert found.problems == ()
    assert found.options.strategy == "tree_of_thought"
    params = build(STRATEGIES.get("tree_of_thought").params, dict(found.options.params), "")
    assert params.domain != "text"
    assert params.evaluate in ("exact", "check")
