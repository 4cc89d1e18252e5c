"""Answers tinted by probability: switched on, walked by keys, branched, scored, looked at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.ui.chat.driving import brought, say, settled, texts, views
from tests.ui.conftest import WAIT_MS
from workbench.ui.chat.tokens.token_part import note_of
from workbench.ui.chat.tokens.token_text import tint_strength


def switch_on(panel, qtbot):
    panel.tint.toggle()
    return tinted(panel, qtbot)


def tinted(panel, qtbot):
    """The tokens of the last answer, once they are shown."""

    def are_shown():
        part = views(panel)[-1].tokens
        return part is not None and part.isVisible()

    qtbot.waitUntil(are_shown, timeout=WAIT_MS)
    return views(panel)[-1].tokens


def keep_alternatives(panel, qtbot):
    panel.tint.toggle()
    qtbot.mouseClick(panel.tint.bar.keep, Qt.MouseButton.LeftButton)
    assert panel.composer.sampling.sampling.logprobs == 8
    panel.tint.toggle()


def test_the_tint_is_weaker_the_surer_a_token_is():
    strengths = [tint_strength(each / 10) for each in range(11)]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[9] == strengths[10] == 0
    assert strengths[0] == pytest.approx(0.558)


def test_an_answer_is_shown_in_tokens_and_as_it_was_again(panel, qtbot):
    say(panel, qtbot, "Hello")
    part = switch_on(panel, qtbot)
    assert [each.text for each in part.text.found.tokens] == ["Answer", " number", " 1", "."]
    assert part.text.toPlainText() == "Answer number 1."
    assert not views(panel)[-1].body.isVisible()
    assert panel.tint.bar.isVisible()
    assert "alternatives were not kept" in note_of(part.text.found)
    say(panel, qtbot, "And again")
    assert tinted(panel, qtbot).text.toPlainText() == "Answer number 2."
    panel.tint.toggle()
    assert not part.isVisible()
    assert views(panel)[-1].body.isVisible()
    assert texts(panel)[-1] == "Answer number 2."


def test_another_token_is_chosen_by_keys_and_begins_a_branch(panel, qtbot):
    keep_alternatives(panel, qtbot)
    say(panel, qtbot, "Hello")
    part = switch_on(panel, qtbot)
    part.text.setFocus()
    for _ in range(3):
        qtbot.keyClick(part.text, Qt.Key.Key_Right)
    qtbot.keyClick(part.text, Qt.Key.Key_Left)
    assert part.text.current == 1
    qtbot.keyClick(part.text, Qt.Key.Key_Return)
    over = panel.tint.popover.over
    assert over.isVisible()
    assert len(over.rows.choices) == 8
    qtbot.keyClick(over.rows, Qt.Key.Key_Escape)
    assert not over.isVisible()
    qtbot.keyClick(part.text, Qt.Key.Key_2)
    other = over.rows.choices[1][0]
    qtbot.keyClick(over.rows, Qt.Key.Key_Return)
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: texts(panel)[-1].startswith(f"Answer{other}"), timeout=WAIT_MS)
    assert len(views(panel)[-1].message.sibling_ids) == 2


def test_the_pointer_opens_alternatives_and_a_click_chooses(panel, qtbot):
    keep_alternatives(panel, qtbot)
    say(panel, qtbot, "Hello")
    part = switch_on(panel, qtbot)
    box = part.text.box_of(2)
    place = QPoint(box.center().x(), box.center().y())
    assert part.text.token_at(place) == 2
    qtbot.mouseMove(part.text.viewport(), place)
    part.text.pointed.emit(2)
    qtbot.waitUntil(panel.tint.popover.over.isVisible, timeout=WAIT_MS)
    rows = panel.tint.popover.over.rows
    other = rows.choices[2][0]
    qtbot.mouseClick(rows, Qt.MouseButton.LeftButton, pos=QPoint(60, 24 * 2 + 8))
    settled(panel, qtbot)
    qtbot.waitUntil(lambda: texts(panel)[-1].startswith(f"Answer number{other}"), timeout=WAIT_MS)


def test_an_answer_from_elsewhere_is_scored_when_that_is_wanted(panel, qtbot):
    brought(panel, qtbot, "Hello", "Good day to you")
    part = switch_on(panel, qtbot)
    assert not part.text.found.tokens
    assert part.score.isVisible()
    qtbot.mouseClick(part.score, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(part.text.found.tokens), timeout=WAIT_MS)
    assert "scored by" in part.note.text()
    assert part.text.toPlainText() == "Good day to you"


def test_samplers_are_looked_at_in_a_pane_that_says_why_not(panel, qtbot):
    say(panel, qtbot, "Hello")
    part = switch_on(panel, qtbot)
    qtbot.mouseClick(part.samplers, Qt.MouseButton.LeftButton)
    pane = panel.microscope
    qtbot.waitUntil(lambda: "no samplers" in pane.words.text(), timeout=WAIT_MS)
    assert pane.isVisible()
    assert pane.table.places.rowCount() == 0


def test_words_are_found_in_a_tinted_answer_and_the_tint_is_found_again(panel, qtbot):
    say(panel, qtbot, "Hello")
    part = switch_on(panel, qtbot)
    view = views(panel)[-1]
    place = view.show_places("number", 0)
    assert place is not None
    assert place[1].selectedText() == "number"
    part.text.point(0)
    assert len(part.text.extraSelections()) == 2
    kept = panel.save_session()
    panel.tint.toggle()
    assert not part.isVisible()
    panel.restore_session(kept)
    assert part.isVisible() or tinted(panel, qtbot).isVisible()
