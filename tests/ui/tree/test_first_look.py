"""How Tree begins: the puzzle at one press, 100 %, wide cards; pictures that explain themselves."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, ask, unnamed
from tests.ui.tree.samples import game_of_24, large, record
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.ui.actions import ActionTable
from workbench.ui.bridge import Bridge
from workbench.ui.panels import Context
from workbench.ui.runs.tree_cards import CARD_WIDTH
from workbench.ui.runs.tree_layout import WIDEST_CARD, card_width
from workbench.ui.tree.canvas.canvas import TreeCanvas
from workbench.ui.tree.canvas.export import caption_of, picture, tree_svg
from workbench.ui.tree.canvas.zoom_view import LEFT
from workbench.ui.tree.panel import TreePanel


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(lambda _prompt: ["2 + 3 = 5 (left: 5 7)"] * 8)


@pytest.fixture
def panel(context: Context, qtbot: QtBot) -> TreePanel:
    made = TreePanel(context)
    qtbot.addWidget(made)
    made.resize(1376, 832)
    made.show()
    return made


def test_the_empty_state_searches_the_puzzle_with_its_solver(
    panel: TreePanel, bridge: Bridge, qtbot: QtBot
) -> None:
    assert panel.empty.button.text().strip() == "Search the three-number puzzle  Ctrl ↵"
    assert panel.home() is panel.empty.button
    assert panel.empty.link.isVisible()
    assert unnamed(panel.empty) == []
    table = ActionTable(panel)
    table.add(panel.actions_table(), owner=panel)
    panel.empty.button.setFocus()
    qtbot.keyClick(panel, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: panel.model.run_id is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(panel.model.replay.events), timeout=WAIT_MS)
    assert panel.window().focusWidget() is panel.canvas
    assert panel.home() is panel.canvas
    run_id = panel.model.run_id
    assert run_id is not None
    spec: RunSpec = ask(bridge, lambda core: core.runs.spec(run_id))
    assert isinstance(spec.prompt, TemplatePrompt)
    assert spec.prompt.path.endswith("targets.prompty")
    assert spec.prompt.variables == {"numbers": "2 3 7", "target": 12}
    assert (spec.strategy, spec.params["domain"]) == ("tree_of_thought", "targets")
    ask(bridge, lambda core: core.runs.wait(run_id))


def test_a_search_opens_at_full_size_with_wide_cards_and_a_legend_under_it(
    panel: TreePanel, bridge: Bridge, qtbot: QtBot
) -> None:
    run_id = ask(bridge, lambda core: record(core, game_of_24(ends=True)))
    panel.handle({"run_id": run_id})
    qtbot.waitUntil(lambda: bool(panel.canvas.layout_.cards), timeout=WAIT_MS)
    panel.canvas.refresh()
    assert panel.canvas.scale == 1.0
    layout = panel.canvas.layout_
    assert CARD_WIDTH < layout.card_width <= WIDEST_CARD
    assert layout.width <= panel.canvas.viewport().width() - 2 * LEFT
    for over in (panel.area.legend, panel.area.zoom):
        assert not over.geometry().intersects(panel.canvas.geometry())


@pytest.mark.parametrize(
    ("room", "columns", "width"),
    [(0, 4, CARD_WIDTH), (1000, 4, 202.0), (5000, 4, WIDEST_CARD), (700, 5, CARD_WIDTH)],
)
def test_cards_share_the_room_there_is(room: float, columns: int, width: float) -> None:
    assert card_width(room, columns) == width


def test_a_large_search_that_fits_is_as_wide_as_the_view(qtbot: QtBot) -> None:
    canvas = TreeCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(1000, 700)
    canvas.show()
    canvas.show_state(fold_all(large(5000)), changed=True)
    canvas.refresh()
    canvas.fit()
    wide = canvas.content().width() * canvas.scale_x
    assert wide > 0.6 * canvas.viewport().width()
    assert canvas.verticalScrollBar().maximum() == 0
    assert canvas.horizontalScrollBar().maximum() == 0
    card = next(each for each in canvas.layout_.cards.values() if each.depth == 2)
    found = canvas.card_at(canvas._box_of(card).center().toPointF())
    assert found is not None
    assert found.depth == 2


def test_a_picture_has_title_question_parameters_and_legend(
    panel: TreePanel, bridge: Bridge, qtbot: QtBot
) -> None:
    run_id = ask(bridge, lambda core: record(core, game_of_24(ends=True)))
    panel.handle({"run_id": run_id})
    qtbot.waitUntil(lambda: panel.model.spec is not None, timeout=WAIT_MS)
    panel.canvas.refresh()
    caption = caption_of(panel.model.state, panel.model.spec, panel.model.info)
    assert caption.title.startswith(f"Tree of thought, run {run_id}")
    assert "4 5 6 10" in caption.question
    assert caption.parameters.startswith("Steps deep 3, Ideas per step ")
    assert {"sure", "best path", "pruned", "goal still reachable"} <= set(caption.legend)
    text = tree_svg(panel.canvas, caption).decode()
    for words in (caption.title, "best path", "goal still reachable"):
        assert words in text
    assert 'font-family="Inter, sans-serif"' in text
    assert 'font-family="JetBrains Mono, monospace"' in text
    assert "Workbench Mono" not in text
    layout = panel.canvas.layout_
    image = picture(panel.canvas, caption)
    assert image.height() > layout.height
