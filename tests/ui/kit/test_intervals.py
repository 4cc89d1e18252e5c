"""Values with their intervals, painted on a scale."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from workbench.domain.evaluation.estimates import Bounds
from workbench.ui.kit.intervals import IntervalScale, draw_baseline, draw_interval, draw_scale
from workbench.ui.theme import color


@pytest.fixture
def canvas(qapp):
    image = QImage(109, 20, QImage.Format.Format_RGB32)
    image.fill(color("canvas"))
    painter = QPainter(image)
    yield image, painter
    painter.end()


def test_a_value_is_a_point_in_its_interval_and_the_baseline_a_tick(canvas):
    image, painter = canvas
    scale = IntervalScale(QRectF(0, 0, 109, 20))
    assert [scale.x(each) for each in (0, 0.5, 1, 7)] == [4.5, 54.5, 104.5, 104.5]
    draw_scale(painter, scale)
    draw_interval(painter, scale, 0.8, Bounds(0.6, 0.9), "ok")
    draw_baseline(painter, scale, 0.2)
    tone, ground = color("ok").rgb(), color("canvas").rgb()
    assert image.pixel(84, 8) == tone
    assert tone != image.pixel(70, 8) != ground
    assert [image.pixel(x, 6) for x in (40, 70, 100)] == [ground] * 3
    assert image.pixel(24, 3) != ground


def test_a_beaten_value_is_a_ring(canvas):
    image, painter = canvas
    draw_interval(painter, IntervalScale(QRectF(0, 0, 109, 20)), 0.5, None, "ok", is_hollow=True)
    assert image.pixel(54, 10) == color("canvas").rgb()
    assert image.pixel(54, 6) != color("canvas").rgb()
