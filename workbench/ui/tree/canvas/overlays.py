"""Overlays of the canvas: the legend, and the zoom buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.runs.run_state import RunState
from workbench.ui.kit import IconButton, Label, row, rule
from workbench.ui.runs.search_tree import paint_verdict
from workbench.ui.runs.tree_cards import VERDICTS
from workbench.ui.theme import color, font, theme
from workbench.ui.tree.canvas.canvas import TreeCanvas
from workbench.ui.tree.canvas.painting import paint_diamond

_HEIGHT = 30
_STRIP = 46
"""The height that legend and buttons have for themselves."""
_GAP = 16
_EDGE = 16


class Legend(QWidget):
    """What the marks mean: only those that occur in the run."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tone = "tot"
        self.entries: list[str] = []
        self._all: list[str] = []
        self.setAccessibleName("Legend")
        theme().changed.connect(self.update)

    def show_state(self, state: RunState) -> None:
        """Look which marks occur."""
        entries = legend_entries(state)
        self._all = self.entries = entries
        self.setAccessibleDescription(", ".join(entries))
        self.setVisible(bool(entries))
        self.update()

    def fit(self, room: int) -> None:
        """Be no wider than ``room``: what explains itself goes first."""
        self.entries = list(self._all)
        for spare in ("pruned", "best path"):
            if self.sizeHint().width() > room and spare in self.entries:
                self.entries.remove(spare)
        self.resize(min(self.sizeHint().width(), room), _HEIGHT)

    def sizeHint(self) -> QSize:
        self.setFont(font("small"))
        metrics = self.fontMetrics()
        wide = sum(metrics.horizontalAdvance(each) + 18 + _GAP for each in self.entries)
        return QSize(wide + 12, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("line-strong"))
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        paint_legend(painter, self.entries, self.tone, QRectF(14, 0, self.width(), self.height()))


def legend_entries(state: RunState) -> list[str]:
    """The marks that occur in a run."""
    nodes = state.nodes.values()
    judged = {name for node in nodes for name in (node.probabilities or node.labels)}
    entries = [name for name in VERDICTS if name in judged]
    entries += ["best path"] if state.best_node else []
    entries += ["pruned"] if any(node.status == "pruned" for node in nodes) else []
    if any(node.reachable is not None for node in nodes):
        entries.append("goal still reachable")
    return entries


def paint_legend(painter: QPainter, entries: Sequence[str], tone: str, box: QRectF) -> None:
    """Paint marks with their meaning, from the left of a box on, in its middle."""
    painter.setFont(font("small"))
    left, middle = box.left(), box.center().y()
    for entry in entries:
        _paint_mark(painter, entry, tone, QPointF(left + 4, middle))
        painter.setPen(color(entry if entry in VERDICTS else "text-2"))
        place = QRectF(left + 16, box.top(), box.width(), box.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), entry)
        left += painter.fontMetrics().horizontalAdvance(entry) + 18 + _GAP


def _paint_mark(painter: QPainter, entry: str, tone: str, at: QPointF) -> None:
    if entry in VERDICTS:
        painter.save()
        painter.translate(at)
        painter.scale(0.75, 0.75)
        paint_verdict(painter, QPointF(0, 0), entry, entry)
        painter.restore()
    elif entry == "best path":
        painter.setPen(QPen(color(tone), 2))
        painter.drawLine(at + QPointF(-6, 0), at + QPointF(6, 0))
    elif entry == "pruned":
        painter.setPen(QPen(color("line-access"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(at + QPointF(-6, 0), at + QPointF(6, 0))
    else:
        paint_diamond(painter, at)


class ZoomBar(QFrame):
    """Out, the scale, in, fit."""

    def __init__(self, canvas: TreeCanvas, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.out = IconButton("minus", "Zoom out", keys="-", size=26, glyph=14)
        self.scale = Label("100 %", "small", "text-2")
        self.scale.setMinimumWidth(44)
        self.scale.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.into = IconButton("plus", "Zoom in", keys="+", size=26, glyph=14)
        self.fit = IconButton("fit", "Show the whole tree", keys="0", size=26, glyph=14)
        self.setLayout(
            row(
                self.out,
                self.scale,
                self.into,
                rule(vertical=True),
                self.fit,
                margins=(2, 1, 2, 1),
                gap=2,
            )
        )
        self.out.clicked.connect(canvas.zoom_out)
        self.into.clicked.connect(canvas.zoom_in)
        self.fit.clicked.connect(canvas.fit)
        canvas.zoomed.connect(self.show_scale)

    def show_scale(self, scale: float) -> None:
        """The scale in percent."""
        self.scale.setText(f"{scale:.0%}".replace("%", " %"))
        self.scale.setAccessibleName(f"Scale {scale:.0%}")


class CanvasArea(QFrame):
    """The canvas, and under it the legend and the buttons, which cover nothing."""

    def __init__(self, canvas: TreeCanvas) -> None:
        super().__init__()
        self.setProperty("surface", "canvas")
        self.canvas = canvas
        canvas.setParent(self)
        self.legend = Legend(self)
        self.zoom = ZoomBar(canvas, self)

    def place(self) -> None:
        """Put everything where it belongs, for the present size."""
        self.canvas.setGeometry(self.rect().adjusted(0, 0, 0, -_STRIP))
        self.zoom.resize(self.zoom.sizeHint())
        bottom = self.height() - (_STRIP - _HEIGHT) // 2
        self.zoom.move(self.width() - self.zoom.width() - _EDGE, bottom - self.zoom.height())
        self.legend.fit(self.width() - self.zoom.width() - 3 * _EDGE)
        self.legend.move(_EDGE, bottom - _HEIGHT)

    def resizeEvent(self, _event: object) -> None:
        self.place()
