"""A thought in the inspector: its origin, its cost, and as text."""

from __future__ import annotations

import math

import pytest

from tests.ui.tree.samples import Log, finished, game_of_24
from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import fold_all
from workbench.ui.runs.words import NO_STRATEGY
from workbench.ui.tree.canvas.export import outline_markdown
from workbench.ui.tree.inspector.thought_origin import (
    messages_for_chat,
    origin_of,
    seconds_saved,
    value_words,
)


def test_saving_is_only_told_where_it_was_measured() -> None:
    state = fold_all(game_of_24())
    call = state.calls["0.1/propose"]
    assert seconds_saved(state, call) == pytest.approx(1197 * 0.25 / 29)
    for each in state.calls.values():
        each.reading_seconds = 0.0
    assert seconds_saved(state, call) is None


def test_a_value_is_explained_only_where_the_words_are_true() -> None:
    state = fold_all(game_of_24())
    node = state.nodes["0.1"]
    assert value_words(node) == "20 × sure + 1 × likely"
    node.score = 3.0
    assert value_words(node) == ""


def test_a_thought_written_by_hand_has_no_call() -> None:
    state = fold_all(game_of_24())
    added = ev.NodeAdded(node="0.9", parent="0", depth=1, text="my own idea")
    state = fold_all([*game_of_24(), ev.LoggedEvent(1287, 999, 40.0, added)])
    assert origin_of(state, state.nodes["0.9"]) is None
    assert messages_for_chat(state, state.nodes["0.9"])[-1].text == "my own idea"
    state.nodes["0.0"].text = "4 × 5 = 20"
    found = origin_of(state, state.nodes["0.0"])
    assert found is not None
    assert found.call.call == "0/propose", "not its own call, which writes what is under it"
    found = origin_of(state, state.nodes["0.2.1"])
    assert found is not None
    assert found.call.call == "0.2/propose"
    assert math.exp(found.tokens[0].logprob) <= 1


def test_a_thought_added_by_hand_has_no_call_even_where_one_wrote_the_same() -> None:
    state = fold_all(game_of_24())
    same = state.nodes["0.0"].text
    assert origin_of(state, state.nodes["0.0"]) is not None
    added = ev.NodeAdded(node="0.h0", parent="0", depth=1, text=same, kind="hand")
    state = fold_all([*game_of_24(), ev.LoggedEvent(1287, 999, 40.0, added)])
    assert origin_of(state, state.nodes["0.h0"]) is None


def test_a_fork_has_the_tokens_that_were_written_after_its_beginning() -> None:
    log = Log()
    log.logged = game_of_24()
    log.propose("0.2", "4 10 30", ["4 + 30 = 34 (left: 10 34)"], 1.0)
    text = "10 + 4 + 30 = 34 (left: 10 34)"
    log.logged = log.logged[:-2]
    log.add(finished("0.2/propose", text, 7, 1.0))
    log.add(ev.NodeAdded(node="0.2.9", parent="0.2", depth=2, text=text, kind="fork"))
    state = fold_all(log.logged)
    found = origin_of(state, state.nodes["0.2.9"])
    assert found is not None
    assert found.text == text
    assert "".join(token.text for token in found.tokens) == "4 + 30 = 34 (left: 10 34)"


def test_markdown_of_thoughts_cannot_become_markup() -> None:
    state = fold_all(game_of_24())
    state.nodes["0.3"].text = "2 * 3 <b> [x](y)"
    assert "2 \\* 3 \\<b> \\[x\\](y)" in outline_markdown(state, None, NO_STRATEGY)
