"""A scroll area that zooms and can be dragged, with room for headers and overlays."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

LEFT, HEADING, PAD, FOOT = 24, 50, 12, 16
_LEAST, _MOST = 0.002, 2.0
STRETCHED = 0.45
"""Below this scale what is shown is as wide as the view where it is higher than wide."""
_STEP = 1.2
_DRAG = 4


class ZoomView(QAbstractScrollArea):
    """What it shows has coordinates of its own, in which 1 is a pixel at 100 %.

    Signals:
        zoomed(float): the scale changed; 1 is 100 %.
        clicked(QPointF): a place of the viewport, pressed and left without dragging.
    """

    zoomed = Signal(float)
    clicked = Signal(QPointF)

    def __init__(self) -> None:
        super().__init__()
        self.scale = 1.0
        self._pressed: QPoint | None = None
        self._scrolled = QPoint()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setMouseTracking(True)

    @property
    def scale_x(self) -> float:
        """The scale from left to right: a large tree is wide enough to be read, however high."""
        if self.scale >= STRETCHED:
            return self.scale
        wide = (self.viewport().width() - 2 * LEFT) / max(self.content().width(), 1)
        return max(self.scale, min(wide, STRETCHED))

    def content(self) -> QSizeF:
        """How large what is shown is; subclasses say it."""
        return QSizeF(1, 1)

    def set_scale(self, scale: float, about: QPointF | None = None) -> None:
        """Zoom; the point ``about`` of the viewport (its middle where None) stays in place."""
        scale = max(_LEAST, min(scale, _MOST))
        if about is None:
            about = QRectF(self.viewport().rect()).center()
        fixed = self.to_tree(about)
        self.scale = scale
        self.fit_bars()
        moved = self.to_view(fixed) - about
        for bar, by in (
            (self.horizontalScrollBar(), moved.x()),
            (self.verticalScrollBar(), moved.y()),
        ):
            bar.setValue(bar.value() + round(by))
        self.zoomed.emit(scale)
        self.viewport().update()

    @Slot()
    def zoom_in(self) -> None:
        self.set_scale(self.scale * _STEP)

    @Slot()
    def zoom_out(self) -> None:
        self.set_scale(self.scale / _STEP)

    @Slot()
    def fit(self) -> None:
        """Show the whole tree; one that is much higher than wide is stretched to the width."""
        self.set_scale(min(self.fit_scale(), 1.0))
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(0)

    def fit_scale(self) -> float:
        """The scale at which everything is seen."""
        view = self.viewport().size()
        wide = (view.width() - 2 * LEFT) / max(self.content().width(), 1)
        high = (view.height() - HEADING - PAD - FOOT) / max(self.content().height(), 1)
        return max(_LEAST, min(wide, high))

    def fit_bars(self) -> None:
        """Let the scroll bars go as far as what is shown."""
        view = self.viewport().size()
        wide = math.ceil(self.content().width() * self.scale_x) + 2 * LEFT
        high = math.ceil(self.content().height() * self.scale) + HEADING + PAD + FOOT
        for bar, size, page in (
            (self.horizontalScrollBar(), wide, view.width()),
            (self.verticalScrollBar(), high, view.height()),
        ):
            bar.setRange(0, max(size - page, 0))
            bar.setPageStep(page)
            bar.setSingleStep(28)

    def offset(self) -> QPointF:
        """Where the tree's origin is painted."""
        left = LEFT - self.horizontalScrollBar().value()
        top = HEADING + PAD - self.verticalScrollBar().value()
        return QPointF(left, top)

    def to_tree(self, point: QPointF) -> QPointF:
        """A point of the viewport in the tree's coordinates."""
        moved = point - self.offset()
        return QPointF(moved.x() / self.scale_x, moved.y() / self.scale)

    def to_view(self, point: QPointF) -> QPointF:
        """A point of what is shown in the viewport's coordinates."""
        return QPointF(point.x() * self.scale_x, point.y() * self.scale) + self.offset()

    # --- pointer --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_bars()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turns = event.angleDelta().y() / 120
            self.set_scale(self.scale * _STEP**turns, event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        bars = self.horizontalScrollBar(), self.verticalScrollBar()
        self._scrolled = QPoint(bars[0].value(), bars[1].value())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons():
            return
        moved = event.position().toPoint() - self._pressed
        if moved.manhattanLength() > _DRAG or self.viewport().cursor().shape() is _HAND:
            self.viewport().setCursor(_HAND)
            self.horizontalScrollBar().setValue(self._scrolled.x() - moved.x())
            self.verticalScrollBar().setValue(self._scrolled.y() - moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        self.viewport().unsetCursor()
        if pressed is None or (event.position().toPoint() - pressed).manhattanLength() > _DRAG:
            return
        self.clicked.emit(event.position())


_HAND = Qt.CursorShape.ClosedHandCursor
