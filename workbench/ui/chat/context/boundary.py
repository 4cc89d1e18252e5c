"""The line in the transcript where the model stops seeing."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.domain.chat_context import ContextReport
from workbench.domain.text import count_text
from workbench.ui.kit import GhostButton, Label, row
from workbench.ui.theme import color, theme


class Dashes(QWidget):
    """A dashed line as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumSize(8, 8)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(color("line-access"), 1, Qt.PenStyle.DashLine))
        middle = self.height() // 2
        painter.drawLine(QPoint(0, middle), QPoint(self.width(), middle))


class DashedLine(QWidget):
    """Words in the middle of a dashed line."""

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.words = Label(words, "small", "text-3")
        self.setLayout(row(Dashes(), self.words, Dashes(), gap=8))


class Boundary(QWidget):
    """Says how many messages above it the model does not get.

    Signals:
        summary_wanted(): of the messages above.
    """

    summary_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = Label("", "small", "text-3")
        self.summarise = GhostButton("Summarise them")
        self.summarise.setToolTip(
            "The model sums up the messages above; the summary is sent in their place"
        )
        self.summarise.clicked.connect(self.summary_wanted)
        self.setLayout(row(Dashes(), self.words, self.summarise, Dashes(), gap=8))

    def show_report(self, report: ContextReport) -> None:
        """Say what is not seen."""
        self.words.setText(boundary_words(report))


def boundary_words(report: ContextReport) -> str:
    """The line's sentence."""
    count = report.dropped_messages
    messages = "message" if count == 1 else f"{count:,} messages"
    words = f"The model no longer sees the {messages} above"
    if report.dropped_tokens is not None:
        words += f", {count_text(report.dropped_tokens, 'token')}"
    return words
