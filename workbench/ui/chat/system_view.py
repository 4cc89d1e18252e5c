"""The system prompt of a conversation, as its first message: folded, with its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from workbench.domain.text import count_text
from workbench.ui.chat.profiles.profile_part import ProfilePart
from workbench.ui.kit import GhostButton, Label, Section, column, row
from workbench.ui.tasks import latest
from workbench.ui.theme import font

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_COUNT_MS = 250
_LEAST_LINES, _MOST_LINES = 3, 14
_PREVIEW = 160
"""Most characters of the text in the folded heading."""


class _Editor(QPlainTextEdit):
    """As high as its text, within limits."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("System prompt")
        self.setProperty("input", True)
        self.setPlaceholderText("Instructions for the model, sent before the conversation")
        self.setFont(font("reading"))
        self.setTabChangesFocus(True)
        self.textChanged.connect(self.fit)
        self.fit()

    @Slot()
    def fit(self) -> None:
        lines = min(max(round(self.document().size().height()), _LEAST_LINES), _MOST_LINES)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 16)


class SystemView(QFrame):
    """Shows the system prompt and changes it.

    Signals:
        changed(): the text changed. resized(): the height may change.
    """

    changed = Signal()
    resized = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._sent = ""
        self._last = ""
        self._has_messages = False
        self._tokens = ""
        self.editor = _Editor()
        self.editor.textChanged.connect(self._on_text)
        self.later = Label("", "small", "warn", wrap=True)
        self.use_last = GhostButton("Use the last one", "history")
        self.use_last.clicked.connect(self._on_use_last)
        self.profiles = ProfilePart(bridge)
        self.profiles.chosen.connect(self._on_profile)
        body = QWidget()
        body.setLayout(column(self.profiles, self.editor, self.later, gap=6))
        self.section = Section("System prompt", body, opened=False)
        self.section.add_control(self.use_last)
        self.section.head.clicked.connect(self._on_folded)
        self.setLayout(column(row(self.section), margins=(0, 0, 0, 16)))
        self._timer = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._timer.timeout.connect(self._count)
        bridge.engine_changed.connect(self._timer.start)
        self._show_words()

    @property
    def text(self) -> str:
        """The system prompt that counts from the next message on."""
        return self.editor.toPlainText()

    def show_system(self, sent: str, shown: str, *, has_messages: bool) -> None:
        """Show another conversation's: what was sent with it, and what is written for it now."""
        self._sent, self._has_messages = sent, has_messages
        self.profiles.show_profile(self.profiles.profile_id, has_messages=has_messages)
        if shown != self.text:
            self.editor.blockSignals(True)
            self.editor.setPlainText(shown)
            self.editor.blockSignals(False)
            self.editor.fit()
            self._tokens = ""
        self._show_words()
        self._timer.start()

    def show_last(self, text: str) -> None:
        """Offer the system prompt that was used last elsewhere."""
        self._last = text
        self._show_words()

    def open_editor(self) -> None:
        """Unfold it and put the caret into it."""
        self.section.set_open(True)
        self._show_words()
        self.editor.setFocus()

    @Slot()
    def _on_text(self) -> None:
        self._tokens = ""
        self._show_words()
        self._timer.start()
        self.changed.emit()

    @Slot()
    def _on_folded(self) -> None:
        """Focus the text when unfolded; folded, the heading shows its beginning."""
        self._show_words()
        if self.section.is_open:
            self.editor.setFocus()

    @Slot()
    def _on_profile(self) -> None:
        self._show_words()
        self.changed.emit()

    @Slot()
    def _on_use_last(self) -> None:
        self.editor.setPlainText(self._last)
        self.open_editor()

    @latest
    async def _count(self) -> None:
        text = self.text
        if not text.strip():
            return
        count = await self._bridge.ask(lambda core: core.chats.count_tokens(text))
        if text == self.text and count is not None:
            self._tokens = count_text(count, "token")
            self._show_words()

    def _show_words(self) -> None:
        used = bool(self.text.strip())
        pending = self._has_messages and self.text != self._sent
        profile = self.profiles.current
        name = f"profile {profile.name}" if profile is not None else ""
        words = [name, self._tokens if used else "" if name else "none"]
        if not self.section.is_open:
            words.append("from the next message on" if pending else "")
            words.append(" ".join(self.text[:_PREVIEW].split()))
        self.section.note.setText(" · ".join(each for each in words if each))
        self.use_last.setVisible(bool(not used and self._last.strip()))
        self.later.setText("It applies from the next message on." if pending else "")
        self.later.setVisible(pending)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.resized.emit()
        return super().event(event)
