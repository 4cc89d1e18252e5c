"""Several answers side by side in the window."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from tests.ui.chat.driving import asked, at_rest, say, settled, shows
from tests.ui.conftest import WAIT_MS
from workbench.domain.chat import Answerer
from workbench.ui.chat.sides.sides_view import SidesView


@pytest.fixture
def models(tmp_path, panel, qtbot):
    made = [tmp_path / "sides" / f"{name}.gguf" for name in ("one", "two", "three")]
    made[0].parent.mkdir()
    for each in made:
        each.write_bytes(b"")
    paths = [str(each) for each in made]
    asked(panel, qtbot, lambda core: core.models.load(paths[0]))
    qtbot.waitUntil(lambda: panel.composer.model.model_path == paths[0], timeout=WAIT_MS)
    return paths


def choose(panel, *others: Answerer) -> None:
    panel.composer.others.show_kept([*others])


def row(panel) -> SidesView:
    found = panel.transcript.rows[max(panel.transcript.rows)]
    assert isinstance(found, SidesView)
    return found


def is_aside(panel) -> bool:
    rows = panel.transcript.rows
    return bool(rows) and isinstance(rows[max(rows)], SidesView)


def have_ended(panel, qtbot, count: int) -> None:
    settled(panel, qtbot)
    qtbot.waitUntil(
        lambda: (
            is_aside(panel)
            and len(row(panel).answers) == count
            and all(each.message.run_status == "done" for each in row(panel).answers)
        ),
        timeout=WAIT_MS,
    )
    at_rest(panel.transcript, qtbot)


def test_a_message_is_answered_in_columns_and_the_conversation_goes_on_with_one(
    panel, models, qtbot
):
    choose(panel, *(Answerer(model=each) for each in models[1:]))
    say(panel, qtbot, "Hello")
    have_ended(panel, qtbot, 3)
    columns = row(panel).answers
    assert [each.name.text() for each in columns] == ["one", "two", "three"]
    assert len({each.body.text for each in columns}) == 3
    assert [head.goes_on.isHidden() for head in row(panel).heads] == [False, True, True]
    assert all(head.stop.isHidden() for head in row(panel).heads)
    text = columns[1].body.text
    row(panel).heads[1].go_on.click()
    shows(panel, qtbot, "Hello", text)
    assert not is_aside(panel)
    view = panel.transcript.views[1]
    assert view.versions._words.text() == "2 / 3"
    view.sides.click()
    qtbot.waitUntil(lambda: is_aside(panel), timeout=WAIT_MS)
    assert [head.goes_on.isHidden() for head in row(panel).heads] == [True, False, True]
    panel.sides.toggle()
    qtbot.waitUntil(lambda: not is_aside(panel), timeout=WAIT_MS)


def test_each_of_the_others_has_parameters_of_its_own(panel, models, qtbot):
    choose(panel, Answerer(model=models[1], strategy="self_consistency", params={"paths": 3}))
    (other,) = panel.composer.others._rows
    assert other.parameters.summary() == "Parameters · 1 changed"
    form = other.parameters.form
    assert form.values()["paths"] == 3
    form.set_values(form.values() | {"paths": 2})
    form.changed.emit()
    (who,) = panel.sending.options.others
    assert who == Answerer(model=models[1], strategy="self_consistency", params={"paths": 2})
    panel.composer.others._show_choices()  # models were listed again: the form stays
    assert panel.composer.others._rows[0].parameters.form is form
    other.strategy.choose("direct")
    other.strategy.activated.emit(other.strategy.currentIndex())
    (who,) = panel.sending.options.others
    assert who == Answerer(model=models[1])
    assert other.parameters.form.values()["extraction"] == "whole"


def test_the_next_message_follows_the_answer_that_goes_on(panel, models, qtbot):
    choose(panel, Answerer(model=models[1]))
    say(panel, qtbot, "Hello")
    have_ended(panel, qtbot, 2)
    first = row(panel).answers[0].body.text
    choose(panel)
    say(panel, qtbot, "More")
    assert [each.text for each in panel.model.messages[:3]] == ["Hello", first, "More"]
    assert not any(isinstance(each, SidesView) for each in panel.transcript.rows.values())


def test_another_answer_in_a_column_is_a_version_of_that_column(panel, models, qtbot):
    choose(panel, Answerer(model=models[1]))
    say(panel, qtbot, "Hello")
    have_ended(panel, qtbot, 2)
    second = row(panel).answers[1]
    old = second.body.text
    second.regenerate_wanted.emit(second.message)
    qtbot.waitUntil(lambda: len(row(panel).columns[-1].versions) == 2, timeout=WAIT_MS)
    have_ended(panel, qtbot, 2)
    second = row(panel).answers[1]
    assert second.message.model == models[1]
    assert second.body.text != old
    row(panel).heads[0].go_on.click()
    qtbot.waitUntil(lambda: not is_aside(panel), timeout=WAIT_MS)
    panel.sides.toggle()
    qtbot.waitUntil(lambda: is_aside(panel), timeout=WAIT_MS)
    second = row(panel).answers[1]
    second.versions.earlier.click()
    assert second.body.text == old
    assert row(panel).message.model == models[0]


def test_columns_scroll_sideways_where_there_is_no_room(panel, models, qtbot):
    choose(panel, *(Answerer(model=each) for each in models[1:]))
    say(panel, qtbot, "Hello")
    have_ended(panel, qtbot, 3)
    wide = row(panel)
    assert wide.width() <= panel.transcript.viewport().width()
    panel.resize(760, 700)
    at_rest(panel.transcript, qtbot)
    bar = row(panel).area.horizontalScrollBar()
    assert bar.maximum() > 0
    row(panel).heads[-1].go_on.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum(), timeout=WAIT_MS)


def test_a_model_that_comes_later_says_which_one_it_waits_for_and_each_can_be_stopped(
    panel, models, engine, qtbot
):
    hold = asyncio.Event()
    generate = engine.generate

    async def held(request):
        await hold.wait()
        async for frame in generate(request):
            yield frame

    engine.generate = held
    choose(panel, Answerer(model=models[1]))
    panel.composer.box.setPlainText("Hello")
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: is_aside(panel), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: row(panel).answers[1].empty.text() == "Waits for one.", timeout=WAIT_MS)
    assert not row(panel).heads[0].stop.isHidden()
    row(panel).heads[0].stop.click()
    qtbot.waitUntil(
        lambda: row(panel).answers[0].message.run_status == "cancelled", timeout=WAIT_MS
    )
    assert panel.model.running
    panel.model.stop()
    settled(panel, qtbot)
    qtbot.waitUntil(
        lambda: [each.message.run_status for each in row(panel).answers] == ["cancelled"] * 2,
        timeout=WAIT_MS,
    )


def test_the_others_are_kept_with_the_conversation_and_changed_in_the_composer(
    panel, models, qtbot
):
    others = panel.composer.others
    panel.composer.model.refresh()
    assert others.accessibleName() == "More models"
    choose(panel, Answerer(model=models[1]))
    say(panel, qtbot, "Hello")
    have_ended(panel, qtbot, 2)
    assert others.accessibleName() == "2 answers"
    assert panel.composer.model.model_path == models[0]  # though the other one is loaded
    kept = panel.model.current
    panel.model.start_new()
    assert others.answerers() == ()
    panel.model.open(kept)
    qtbot.waitUntil(lambda: len(others.answerers()) == 1, timeout=WAIT_MS)
    assert others.answerers()[0].model == models[1]
    others._on_add()
    assert len(others.answerers()) == 2
    others._rows[0].remove.click()
    assert len(others.answerers()) == 1


def test_by_two_strategies_the_tree_behind_an_answer_is_one_click_away(panel, models, going, qtbot):
    choose(panel, Answerer(model=models[0], strategy="cot"))
    say(panel, qtbot, "Hello")
    have_ended(panel, qtbot, 2)
    first, second = row(panel).answers
    assert first.tree.isHidden()
    assert row(panel).heads[1].strategy.text() == panel.composer.strategy.infos["cot"].title
    second.tree.click()
    assert going.places == [("tree", {"run_id": second.message.run_id})]


def test_the_list_of_others_grows_with_them(panel, models, qtbot):
    others = panel.composer.others
    others.click()
    qtbot.waitUntil(others.add.isVisible, timeout=WAIT_MS)
    scroll = others.add.window().findChild(QScrollArea).verticalScrollBar()
    for count in (1, 2, 3):
        others.add.click()
        assert len(others.answerers()) == count
        qtbot.waitUntil(lambda: others.add.isVisible() and not scroll.maximum(), timeout=WAIT_MS)
    assert not others.add.isEnabled()
