"""The timeline of events, which is also the slider of the replay."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider

from workbench.domain.runs.events import LoggedEvent
from workbench.ui.theme import color, font, theme
from workbench.ui.tree.replay.timeline_model import ROWS, Mark, Span, TimelineModel, ticks
from workbench.ui.tree.words import clock

_NAMES = 80
_MARGIN = 16
_TOP, _ROW, _AXIS = 2, 24, 22
_LATE = 1.08
"""Room at the right of what still goes on."""


class Timeline(QAbstractSlider):
    """A slider over the events of a run; its value is how many of them have happened.

    The arrow keys go from event to event, Page up and down in larger steps.
    """

    def __init__(self) -> None:
        super().__init__()
        self.model = TimelineModel()
        self.tone = "tot"
        self.current = ""
        """The node whose calls are highlighted."""
        self._picture: QPixmap | None = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setAccessibleName("Events of the run")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(_TOP + 3 * _ROW + _AXIS)
        self.setTracking(True)
        self.setRange(0, 0)
        self.valueChanged.connect(self.update)
        theme().changed.connect(self._forget)

    def show_run(self, events: Sequence[LoggedEvent]) -> None:
        """Show another run."""
        self.model = TimelineModel()
        self.extend(events)

    def extend(self, events: Sequence[LoggedEvent]) -> None:
        """Show further events of the run."""
        self.model.extend(events)
        count = len(self.model.times)
        self.setRange(0, count)
        self.setPageStep(max(count // 20, 1))
        self._forget()

    def show_node(self, node: str) -> None:
        """Highlight the calls of another node."""
        if node != self.current:
            self.current = node
            self._forget()

    @Slot()
    def _forget(self) -> None:
        self._picture = None
        self.update()

    # --- time and place -------------------------------------------------------------------------

    def _end(self) -> float:
        return max(self.model.seconds * (1.0 if self.model.ended else _LATE), 0.5)

    def _room(self) -> float:
        return max(self.width() - _NAMES - _MARGIN, 1)

    def x_of(self, seconds: float) -> float:
        """Where a time is painted."""
        return _NAMES + seconds / self._end() * self._room()

    def position_at(self, x: float) -> int:
        """How many events had happened at a place."""
        seconds = (x - _NAMES) / self._room() * self._end()
        return self.model.position_at(max(seconds, 0.0))

    # --- painting -------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._picture is None or self._picture.size() != size:
            self._picture = self._paint_picture(size, ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        playhead = self.x_of(self.model.time_of(self.value()))
        if self.value() < self.maximum():
            rest = QRectF(playhead, 0, self.width() - _MARGIN - playhead, _TOP + 3 * _ROW)
            painter.fillRect(rest, color("panel", 0.6))
        self._paint_playhead(painter, playhead)

    def _paint_playhead(self, painter: QPainter, x: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = color("focus" if self.hasFocus() else "text")
        painter.setPen(QPen(tone, 1.5))
        painter.drawLine(QPointF(x, 2), QPointF(x, _TOP + 3 * _ROW))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        points = [(-4, 0), (4, 0), (4, 5), (0, 9), (-4, 5)]
        painter.drawPolygon(QPolygonF([QPointF(x + dx, dy) for dx, dy in points]))

    def _paint_picture(self, size: QSize, ratio: float) -> QPixmap:
        picture = QPixmap(size)
        picture.setDevicePixelRatio(ratio)
        picture.fill(color("panel"))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("small"))
        for index, name in enumerate(ROWS):
            top = _TOP + index * _ROW
            painter.setPen(color("text-2"))
            painter.drawText(QRectF(16, top, _NAMES - 16, _ROW), _MIDDLE, name)
            painter.setPen(color("line"))
            right = self.width() - _MARGIN
            painter.drawLine(QPointF(_NAMES, top + _ROW), QPointF(right, top + _ROW))
        self._paint_spans(painter)
        self._paint_marks(painter)
        self._paint_axis(painter)
        painter.end()
        return picture

    def _paint_spans(self, painter: QPainter) -> None:
        """The calls; those that fall on the same pixels as the one before are left out."""
        last: dict[tuple[int, int], float] = {}
        for span in self.model.spans:
            start = self.x_of(span.start)
            end = max(
                self.x_of(span.end if span.end is not None else self.model.seconds), start + 2
            )
            key = (span.row, span.lane)
            mine = span.node == self.current
            if end <= last.get(key, -1.0) + 0.5 and not mine:
                continue
            last[key] = end
            self._paint_span(painter, span, start, end, self.model.lanes[span.row], mine)

    def _paint_span(
        self, painter: QPainter, span: Span, start: float, end: float, lanes: int, mine: bool
    ) -> None:
        height = 7.0 if lanes == 1 else 4.0
        pitch = height + 2
        top = _TOP + span.row * _ROW + (_ROW - lanes * pitch + 2) / 2 + span.lane * pitch
        box = QRectF(start, top, end - start, height)
        if span.end is None:
            painter.setPen(QPen(color(self.tone), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self.tone if mine else "text-3", 1.0 if mine else 0.8))
        painter.drawRoundedRect(box, 1.5, 1.5)

    def _paint_marks(self, painter: QPainter) -> None:
        top = _TOP + 2 * _ROW
        free, drawn = float(_NAMES), -1.0
        places = [self.x_of(mark.at) for mark in self.model.marks]
        places.append(self.width() - _MARGIN + 2.0)
        for mark, (x, after) in zip(self.model.marks, pairwise(places), strict=True):
            if mark.kind == "solved":
                self._paint_check(painter, QPointF(x, top + _ROW / 2))
                free = x + 10
            elif x >= drawn + 1:
                drawn = x
                free = self._paint_choice(painter, mark, x, free, after)

    def _paint_choice(
        self, painter: QPainter, mark: Mark, x: float, free: float, after: float
    ) -> float:
        """A tick with its words where there is room; returns where the room begins."""
        top = _TOP + 2 * _ROW
        painter.setPen(QPen(color("text" if mark.kind == "kept" else "link"), 1.5))
        painter.drawLine(QPointF(x, top + 5), QPointF(x, top + _ROW - 5))
        width = painter.fontMetrics().horizontalAdvance(mark.text)
        left = x + 6 if x + 14 + width < after else x - 6 - width
        if left < free:
            return x + 4
        painter.setPen(color("text-2"))
        painter.drawText(QRectF(left, top, width + 2, _ROW), _MIDDLE, mark.text)
        return max(left + width, x) + 10

    @staticmethod
    def _paint_check(painter: QPainter, at: QPointF) -> None:
        painter.setPen(QPen(color("ok"), 1.4))
        painter.setBrush(color("panel"))
        painter.drawEllipse(at, 6, 6)
        points = [QPointF(-2.8, 0), QPointF(-0.6, 2.2), QPointF(3, -2.2)]
        painter.drawPolyline(QPolygonF([at + point for point in points]))

    def _paint_axis(self, painter: QPainter) -> None:
        top = _TOP + 3 * _ROW
        for at in ticks(self._end(), int(self._room())):
            x = self.x_of(at)
            painter.setPen(color("line-access"))
            painter.drawLine(QPointF(x, top), QPointF(x, top + 4))
            painter.setPen(color("text-2"))
            words = clock(at) if self._end() >= 5 else f"{at:.1f} s"
            painter.drawText(QRectF(x - 1, top + 3, 60, 18), _MIDDLE, words)

    # --- pointer and keys -----------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setValue(self.position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.setValue(self.position_at(event.position().x()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps:  # as a list: down is later
            self.setValue(self.value() + steps[key])
        else:
            super().keyPressEvent(event)


_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
