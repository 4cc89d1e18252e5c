"""Connects the find bar with the transcript."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.ui.chat.find_bar import FindBar
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.transcript import Transcript
from workbench.ui.theme import theme


class Finding(QObject):
    """Goes to the places that the bar finds, and marks them in the messages near the view.

    Signals:
        closed(): the bar was closed.
    """

    closed = Signal()

    def __init__(self, bar: FindBar, transcript: Transcript) -> None:
        super().__init__(bar)
        self.bar = bar
        self._transcript = transcript
        self._present: tuple[int, int] | None = None
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._mark_all)
        bar.shown.connect(self._go)
        bar.cleared.connect(self._on_cleared)
        bar.closed.connect(self.close)
        theme().changed.connect(self._mark_soon)

    @property
    def is_open(self) -> bool:
        """Whether the bar is shown."""
        return not self.bar.isHidden()

    def open(self, near: int | None = None, words: str = "") -> None:
        """Open the bar; the first place is looked for from a message on, that in view if None."""
        if words:
            self.bar.field.setText(words)
        at = self._transcript.first_shown if near is None else near
        self.bar.open_for(self._transcript.messages, at)

    @Slot()
    def close(self) -> None:
        """Close the bar and take the marks away."""
        if self.is_open:
            self.bar.hide()
            self._on_cleared()
            self.closed.emit()

    def refresh(self) -> None:
        """The transcript has other messages."""
        if self.is_open:
            self.bar.set_messages(self._transcript.messages)
            self._mark_soon()

    def mark(self, _view: MessageView) -> None:
        """A message has come near the view."""
        self._mark_soon()

    @Slot()
    def _mark_soon(self) -> None:
        """Texts were laid out again, and have lost their marks."""
        if self.bar.words:
            self._later.start()

    @Slot()
    def _on_cleared(self) -> None:
        self._present = None
        self._mark_all()

    @Slot()
    def _mark_all(self) -> None:
        for index, view in self._transcript.views.items():
            present = self._present
            number = present[1] if present is not None and present[0] == index else -1
            view.show_places(self.bar.words, number)

    @Slot(int, int)
    def _go(self, index: int, number: int) -> None:
        self._present = (index, number)
        view = self._transcript.view_at(index) or self._transcript.show_message(index)
        self._mark_all()
        place = view.show_places(self.bar.words, number)
        if place is None:
            self._transcript.show_message(index)
        else:
            self._transcript.show_place(*place)
