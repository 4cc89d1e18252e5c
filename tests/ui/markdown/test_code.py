"""Code in answers: coloured, saved, wrapped, also while it is being written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication

from tests.ui.conftest import WAIT_MS
from workbench.ui.markdown.body import MarkdownBody
from workbench.ui.markdown.code_card import CodeCard
from workbench.ui.markdown.code_look import code_look
from workbench.ui.theme import color, theme

CODE = '# A note 🙂\ndef f(x):\n    return "text"\n'


@pytest.fixture
def card(qtbot, bridge) -> CodeCard:
    code_look().bridge = bridge
    made = CodeCard("python")
    qtbot.addWidget(made)
    made.show()
    made.fit(400)
    yield made
    code_look().bridge = None
    code_look().set_wraps(False)


def colors(card: CodeCard) -> dict[str, QColor]:
    """The pieces of the code that have a colour."""
    found, block = {}, card.view.document().begin()
    while block.isValid():
        text = block.text().encode("utf-16-le")
        for each in block.layout().formats():
            piece = text[2 * each.start : 2 * (each.start + each.length)].decode("utf-16-le")
            found[piece] = each.format.foreground().color()
        block = block.next()
    return found


def test_code_has_colours_of_the_theme(card, qtbot) -> None:
    card.set_code(CODE)
    qtbot.waitUntil(lambda: bool(colors(card)), timeout=WAIT_MS)
    found = colors(card)
    assert found["# A note 🙂"] == color("syn-comment")
    assert found['"text"'] == color("syn-string")
    assert {"def", "return", "f"} <= set(found)
    theme().choose("light")
    assert colors(card)['"text"'] == color("syn-string") != found['"text"']
    assert card.view.toPlainText() == CODE.rstrip("\n")


def test_what_is_written_after_it_gets_its_colours_too(card, qtbot) -> None:
    card.set_code("x = 'a'\n")
    qtbot.waitUntil(lambda: "'a'" in colors(card), timeout=WAIT_MS)
    card.set_code("x = 'a'\ny = 'b'\n")
    assert "'a'" in colors(card)  # at once: what was there is not written again
    qtbot.waitUntil(lambda: "'b'" in colors(card), timeout=WAIT_MS)
    assert card.view.toPlainText() == "x = 'a'\ny = 'b'"


def test_a_language_that_is_not_known_is_plain(card, qtbot) -> None:
    card.language = "nosuch"
    card.set_code("def f(): pass")
    qtbot.waitUntil(lambda: not card._soon.isActive(), timeout=WAIT_MS)
    assert colors(card) == {}


def test_long_lines_are_scrolled_or_wrapped_in_all_code(card, qtbot) -> None:
    other = CodeCard("")
    qtbot.addWidget(other)
    other.fit(400)
    for each in (card, other):
        each.set_code("word " * 100)
    height = card.view.height()
    qtbot.keyClick(card.wrap, Qt.Key.Key_Return)
    assert card.view.height() > 3 * height
    assert other.view.height() > 3 * height
    assert other.wrap.accessibleName() == "Do not wrap"
    other.wrap.click()
    assert card.view.height() == height
    assert card.wrap.accessibleName() == "Wrap lines"


def test_copy_and_save_take_exactly_the_code(qtbot) -> None:
    body = MarkdownBody("Answer")
    qtbot.addWidget(body)
    body.show()
    body.set_markdown("Look:\n\n```python\nx = 1\n\n```\n")
    card = next(each for each in body.widgets if isinstance(each, CodeCard))
    saved = []
    body.save_wanted.connect(lambda *given: saved.append(given))
    qtbot.keyClick(card.save, Qt.Key.Key_Space)
    qtbot.keyClick(card.copy, Qt.Key.Key_Space)
    assert saved == [("x = 1\n\n", "python")]
    assert QGuiApplication.clipboard().text() == "x = 1\n\n"
