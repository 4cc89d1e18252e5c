"""A value with its interval on a scale, painted in a rectangle: for delegates of tables."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from workbench.domain.evaluation.estimates import Bounds
from workbench.ui.theme import color

POINT = 3.5
"""Radius of the value's point; in plots it is 4.5."""
BAND_ALPHA = 0.26
BAND_WIDTH = 6.0
LINE_WIDTH = 1.5
"""The line inside the band has full strength, so that it keeps a contrast of 3 to 1."""
_TICK = 2.5
_DASH = 7.0


class IntervalScale:
    """Where values lie in a rectangle, from its left to its right edge.

    Args:
        area: of the drawing; points at its ends are drawn whole.
        low: value of the left end.
        high: value of the right end, above ``low``.
    """

    def __init__(self, area: QRectF, low: float = 0.0, high: float = 1.0) -> None:
        self.area = area.adjusted(POINT + 1, 0, -POINT - 1, 0)
        self.low, self.high = low, high

    def x(self, value: float) -> float:
        """The place of a value; what lies outside of the scale is at its nearer end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.area.left() + share * self.area.width()

    @property
    def y(self) -> float:
        """The middle of the height."""
        return self.area.center().y()


def draw_scale(
    painter: QPainter, scale: IntervalScale, ticks: Sequence[float] = (0.0, 0.5, 1.0)
) -> None:
    """Paint the track that intervals lie on, with ticks at some values."""
    painter.setPen(QPen(color("line-strong"), 1))
    painter.drawLine(QLineF(scale.area.left(), scale.y, scale.area.right(), scale.y))
    for each in ticks:
        place = scale.x(each)
        painter.drawLine(QLineF(place, scale.y - _TICK, place, scale.y + _TICK))


def draw_baseline(painter: QPainter, scale: IntervalScale, value: float) -> None:
    """Paint the baseline's value as a dashed tick."""
    pen = QPen(color("text-2"), 1)
    pen.setDashPattern([2, 2])
    painter.setPen(pen)
    place = scale.x(value)
    painter.drawLine(QLineF(place, scale.y - _DASH, place, scale.y + _DASH))


def draw_interval(
    painter: QPainter,
    scale: IntervalScale,
    value: float,
    interval: Bounds | None = None,
    tone: str = "text-2",
    *,
    is_hollow: bool = False,
) -> None:
    """Paint a value as a point, and its interval, where it is known, as a band with a line.

    Args:
        painter: whose antialiasing is turned on.
        scale: of the drawing.
        value: of the point.
        interval: None where it is not known.
        tone: a colour's name.
        is_hollow: whether the point is a ring: the value is beaten.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if interval is not None:
        left, right = scale.x(interval.low), scale.x(interval.high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(tone, BAND_ALPHA))
        band = QRectF(left, scale.y - BAND_WIDTH / 2, right - left, BAND_WIDTH)
        painter.drawRoundedRect(band, BAND_WIDTH / 2, BAND_WIDTH / 2)
        painter.setPen(QPen(color(tone), LINE_WIDTH))
        painter.drawLine(QLineF(left, scale.y, right, scale.y))
    painter.setPen(QPen(color(tone), LINE_WIDTH) if is_hollow else Qt.PenStyle.NoPen)
    painter.setBrush(color("canvas") if is_hollow else color(tone))
    painter.drawEllipse(QPointF(scale.x(value), scale.y), POINT, POINT)
