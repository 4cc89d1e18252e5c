"""Find bar of a conversation, also for messages far from the view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.domain.text import count_text
from workbench.domain.views import ChatMessage
from workbench.ui.chat.places import Places
from workbench.ui.kit import IconButton, Label, row


class FindBar(QFrame):
    """A field, how many places there are, and the way from one to the next.

    Signals:
        shown(int, int): go to the place of that number in the message at that place.
        cleared(): nothing is looked for. closed().
    """

    shown = Signal(int, int)
    cleared = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find in this conversation")
        self.field.setAccessibleName("Find in this conversation")
        self.field.setFixedWidth(260)
        self.field.textChanged.connect(self._on_text)
        self.count = Label("", "small", "text-2")
        earlier = IconButton("chevron-up", "Previous place", keys="Shift+F3", size=24, glyph=14)
        later = IconButton("chevron-down", "Next place", keys="F3", size=24, glyph=14)
        close = IconButton("close", "Close", keys="Esc", size=24, glyph=14)
        earlier.clicked.connect(self.go_back)
        later.clicked.connect(self.go_on)
        close.clicked.connect(self.closed)
        self.setLayout(
            row(self.field, self.count, earlier, later, None, close, margins=(16, 6, 8, 6), gap=6)
        )
        self._messages: Sequence[ChatMessage] = ()
        self._found = Places()
        self._found.finished.connect(self._on_found)
        self._near: int | None = None
        """From which message on the first place is wanted, None where one is kept."""
        self._kept: tuple[int, int] | None = None
        self._at = -1
        self.hide()

    @property
    def _places(self) -> list[tuple[int, int]]:
        return self._found.found

    @property
    def words(self) -> str:
        """What is looked for, "" while the bar is closed."""
        return "" if self.isHidden() else self.field.text()

    def open_for(self, messages: Sequence[ChatMessage], near: int) -> None:
        """Open the bar; the first place is looked for from the message at ``near`` on."""
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        self._messages = messages
        self._look(near)

    def set_messages(self, messages: Sequence[ChatMessage]) -> None:
        """Look in these messages from now on."""
        self._messages = messages
        self._kept = self._places[self._at] if 0 <= self._at < len(self._places) else None
        self._look(None)

    def _look(self, near: int | None) -> None:
        """Look for the words; then go to the first place from a message on, or stay."""
        self._near, self._at = near, -1
        self._found.look(self._messages, self.words)
        if not self.words:
            self._go(0)
        self._show_count()

    @Slot()
    def _on_found(self) -> None:
        near, places = self._near, self._places
        if near is None:
            self._at = places.index(self._kept) if self._kept in places else -1
            self._show_count()
            return
        first = (at for at, (index, _) in enumerate(places) if index >= near)
        self._at = next(first, 0 if places else -1)
        self._go(0)

    @Slot(str)
    def _on_text(self, _text: str) -> None:
        self._look(self._places[self._at][0] if 0 <= self._at < len(self._places) else 0)

    @Slot()
    def go_on(self) -> None:
        """To the next place, from the last to the first."""
        self._go(1)

    @Slot()
    def go_back(self) -> None:
        """To the place before, from the first to the last."""
        self._go(-1)

    def _go(self, step: int) -> None:
        if self._found.is_looking:
            return
        if self._places:
            self._at = (self._at + step) % len(self._places)
            self.shown.emit(*self._places[self._at])
        else:
            self.cleared.emit()
        self._show_count()

    def _show_count(self) -> None:
        if not self.words:
            self.count.setText("")
        elif self._found.is_looking:
            self.count.setText("Looking…")
        elif not self._places:
            self.count.setText("Not found")
        elif self._at < 0:
            self.count.setText(count_text(len(self._places), "place"))
        else:
            self.count.setText(f"{self._at + 1:,} of {len(self._places):,}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
            self._go(-1 if back else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
