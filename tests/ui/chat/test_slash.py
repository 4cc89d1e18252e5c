"""Prompts in a message: the list after "/", the form, text and sending."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.chat.driving import brought, settled
from tests.ui.conftest import WAIT_MS
from workbench.domain.prompts.library import PromptRecord
from workbench.ui.chat.slash.matching import fitting, typed_command

KEY = Qt.Key


@pytest.fixture
def prompts(paths):
    folder = paths.prompts / "mail"
    folder.mkdir(parents=True)
    (folder / "thanks.prompty").write_text(
        "---\nname: Thanks\ndescription: Thanks somebody.\ninputs:\n  who:\n    type: string\n"
        "  what:\n    type: string\n    default: everything\n---\nsystem:\nBe warm.\nuser:\n"
        "Thank {{ who }} for {{ what }}.\n"
    )
    (folder / "plain.prompty").write_text("---\nname: Plain\n---\nuser:\nJust this text.\n")


@pytest.fixture
def slash(prompts, panel):
    return panel.slash


def type_in(panel, qtbot, text, *first):
    qtbot.keyClicks(panel.composer.box, text)
    qtbot.waitUntil(
        lambda: (
            [each.name for each in panel.slash.list.choices][: len(first)] == list(first)
            and panel.slash.list.isVisible()
        ),
        timeout=WAIT_MS,
    )


def test_the_form_of_a_prompt_makes_the_message(panel, slash, qtbot, engine):
    type_in(panel, qtbot, "/thank", "mail/thanks")
    qtbot.waitUntil(lambda: slash.list.title.text() == "Thanks", timeout=WAIT_MS)
    qtbot.keyClick(panel.composer.box, KEY.Key_Return)
    qtbot.waitUntil(lambda: slash.is_open, timeout=WAIT_MS)
    assert not panel.composer.box.isVisible()
    assert slash.form.path.text() == "/mail/thanks"
    qtbot.waitUntil(lambda: "who is empty" in slash.form.note.text(), timeout=WAIT_MS)
    slash.form.fields.fields["who"].setText("Bo")
    qtbot.waitUntil(lambda: "token" in slash.form.note.text(), timeout=WAIT_MS)
    slash.form.text_button.click()
    qtbot.waitUntil(lambda: not slash.is_open, timeout=WAIT_MS)
    assert panel.composer.box.toPlainText() == "Be warm.\n\nThank Bo for everything."
    assert not engine.requests


def test_send_sends_the_rendered_text(panel, slash, qtbot, engine):
    type_in(panel, qtbot, "/thank", "mail/thanks")
    qtbot.keyClick(panel.composer.box, KEY.Key_Return)
    qtbot.waitUntil(lambda: slash.is_open, timeout=WAIT_MS)
    panel.composer.send.click()
    qtbot.waitUntil(lambda: "who is empty" in slash.form.note.text(), timeout=WAIT_MS)
    assert slash.is_open
    slash.form.fields.fields["who"].setText("Bo")
    panel.composer.send.click()
    settled(panel, qtbot)
    assert panel.model.messages[0].text == "Be warm.\n\nThank Bo for everything."
    assert panel.composer.box.toPlainText() == ""
    assert not slash.is_open


def test_a_form_stays_in_its_conversation_and_comes_back_there(panel, slash, qtbot):
    brought(panel, qtbot, "One", "Two")
    first = panel.model.current
    type_in(panel, qtbot, "/thank", "mail/thanks")
    qtbot.keyClick(panel.composer.box, KEY.Key_Return)
    qtbot.waitUntil(lambda: slash.is_open, timeout=WAIT_MS)
    slash.form.fields.fields["who"].setText("Bo")
    panel.model.start_new()
    assert not slash.is_open
    panel.composer.box.setPlainText("Something else")
    qtbot.keyClick(panel.composer.box, KEY.Key_Return)
    settled(panel, qtbot)
    assert panel.model.messages[0].text == "Something else"
    panel.model.open(first)
    qtbot.waitUntil(lambda: slash.is_open, timeout=WAIT_MS)
    assert slash.form.path.text() == "/mail/thanks"
    assert slash.form.fields.values()["who"] == "Bo"
    panel.model.start_new()
    assert not slash.is_open


def test_tab_goes_through_a_form_to_the_buttons_of_the_card(panel, slash, qtbot):
    type_in(panel, qtbot, "/thank", "mail/thanks")
    qtbot.keyClick(panel.composer.box, KEY.Key_Return)
    qtbot.waitUntil(lambda: slash.is_open, timeout=WAIT_MS)
    chain, widget = [], slash.form.fields.fields["what"].nextInFocusChain()
    while widget is not panel.composer.send:
        chain.append(widget)
        widget = widget.nextInFocusChain()
        assert len(chain) < 200
    assert panel.composer.strategy in chain
    assert not any(panel.list.isAncestorOf(each) for each in chain)


def test_a_prompt_without_inputs_is_text_at_once(panel, slash, qtbot):
    type_in(panel, qtbot, "/plain", "mail/plain")
    qtbot.keyClick(panel.composer.box, KEY.Key_Return)
    qtbot.waitUntil(lambda: panel.composer.box.toPlainText() == "Just this text.", timeout=WAIT_MS)


def test_keys_choose_and_escape_leaves_the_text(panel, slash, qtbot):
    type_in(panel, qtbot, "/mail", "mail/plain", "mail/thanks")
    qtbot.keyClick(panel.composer.box, KEY.Key_Down)
    assert slash.list.current.name == "mail/thanks"
    qtbot.keyClick(panel.composer.box, KEY.Key_Escape)
    assert not slash.list.isVisible()
    assert panel.composer.box.toPlainText() == "/mail"
    panel.composer.box.setPlainText("a / b")
    assert not slash.list.isVisible()


def test_what_begins_with_a_slash_and_fits_nothing_is_a_message(panel, slash, qtbot):
    panel.composer.box.setPlainText("/etc/nothing at all")
    qtbot.waitUntil(lambda: slash._records is not None, timeout=WAIT_MS)
    assert not slash.list.isVisible()
    qtbot.keyClick(panel.composer.box, KEY.Key_Return)
    settled(panel, qtbot)
    assert panel.model.messages[0].text == "/etc/nothing at all"


@pytest.mark.parametrize(
    ("text", "words"), [("/", ""), ("/rep", "rep"), ("x", None), ("//x", None), ("/a\nb", None)]
)
def test_what_is_a_command(text, words):
    assert typed_command(text) == words


def test_files_that_begin_with_the_word_come_first_and_the_programs_own_do_not_come():
    def record(folder, name, **more):
        return PromptRecord(path=f"/{folder}/{name}", name=f"{name}.prompty", folder=folder, **more)

    records = [
        record("x", "about", description="writes a reply"),
        record("reply", "other"),
        record("support", "reply", shipped=True),
        record("mine", "reply"),
        record("strategies", "reply", shipped=True),
        record("x", "reply-broken", problem="line 1"),
    ]
    names = [each.name for each in fitting(records, "reply")]
    assert names == ["mine/reply", "support/reply", "reply/other", "x/about"]


def test_again_puts_the_last_prompt_in_with_its_values(panel, slash, qtbot):
    type_in(panel, qtbot, "/thank", "mail/thanks")
    qtbot.keyClick(panel.composer.box, KEY.Key_Return)
    qtbot.waitUntil(lambda: slash.is_open, timeout=WAIT_MS)
    slash.form.fields.fields["who"].setText("Bo")
    qtbot.waitUntil(lambda: "token" in slash.form.note.text(), timeout=WAIT_MS)
    slash.form.text_button.click()
    qtbot.waitUntil(lambda: not slash.is_open, timeout=WAIT_MS)
    for _ in range(2):
        panel.composer.box.clear()
        type_in(panel, qtbot, "/again", "again: mail/thanks")
        qtbot.keyClick(panel.composer.box, KEY.Key_Return)
        qtbot.waitUntil(lambda: slash.is_open, timeout=WAIT_MS)
        assert slash.form.path.text() == "/mail/thanks"
        assert slash.form.fields.values()["who"] == "Bo"
        slash.close()
    type_in(panel, qtbot, "/again", "again: mail/thanks")
    qtbot.keyClick(panel.composer.box, KEY.Key_Tab)
    qtbot.waitUntil(
        lambda: panel.composer.box.toPlainText() == "Be warm.\n\nThank Bo for everything.",
        timeout=WAIT_MS,
    )
