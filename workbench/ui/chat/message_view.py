"""One message of the transcript."""

from __future__ import annotations

import functools
import re
import time

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from workbench.domain.run_state import RunState
from workbench.domain.servers import model_name
from workbench.domain.views import ChatMessage
from workbench.ui.runs.words import (
    error_sentence,
    rate_text,
    reasoning_text,
    seconds_text,
    thinking_title,
)
from workbench.ui.widgets import (
    Banner,
    GhostButton,
    IconButton,
    Label,
    Section,
    StreamingText,
    column,
    row,
)
from workbench.ui.widgets.markdown_view import MarkdownView, shown_text

_CODE = re.compile(r"^```[ \t]*([\w+-]*)[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_THINKING_HEIGHT = 140
_TEMPLATES = ("jinja", "jinja2", "prompty", "j2")
_REASONS = {
    "stop": "end of turn",
    "length": "length limit",
    "cancelled": "cancelled",
    "repeating": "repeating itself",
    "limit": "budget",
    "error": "error",
}


class CodeCard(QFrame):
    """A block of code with its language and a way to copy it.

    Signals:
        design_wanted(str): open the text as a prompt.
    """

    design_wanted = Signal(str)

    def __init__(self, language: str, code: str) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._code = code
        copy = GhostButton("Copy", "copy")
        copy.clicked.connect(self._on_copy)
        head = row(Label(language or "text", "code-small", "text-2"), None, margins=(12, 2, 4, 2))
        head.addWidget(copy)
        if language.lower() in _TEMPLATES:
            design = GhostButton("Open in Design", "design")
            design.clicked.connect(self._on_design)
            head.addWidget(design)
        text = Label(shown_text(code.rstrip("\n")), "code", wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inner = column(text, margins=(12, 4, 12, 10))
        self.setLayout(column(head, inner, gap=0))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)

    @Slot()
    def _on_design(self) -> None:
        self.design_wanted.emit(self._code)


class MessageView(QFrame):
    """Name and time, text, and what can be done with it.

    Signals (all with the message):
        regenerate_wanted, edit_wanted, run_wanted, version_wanted(message, other id).
        design_wanted(str): a template in the text.
    """

    regenerate_wanted = Signal(object)
    edit_wanted = Signal(object)
    run_wanted = Signal(object)
    version_wanted = Signal(object, int)
    design_wanted = Signal(str)

    def __init__(self, message: ChatMessage) -> None:
        super().__init__()
        self.message = message
        self._streamed = ""
        mine = message.role == "user"
        name = "You" if mine else model_name(message.model) or "Model"
        self.name = Label(name, "body-strong")
        at = time.strftime("%H:%M", time.localtime(message.created_at))
        self.note = Label(at, "small", "text-3")
        self._head = row(self.name, self.note, None, gap=8)
        self._add_versions()
        if mine:
            edit = IconButton("edit", "Edit this message", size=24, glyph=14)
            edit.clicked.connect(functools.partial(self.edit_wanted.emit, message))
            self._head.addWidget(edit)
        self.view = MarkdownView(f"Message of {name}")
        self.thinking = StreamingText("Thinking", "body")
        self.thinking.setFixedHeight(_THINKING_HEIGHT)
        self.thought = Section("Thinking", self.thinking, opened=False)
        self.thought.hide()
        self.banner = Banner(closable=False)
        self._parts = column(self.view, gap=8)
        self.footer = Label("", "small", "text-3")
        self._foot = QWidget()
        self._foot.setLayout(self._make_footer())
        self._foot.hide()
        self.setLayout(
            column(
                self._head,
                self.thought,
                self._parts,
                self.banner,
                self._foot,
                margins=(0, 0, 0, 20),
                gap=4,
            )
        )
        if message.text or mine:
            self._show_whole(message.text)

    def _add_versions(self) -> None:
        ids = self.message.sibling_ids
        if len(ids) < 2:
            return
        place = ids.index(self.message.message_id)
        for icon, words, other in (
            ("chevron-left", "Earlier version", place - 1),
            ("chevron-right", "Later version", place + 1),
        ):
            button = IconButton(icon, words, size=24, glyph=14)
            button.setEnabled(0 <= other < len(ids))
            if button.isEnabled():
                button.clicked.connect(
                    functools.partial(self.version_wanted.emit, self.message, ids[other])
                )
            self._head.addWidget(button)
            if icon == "chevron-left":
                self._head.addWidget(Label(f"{place + 1} / {len(ids)}", "small", "text-2"))

    def _make_footer(self) -> QHBoxLayout:
        layout = row(self.footer, None, gap=2)
        for icon, words, signal in (
            ("copy", "Copy as Markdown", None),
            ("refresh", "Another answer", self.regenerate_wanted),
            ("eye", "Open the run in History", self.run_wanted),
        ):
            button = IconButton(icon, words, size=24, glyph=14)
            if signal is None:
                button.clicked.connect(self._on_copy)
            else:
                button.clicked.connect(functools.partial(signal.emit, self.message))
            layout.addWidget(button)
        return layout

    def show_run(self, state: RunState, text: str) -> None:
        """Show an answer's run: what came while it writes, everything when it has ended."""
        self.show_thinking(state)
        if state.status == "running":
            if not text.startswith(self._streamed):
                self.view.set_markdown("")
                self._streamed = ""
            self.view.append_text(text[len(self._streamed) :])
            self._streamed = text
            rate = rate_text(state.generated_tokens, state.seconds)
            self.note.setText(f"{rate} tok/s" if state.generated_tokens else _reading(state))
            return
        at = time.strftime("%H:%M", time.localtime(self.message.created_at))
        self.note.setText(at)
        self._show_whole(text)
        self._show_end(state)

    def show_thinking(self, state: RunState) -> None:
        """Show what was thought before the answer, folded; nothing where there was none."""
        thought = reasoning_text(state)
        self.thought.setVisible(bool(thought))
        if thought:
            self.thought.set_title(thinking_title(state))
            self.thinking.set_text(thought, follow=state.status == "running")

    def _show_end(self, state: RunState) -> None:
        reason = _REASONS.get(state.finish_reason, state.finish_reason)
        words = [f"{state.completion_tokens:,} tokens", seconds_text(state.seconds)]
        if state.completion_tokens:
            words.append(f"{rate_text(state.completion_tokens, state.seconds)} tok/s")
        words.append("interrupted" if state.status == "interrupted" else f"stopped: {reason}")
        if len(state.nodes) > 1:
            words.insert(0, f"{len(state.nodes)} nodes")
        self.footer.setText(" · ".join(words))
        self._foot.show()
        if state.error:
            again = functools.partial(self.regenerate_wanted.emit, self.message)
            self.banner.show_message(error_sentence(state.error), "bad", "Try again", again)
        elif state.status == "interrupted":
            self.banner.show_message(
                "The program ended while this was written; what had come is kept.", "warn"
            )

    def show_stored(self) -> None:
        """Show a finished answer from its row, without reading its run."""
        message = self.message
        state = RunState(
            status=message.run_status or "done",
            completion_tokens=message.completion_tokens,
            seconds=message.seconds,
            finish_reason=message.finish_reason,
        )
        self._show_end(state)

    def _show_whole(self, text: str) -> None:
        """Prose as Markdown, code in cards."""
        for index in range(self._parts.count() - 1, 0, -1):
            item = self._parts.takeAt(index)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        self._streamed = text
        pieces = _CODE.split(text)
        self.view.set_markdown(pieces[0])
        self.view.setVisible(bool(pieces[0].strip()) or len(pieces) == 1)
        for index in range(1, len(pieces), 3):
            card = CodeCard(pieces[index], pieces[index + 1])
            card.design_wanted.connect(self.design_wanted)
            self._parts.addWidget(card)
            if pieces[index + 2].strip():
                view = MarkdownView("Message, continued")
                view.set_markdown(pieces[index + 2])
                self._parts.addWidget(view)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._streamed)


def _reading(state: RunState) -> str:
    for call in state.calls.values():
        if call.read_tokens < call.prompt_tokens:
            return f"reading {call.read_tokens:,} of {call.prompt_tokens:,}"
    return "thinking"
