"""Where the ticks of an axis are, and where labels go so that none covers another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF

LOG_FROM = 4.0
"""Costs that differ by this factor or more are drawn on a logarithmic axis."""
_ROOM = 1.35
_LABEL_GAP = 9.0
_STEP = 6.0
_MOST_STEPS = 20


class Axis(NamedTuple):
    """The range of an axis and its ticks, in the values that it shows."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool = False


def share_axis(values: Iterable[float]) -> Axis:
    """An axis of shares that holds all values, in steps of 5, 10 or 20 points."""
    given = list(values)
    low, high = min(given, default=0.0), max(given, default=1.0)
    span = max(high - low, 0.1)
    step = next((each for each in (0.05, 0.1) if span / each <= 6), 0.2)
    first = max(0, math.floor(low / step + 1e-9))
    last = min(round(1 / step), math.ceil(high / step - 1e-9))
    if first == last:
        first, last = (first - 1, last) if last * step >= 1 else (first, last + 1)
    return Axis(first * step, last * step, tuple(each * step for each in range(first, last + 1)))


def cost_axis(values: Iterable[float]) -> Axis:
    """An axis of costs: logarithmic where they differ much, else linear from 0 on."""
    given = [each for each in values if each > 0]
    low, high = min(given, default=1.0), max(given, default=1.0)
    if high / low >= LOG_FROM:
        return _log_axis(low, high)
    step = _nice(high * 1.1 / 5)
    count = math.ceil(high * 1.1 / step)
    return Axis(0.0, count * step, tuple(each * step for each in range(count + 1)))


def _log_axis(lowest: float, highest: float) -> Axis:
    """A logarithmic axis with room for labels, that ends at a tick where one is near."""
    low, high = lowest / _ROOM, highest * _ROOM
    parts = (1.0, 3.0) if math.log10(high / low) > 1.2 else (1.0, 2.0, 5.0)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks = [part * 10.0**power for power in range(first, last + 1) for part in parts]
    high = next((each for each in ticks if high <= each <= 1.5 * high), high)
    return Axis(low, high, tuple(each for each in ticks if low <= each <= high), is_log=True)


def points_axis(reach: float) -> Axis:
    """An axis of differences around 0, wide enough for ``reach`` to both sides."""
    step = next((each for each in (0.05, 0.1, 0.2) if reach / each <= 2), 0.5)
    count = max(1, math.ceil(reach / step - 1e-9))
    return Axis(-count * step, count * step, tuple(n * step for n in range(-count, count + 1)))


def _nice(step: float) -> float:
    """The next of 1, 2, 5, 10, ... that is not below a step."""
    power = 10.0 ** math.floor(math.log10(step))
    return next((part * power for part in (1, 2, 5) if part * power >= step - 1e-12), 10 * power)


def place_labels(
    marks: Sequence[QPointF], sizes: Sequence[QSizeF], area: QRectF, bars: Sequence[QRectF]
) -> list[QRectF]:
    """Rectangles of labels near their marks, that overlap neither each other nor marks nor bars.

    Each label in turn takes the nearest free place to the right or left of its mark, then higher
    and lower. Where there is none, one that only covers bars, and else the first.

    Args:
        marks: centres, in the order in which labels may choose.
        sizes: of the labels.
        area: in which labels stay.
        bars: intervals and other drawings to keep clear of.
    """
    taken = [QRectF(each.x() - 6, each.y() - 6, 12, 12) for each in marks]
    placed: list[QRectF] = []
    for mark, size in zip(marks, sizes, strict=True):
        places = [each for each in _places(mark, size) if area.contains(each)]
        solid = taken + placed
        free = [each for each in places if not any(each.intersects(other) for other in solid)]
        clear = [each for each in free if not any(each.intersects(bar) for bar in bars)]
        placed.append((clear or free or places or [_inside(mark, size, area)])[0])
    return placed


def _places(mark: QPointF, size: QSizeF) -> list[QRectF]:
    right, left = mark.x() + _LABEL_GAP, mark.x() - _LABEL_GAP - size.width()
    found = []
    for step in range(_MOST_STEPS):
        for sign in (-1, 1) if step else (1,):
            top = mark.y() - size.height() / 2 + sign * step * _STEP
            found += [QRectF(QPointF(x, top), size) for x in (right, left)]
    return found


def _inside(mark: QPointF, size: QSizeF, area: QRectF) -> QRectF:
    left = min(max(mark.x() + _LABEL_GAP, area.left()), area.right() - size.width())
    top = min(max(mark.y() - size.height() / 2, area.top()), area.bottom() - size.height())
    return QRectF(QPointF(left, top), size)
