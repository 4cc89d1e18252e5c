"""The dimmed window behind a box that lies over it."""

from __future__ import annotations

import functools

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from workbench.ui.theme import color

_DIM = 0.32
_SHADOW, _DROP, _RADIUS = 14, 4, 8
_EDGE = _SHADOW + 2
_CORNER = _EDGE + _RADIUS
_REST_MS = 500
"""How long nothing was typed before the window beneath is looked at again."""
_Part = QWidget.RenderFlag


@functools.lru_cache(maxsize=4)
def _shadow(tint: int, ratio: float) -> QImage:
    """The shadow of a card that is all corners, with one pixel between them."""
    size = 2 * _CORNER + 1
    picture = QImage(QSize(size, size) * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    card = QRectF(0, 0, size, size).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
    for step in range(_SHADOW):
        line = QColor(tint)
        line.setAlphaF(0.16 * (1 - step / _SHADOW) ** 2)
        painter.setPen(QPen(line, 2))
        painter.drawRoundedRect(
            card.adjusted(-step, -step, step, step), _RADIUS + step, _RADIUS + step
        )
    painter.end()
    return picture


class Scrim(QWidget):
    """Covers a window with a dimmed picture of it, and paints the shadow of a card.

    The picture is what makes it quick: a cover that one sees through has every widget beneath
    painted again for each key. It is taken again while nothing is typed, so what moves still moves.

    Args:
        window: what is covered.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._covered = window
        self._picture = QImage()
        self._card = QRect()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._resting = QTimer(self, interval=_REST_MS)
        self._resting.timeout.connect(self._look_again)
        window.installEventFilter(self)
        self.hide()

    def cover(self) -> None:
        """Lie over the window from now on."""
        self.setGeometry(self._covered.rect())
        self._picture = self._look()
        self._resting.start()
        self.raise_()
        self.show()

    def wait_to_look(self) -> None:
        """Something is being typed: look at the window later."""
        self._resting.start()

    def uncover(self) -> None:
        """Show the window itself again."""
        self._resting.stop()
        self.hide()
        self._picture = QImage()

    def show_shadow_of(self, card: QRect) -> None:
        """Where the card is now; only what that changes is painted."""
        if card != self._card:
            room = QRect(card).united(self._card)
            self._card = QRect(card)
            edge = _EDGE + _DROP
            self.update(room.adjusted(-edge, -edge, edge, edge))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._covered and event.type() == QEvent.Type.Resize and not self.isHidden():
            self.setGeometry(self._covered.rect())
            self._picture = self._look()
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self._picture.devicePixelRatio()
        part = event.rect()
        scaled = QRect(part.topLeft() * ratio, part.size() * ratio)
        painter.drawImage(part, self._picture, scaled)
        inside = self._card.adjusted(_RADIUS, _RADIUS, -_RADIUS, -_RADIUS)
        if not inside.contains(part):
            self._paint_shadow(painter)

    def _paint_shadow(self, painter: QPainter) -> None:
        """Corners and edges of a small shadow, drawn once: a large one takes milliseconds."""
        ratio = self.devicePixelRatioF()
        shadow = _shadow(color("scrim").rgb(), ratio)
        box = self._card.translated(0, _DROP).adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE)
        end = _CORNER + 1  # where the last corner begins; between the corners is one pixel
        columns = (
            (box.left(), _CORNER, 0, _CORNER),
            (box.left() + _CORNER, box.width() - 2 * _CORNER, _CORNER, 1),
            (box.left() + box.width() - _CORNER, _CORNER, end, _CORNER),
        )
        rows = (
            (box.top(), _CORNER, 0, _CORNER),
            (box.top() + _CORNER, box.height() - 2 * _CORNER, _CORNER, 1),
            (box.top() + box.height() - _CORNER, _CORNER, end, _CORNER),
        )
        for x, width, from_x, of_width in columns:
            for y, height, from_y, of_height in rows:
                source = QRectF(from_x, from_y, of_width, of_height)
                scaled = QRectF(source.topLeft() * ratio, source.size() * ratio)
                painter.drawImage(QRectF(x, y, width, height), shadow, scaled)

    def _look(self) -> QImage:
        """The window as it is beneath the cover, dimmed."""
        ratio = self._covered.devicePixelRatioF()
        picture = QImage(self._covered.size() * ratio, QImage.Format.Format_RGB32)
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        self._covered.render(painter, QPoint(), QRegion(), _Part.DrawWindowBackground)
        for child in self._covered.children():
            if not isinstance(child, QWidget) or child is self or child.isWindow():
                continue
            if child.isVisible():
                child.render(painter, child.pos(), QRegion(), _Part.DrawChildren)
        painter.fillRect(self._covered.rect(), color("scrim", _DIM))
        painter.end()
        return picture

    @Slot()
    def _look_again(self) -> None:
        picture = self._look()
        if picture != self._picture:
            self._picture = picture
            self.update()
