"""Who lost the last branch that could be solved."""

from __future__ import annotations

import pytest

from workbench.domain.runs import events as ev
from workbench.domain.runs.lost_solution import Level, find_lost_solution, levels
from workbench.domain.runs.run_state import RunState, fold_all


def searched(*nodes: tuple, status: str = "done") -> RunState:
    """A run of nodes (path, reachable, score, status[, reason]); the root can be solved."""
    events: list[ev.Event] = [
        ev.NodeAdded(node="0", parent="", depth=0),
        ev.StateVerified(node="0", state="2 3 7", reachable=True),
    ]
    for node, reachable, score, how, *reason in nodes:
        parent = node.rpartition(".")[0]
        events += [
            ev.NodeAdded(node=node, parent=parent, depth=node.count(".")),
            ev.StateVerified(node=node, reachable=reachable, solved=True if how == "won" else None),
            ev.Scored(node=node, score=score),
        ]
        if how in ("selected", "won"):
            events.append(ev.Selected(depth=1, nodes=(node,)))
        elif how == "pruned":
            events.append(ev.Pruned(nodes=(node,), reason="".join(reason)))
    if status != "running":
        events.append(
            ev.RunFinished(
                status=status, answer=None, output="", node="0", finish_reason="stop", seconds=1.0
            )
        )
    return fold_all(ev.LoggedEvent(1, at, 0.0, event) for at, event in enumerate(events))


def test_a_generator_that_proposes_no_way_has_lost_it():
    lost = find_lost_solution(
        searched(("0.0", False, 1.0, "selected"), ("0.1", False, 0.0, "pruned"))
    )
    assert (lost.by, lost.depth, lost.nodes) == ("generator", 1, ("0",))


def test_an_evaluator_that_values_a_way_below_the_kept_has_lost_it():
    lost = find_lost_solution(
        searched(("0.0", False, 20.0, "selected"), ("0.1", True, 1.0, "pruned"))
    )
    assert (lost.by, lost.depth, lost.nodes) == (
        "evaluator",
        1,
        ("0.1",),
    )


def test_a_selector_that_drops_an_equal_has_lost_it():
    lost = find_lost_solution(
        searched(("0.0", False, 1.0, "selected"), ("0.1", True, 1.0, "pruned"))
    )
    assert (lost.by, lost.nodes) == ("selector", ("0.1",))


def test_the_last_branch_counts_not_the_first():
    lost = find_lost_solution(
        searched(
            ("0.0", True, 1.0, "pruned"),
            ("0.1", True, 20.0, "selected"),
            ("0.1.0", False, 1.0, "selected"),
        )
    )
    assert (lost.by, lost.depth, lost.nodes) == (
        "generator",
        2,
        ("0.1",),
    )


def test_everything_valued_below_a_threshold_is_the_evaluators_doing():
    lost = find_lost_solution(searched(("0.0", True, 0.2, "pruned", "valued below 0.5")))
    assert lost.by == "evaluator"


def test_what_was_pruned_by_hand_is_the_persons_doing():
    lost = find_lost_solution(
        searched(("0.0", True, 9.0, "pruned", "by hand"), ("0.1", False, 1.0, "selected"))
    )
    assert (lost.by, lost.nodes) == ("person", ("0.0",))


def test_a_duplicate_is_no_loss():
    lost = find_lost_solution(
        searched(
            ("0.0", True, 1.0, "selected"),
            ("0.1", True, 0.0, "pruned", "same as 0.0"),
            ("0.0.0", False, 1.0, "selected"),
        )
    )
    assert (lost.by, lost.nodes) == ("generator", ("0.0",))


def test_a_search_that_ended_early_lost_it_to_its_limit():
    lost = find_lost_solution(searched(("0.0", True, 1.0, "open"), ("0.1", True, 1.0, "selected")))
    assert (lost.by, lost.nodes) == ("limit", ("0.1",))


def test_a_task_without_a_solution_is_nobodys_fault():
    state = searched(("0.0", False, 1.0, "selected"))
    state.nodes["0"].reachable = False
    assert find_lost_solution(state).by == "task"


@pytest.mark.parametrize("status", ["running", "done"])
def test_what_is_solved_or_goes_on_is_not_lost(status):
    assert find_lost_solution(searched(("0.0", True, 1.0, "won"), status=status)) is None
    assert find_lost_solution(searched(("0.0", False, 1.0, "selected"), status="running")) is None


def test_nothing_is_said_of_plain_text():
    state = fold_all([ev.LoggedEvent(1, 0, 0.0, ev.NodeAdded(node="0", parent="", depth=0))])
    assert find_lost_solution(state) is None
    assert levels(state) == ()


def test_levels_count_what_was_proposed_solvable_and_kept():
    state = searched(
        ("0.0", True, 1.0, "selected"),
        ("0.1", True, 0.5, "pruned"),
        ("0.2", False, 0.0, "pruned"),
        ("0.3", True, 0.0, "pruned", "same as 0.0"),
        ("0.0.0", False, 1.0, "selected"),
    )
    assert levels(state) == (
        Level(depth=1, proposed=3, solvable=2, kept=1),
        Level(depth=2, proposed=1, solvable=0, kept=0),
    )


def test_a_thought_that_a_person_changed_has_lost_it_where_nothing_was_lost_before():
    def edited(*nodes: tuple) -> RunState:
        state = searched(*nodes)
        state.nodes["0.0"].edited = True
        return state

    lost = find_lost_solution(
        edited(("0.0", False, 20.0, "selected"), ("0.1", True, 1.0, "pruned"))
    )
    assert (lost.by, lost.depth, lost.nodes) == ("person", 1, ("0.0",))
    assert lost.text.startswith("At depth 1 a thought was changed by hand")
    deep = searched(
        ("0.0", False, 20.0, "selected"),
        ("0.1", True, 1.0, "pruned"),
        ("0.0.0", False, 1.0, "selected"),
    )
    deep.nodes["0.0.0"].edited = True
    assert find_lost_solution(deep).by == "evaluator"
    assert (
        find_lost_solution(edited(("0.0", True, 20.0, "won"), ("0.1", True, 1.0, "pruned"))) is None
    )
