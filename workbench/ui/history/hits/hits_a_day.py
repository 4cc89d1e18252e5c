"""A bar for each day with hits; a click narrows the search to that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.domain.text import count_text
from workbench.ui.theme import color, font, theme

_HEIGHT, _LEFT, _FOOT, _HEAD = 96, 16, 18, 36
_MOST_DAYS = 45
_BAR = 18
_DAY = dt.timedelta(days=1)


class HitsADay(QWidget):
    """Hits (or other things) over time: a bar a day, or a month where the days are too many.

    Args:
        noun: what is counted.

    Signals:
        chosen(float, float): from and until when a bar reaches, in Unix seconds.
    """

    chosen = Signal(float, float)

    def __init__(self, noun: str = "hit") -> None:
        super().__init__()
        self._noun = noun
        self.bars: list[tuple[dt.date, dt.date, int]] = []
        """First day, the day after the last, hits."""
        self._at = -1
        self._unit = "day"
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(f"{noun.capitalize()}s by day")
        theme().changed.connect(self.update)

    def show_days(self, days: Sequence[tuple[float, int]]) -> None:
        """Begins of days and how many hits they have, first day first."""
        found = {dt.datetime.fromtimestamp(at).astimezone().date(): count for at, count in days}
        self.bars, self._unit, self._at = [], "day", -1
        if found:
            first, last = min(found), max(found)
            last = max(last, min(dt.date.today(), first + _MOST_DAYS * _DAY))  # noqa: DTZ011
            if (last - first).days < _MOST_DAYS:
                self._fill_days(found, first, last)
            else:
                self._fill_months(found, first, last)
        self.setAccessibleDescription(
            ", ".join(f"{self._name(bar)}: {bar[2]:,}" for bar in self.bars if bar[2])
        )
        self.setVisible(len([bar for bar in self.bars if bar[2]]) > 0)
        self.update()

    def _fill_days(self, found: dict[dt.date, int], first: dt.date, last: dt.date) -> None:
        day = first
        while day <= last:
            self.bars.append((day, day + _DAY, found.get(day, 0)))
            day += _DAY

    def _fill_months(self, found: dict[dt.date, int], first: dt.date, last: dt.date) -> None:
        self._unit = "month"
        begin = first.replace(day=1)
        while begin <= last:
            end = (begin + 32 * _DAY).replace(day=1)
            count = sum(hits for day, hits in found.items() if begin <= day < end)
            self.bars.append((begin, end, count))
            begin = end
        self.bars = self.bars[-_MOST_DAYS:]

    def _name(self, bar: tuple[dt.date, dt.date, int]) -> str:
        begin = bar[0]
        if self._unit == "month":
            return f"{begin:%B %Y}"
        return "today" if begin == dt.date.today() else f"{begin.day} {begin:%B}"  # noqa: DTZ011

    def _short(self, bar: tuple[dt.date, dt.date, int]) -> str:
        begin = bar[0]
        if self._unit == "month":
            return f"{begin:%b %Y}"
        return "today" if begin == dt.date.today() else f"{begin.day} {begin:%b}"  # noqa: DTZ011

    def _slot(self, place: int) -> QRect:
        width = max(self.width() - 2 * _LEFT, 1) / max(len(self.bars), 1)
        left = _LEFT + int(place * width)
        return QRect(left, _HEAD, max(int(width), 2), self.height() - _HEAD - _FOOT)

    def _place_at(self, x: float) -> int:
        return next(
            (
                at
                for at in range(len(self.bars))
                if self._slot(at).left() <= x <= self._slot(at).right()
            ),
            -1,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color("panel"))
        painter.setFont(font("micro"))
        painter.setPen(color("text-3"))
        painter.drawText(_LEFT, 14, f"{self._noun}s a {self._unit}")
        most = max((bar[2] for bar in self.bars), default=0)
        labelled = -1000
        for place, bar in enumerate(self.bars):
            slot = self._slot(place)
            if bar[2]:
                self._paint_bar(painter, slot, bar[2], most, chosen=place == self._at)
            wanted = max(painter.fontMetrics().horizontalAdvance("00 Mmm 0000"), 1)
            if slot.left() - labelled > wanted and (bar[2] or len(self.bars) < 10):
                labelled = slot.left()
                painter.setPen(color("text-3"))
                foot = QRect(slot.center().x() - 60, self.height() - _FOOT + 2, 120, _FOOT - 2)
                foot.moveLeft(min(max(foot.left(), _LEFT - 40), self.width() - 100))
                painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, self._short(bar))
        base = self.height() - _FOOT
        painter.fillRect(_LEFT, base, self.width() - 2 * _LEFT, 1, color("line"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, color("line"))

    def _paint_bar(
        self, painter: QPainter, slot: QRect, count: int, most: int, *, chosen: bool
    ) -> None:
        height = max(slot.height() * count / most, 2.0)
        width = min(_BAR, slot.width() - 1)
        left = slot.left() + (slot.width() - width) / 2
        tone = "ink" if count == most or chosen else "text-3"
        painter.fillRect(QRectF(left, slot.bottom() + 1 - height, width, height), color(tone))
        if slot.width() >= 12 and count >= max(most / 4, 2):
            painter.setPen(color("text" if count == most else "text-3"))
            top = int(slot.bottom() - height) - 15
            place = QRect(slot.center().x() - 30, top, 60, 15)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{count:,}")

    def sizeHint(self) -> QSize:
        return QSize(300, _HEIGHT)

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self.bars) and self.bars[place][2]:
            begin, end, _ = self.bars[place]
            times = [dt.datetime.combine(day, dt.time()).astimezone() for day in (begin, end)]
            self.chosen.emit(times[0].timestamp(), times[1].timestamp())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(self._place_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            at = self._at + step if self._at >= 0 else len(self.bars) - 1
            while 0 <= at < len(self.bars) and not self.bars[at][2]:
                at += step
            if 0 <= at < len(self.bars):
                self._at = at
                self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._at)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._place_at(event.pos().x())
            if place >= 0:
                bar = self.bars[place]
                tip = f"{self._name(bar)}: {count_text(bar[2], self._noun)}"
                QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)
