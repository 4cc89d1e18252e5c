"""Using Chat as the user does."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.ui.conftest import WAIT_MS
from workbench.domain.text import Message
from workbench.domain.views import ChatMessage
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.panel import ChatPanel


def say(panel: ChatPanel, qtbot, text: str) -> None:
    """Write a message, send it, and wait for the answer."""
    panel.composer.box.setPlainText(text)
    qtbot.keyClick(panel.composer.box, Qt.Key.Key_Return)
    settled(panel, qtbot)


def settled(panel: ChatPanel, qtbot) -> None:
    """Wait until the answer is there, as its row has it."""
    qtbot.waitUntil(lambda: not panel.model.running, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: (
            bool(views(panel))
            and views(panel)[-1].message.role == "assistant"
            and views(panel)[-1].message.run_status != "running"
        ),
        timeout=WAIT_MS,
    )


def views(panel: ChatPanel) -> list[MessageView]:
    """The messages that have a widget, in their order."""
    shown = panel.transcript.views
    return [shown[index] for index in sorted(shown)]


def texts(panel: ChatPanel) -> list[str]:
    """What these messages say."""
    return [view.body.text for view in views(panel)]


def asked(panel: ChatPanel, qtbot, ask):
    """What the core answers."""
    found: list[object] = []
    panel.bridge.call(ask, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT_MS)
    return found[0]


def eventually(panel: ChatPanel, qtbot, ask, right) -> None:
    """Wait until the core answers what is right."""
    found: list[object] = []

    def is_right() -> bool:
        panel.bridge.call(ask, found.append)
        return bool(found) and bool(right(found[-1]))

    qtbot.waitUntil(is_right, timeout=WAIT_MS)


def at_rest(transcript, qtbot):
    """Wait until everything near the view has a widget."""
    qtbot.waitUntil(
        lambda: not transcript._ahead.isActive() and not transcript._soon.isActive(),
        timeout=WAIT_MS,
    )


def message(number: int, text: str = "", **changes) -> ChatMessage:
    values = {
        "message_id": number + 1,
        "conversation_id": 1,
        "parent_id": number or None,
        "role": "user" if number % 2 == 0 else "assistant",
        "text": text or f"Message {number}\n" + "word " * (number * 7 % 90),
        "created_at": 1.0,
        "sibling_ids": (number + 1,),
    }
    return ChatMessage(**(values | changes))


def brought(panel, qtbot, *texts_):
    """A conversation with these messages, of the user and the model in turn."""
    roles = ("user", "assistant")
    panel.handle(
        {"messages": [Message.value(roles[at % 2], text) for at, text in enumerate(texts_)]}
    )
    qtbot.waitUntil(lambda: len(panel.model.messages) == len(texts_), timeout=WAIT_MS)
    at_rest(panel.transcript, qtbot)


def shows(panel: ChatPanel, qtbot, *wanted: str) -> None:
    """Wait until these messages are shown, and no others."""
    qtbot.waitUntil(lambda: [each.text for each in panel.model.messages] == [*wanted],
                    timeout=WAIT_MS)  # fmt: skip
    at_rest(panel.transcript, qtbot)
