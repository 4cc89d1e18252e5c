"""Bars of a node's verdicts, by counts or by probabilities."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.domain.runs.nodes import NodeState
from workbench.ui.runs.search_tree import paint_verdict
from workbench.ui.runs.tree_cards import VERDICTS
from workbench.ui.theme import color, font, theme

_ROW = 20
_BAR_LEFT, _NUMBER = 96, 44


class ValueBars(QWidget):
    """Bars with their numbers; the accessible description says them."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: list[tuple[str, float, str]] = []
        self.setAccessibleName("Value")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_node(self, node: NodeState) -> None:
        """Show a node's verdicts, hidden where it has none."""
        if node.probabilities:
            self.bars = [(name, each, f"{each:.2f}") for name, each in node.probabilities.items()]
        else:
            most = max([1, *node.labels.values()])
            total = sum(node.labels.values()) if set(node.labels) <= set(VERDICTS) else most
            self.bars = [(name, n / max(total, 1), f"{n:,}") for name, n in node.labels.items()]
        self.setVisible(bool(self.bars))
        self.setFixedHeight(_ROW * max(len(self.bars), 1))
        self.setAccessibleDescription(", ".join(f"{name} {text}" for name, _, text in self.bars))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _ROW * max(len(self.bars), 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, (name, share, number) in enumerate(self.bars):
            box = QRectF(0, index * _ROW, self.width(), _ROW)
            tone = name if name in VERDICTS else "text-2"
            painter.save()
            painter.translate(QPointF(6, box.center().y()))
            painter.scale(0.75, 0.75)
            paint_verdict(painter, QPointF(0, 0), name if name in VERDICTS else "", tone)
            painter.restore()
            painter.setFont(font("body"))
            painter.setPen(color("text"))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box.adjusted(16, 0, 0, 0), middle, name)
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, number)
            bar = QRectF(_BAR_LEFT, box.center().y() - 3, self.width() - _BAR_LEFT - _NUMBER, 6)
            painter.fillRect(bar, color("line"))
            bar.setWidth(bar.width() * min(max(share, 0.0), 1.0))
            painter.fillRect(bar, color(tone))
