"""A theme that is chosen reaches what is hidden too, as soon as it is shown."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from workbench.domain.runs.run_state import RunState
from workbench.ui.kit import Label, column
from workbench.ui.kit.forms.parameter_form import FormButton
from workbench.ui.kit.label import set_tone
from workbench.ui.kit.menu import Menu
from workbench.ui.runs.answer_card import AnswerCard
from workbench.ui.theme import color, font, theme


def colors(root):
    """The colours of all that is shown in a widget, by class and name."""
    shown = [root, *(each for each in root.findChildren(QWidget) if each.isVisible())]
    return {
        (type(each).__name__, each.accessibleName(), each.palette().color(role).name())
        for each in shown
        for role in (
            QPalette.ColorRole.Window,
            QPalette.ColorRole.WindowText,
            QPalette.ColorRole.Base,
            QPalette.ColorRole.Text,
            QPalette.ColorRole.ButtonText,
            QPalette.ColorRole.Highlight,
        )
    }


def visit(window, panel_id):
    window.go(panel_id)
    QApplication.processEvents()
    return colors(window.panels[panel_id])


def tone(label):
    return label.palette().color(QPalette.ColorRole.WindowText).name()


def test_every_workspace_that_was_open_is_in_the_new_theme_once_it_is_visited(window):
    places, app = list(window.specs), QApplication.instance()
    before = {place: visit(window, place) for place in places}
    for scheme in ("light", "dark"):
        theme().choose(scheme)
        seen = {place: visit(window, place) for place in places}
        assert all(seen[place] != before[place] for place in places)
        # What it has to be: all widgets styled at once, by Qt.
        theme()._restyling.change_all(
            app, theme()._sheet, lambda: app.setPalette(theme()._palette())
        )
        assert seen == {place: visit(window, place) for place in places}
        before = seen


def test_an_answer_keeps_the_size_of_its_words_in_a_theme_that_came_while_it_was_hidden(qtbot):
    card = AnswerCard()
    qtbot.addWidget(card)
    card.show()
    card.show_state(RunState(status="cancelled"), "")
    size = card.value.font().pixelSize()
    assert size == font("reading").pixelSize() != font("answer").pixelSize()
    card.hide()
    for scheme in ("light", "dark"):
        theme().choose(scheme)
    card.show()
    assert card.value.text() == "No answer"
    assert card.value.font().pixelSize() == size


@pytest.fixture
def page(qtbot):
    """A label that is shown, and one in a part that is hidden, within which another is hidden."""
    page, part = QWidget(), QWidget()
    page.label, page.part = Label("a", "body", "ok"), part
    part.label, part.inner = Label("b", "body", "bad"), Label("c", "body", "warn")
    part.setLayout(column(part.label, part.inner))
    page.setLayout(column(page.label, part))
    qtbot.addWidget(page)
    page.show()
    QApplication.processEvents()
    part.inner.hide()
    part.hide()
    return page


def test_what_is_hidden_in_a_hidden_part_has_its_turn_when_it_is_shown(page):
    theme().choose("light")
    assert tone(page.label) == color("ok").name()
    page.part.show()
    assert tone(page.part.label) == color("bad").name()
    page.part.inner.show()
    assert tone(page.part.inner) == color("warn").name()


def test_a_hidden_label_that_gets_another_tone_keeps_no_colour_of_the_theme_before(page):
    theme().choose("light")
    set_tone(page.part.label, "text")
    page.part.show()
    assert tone(page.part.label) == color("text").name()


def test_a_hidden_label_that_loses_its_tone_later_keeps_no_colour_of_it(page):
    theme().choose("light")
    page.part.show()
    set_tone(page.part.label, "text")
    assert tone(page.part.label) == color("text").name()
    theme().choose("dark")
    assert tone(page.part.label) == color("text").name()


def test_the_size_of_text_that_changes_while_a_part_waits_leaves_it_no_old_colour(page):
    theme().choose("light")
    theme().set_text(1.25)
    set_tone(page.part.label, "text")
    page.part.show()
    assert tone(page.part.label) == color("text").name()


def test_there_and_back_while_hidden(page):
    for choice in ("light", "dark", "light"):
        theme().choose(choice)
    page.part.show()
    assert tone(page.part.label) == color("bad").name()


def test_a_hidden_label_that_moves_to_what_is_shown_is_in_the_new_theme(page):
    theme().choose("light")
    page.layout().addWidget(page.part.label)
    page.part.label.show()
    assert tone(page.part.label) == color("bad").name()


def test_popovers_menus_and_lists_open_in_the_new_theme(page, qtbot):
    form = Label("d", "body", "ok")
    button, chooser, menu = FormButton("Form", form), new_chooser(page), Menu("Menu", page)
    menu.addAction("one")
    page.layout().addWidget(button)
    for scheme in ("dark", "light"):
        theme().choose(scheme)
        button.click()
        QApplication.processEvents()
        assert tone(form) == color("ok").name()
        assert form.window().grab().toImage().pixelColor(30, 6) == color("popover")
        form.window().close()
        menu.popup(page.mapToGlobal(page.rect().center()))
        assert menu.grab().toImage().pixelColor(3, menu.height() // 2) == color("popover")
        menu.close()
        assert popup_colors(chooser) == popup_colors(new_chooser(page))


def new_chooser(page):
    chooser = QComboBox()
    chooser.addItems(["one", "two"])
    page.layout().addWidget(chooser)
    return chooser


def popup_colors(chooser):
    """The colours of the list of a chooser."""
    chooser.showPopup()
    QApplication.processEvents()
    found = colors(chooser.view().window())
    chooser.hidePopup()
    return found


def test_a_widget_with_a_style_of_its_own_keeps_it(page):
    page.part.label.setStyle(QApplication.style())
    theme().choose("light")
    assert page.part.label.testAttribute(Qt.WidgetAttribute.WA_SetStyle)
    assert not page.part.inner.testAttribute(Qt.WidgetAttribute.WA_SetStyle)
