"""Panes, splitters and the spacing grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
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

from workbench.ui.kit.label import Label
from workbench.ui.theme import color
from workbench.ui.theme.tokens import TOKENS

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


def show_part(part: QWidget, *, shown: bool) -> None:
    """Hide a part of a view, or show it again.

    A part that was never hidden comes up with its window; for what is shown by a call, Qt works
    out the look and the size of all that is in it at once, be the window hidden or not.
    """
    explicit = part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
    if shown == (explicit and part.isHidden()):
        part.setVisible(shown)


def rule(*, vertical: bool = False) -> QFrame:
    """A line of one pixel."""
    line = QFrame()
    line.setProperty("rule", "left" if vertical else "top")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def strip(layout: QHBoxLayout) -> QFrame:
    """A header of a pane: 36 px high, with a line under it."""
    head = QFrame()
    head.setFixedHeight(TOKENS.size["pane-header"])
    head.setProperty("rule", "bottom")
    head.setLayout(layout)
    return head


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
            outer.addWidget(strip(self.header))
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
    """Panes side by side (or stacked) with a thin line that can be dragged.

    Args:
        panes: from left to right, or from top to bottom.
        vertical: stacked.
        name: for screen readers.
        keeps_shares: each pane keeps its share of the room when the window changes its size, also
            after a window that was too small for all; otherwise the stretch factors decide.
    """

    def __init__(
        self,
        *panes: QWidget,
        vertical: bool = False,
        name: str = "Panes",
        keeps_shares: bool = True,
    ) -> None:
        super().__init__(Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal)
        self._keeps_shares = keeps_shares
        self._shares: list[int] = []
        self.setAccessibleName(name)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for pane in panes:
            self.addWidget(pane)
        self.splitterMoved.connect(self._on_dragged)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)

    def setSizes(self, sizes: Sequence[int]) -> None:
        self._shares = list(sizes)
        super().setSizes(sizes)

    def shares(self) -> list[int]:
        """What the panes were last given, by code or by hand, to be given again later."""
        return list(self._shares) or self.sizes()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._keeps_shares and self._shares:
            super().setSizes(self._shares)  # Qt shares the room out in their proportion

    @Slot()
    def _on_dragged(self) -> None:
        self._shares = self.sizes()
