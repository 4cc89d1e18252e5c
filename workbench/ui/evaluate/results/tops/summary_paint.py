"""Paints the summary of a variant under its column's header, and what its lines are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from workbench.ui.evaluate.results.tops.variants import VariantHead
from workbench.ui.kit.intervals import IntervalScale, draw_baseline, draw_interval, draw_scale
from workbench.ui.kit.row_delegate import draw_icon, draw_text
from workbench.ui.theme import color, font

SUMMARY = 112
_PADDING = 8
_VALUE, _BAR, _COUNT, _LINE = 24, 16, 20, 15
_ICON = 12
_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


class Scale(NamedTuple):
    """The ends of the scale of all summaries; the baseline's value on it, None for none."""

    low: float
    high: float
    baseline: float | None

    @property
    def words(self) -> str:
        """The scale in words."""
        return f"95 % interval, from {100 * self.low:.0f} to {100 * self.high:.0f} %"


def scale_of(heads: Sequence[VariantHead]) -> Scale:
    """A scale on which all intervals lie: of all values, or of the upper half."""
    lows = [head.interval.low for head in heads if head.interval is not None]
    base = next((head.found for head in heads if head.is_baseline and head.interval), None)
    low = 0.5 if lows and min(lows) >= 0.5 else 0.0
    return Scale(low, 1.0, base.value if base is not None else None)


def paint_summary(painter: QPainter, box: QRect, head: VariantHead, scale: Scale) -> None:
    """Paint value, interval, counts and verdict from top to bottom."""
    room = box.adjusted(_PADDING, 6, -_PADDING, -4)
    if head.found is not None:
        line = QRect(room.left(), room.top(), room.width(), _VALUE)
        if head.interval is not None or head.is_running:
            tone = "text-2" if head.is_running else "text"
            used = draw_text(painter, line, head.value_text, "heading", tone)
            line.setLeft(line.left() + used + 6)
            draw_text(painter, line, head.interval_text, "small", "text-3")
        else:
            _paint_counts_alone(painter, line, head)
        room.setTop(line.bottom() + 1)
        if head.interval is not None and head.found.value is not None:
            _paint_bar(painter, QRect(room.left(), room.top(), room.width(), _BAR), head, scale)
            room.setTop(room.top() + _BAR)
            _paint_counts(painter, QRect(room.left(), room.top(), room.width(), _COUNT), head)
            room.setTop(room.top() + _COUNT)
    painter.setFont(font("micro"))
    painter.setPen(color(head.verdict_tone))
    painter.save()
    painter.setClipRect(QRect(room.left(), room.top(), room.width(), 3 * _LINE))
    painter.drawText(room, _WRAPPED, head.verdict_text)
    painter.restore()


def _paint_counts_alone(painter: QPainter, line: QRect, head: VariantHead) -> None:
    """Of fewer than 20 rows a share says little: the count takes the place of the value."""
    line.setLeft(line.left() + draw_text(painter, line, head.count_text, "body-strong", "text") + 6)
    _paint_faults(painter, line, head)


def _paint_bar(painter: QPainter, area: QRect, head: VariantHead, scale: Scale) -> None:
    found = head.found
    if found is None or found.value is None:
        return
    painter.save()
    placed = IntervalScale(QRectF(area), scale.low, scale.high)
    middle = (scale.low + scale.high) / 2
    draw_scale(painter, placed, (scale.low, middle, scale.high))
    if scale.baseline is not None and not head.is_baseline:
        draw_baseline(painter, placed, scale.baseline)
    tone = head.short
    draw_interval(painter, placed, found.value, head.interval, tone)
    painter.restore()


def _paint_counts(painter: QPainter, line: QRect, head: VariantHead) -> None:
    """The rows that are right, shorter where the faults would have no room."""
    metrics, words = QFontMetrics(font("small")), head.count_text
    faults = sum(
        metrics.horizontalAdvance(f"{count:,}") + _ICON + 9
        for _, _, count in _faults(head)
        if count
    )
    if metrics.horizontalAdvance(words) + faults > line.width():
        words = words.replace(" of ", "/")
    line.setLeft(line.left() + draw_text(painter, line, words, "small", "text-2") + 6)
    _paint_faults(painter, line, head)


def _faults(head: VariantHead) -> tuple[tuple[str, str, int], ...]:
    """Icon, tone and count of format failures and of errors."""
    found = head.found
    if found is None:
        return ()
    return (("ban", "warn", found.format_failures), ("circle-alert", "bad", found.errors))


def _paint_faults(painter: QPainter, line: QRect, head: VariantHead) -> None:
    """Format failures and errors apart, as glyph and count."""
    for icon, tone, count in _faults(head):
        if count:
            draw_icon(painter, icon, tone, _ICON, line.left(), line)
            line.setLeft(line.left() + _ICON + 3)
            line.setLeft(line.left() + draw_text(painter, line, f"{count:,}", "small", tone) + 6)


def paint_summary_names(
    painter: QPainter, box: QRect, title: str, note: str, scale: Scale | None, method: str
) -> None:
    """Paint what the lines of the summaries are, at their heights.

    Args:
        painter: of the header.
        box: of the summary.
        title: what the value is of.
        note: such as how repeats are counted.
        scale: of the intervals; None where none is drawn.
        method: how the verdicts were found.
    """
    room = box.adjusted(2 * _PADDING, 6, -_PADDING, -4)
    line = QRect(room.left(), room.top(), room.width(), _VALUE)
    used = draw_text(painter, line, title, "body-strong", "text")
    line.setLeft(line.left() + used + 6)
    draw_text(painter, line, note, "small", "text-3")
    room.setTop(line.bottom() + 1)
    if scale is not None:
        line = QRect(room.left(), room.top(), room.width(), _BAR)
        draw_text(painter, line, scale.words, "micro", "text-3")
        line = QRect(room.left(), room.top() + _BAR, room.width(), _COUNT)
        draw_text(painter, line, "rows right, format failures, errors", "micro", "text-3")
        room.setTop(room.top() + _BAR + _COUNT)
    painter.setFont(font("micro"))
    painter.setPen(color("text-3"))
    painter.drawText(room, _WRAPPED, method)
