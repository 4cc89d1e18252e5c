"""The Tree workspace as a person uses it: real widgets, a real core, events made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, Going, unnamed, until
from tests.ui.tree.samples import game_of_24, large, record
from workbench.domain import events as ev
from workbench.domain.run_state import fold_all
from workbench.domain.steering import (
    AddThought,
    BoostNode,
    EditThought,
    ForkToken,
    Grow,
    PruneNode,
    SteerAction,
)
from workbench.service import Workbench
from workbench.ui.actions import ActionTable
from workbench.ui.bridge import Bridge
from workbench.ui.panels import Context
from workbench.ui.theme import theme
from workbench.ui.tree.forms import GrowForm
from workbench.ui.tree.panel import TreePanel


def ask(bridge: Bridge, question: Any) -> Any:
    found: list[Any] = []
    bridge.call(question, found.append)
    until(lambda: bool(found))
    return found[0]


@pytest.fixture
def steered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked of the core; a pruned node comes back as an event, as in the product."""
    asked: list[Any] = []

    async def steer(core: Any, run_id: int, action: SteerAction) -> None:
        asked.append(action)
        if isinstance(action, PruneNode):
            event = ev.Pruned(nodes=(action.node,), reason="by hand")
            core._publish(ev.LoggedEvent(run_id, 10_000 + len(asked), 99.0, event))

    async def note(core: Any, run_id: int) -> None:
        asked.append(run_id)

    monkeypatch.setattr(Workbench, "steer", steer, raising=False)
    monkeypatch.setattr(Workbench, "pause_run", note, raising=False)
    monkeypatch.setattr(Workbench, "resume_run", note, raising=False)
    return asked


@pytest.fixture
def panel(bridge: Bridge, context: Context, qtbot: QtBot, steered: list[Any]) -> TreePanel:
    """The search of the design picture, as far as it is there."""
    made = TreePanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 832)
    made.show()
    open_run(made, ask(bridge, lambda core: record(core, game_of_24())))
    return made


def open_run(panel: TreePanel, run_id: int) -> None:
    panel.handle({"run_id": run_id})
    until(lambda: panel.model.run_id == run_id and bool(panel.model.replay.events))
    panel.model._again.stop()
    panel.canvas.refresh()


def test_a_run_opens_at_its_best_node_with_everything_named(panel: TreePanel) -> None:
    assert panel.model.node == "0.1.0.0" == panel.canvas.current
    assert panel.header.params.text() == (
        "beam 3 · depth 3 · propose · value by log-probability · temp 0.7 · seed 24"
    )
    assert panel.header.value.text() == "4 5 6 10"
    assert panel.player.sentence.text() == "of 176 · propose under 4 × 5 = 20"
    assert unnamed(panel) == []


def test_both_themes_paint(panel: TreePanel) -> None:
    pictures = []
    for choice in ("light", "dark"):
        theme().choose(choice)
        pictures.append(panel.grab().toImage())
        for scale in (1.0, 0.4, 0.1):
            panel.canvas.set_scale(scale)
            assert not panel.canvas.grab().isNull()
    assert pictures[0] != pictures[1]


def test_the_inspector_says_what_is_known_of_a_node(panel: TreePanel) -> None:
    panel.model.select("0.1.0")
    inspector = panel.inspector
    assert inspector.thought.text() == "5 × 6 = 30"
    assert inspector.score.text() == "17.9"
    assert inspector.facts.text().startswith("left 6 30 · after 10 - 4 = 6 · rank 1 of 16")
    assert [bar[2] for bar in inspector.bars.bars] == ["0.89", "0.09", "0.02"]
    assert inspector._value_part.note.text() == "20 × sure + 1 × likely"
    assert "".join(token.text for token in inspector.tokens.tokens) == "5 × 6 = 30 (left: 6 30)"
    assert inspector._prompt_part.note.text() == "1,226 tokens, 1,197 reused"
    assert inspector.prompt.text.endswith("Numbers: 5 6 6\nNext steps:")
    assert inspector.cost.text().startswith("Read 29, wrote")
    assert inspector.saved.text() == "reuse saved 10.3 s"
    panel.model.select("0")
    assert inspector.no_tokens.text() == "What the search starts from."
    assert not inspector.fork.isEnabled()


