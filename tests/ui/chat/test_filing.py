"""Pins and folders in Chat's list, and that a search says when the index is not whole."""

from __future__ import annotations

import datetime as dt

import msgspec
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from tests.ui.conftest import WAIT_MS, ask
from workbench.domain.off_record import FIRST_ID
from workbench.domain.views import Conversation, Labels
from workbench.ui.chat.conversation_list import grouped
from workbench.ui.chat.filing.dragging import dragged
from workbench.ui.chat.message_parts import time_words


def rows(panel) -> list[str]:
    model = panel.list.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_pinned_ones_are_first_then_folders_then_days():
    today = dt.datetime(2026, 3, 4, 12).astimezone()
    now = today.timestamp()

    def made(number: int, **more: object) -> Conversation:
        return Conversation(
            conversation_id=number, title=str(number), created_at=now, updated_at=now, **more
        )

    found = [
        made(FIRST_ID), made(1), made(2, folder="work/mails"), made(3, is_pinned=True),
        made(4, folder="Home"), made(5, folder="work/mails"),
    ]  # fmt: skip
    listed = [
        (name, each.conversation_id) for name, each in grouped(found, today.date(), searched=False)
    ]
    assert [number for _, number in listed] == [FIRST_ID, 3, 4, 2, 5, 1]
    assert [name for name, _ in listed][1:] == [
        "Pinned",
        "Home",
        "work/mails",
        "work/mails",
        "Today",
    ]
    undated = msgspec.structs.replace(made(9), created_at=0.0, updated_at=0.0)
    names = [name for name, _ in grouped([made(1), undated], today.date(), searched=False)]
    assert names == ["Today", "Date unknown"]
    hits = [each.conversation_id for _, each in grouped(found, today.date(), searched=True)]
    assert hits == [FIRST_ID, 1, 2, 3, 4, 5]


def test_a_conversation_is_pinned_and_put_into_a_folder(panel, bridge, qtbot):
    async def two(core) -> list[int]:
        return [(await core.chats.create(title)).conversation_id for title in ("Old", "New")]

    old, new = ask(bridge, two)
    panel.model.read_conversations()
    qtbot.waitUntil(lambda: set(rows(panel)) >= {"New", "Old"}, timeout=WAIT_MS)
    panel.list.pin_wanted.emit(old, True)
    qtbot.waitUntil(lambda: rows(panel) == ["Pinned", "Old", "Today", "New"], timeout=WAIT_MS)
    panel.list.labels_wanted.emit(new)
    form = panel.filing.labels.form
    qtbot.waitUntil(form.save.isEnabled, timeout=WAIT_MS)
    form.folder.setText("work / mails")
    form.save.click()
    qtbot.waitUntil(lambda: rows(panel) == ["Pinned", "Old", "work/mails", "New"], timeout=WAIT_MS)
    panel.list.pin_wanted.emit(old, False)
    qtbot.waitUntil(lambda: rows(panel) == ["work/mails", "New", "Today", "Old"], timeout=WAIT_MS)


def test_a_search_says_when_older_messages_are_still_indexed(panel, bridge, qtbot):
    panel.list.search.setText("word")
    qtbot.waitUntil(panel.list.nothing.isVisible, timeout=WAIT_MS)
    assert not panel.list.index_note.isVisible()
    panel.model.index_note = "The history is being indexed (40 %)."
    panel.model.conversations_changed.emit()
    assert panel.list.index_note.isVisible()
    assert "40 %" in panel.list.index_note.text()


def test_a_message_says_its_time_its_day_or_that_it_is_not_known():
    now = dt.datetime(2026, 3, 4, 12).astimezone().timestamp()
    assert time_words(now - 3600, now) == "11:00"
    assert time_words(now - 24 * 3600, now) == "2026-03-03 12:00"
    assert time_words(0, now) == "date unknown"


def dropped(panel, conversation_id: int, folder: str, row: int) -> bool:
    """Drag a conversation to a row of the list, and let it go there; whether it may be."""
    shown = panel.list.list
    place = QPointF(shown.visualRect(shown.model().index(row, 0)).center())
    data = dragged(conversation_id, folder)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    move = Qt.DropAction.MoveAction
    over = QDragMoveEvent(place.toPoint(), move, data, buttons, keys)
    shown.dragMoveEvent(over)
    if over.isAccepted():
        shown.dropEvent(QDropEvent(place, move, data, buttons, keys))
    return over.isAccepted()


def test_a_conversation_is_dragged_into_a_folder_out_of_it_and_back(panel, bridge, qtbot):
    async def three(core) -> list[int]:
        made = [(await core.chats.create(each)).conversation_id for each in ("One", "Two", "Pin")]
        await core.history.set_labels("conversation", made[0], Labels(("kept",), "work"))
        await core.history.set_labels("conversation", made[2], Labels((), "", pinned=True))
        return made

    one, two, _pinned = ask(bridge, three)
    panel.model.read_conversations()
    listed = ["Pinned", "Pin", "work", "One", "Today", "Two"]
    qtbot.waitUntil(lambda: rows(panel) == listed, timeout=WAIT_MS)
    assert not dropped(panel, two, "", 5)  # it is there already
    assert not dropped(panel, two, "", 0)  # a pin is no folder
    assert dropped(panel, two, "", 3)
    both = ["Pinned", "Pin", "work", "Two", "One"]
    qtbot.waitUntil(lambda: rows(panel) == both, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: panel.banner.message == "“Two” is in the folder “work”.", timeout=WAIT_MS
    )
    panel.banner.remedy.click()
    qtbot.waitUntil(lambda: rows(panel) == listed, timeout=WAIT_MS)
    assert dropped(panel, one, "work", 4)
    qtbot.waitUntil(lambda: "work" not in rows(panel), timeout=WAIT_MS)
    labels = ask(bridge, lambda core: core.history.labels("conversation", one))
    assert (labels.folder, labels.tags) == ("", ("kept",))
    panel.list.search.setText("One")
    qtbot.waitUntil(lambda: rows(panel) == ["Today", "One"], timeout=WAIT_MS)
    assert not dropped(panel, one, "", 0)  # hits are by day alone
