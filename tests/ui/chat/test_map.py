"""The map of a conversation: every message is on it, keys and pointer go there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.chat.driving import brought, settled, shows
from tests.ui.conftest import WAIT_MS
from workbench.domain.chat_tree import TreeNode
from workbench.ui.chat.map.map_layout import lay_out


def node(message_id: int, parent_id: int | None, **values) -> TreeNode:
    return TreeNode(message_id=message_id, parent_id=parent_id, role="user", **values)


def test_the_shown_branch_is_the_first_lane_and_others_have_one_of_their_own():
    nodes = [
        node(1, None, is_shown=True),
        node(2, 1),
        node(3, 2),
        node(4, 1, is_shown=True),
        node(5, 4, is_shown=True),
        node(6, 1),
        node(7, None),
    ]
    layout = lay_out(nodes, with_deleted=False)
    assert [layout.places[each] for each in (1, 4, 5)] == [(0, 0), (1, 0), (2, 0)]
    assert layout.places[2][1] == layout.places[3][1]  # a branch stays in its lane
    assert len({layout.places[each] for each in layout.places}) == 7
    assert layout.children[1] == [2, 4, 6]


def test_deleted_and_hidden_messages_are_left_out_and_what_follows_is_not():
    nodes = [node(1, None, hidden=True), node(2, 1), node(3, 2, deleted=True), node(4, 3)]
    layout = lay_out(nodes, with_deleted=False)
    assert layout.parents == {2: None, 4: 2}
    assert lay_out(nodes, with_deleted=True).parents == {2: None, 3: 2, 4: 3}


def test_a_large_tree_is_laid_out_without_recursion():
    nodes = [node(1, None)]
    nodes += [node(each, each - 1 if each % 3 else 1) for each in range(2, 10_001)]
    layout = lay_out(nodes, with_deleted=False)
    assert len(layout.places) == len(set(layout.places.values())) == 10_000
    line = [node(1, None), *(node(each, each - 1) for each in range(2, 10_001))]
    assert len(lay_out(line, with_deleted=False).rows) == 10_000


@pytest.fixture
def chart(panel, qtbot):
    """A conversation with two answers to its first message, and its map."""
    brought(panel, qtbot, "One", "Two", "Three", "Four")
    panel.sending.regenerate(panel.model.messages[1])
    settled(panel, qtbot)
    actions = {each.id: each for each in panel.actions_table()}
    actions["chat.map"].run()
    view = panel.branches.map.view
    qtbot.waitUntil(lambda: len(panel.branches.map_model.layout.places) == 5, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "One" in panel.branches.map_model.words.values(), timeout=WAIT_MS)
    return view


def test_keys_walk_the_map_and_enter_goes_there(panel, qtbot, chart):
    assert panel.branches.map.counts.text() == "5 messages, 2 branches"
    assert chart.current == panel.model.messages[-1].message_id
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    side = chart.current
    assert side != panel.model.messages[-1].message_id
    assert "version 1 of 2" in chart.accessibleDescription()
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [each.text for each in panel.model.messages] ==
                    ["One", "Two", "Three", "Four"], timeout=WAIT_MS)  # fmt: skip
    qtbot.waitUntil(lambda: panel.branches.map_model.nodes[side].is_shown, timeout=WAIT_MS)
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert chart.current == panel.model.messages[0].message_id
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    qtbot.keyClick(chart, Qt.Key.Key_Backspace)  # neither moves nor deletes anything
    assert chart.current == panel.model.messages[0].message_id


def test_another_version_takes_the_current_place_while_the_map_has_the_focus(panel, qtbot, chart):
    chart.setFocus()
    qtbot.waitUntil(chart.hasFocus, timeout=WAIT_MS)
    before = panel.model.messages[-1]
    assert chart.current == before.message_id
    panel.model.show_version(before, before.sibling_ids[0])
    qtbot.waitUntil(lambda: panel.branches.map_model.tree.leaf_id != before.message_id,
                    timeout=WAIT_MS)  # fmt: skip
    assert chart.current == panel.branches.map_model.tree.leaf_id


def test_a_click_goes_to_a_message(panel, qtbot, chart):
    side = chart._beside(1)
    place = chart.place_of(side).toPoint()
    qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y()))
    qtbot.waitUntil(lambda: side in [each.message_id for each in panel.model.messages],
                    timeout=WAIT_MS)  # fmt: skip


def test_a_branch_is_deleted_from_the_map_and_comes_back_on_it(panel, qtbot, chart):
    model = panel.branches.map_model
    side = chart._beside(1)
    chart.follow(side)
    qtbot.keyClick(chart, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(model.layout.places) == 2, timeout=WAIT_MS)
    assert len(panel.model.messages) == 2  # the shown branch stays
    panel.branches.map.deleted.click()
    assert len(model.layout.places) == 5
    menu = panel.branches.menu.make(panel, model.nodes[side])
    (restore,) = menu.actions()
    restore.trigger()
    qtbot.waitUntil(lambda: not model.nodes[side].deleted, timeout=WAIT_MS)
    shows(panel, qtbot, "One", "Two", "Three", "Four")


def test_names_and_pins_are_on_the_map(panel, qtbot, chart):
    model = panel.branches.map_model
    message_id = panel.model.messages[0].message_id
    chart.follow(message_id)
    qtbot.keyClick(chart, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: model.nodes[message_id].pinned, timeout=WAIT_MS)
    panel.branches.doing.set_label(message_id, "the beginning")
    qtbot.waitUntil(lambda: model.nodes[message_id].label == "the beginning", timeout=WAIT_MS)
    assert chart.words_of(model.nodes[message_id]) == "the beginning"
    assert "named the beginning, pinned" in chart.describe(model.nodes[message_id])


def test_the_map_is_shown_again_at_the_next_start(panel, qtbot, chart, context):
    state = panel.save_session()
    assert state["map"]
    panel.branches.toggle_map()
    assert panel.branches.map.isHidden()
    panel.restore_session(state)
    assert panel.branches.map.isVisible()
    assert panel.branches.map.width() >= panel.branches.map.minimumWidth()