def test_tokens_show_what_stood_beside_them_and_fork(
    panel: TreePanel, qtbot: QtBot, steered: list[Any]
) -> None:
    panel.model.select("0.1.0")
    inspector = panel.inspector
    qtbot.keyClick(panel, Qt.Key.Key_F)
    inspector.point_weakest()
    inspector.tokens.point(1)
    assert inspector.alternatives.isVisible()
    assert inspector.alternatives.title.text() == "Instead of  ×"
    assert inspector.alternatives.chance.text() == "log p −0.48"
    assert inspector.alternatives.text() == " +"
    qtbot.keyClick(inspector.tokens, Qt.Key.Key_3)
    assert inspector.alternatives.text() == " -"
    qtbot.keyClick(inspector.alternatives.rows, Qt.Key.Key_Return)
    until(lambda: bool(steered))
    action = steered[0]
    assert isinstance(action, ForkToken)
    call = panel.model.state.calls[action.call]
    assert call.samples[action.sample].tokens[action.token].text == " ×"
    assert action.text == " -"


def test_another_text_forks_where_alternatives_were_not_recorded(
    panel: TreePanel, qtbot: QtBot, steered: list[Any], bridge: Bridge
) -> None:
    bare = []
    for logged in game_of_24():
        event = logged.event
        if isinstance(event, ev.TextReceived):
            plain = tuple(replace(token, alternatives=()) for token in event.tokens)
            event = replace(event, tokens=plain)
        bare.append(replace(logged, event=event))
    open_run(panel, ask(bridge, lambda core: record(core, bare)))
    panel.model.select("0.1.0")
    panel.inspector.point_weakest()
    over = panel.inspector.alternatives
    assert over.missing.isVisible()
    assert "not recorded" in over.missing.text()
    assert not over.fork.isEnabled()
    qtbot.keyClicks(over.other, " /")
    qtbot.keyClick(over.other, Qt.Key.Key_Return)
    until(lambda: bool(steered))
    assert steered[0].text == " /"


def test_escape_puts_alternatives_away_before_it_stops(panel: TreePanel) -> None:
    escape = next(action for action in panel.actions_table() if action.keys == "Esc")
    assert not escape.when(), "nothing to leave and nothing to stop"
    panel.model.select("0.1.0")
    panel.inspector.point_weakest()
    assert escape.when()
    escape.run()
    assert not panel.inspector.alternatives.isVisible()


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


def test_a_key_for_each_of_them(panel: TreePanel) -> None:
    keys = {action.keys: action for action in panel.actions_table()}
    for key in "FBCPGEA":
        assert keys[key].scope == "tree"
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


def test_replay_goes_back_and_forth_and_follows_the_end_again(panel: TreePanel) -> None:
    events = panel.model.replay.events
    panel.player.timeline.setValue(60)
    assert panel.model.state == fold_all(events[:60])
    assert not panel.model.live
    panel.canvas.refresh()
    assert "0.1.0" not in panel.canvas.layout_.cards
    assert panel.player.place.text() == "Event 60"
    late = ev.LoggedEvent(panel.model.run_id or 0, 9_000, 50.0, ev.NoteAdded(text="late"))
    panel.model._on_events([late])
    assert panel.model.replay.position == 60, "who looks back is left there"
    panel.player.live.click()
    assert panel.model.live
    assert panel.model.state.notes[-1].text == "late"


def test_playing_lets_the_time_of_the_run_pass(panel: TreePanel) -> None:
    player = panel.player
    player.play.click()
    assert player.playing
    player._timer.stop()
    player._timer.start(1_000_000)
    player.advance(2.0)
    assert panel.model.state.seconds <= 8.0, "four times as fast"
    before = panel.model.replay.position
    assert before > 0
    player.advance(1000.0)
    assert panel.model.replay.position == len(panel.model.replay)
    assert not player.playing


def test_a_live_search_is_followed_from_its_first_event(
    panel: TreePanel, bridge: Bridge, steered: list[Any]
) -> None:
    run_id = ask(bridge, lambda core: record(core, game_of_24()[:40]))
    open_run(panel, run_id)
    assert panel.model.replay.events[-1].seq == 39, "texts of a call are stored as one"
    rest = [ev.LoggedEvent(run_id, e.seq, e.at, e.event) for e in game_of_24(ends=True)[38:]]
    panel.model._on_events(rest)
    assert panel.model.ended
    assert panel.model.state.answer == "24"
    assert panel.model.state == fold_all(panel.model.replay.events)


