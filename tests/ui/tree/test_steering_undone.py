"""A change of a node shows a message and is undone; a search at work replaces an old one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, ask, until
from tests.ui.tree.samples import game_of_24, record
from workbench.domain.runs.spec import ChatPrompt, RunSpec
from workbench.domain.text import Message
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.actions import ActionTable
from workbench.ui.bridge import Bridge
from workbench.ui.panels import Context
from workbench.ui.tree.panel import TreePanel

SEARCH = RunSpec(
    prompt=ChatPrompt((Message.value("user", "How many sticks?"),)), strategy="tree_of_thought"
)


@pytest.fixture
def engine() -> SimulatedEngine:
    """Writes as slowly as a real one, so that a search is at work for as long as a test looks."""
    return SimulatedEngine(lambda _prompt: ["1. one\n2. two\n3. three"] * 8, tokens_per_second=20)


@pytest.fixture
def panel(bridge: Bridge, context: Context, qtbot: QtBot) -> TreePanel:
    made = TreePanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 832)
    made.show()
    run_id = ask(bridge, lambda core: record(core, game_of_24(ends=True)))
    made.handle({"run_id": run_id})
    until(lambda: made.model.run_id == run_id and bool(made.model.replay.events))
    return made


@pytest.fixture
def at_work(bridge: Bridge) -> Iterator[int]:
    """A search that goes on until the test ends."""
    run_id = ask(bridge, lambda core: core.runs.start(SEARCH))
    until(lambda: bool(ask(bridge, lambda core: core.runs.load(run_id)).calls))
    yield run_id
    bridge.call(lambda core: core.runs.cancel(run_id))
    until(lambda: not ask(bridge, lambda core: _running(core, run_id)))


async def _running(core: Any, run_id: int) -> bool:
    return bool(core.runs.is_running(run_id))


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ("prune", "Pruned “4 × 5 = 20”"),
        ("boost", "Raised the value of “4 × 5 = 20” by 10"),
        ("edit", "Changed “4 × 5 = 20”"),
        ("add_sibling", "Added “5 × 4 = 20”"),
    ],
)
def test_a_change_is_said_and_taken_back(
    panel: TreePanel, qtbot: QtBot, act: str, sentence: str
) -> None:
    model = panel.model
    node = next(each for each in model.state.nodes.values() if each.text.startswith("4 × 5 = 20"))
    model.select(node.node)
    before = {
        name: (each.status, each.text, each.boost) for name, each in model.state.nodes.items()
    }
    if act in ("edit", "add_sibling"):
        getattr(model, act)("5 × 4 = 20")
    else:
        getattr(model, act)()
    qtbot.waitUntil(lambda: bool(model.state.undoable), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: panel.notice.message.startswith(sentence), timeout=WAIT_MS)
    current = model.current
    assert current is not None
    assert (current.node == node.node) == (act != "add_sibling")
    assert act not in ("edit", "add_sibling") or current.text == "5 × 4 = 20"
    table = ActionTable(panel)
    table.add(panel.actions_table(), owner=panel)
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not model.state.undoable, timeout=WAIT_MS)
    after = {
        name: (each.status, each.text, each.boost)
        for name, each in model.state.nodes.items()
        if name in before
    }
    assert after == before
    qtbot.waitUntil(lambda: panel.notice.message == "", timeout=WAIT_MS)


def test_undo_of_the_notice_does_the_same(panel: TreePanel, qtbot: QtBot) -> None:
    model = panel.model
    model.prune()
    node = model.node
    qtbot.waitUntil(lambda: panel.notice.message != "", timeout=WAIT_MS)
    assert model.state.nodes[node].reason == "by hand"
    panel.notice.remedy.click()
    qtbot.waitUntil(lambda: model.state.nodes[node].reason != "by hand", timeout=WAIT_MS)
    assert not model.can_undo


def test_a_search_at_work_is_shown_in_place_of_one_that_has_ended(
    panel: TreePanel, at_work: int, qtbot: QtBot
) -> None:
    panel.shown()
    qtbot.waitUntil(lambda: panel.model.run_id == at_work, timeout=WAIT_MS)


def test_a_run_that_was_asked_for_stays(
    panel: TreePanel, at_work: int, bridge: Bridge, qtbot: QtBot
) -> None:
    asked = panel.model.run_id
    panel.shown()  # as the window does before it hands over what is asked
    panel.handle({"run_id": asked})
    ask(bridge, lambda core: core.history.list_runs())
    ask(bridge, lambda core: core.runs.load(at_work))
    assert panel.model.run_id == asked


def test_another_thought_is_not_said_to_be_what_the_one_before_was(
    panel: TreePanel, qtbot: QtBot
) -> None:
    model = panel.model
    node = next(each for each in model.state.nodes.values() if each.text.startswith("10 - 4 = 6"))
    model.select(node.node)
    found = (node.state, node.reachable, dict(node.labels), dict(node.probabilities))
    assert found[:2] == ("5 6 6", True)
    sibling = next(each for each in model.state.nodes.values() if each.text.startswith("4 × 5"))
    model.edit(sibling.text)
    qtbot.waitUntil(lambda: node.edited or model.state.nodes[node.node].edited, timeout=WAIT_MS)
    edited = model.state.nodes[node.node]
    assert (edited.state, edited.reachable, edited.labels, edited.probabilities) == (
        "", None, {}, {}
    )  # fmt: skip
    assert "value of the thought before" in panel.inspector.facts.text()
    assert "left" not in panel.inspector.facts.text().split(" · ")[0]
    assert panel.inspector.origin is None
    assert panel.inspector.no_tokens.text() == "No call of the model wrote this text."
    model.undo()
    qtbot.waitUntil(lambda: not model.state.nodes[node.node].edited, timeout=WAIT_MS)
    back = model.state.nodes[node.node]
    assert (back.state, back.reachable, back.labels, back.probabilities) == found


def test_a_node_that_is_not_there_yet_leaves_the_inspector_in_its_place(panel: TreePanel) -> None:
    head = panel.inspector._head
    before = head.geometry()
    panel.model.seek(1)
    assert panel.model.current is None
    panel.inspector.layout().activate()
    assert head.geometry() == before
    assert not panel.inspector._body.isVisible()
