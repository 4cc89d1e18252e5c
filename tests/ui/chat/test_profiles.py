"""Profiles in Chat: made, chosen, sent, begun with a greeting, deleted and brought back."""

from __future__ import annotations

import pytest

from tests.ui.chat.driving import asked, say
from tests.ui.conftest import WAIT_MS


@pytest.fixture
def part(panel):
    panel.system.open_editor()
    return panel.system.profiles


def make(part, qtbot, **texts):
    part.edit_new()
    part.form.name.setText(texts.pop("name", "Ada"))
    for name, text in texts.items():
        getattr(part.form, name).setPlainText(text)
    part.form.save.click()
    qtbot.waitUntil(lambda: part.current is not None, timeout=WAIT_MS)


def test_a_profile_is_made_chosen_and_sent(panel, part, qtbot, engine):
    assert part.chooser.currentText() == "No profile"
    make(part, qtbot, system="You are {{char}}.", note="Stay brief.")
    assert part.chooser.currentText() == "Ada"
    assert not part.form.isVisible()
    say(panel, qtbot, "Hello")
    sent = engine.requests[-1].messages
    assert [(each.role, each.text) for each in sent] == [
        ("system", "You are Ada."),
        ("user", "Hello\n\nStay brief."),
    ]
    panel.system.section.set_open(False)
    panel.system.show_system("", "", has_messages=True)
    assert panel.system.section.note.text() == "profile Ada"
    conversation = panel.model.current
    panel.list.create_wanted.emit()
    assert part.profile_id == 0
    panel.model.open(conversation)
    qtbot.waitUntil(lambda: part.chooser.currentText() == "Ada", timeout=WAIT_MS)


def test_a_greeting_begins_a_conversation_and_the_others_are_its_versions(panel, part, qtbot):
    make(part, qtbot, greetings="Hi {{user}}!\n---\nGood day.")
    assert part.begin.isVisible()
    part.begin.click()
    qtbot.waitUntil(lambda: len(panel.model.messages) == 1, timeout=WAIT_MS)
    first = panel.model.messages[0]
    assert (first.role, first.text, len(first.sibling_ids)) == ("assistant", "Hi User!", 2)
    qtbot.waitUntil(lambda: part.profile_id > 0 and not part.begin.isVisible(), timeout=WAIT_MS)
    panel.model.show_version(first, first.sibling_ids[1])
    qtbot.waitUntil(lambda: panel.model.messages[0].text == "Good day.", timeout=WAIT_MS)


def test_a_deleted_profile_comes_back(panel, part, qtbot):
    make(part, qtbot, system="S")
    part.edit_current()
    part.form.delete.click()
    qtbot.waitUntil(part.banner.isVisible, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not part.profiles, timeout=WAIT_MS)
    assert part.profile_id == 0
    part.banner.remedy.click()
    qtbot.waitUntil(lambda: part.chooser.currentText() == "Ada", timeout=WAIT_MS)
    assert [each.name for each in asked(panel, qtbot, lambda core: core.profiles.all())] == ["Ada"]
