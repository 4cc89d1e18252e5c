"""Steering by hand: buttons and keys, and what the core is asked."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going, ask, until
from tests.ui.tree.driving import open_run
from tests.ui.tree.samples import game_of_24, record
from workbench.domain.errors import UsageError
from workbench.domain.runs import events as ev
from workbench.domain.runs.steering import AddThought, BoostNode, EditThought, Grow, PruneNode
from workbench.service.runs.steering import Steering
from workbench.ui.actions import ActionTable
from workbench.ui.bridge import Bridge
from workbench.ui.evaluate.data.case_form import CaseForm
from workbench.ui.panels import Context
from workbench.ui.tree.inspector.forms import GrowForm
from workbench.ui.tree.panel import TreePanel


def test_pruning_by_hand_dims_at_once(panel: TreePanel, steered: list[Any]) -> None:
    panel.model.select("0.0")
    panel.inspector.prune.click()
    until(lambda: panel.model.state.nodes["0.0"].status == "pruned")
    panel.canvas.refresh()
    assert panel.canvas.layout_.cards["0.0"].kind == "row"
    assert "pruned: by hand" in panel.inspector.facts.text()
    assert not panel.inspector.prune.isEnabled()
    assert steered == [PruneNode("0.0")]


def test_a_hand_on_an_ended_run_does_not_make_it_run(
    panel: TreePanel, bridge: Bridge, steered: list[Any]
) -> None:
    open_run(panel, ask(bridge, lambda core: record(core, game_of_24(ends=True))))
    panel.model.select("0.0")
    panel.inspector.prune.click()
    until(lambda: panel.model.state.nodes["0.0"].status == "pruned")
    assert panel.model.ended
    assert not panel.header.stop.isVisible()
    grown = ev.GrowthStarted(node="0.0", strategy="tree_of_thought")
    panel.model._on_events([ev.LoggedEvent(panel.model.run_id or 0, 20_000, 99.5, grown)])
    assert not panel.model.ended
    assert panel.header.stop.isVisible()


def test_a_node_becomes_a_case_with_the_thoughts_up_to_it(panel: TreePanel, qtbot: QtBot) -> None:
    panel.model.select("0.0.0")
    node = panel.model.current
    assert node is not None
    before = panel.model.state.nodes[node.parent]
    panel.inspector.case.click()
    form = panel.window().findChild(CaseForm)
    assert form is not None
    qtbot.waitUntil(form.add.isEnabled, timeout=WAIT_MS)
    assert form.expected.toPlainText().splitlines()[:2] == [before.text, node.text]
    form.close()


def test_every_button_of_the_wheel_asks_the_core(panel: TreePanel, steered: list[Any]) -> None:
    panel.model.select("0.1")
    panel.inspector.boost.click()
    panel.inspector.edit.click()
    assert panel.edit_form.box.toPlainText() == "10 - 4 = 6"
    panel.edit_form.box.setPlainText("10 + 4 = 14")
    panel.edit_form.save.click()
    panel.inspector.add.click()
    panel.add_form.box.setPlainText("6 + 5 = 11")
    panel.add_form.save.click()
    panel.inspector.grow.click()
    growing = panel.findChild(GrowForm)
    growing.form.set_values({"beam": 5})
    growing.grow.click()
    until(lambda: len(steered) == 4)
    assert steered == [
        BoostNode("0.1"),
        EditThought("0.1", "10 + 4 = 14"),
        AddThought("0", "6 + 5 = 11"),
        Grow("0.1", {"beam": 5}),
    ]


def test_growth_of_a_run_at_work_is_refused_before_anything_is_filled_in(panel: TreePanel) -> None:
    panel.model.select("0.1")
    panel.model.running_here = True
    panel.ask_growth()
    assert panel.findChild(GrowForm) is None
    assert "once it has ended" in panel.notice.message
    panel.model.running_here = False
    panel._on_changed(True)
    assert panel.notice.isHidden()
    panel.ask_growth()
    assert panel.findChild(GrowForm) is not None


def test_the_form_says_where_a_thought_is_added(panel: TreePanel) -> None:
    for node, where in (("0", "A first step"), ("0.1", "Next to the chosen one")):
        panel.model.select(node)
        panel.ask_thought()
        assert panel.add_form.box.placeholderText() == where
        panel.add_form.hide()


def test_a_key_for_each_of_them(panel: TreePanel) -> None:
    keys = {action.keys: action for action in panel.actions_table()}
    for key in "FBCPGEA":
        assert keys[key].when()
    panel.model.select("")
    panel.inspector.show_node()
    assert not keys["P"].when()


def test_single_keys_work_on_the_canvas_and_not_while_writing(
    panel: TreePanel, qtbot: QtBot, steered: list[Any]
) -> None:
    table = ActionTable(panel)
    table.add(panel.actions_table(), owner=panel)
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow, timeout=WAIT_MS)
    panel.model.select("0.1.0")
    panel.canvas.setFocus()
    qtbot.keyClick(panel.canvas, Qt.Key.Key_B)
    until(lambda: steered == [BoostNode("0.1.0")])
    panel.inspector.point_weakest()
    other = panel.inspector.alternatives.other
    other.setFocus()
    qtbot.keyClicks(other, "bp")
    assert other.text() == "bp"
    assert len(steered) == 1


def test_a_node_goes_on_as_a_conversation(panel: TreePanel, going: Going) -> None:
    panel.model.select("0.1.0")
    panel.inspector.chat.click()
    place, request = going.places[-1]
    assert place == "chat"
    messages: Any = request["messages"]
    assert [message.role for message in messages] == ["user", "assistant"]
    assert messages[-1].text == "10 - 4 = 6\n5 × 6 = 30"


def test_a_thought_that_the_search_refuses_is_kept(
    panel: TreePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = "The run waits for its model."

    async def refuse(_part: object, _run_id: int, _action: object) -> None:
        raise UsageError(refusal)

    panel.model.select("0.1")
    panel.ask_thought()
    panel.add_form.box.setPlainText("6 + 5 = 11")
    with monkeypatch.context() as patched:
        patched.setattr(Steering, "steer", refuse)
        panel.add_form.save.click()
        until(lambda: panel.notice.message == refusal)
    panel.ask_thought()
    assert panel.add_form.box.toPlainText() == "6 + 5 = 11"
    panel.add_form.save.click()
    until(lambda: panel.notice.message.startswith("Added"))
    panel.ask_thought()
    assert panel.add_form.box.toPlainText() == ""
    panel.add_form.hide()


def test_a_thought_that_was_not_given_is_there_again_also_after_a_restart(
    panel: TreePanel, context: Context, qtbot: QtBot
) -> None:
    node = next(path for path in panel.model.state.nodes if path)
    panel.model.select(node)
    panel.ask_thought()
    panel.add_form.box.setPlainText("half a thought")
    panel.add_form.hide()  # Esc
    saved = panel.save_session()
    other = TreePanel(context)
    qtbot.addWidget(other)
    other.show()
    other.restore_session(json.loads(json.dumps(msgspec.to_builtins(saved))))
    qtbot.waitUntil(lambda: node in other.model.state.nodes, timeout=WAIT_MS)
    other.model.select(node)
    for each in (panel, other):
        each.ask_thought()
        assert each.add_form.box.toPlainText() == "half a thought"
        each.add_form.hide()
    other.ask_edit()
    assert other.edit_form.box.toPlainText() == other.model.state.nodes[node].text
    other.edit_form.hide()
