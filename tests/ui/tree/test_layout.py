"""Positions of cards, the work of placing them, and what of them is painted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from tests.ui.tree.samples import game_of_24, large
from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import RunState, fold, fold_all
from workbench.ui.runs.tree_layout import TreeLayout, lay_out
from workbench.ui.tree.canvas.canvas import TreeCanvas
from workbench.ui.tree.canvas.card_text import column_headings, describe, text_of
from workbench.ui.tree.canvas.keyboard_navigation import walk
from workbench.ui.tree.canvas.painting import TEXT_SCALE


@pytest.fixture
def state() -> RunState:
    return fold_all(game_of_24())


def assert_clear(layout: TreeLayout) -> None:
    """No card lies on another, and none above the first line."""
    for column in layout.columns:
        for upper, lower in pairwise(column):
            assert lower.top >= upper.top + upper.height, (upper.node, lower.node)
        assert column[0].top >= 0


def test_the_best_path_is_a_straight_line_and_pruned_ones_are_rows(state: RunState) -> None:
    layout = lay_out(state)
    path = [layout.cards[node] for node in ("0", "0.1", "0.1.0", "0.1.0.0")]
    assert len({card.middle for card in path}) == 1
    assert [card.kind for card in path] == ["card"] * 4
    assert all(card.best for card in path)
    assert layout.cards["0.3"].kind == "row"
    assert_clear(layout)


def test_pruned_siblings_are_grouped_and_can_be_opened(state: RunState) -> None:
    layout = lay_out(state)
    more = layout.cards["0.0/more"]
    assert text_of(state, more).thought == "2 more pruned"
    assert "0/more" not in layout.cards, "three kept ones leave room for all of five"
    opened = lay_out(state, opened={"0.0"})
    assert "0.0/more" not in opened.cards
    assert "0.0.4" in opened.cards


def test_folding_hides_what_is_under_a_node(state: RunState) -> None:
    layout = lay_out(state, folded={"0.1"})
    assert layout.cards["0.1"].folded
    assert not [node for node in layout.cards if node.startswith("0.1.")]
    assert_clear(layout)


def test_what_is_coming_stands_under_its_node(state: RunState) -> None:
    layout = lay_out(state)
    writing = text_of(state, layout.cards["0.0.0/propose/+"])
    waiting = text_of(state, layout.cards["0.2.0/propose/+"])
    assert (writing.thought, writing.chip) == ("20 + 4 =", "generating")
    assert (waiting.thought, waiting.left, waiting.chip) == ("from 4 20", "queued", "next")
    heads = dict(column_headings(state))
    assert heads["Step 1"] == "8 proposed, 3 kept"
    assert heads["Step 3"] == "3 proposed, 1 kept, 1 generating, 1 queued"


def test_placing_is_linear_in_the_number_of_nodes() -> None:
    steps = {}
    for count in (500, 5000):
        layout = lay_out(fold_all(large(count)))
        assert_clear(layout)
        steps[count] = layout.steps / len(layout.cards)
    assert steps[5000] <= 1.2 * steps[500], "work for a card does not grow with the tree"
    assert steps[5000] < 6


def test_a_chain_and_a_fan_are_linear_as_well() -> None:
    for parent_of in (lambda i: i - 1, lambda _: 0):
        state = RunState()
        names = {0: "0"}
        for index in range(2000):
            names[index] = f"0.{index}" if index else "0"
            parent = names[parent_of(index)] if index else ""
            added = ev.NodeAdded(node=names[index], parent=parent, depth=index, text=str(index))
            fold(state, ev.LoggedEvent(1, index, 0.0, added))
        layout = lay_out(state)
        assert len(layout.cards) == 2000
        assert layout.steps < 6 * 2000
        assert_clear(layout)


def test_walking_by_keys(state: RunState) -> None:
    layout = lay_out(state)
    key = Qt.Key
    assert walk(layout, "", key.Key_Right) == "0"
    assert walk(layout, "0", key.Key_Right) == "0.1", "right follows the best path"
    assert walk(layout, "0.1", key.Key_Left) == "0"
    assert walk(layout, "0.1", key.Key_Up) == "0.0"
    assert walk(layout, "0.0", key.Key_Up) == "0.0"
    assert walk(layout, "0.2", key.Key_Down) == "0.3"
    assert walk(layout, "0.3", key.Key_Home) == "0"
    assert walk(layout, "0.3", key.Key_End) == "0.1.0.0"
    assert walk(layout, "0.3", key.Key_A) is None
    assert walk(TreeLayout(), "", key.Key_Home) == ""


def test_a_card_is_said_in_one_sentence(state: RunState) -> None:
    layout = lay_out(state)
    sentence = describe(state, layout.cards["0.1.0"])
    assert sentence == (
        "5 × 6 = 30, 6 30, sure .89, value 17.9, kept, goal still reachable, on the best path"
    )
    assert "pruned: not among the best 3" in describe(state, layout.cards["0.3"])


@pytest.fixture
def canvas(qtbot: QtBot) -> TreeCanvas:
    made = TreeCanvas()
    qtbot.addWidget(made)
    made.resize(1000, 650)
    made.show()
    return made


def test_only_what_can_be_seen_is_painted(canvas: TreeCanvas) -> None:
    canvas.show_state(fold_all(large(5000)), changed=True)
    canvas.refresh()
    assert len(canvas.layout_.cards) > 3000
    for scale in (1.0, TEXT_SCALE):
        canvas.set_scale(scale)
        canvas.grab()
        assert 0 < canvas.painted < 300
    canvas.set_scale(0.1)
    canvas.grab()
    assert canvas.painted == 0, "zoomed out there are no cards, only dots"


def test_lines_that_only_pass_through_are_few() -> None:
    layout = lay_out(fold_all(large(5000)))
    middle = layout.height / 2
    edges = list(layout.edges(0, middle, 1200, middle + 600))
    assert 0 < len(edges) < 400
    drawn = {child.node for _, child in edges}
    assert {c.node for c in layout.visible(0, middle, 1200, middle + 600)} - {"0"} <= drawn


def test_the_tree_is_laid_out_again_only_where_it_changed(canvas: TreeCanvas) -> None:
    state = fold_all(game_of_24())
    canvas.show_state(state, changed=True)
    canvas.refresh()
    before = canvas.layouts
    for _ in range(20):
        canvas.show_state(state, changed=False)
    canvas.refresh()
    assert canvas.layouts == before
    for _ in range(20):
        canvas.show_state(state, changed=True)
    canvas.refresh()
    assert canvas.layouts == before + 1, "once a frame"


def test_nothing_jumps_when_the_tree_grows(canvas: TreeCanvas) -> None:
    events = large(800)
    canvas.show_state(fold_all(events[:2400]), changed=True)
    canvas.refresh()
    canvas.choose("0.0.0")
    place = canvas.to_view(QPointF(0, canvas.layout_.cards["0.0.0"].top)).y()
    canvas.show_state(fold_all(events), changed=True)
    canvas.refresh()
    after = canvas.to_view(QPointF(0, canvas.layout_.cards["0.0.0"].top)).y()
    assert abs(after - place) <= 2


def test_keys_walk_fold_and_unfold(canvas: TreeCanvas, qtbot: QtBot) -> None:
    picked: list[str] = []
    canvas.picked.connect(picked.append)
    canvas.show_state(fold_all(game_of_24()), changed=True)
    canvas.refresh()
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert picked == ["0", "0.1"]
    assert "10 - 4 = 6" in canvas.accessibleDescription()
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    assert "0.1.0" not in canvas.layout_.cards
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    assert "0.1.0" in canvas.layout_.cards
    canvas.choose("0.1/more")
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    assert "0.1/more" not in canvas.layout_.cards


def test_a_click_chooses_and_zoom_keeps_the_place_under_the_pointer(
    canvas: TreeCanvas, qtbot: QtBot
) -> None:
    canvas.show_state(fold_all(game_of_24()), changed=True)
    canvas.refresh()
    card = canvas.layout_.cards["0.2"]
    at = canvas.to_view(QPointF(card.left + 20, card.middle))
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert canvas.current == "0.2"
    canvas.set_scale(1.6, at)
    assert (canvas.to_view(QPointF(card.left + 20, card.middle)) - at).manhattanLength() < 4
    canvas.fit()
    assert canvas.fit_scale() == pytest.approx(canvas.scale, rel=0.2)
