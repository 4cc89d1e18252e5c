"""Collections in a message: "#" lists them, and their passages go with it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.chat.driving import say
from tests.ui.conftest import WAIT_MS, ask
from workbench.domain.attachments import attached_files
from workbench.domain.sources.collection import Collection


@pytest.fixture
def shop(bridge, tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "returns.md").write_text("# Returns\n\nA refund is paid within 14 days.\n")

    async def make(core):
        kept = await core.sources.save(Collection(name="my shop", paths=(str(folder),)))
        await core.sources.index(kept.collection_id)
        await core.sources.save(Collection(name="other", paths=(str(folder),)))
        return kept

    return ask(bridge, make)


def typed(panel, text: str) -> None:
    panel.page.composer.box.setPlainText(text)
    cursor = panel.page.composer.box.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    panel.page.composer.box.setTextCursor(cursor)
    panel.page.composer.box.textChanged.emit()


def names(panel) -> list[str]:
    return [each.text() for each in panel.attaching.mentions.strip.buttons]


def test_a_hash_lists_the_collections_and_a_click_writes_the_name(panel, qtbot, shop):
    typed(panel, "#")
    qtbot.waitUntil(lambda: names(panel) == ["#my shop", "#other"], timeout=WAIT_MS)
    typed(panel, "Please, #sh")
    assert names(panel) == ["#my shop"]
    panel.attaching.mentions.strip.buttons[0].click()
    assert panel.page.composer.box.toPlainText() == "Please, #my shop "
    strip = panel.attaching.mentions.strip
    assert strip.words.text() == "With passages of my shop"
    typed(panel, "no sign")
    assert strip.isHidden()


def test_tab_takes_the_first_name_and_its_letters_stay(panel, qtbot, shop, bridge):
    ask(bridge, lambda core: core.sources.save(Collection(name="Bed & Home")))
    typed(panel, "#bed")
    qtbot.waitUntil(lambda: bool(names(panel)), timeout=WAIT_MS)
    (button,) = panel.attaching.mentions.strip.buttons
    assert button.text() == "#Bed && Home"  # Qt shows one of them
    assert button.accessibleName() == "#Bed & Home"
    qtbot.keyClick(panel.page.composer.box, Qt.Key.Key_Tab)
    assert panel.page.composer.box.toPlainText() == "#Bed & Home "


def test_the_passages_are_shown_with_the_message(panel, qtbot, shop):
    say(panel, qtbot, "#my shop When is the refund paid?")
    asked = next(each for each in panel.model.messages if each.role == "user")
    (passage,) = attached_files(asked.attachments)
    assert "within 14 days" in passage.text
    assert passage.name == "returns.md › Returns"


def test_a_heading_is_no_collection(panel, qtbot, shop):
    typed(panel, "# Title\n\ntext")
    qtbot.waitUntil(lambda: panel.attaching.mentions._names is not None, timeout=WAIT_MS)
    assert panel.attaching.mentions.strip.isHidden()
