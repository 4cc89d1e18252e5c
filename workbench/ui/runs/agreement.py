"""The agreement of a vote as a curve over the answers so far."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.domain.runs.agreement import Agreement
from workbench.domain.text import count_text
from workbench.ui.theme import color, theme

_HEIGHT = 56
_EDGE = 5
_NOTHING = Agreement((), None)


class AgreementCurve(QWidget):
    """The leader's share after each answer; a dotted line where it could not be overtaken.

    The middle line is half of the answers, the lowest none.
    """

    def __init__(self) -> None:
        super().__init__()
        self._tone = "text-2"
        self._course = _NOTHING
        self._total = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Agreement")
        theme().changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        """Take another strategy's colour."""
        self._tone = tone
        self.update()

    def show_course(self, course: Agreement, total: int) -> None:
        """Show the course of a vote over ``total`` answers."""
        if (course, total) == (self._course, self._total):
            return
        self._course, self._total = course, total
        shares = course.shares
        answers = count_text(len(shares), "answer")
        words = f"The leading answer has {shares[-1]:.0%} of {answers}" if shares else ""
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, _HEIGHT)

    def point(self, number: int, share: float) -> QPointF:
        """The position of the answer with that number (from 1)."""
        width = self.width() - 2 * _EDGE
        x = _EDGE + width * (number - 1) / max(self._total - 1, 1)
        return QPointF(x, _EDGE + (self.height() - 2 * _EDGE) * (1 - share))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for share, tone in ((0.5, "line"), (0.0, "line-strong")):
            level = round(self.point(1, share).y())
            painter.fillRect(QRectF(0, level, self.width(), 1), color(tone))
        if self._course.settled_at is not None:
            x = self.point(self._course.settled_at, 0).x()
            painter.setPen(QPen(color("text-3"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height() - _EDGE))
        points = [self.point(number, share) for number, share in enumerate(self._course.shares, 1)]
        if points:
            painter.setPen(QPen(color(self._tone), 1.5))
            painter.drawPolyline(QPolygonF(points))
            painter.setBrush(color(self._tone))
            painter.drawEllipse(points[-1], 2.5, 2.5)
