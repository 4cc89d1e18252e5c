"""The inspector: what is known of a node, its tokens, what grows from it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, ask, until
from tests.ui.tree.driving import open_run
from tests.ui.tree.samples import game_of_24, record
from workbench.domain.runs import events as ev
from workbench.domain.runs.steering import ForkToken
from workbench.domain.text import Token
from workbench.ui.bridge import Bridge
from workbench.ui.kit.forms.field_editors import show_value
from workbench.ui.tree.inspector.forms import GrowForm
from workbench.ui.tree.panel import TreePanel


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


def test_a_part_of_a_character_is_said_to_be_one_and_forks_nothing(
    panel: TreePanel, qtbot: QtBot, steered: list[Any]
) -> None:
    over = panel.inspector.alternatives
    over.show_token(Token(5, " 4", -0.5, ((" 4", -0.5), ("\ufffd", -1.0), (" 5", -2.0))))
    assert over.text() == " 5", "what can be written is chosen first"
    over.rows.choose(1)
    assert "a part of a character" in over.rows.accessibleDescription()
    assert over.fork.label.text() == "Part of a character"
    assert not over.fork.isEnabled()
    over.rows.forked.emit()
    assert steered == []


def test_growing_says_what_it_takes_at_most(panel: TreePanel, qtbot: QtBot) -> None:
    assert panel.model.spec is not None
    panel.model.spec = replace(panel.model.spec, model="")  # the one that is loaded
    panel.model.select("0.1")
    panel.inspector.grow.click()
    (form,) = panel.findChildren(GrowForm)
    qtbot.waitUntil(lambda: form.form.cost.text().startswith("At most "), timeout=WAIT_MS)
    before = form.form.cost.text()
    show_value(form.form.editors["beam"], 9)
    form.form.changed.emit()
    qtbot.waitUntil(lambda: form.form.cost.text() != before, timeout=WAIT_MS)
    calls = [int(text.split()[2].replace(",", "")) for text in (before, form.form.cost.text())]
    assert calls[1] > calls[0]


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
    panel.inspector.point_weakest()
    assert panel.inspector.alternatives.isVisible(), "the same token, asked for again"
