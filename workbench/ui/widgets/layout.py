"""Panes, splitters and the spacing grid."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QSplitter,
    QSplitterHandle,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.theme import color
from workbench.ui.theme.tokens import TOKENS
from workbench.ui.widgets.label import Label

L = TypeVar("L", bound=QBoxLayout)
Item = QWidget | QLayout | int | None


def _fill(layout: L, items: tuple[Item, ...], margins: tuple[int, int, int, int], gap: int) -> L:
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)
    return layout


def row(
    *items: Item, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 8
) -> QHBoxLayout:
    """Items from left to right; None stretches, a number is a gap in pixels."""
    return _fill(QHBoxLayout(), items, margins, gap)


def column(
    *items: Item, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 8
) -> QVBoxLayout:
    """Items from top to bottom; None stretches, a number is a gap in pixels."""
    return _fill(QVBoxLayout(), items, margins, gap)


def rule(*, vertical: bool = False) -> QFrame:
    """A line of one pixel."""
    line = QFrame()
    line.setProperty("rule", "left" if vertical else "top")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


class Pane(QFrame):
    """A surface with a header of 36 px: title left, controls right; ``body`` takes the content.

    Args:
        title: "" makes a pane without header.
        surface: canvas, chrome, panel or raised.
    """

    def __init__(self, title: str = "", surface: str = "panel") -> None:
        super().__init__()
        self.setProperty("surface", surface)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.title = Label(title, "body-strong")
        self.header = row(self.title, None, margins=(16, 0, 8, 0), gap=4)
        self.body = column(gap=0)
        outer = column(gap=0)
        if title:
            head = QFrame()
            head.setFixedHeight(TOKENS.size["pane-header"])
            head.setProperty("rule", "bottom")
            head.setLayout(self.header)
            outer.addWidget(head)
        outer.addLayout(self.body, 1)
        self.setLayout(outer)


class _Handle(QSplitterHandle):
    """A line of one pixel in a grab of eight."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.orientation() == Qt.Orientation.Horizontal:
            line = QRect(self.width() // 2, 0, 1, self.height())
        else:
            line = QRect(0, self.height() // 2, self.width(), 1)
        painter.fillRect(line, color("line"))


class Splitter(QSplitter):
    """Panes side by side (or stacked) with a thin line that can be dragged."""

    def __init__(self, *panes: QWidget, vertical: bool = False) -> None:
        super().__init__(Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for pane in panes:
            self.addWidget(pane)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)
