"""Parts of a message in the transcript: its versions, its name, folded text, words of its end."""

from __future__ import annotations

import functools
import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.domain.errors import ContextOverflowError, MessageTooLongError, WorkbenchError
from workbench.domain.runs.run_state import RunState
from workbench.domain.servers import model_name
from workbench.domain.text import count_text, seconds_text
from workbench.domain.views import ChatMessage
from workbench.ui.kit import IconButton, Label, Section, StreamingText, row
from workbench.ui.kit.label import plain_tip
from workbench.ui.runs.words import error_sentence, rate_text

_FOLDED_HEIGHT = 140
_LABEL = 32
"""Characters of a branch's name that the row of a message has room for."""
_REASONS = {
    "answer": "answer line complete",
    "stop": "end of turn",
    "length": "length limit",
    "cancelled": "cancelled",
    "repeating": "repeating itself",
    "limit": "budget",
    "error": "error",
}
_TITLES = {"tool_call": "Asked a tool", "tool_result": "What the tool gave"}


class VersionArrows(QWidget):
    """Which version of a message is shown, and the way to the others.

    Signals:
        chosen(int): the id of another version.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.earlier = IconButton("chevron-left", "Earlier version", size=24, glyph=14)
        self.later = IconButton("chevron-right", "Later version", size=24, glyph=14)
        self._words = Label("", "small", "text-2")
        self._ids: tuple[int, ...] = ()
        self._place = 0
        self.earlier.clicked.connect(functools.partial(self._step, -1))
        self.later.clicked.connect(functools.partial(self._step, 1))
        self._elsewhere = Label("", "small", "text-3")
        self._elsewhere.setContentsMargins(0, 0, 6, 0)
        self._elsewhere.setToolTip("What follows the other versions is kept: the arrows show it")
        self.setLayout(row(self._elsewhere, self.earlier, self._words, self.later, gap=2))

    def show_versions(self, message: ChatMessage) -> None:
        """Show the place of a message among its versions; nothing where it is the only one."""
        self._ids = message.sibling_ids
        self._place = self._ids.index(message.message_id) if self._ids else 0
        count = len(self._ids)
        self.setVisible(count > 1)
        rest = message.elsewhere
        self._elsewhere.setText(f"{count_text(rest, 'message')} on the others" if rest else "")
        self._elsewhere.setVisible(bool(rest))
        self._words.setText(f"{self._place + 1} / {count}")
        self._words.setAccessibleName(f"Version {self._place + 1} of {count}")
        for button, at in ((self.earlier, self._place - 1), (self.later, self._place + 1)):
            # A button that is switched off would lose the focus to some other widget.
            button.setEnabled(0 <= at < count or button.hasFocus())

    def _step(self, step: int) -> None:
        at = self._place + step
        if 0 <= at < len(self._ids):
            self.chosen.emit(self._ids[at])


class MessageTags(QWidget):
    """What is special about a message: its name, its pin, that it was edited."""

    def __init__(self) -> None:
        super().__init__()
        self._label = Label("", "small", "focus")
        self._words = Label("", "small", "text-3")
        self.setLayout(row(self._label, self._words, gap=8))

    def show_message(self, message: ChatMessage) -> None:
        """Show what is special about it; nothing where it is like any other."""
        edited = message.edited_from is not None and message.role == "assistant"
        words = ["pinned"] * message.pinned + ["edited"] * edited
        label = message.label
        self._label.setText(label if len(label) <= _LABEL else f"{label[:_LABEL].rstrip()}…")
        self._label.setToolTip(plain_tip(label))
        self._label.setVisible(bool(message.label))
        self._words.setText(" · ".join(words))
        self._words.setVisible(bool(words))
        self.setVisible(bool(message.label or words))


class FoldedText(Section):
    """Text that is closed until somebody wants to read it."""

    def __init__(self, title: str) -> None:
        self.text = StreamingText(title, "body")
        self.text.setFixedHeight(_FOLDED_HEIGHT)
        super().__init__(title, self.text, opened=False)


def message_name(message: ChatMessage) -> str:
    """Who says a message."""
    if message.kind == "summary":
        return "Summary of what is above"
    if message.kind == "tool_result":
        return "Tool"
    if message.role == "user":
        return "You"
    if message.role == "system":
        return "System"
    return model_name(message.model or message.author) or "Model"


def tool_title(message: ChatMessage) -> str:
    """The heading over what went to a tool or came from it, "" of any other message."""
    return _TITLES.get(message.kind, "")


def failure_sentence(wire: dict[str, object]) -> str:
    """Why an answer failed, and the ways on in a conversation."""
    sentence = error_sentence(wire)
    error = WorkbenchError.from_wire(wire)
    if isinstance(error, ContextOverflowError) and not isinstance(error, MessageTooLongError):
        sentence += (
            " In a conversation: edit an earlier message to go on from there, or begin a new one."
        )
    return sentence


def time_words(at: float, now: float) -> str:
    """When a message was written: of another day than now with its day; 0 is not known."""
    if not at:
        return "date unknown"
    written, today = time.localtime(at), time.localtime(now)
    same_day = (written.tm_year, written.tm_yday) == (today.tm_year, today.tm_yday)
    return time.strftime("%H:%M" if same_day else "%Y-%m-%d %H:%M", written)


def end_words(state: RunState, message: ChatMessage) -> str:
    """How an answer ended and what it took."""
    reason = _REASONS.get(state.finish_reason, state.finish_reason)
    tokens = "new token" if message.is_continued else "token"
    words = [count_text(state.completion_tokens, tokens), seconds_text(state.seconds)]
    if state.completion_tokens:
        words.append(f"{rate_text(state.completion_tokens, state.seconds)} tok/s")
    words.append("interrupted" if state.status == "interrupted" else f"stopped: {reason}")
    if len(state.nodes) > 1:
        words.insert(0, count_text(len(state.nodes), "node"))
    return " · ".join(words)


def reading_words(state: RunState) -> str:
    """How far a question has been read."""
    for call in state.calls.values():
        if call.read_tokens < call.prompt_tokens:
            return f"reading {call.read_tokens:,} of {call.prompt_tokens:,}"
    return "waiting for the first token"