def test_a_search_opened_before_its_first_event_is_shown_when_it_begins(
    panel: TreePanel, bridge: Bridge, steered: list[Any]
) -> None:
    run_id = ask(bridge, lambda core: record(core, []))
    panel.handle({"run_id": run_id})
    until(lambda: panel.model.run_id == run_id and panel.model.spec is not None)
    assert panel.empty.isVisible()
    panel.model._on_events(
        [ev.LoggedEvent(run_id, e.seq, e.at, e.event) for e in game_of_24()[:40]]
    )
    assert panel.canvas.isVisible()
    assert panel.export.isEnabled()


def test_pause_and_stop_are_asked_of_the_core(panel: TreePanel, steered: list[Any]) -> None:
    panel.model.running_here = True
    panel.header.show_run()
    assert panel.header.pause.isVisible()
    assert panel.header.pause.accessibleName() == "Pause"
    panel.header.pause.click()
    until(lambda: steered == [panel.model.run_id])
    paused = ev.LoggedEvent(panel.model.run_id or 0, 9_000, 50.0, ev.RunPaused())
    panel.model._on_events([paused])
    assert panel.header.pause.accessibleName() == "Resume"
    assert panel.header.status.text() == "Paused"


def test_the_outline_walks_the_same_tree(panel: TreePanel, qtbot: QtBot) -> None:
    panel.inspector._outline_part.head.click()
    outline = panel.inspector.outline
    assert outline.isVisible()
    rows = outline.nodes
    assert rows.rowCount() == len(panel.model.state.nodes)
    said = rows.data(rows.index(rows.row_of("0.1.0")), Qt.ItemDataRole.AccessibleTextRole)
    assert str(said).startswith("Level 2: 5 × 6 = 30, 6 30, sure .89")
    outline.show_node("0.1")
    qtbot.keyClick(outline, Qt.Key.Key_Down)
    assert panel.model.node == "0.1.0"
    assert panel.canvas.current == "0.1.0"


def test_exports_hold_the_whole_search(panel: TreePanel, tmp_path: Path) -> None:
    for kind in ("png", "svg", "json", "md"):
        panel.export_to(tmp_path / f"tree.{kind}", kind)
        until(lambda kind=kind: (tmp_path / f"tree.{kind}").exists())  # type: ignore[misc]
        until(lambda kind=kind: kind in panel.notice.message)  # type: ignore[misc]
    image = QImage(str(tmp_path / "tree.png"))
    assert image.width() > 2 * 4 * 176
    root = ET.parse(tmp_path / "tree.svg").getroot()
    assert root.tag.endswith("svg")
    stored = json.loads((tmp_path / "tree.json").read_text())
    assert set(stored["state"]["nodes"]) == set(panel.model.state.nodes)
    assert stored["state"]["nodes"]["0.1.0"]["text"] == "5 × 6 = 30"
    assert stored["spec"]["seed"] == 24
    lines = (tmp_path / "tree.md").read_text().splitlines()
    assert "    - **5 × 6 = 30** (left 6 30, value 17.9, sure .89, goal still reachable)" in lines
    assert sum(line.lstrip().startswith("- ") for line in lines) == len(panel.model.state.nodes)


def test_what_cannot_be_written_is_said(panel: TreePanel, tmp_path: Path) -> None:
    panel.export_to(tmp_path / "no" / "folder.md", "md")
    until(lambda: "cannot be written" in panel.notice.message)


def test_where_it_was_lost_can_be_shown(panel: TreePanel) -> None:
    panel.show_loss("The selector dropped the last branch at step 2.", "0.0.1")
    assert panel.loss.isVisible()
    panel.show_loss("", "")
    assert not panel.loss.isVisible()


def test_a_large_recorded_search_opens(panel: TreePanel, bridge: Bridge) -> None:
    open_run(panel, ask(bridge, lambda core: record(core, large(5000))))
    assert len(panel.model.state.nodes) == 5001
    panel.canvas.grab()
    assert panel.canvas.painted < 300
    panel.player.timeline.setValue(10_000)
    assert panel.model.state == fold_all(panel.model.replay.events[:10_000])


def test_a_run_that_is_not_there_is_said(panel: TreePanel) -> None:
    panel.handle({"run_id": 999_999})
    until(lambda: bool(panel.notice.message))
    assert panel.model.run_id is None
    assert panel.empty.isVisible()


def test_the_latest_search_opens_by_itself(
    panel: TreePanel, bridge: Bridge, context: Context, qtbot: QtBot
) -> None:
    run_id = ask(bridge, lambda core: record(core, game_of_24(ends=True)))
    other = TreePanel(context)
    qtbot.addWidget(other)
    other.show()
    other.shown()
    until(lambda: other.model.run_id == run_id)
