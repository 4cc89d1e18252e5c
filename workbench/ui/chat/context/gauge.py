"""What the context is filled with: a column in the colours of the parts, and their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.domain.chat_context import PART_TITLES, ContextReport, PartName
from workbench.domain.text import count_text
from workbench.ui.kit import Label, row
from workbench.ui.theme import color, theme

TONES: dict[PartName, str] = {
    "profile": "p5",
    "system": "p4",
    "summary": "p6",
    "documents": "p3",
    "history": "p1",
    "thoughts": "sc",
    "draft": "p2",
    "format": "line-access",
}
_WIDTH = 8
_LEAST = 2.0
"""Pixels of a part that has few tokens."""


class Slice(NamedTuple):
    """A part of the column: its tokens, its colour, and whether it is hatched."""

    tokens: int
    tone: str
    hatched: bool = False


class ContextColumn(QWidget):
    """The parts from the top, then what is kept for the answer, then what is free."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(_WIDTH)
        self.slices: Sequence[Slice] = ()
        self.context = 1
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), color("selected"))
        needed = sum(each.tokens for each in self.slices)
        scale = self.height() / max(self.context, needed, 1)
        top = 0.0
        for each in self.slices:
            height = max(each.tokens * scale, _LEAST)
            area = QRectF(0, top, self.width(), height - 0.5)
            if each.hatched:
                painter.fillRect(area, QBrush(color(each.tone), Qt.BrushStyle.BDiagPattern))
            else:
                painter.fillRect(area, color(each.tone))
            top += height
        if needed > self.context:
            end = self.context * scale
            painter.fillRect(QRectF(0, end, self.width(), 2), color("bad"))


class Mark(QWidget):
    """The square before a name: full, hatched or hollow."""

    def __init__(self, tone: str, kind: str = "full") -> None:
        super().__init__()
        self._tone, self._kind = tone, kind
        self.setFixedSize(10, 10)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(self._tone), 1))
        if self._kind == "full":
            painter.setBrush(color(self._tone))
        elif self._kind == "hatched":
            painter.setBrush(QBrush(color(self._tone), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 2, 2)


class ContextGauge(QWidget):
    """The column with a line for each part that has tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.column = ContextColumn()
        self._lines = QWidget()
        self._grid = QGridLayout(self._lines)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: dict[str, tuple[QWidget, Label, Label]] = {}
        self.setLayout(row(self.column, self._lines, gap=12))

    @property
    def texts(self) -> dict[str, str]:
        """The numbers that are shown, by what they are of."""
        return {
            name.text(): number.text()
            for mark, name, number in self._rows.values()
            if not mark.isHidden()
        }

    def show_report(self, report: ContextReport) -> None:
        """Show what the next answer would be made from."""
        for widgets in self._rows.values():
            for each in widgets:
                each.hide()
        for part in report.parts:
            title = PART_TITLES[part.name]
            if part.name == "history":
                title += f", {count_text(report.sent_messages, 'message')}"
            self._show(part.name, title, part.tokens, TONES[part.name])
        self._show("reserve", "Kept for the answer", report.reserve, "line-access", "hatched")
        self._show("free", "Free", report.free, "line-access", "hollow")
        slices = [Slice(part.tokens, TONES[part.name]) for part in report.parts]
        self.column.slices = (*slices, Slice(report.reserve, "line-access", hatched=True))
        self.column.context = report.context
        self.column.update()
        words = ", ".join(f"{name} {number}" for name, number in self.texts.items())
        self.setAccessibleName(f"Context in tokens: {words}")

    def _show(self, key: str, title: str, tokens: int, tone: str, kind: str = "full") -> None:
        if key not in self._rows:
            line = len(self._rows)
            made = (
                Mark(tone, kind),
                Label("", "small", "text-2", elide=True),
                Label("", "small", "text"),
            )
            made[2].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            order = [*TONES, "reserve", "free"]
            line = order.index(key)
            for place, widget in enumerate(made):
                self._grid.addWidget(widget, line, place)
            self._rows[key] = made
        mark, name, number = self._rows[key]
        name.setText(title)
        number.setText(f"{tokens:,}")
        for each in (mark, name, number):
            each.show()
