"""The page of a conversation: its messages or an introduction, over the composer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QWidget

from workbench.domain.views import ChatMessage
from workbench.ui.chat.composer import Composer
from workbench.ui.chat.find_bar import FindBar
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.sides.sides_view import SidesView
from workbench.ui.chat.system_view import SystemView
from workbench.ui.chat.transcript import WIDTH, Transcript
from workbench.ui.kit import Banner, EmptyState, column, row

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_LEAST_WIDTH = 480


class ChatPage(QFrame):
    """The parts of the page and their layout."""

    def __init__(
        self, bridge: Bridge, make: Callable[[ChatMessage], MessageView | SidesView]
    ) -> None:
        super().__init__()
        self.setProperty("surface", "canvas")
        self.setMinimumWidth(_LEAST_WIDTH)
        self.find_bar = FindBar()
        self.banner = Banner()
        self.system = SystemView(bridge)
        self.transcript = Transcript(make)
        self.composer = Composer(bridge)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._make_empty())
        self.pages.addWidget(self.transcript)
        card = QWidget()
        card.setLayout(column(self.composer, margins=(4, 0, 4, 0)))
        lower = _centred(card, WIDTH + 48)
        lower.setContentsMargins(12, 4, 12, 14)
        self._column = column(self.find_bar, self.banner, self.pages, lower, gap=0)
        self._column.setStretch(2, 1)
        self.setLayout(self._column)

    def insert_bar(self, bar: QWidget) -> None:
        """Put a line over the transcript."""
        self._column.insertWidget(self._column.indexOf(self.pages), bar)

    def bars(self) -> tuple[QWidget, ...]:
        """The lines over the transcript, from the top; most are hidden."""
        items = (self._column.itemAt(at) for at in range(self._column.indexOf(self.pages)))
        found = (item.widget() for item in items if item is not None)
        return tuple(each for each in found if each is not None)

    def _make_empty(self) -> QWidget:
        empty = EmptyState(
            "A conversation with the model",
            "Nothing you write is lost, and every version is kept. Enter sends, Shift+Enter "
            "begins a new line.",
        )
        narrow = QWidget()
        self._top = column(self.system, margins=(16, 16, 16, 0), gap=0)
        narrow.setLayout(self._top)
        made = QWidget()
        layout = column(_centred(narrow, WIDTH), empty, gap=0)
        layout.setStretch(1, 1)
        made.setLayout(layout)
        return made

    def show_messages(self, has_messages: bool) -> None:
        """Show the transcript, or how to begin; the system prompt is above either."""
        if has_messages:
            self.transcript.set_header(self.system)
        else:
            self.transcript.set_header(None)
            if self._top.indexOf(self.system) < 0:
                self._top.addWidget(self.system)
        self.pages.setCurrentIndex(1 if has_messages else 0)


def _centred(widget: QWidget, width: int) -> QHBoxLayout:
    """A row with a widget of at most that width in its middle."""
    widget.setMaximumWidth(width)
    made = row(gap=0)
    made.addStretch(1)
    made.addWidget(widget, 100)
    made.addStretch(1)
    return made
