"""The Tree workspace: how a search opens, what is shown of it, what leaves it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from tests.ui.conftest import ask, unnamed, until
from tests.ui.tree.driving import open_run
from tests.ui.tree.samples import game_of_24, large, record
from workbench.domain.runs.run_state import fold_all
from workbench.ui.bridge import Bridge
from workbench.ui.panels import Context
from workbench.ui.theme import theme
from workbench.ui.theme.tokens import TOKENS
from workbench.ui.tree.panel import TreePanel


def test_a_run_opens_at_its_best_node_with_everything_named(panel: TreePanel) -> None:
    assert panel.model.node == "0.1.0.0" == panel.canvas.current
    reported_text = panel.header.params.text()
    assert reported_text.startswith("Steps deep 3, Ideas per step ")
    assert "Kept per step 3" in reported_text
    assert reported_text.endswith(" · temp 0.7 · seed 24")
    assert panel.header.value.text() == "4 5 6 10"
    assert panel.player.sentence.text() == "of 176 · propose under 4 × 5 = 20"
    assert unnamed(panel) == []


def test_both_themes_paint(panel: TreePanel) -> None:
    for scale in (1.0, 0.4, 0.1):
        panel.canvas.set_scale(scale)
        for choice in ("light", "dark"):
            theme().choose(choice)
            picture = panel.canvas.grab().toImage()
            seen = {
                picture.pixel(x, y)
                for x in range(0, picture.width(), 3)
                for y in range(0, picture.height(), 3)
            }
            assert QColor(TOKENS.color[choice]["canvas"]).rgb() in seen
            assert len(seen) > 1, (scale, choice)


def test_the_outline_walks_the_same_tree(panel: TreePanel, qtbot: QtBot) -> None:
    panel.inspector._outline_part.head.click()
    outline = panel.inspector.outline
    assert outline.isVisible()
    rows = outline.nodes
    assert rows.rowCount() == len(panel.model.state.nodes)
    reported_text = rows.data(rows.index(rows.row_of("0.1.0")), Qt.ItemDataRole.AccessibleTextRole)
    assert str(reported_text).startswith("Level 2: 5 × 6 = 30, 6 30, sure .89")
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
    panel.show_lost_solution("The selector dropped the last branch at step 2.", "0.0.1")
    assert panel.lost_solution.isVisible()
    panel.show_lost_solution("", "")
    assert not panel.lost_solution.isVisible()


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
