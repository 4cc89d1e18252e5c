"""A switch: on or off, at once."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from workbench.ui.theme import color, font, theme

_TRACK = QSize(28, 16)
_GAP = 8


class Switch(QAbstractButton):
    """A labelled switch; ``toggled(bool)`` is emitted on a change."""

    def __init__(self, text: str, *, tip: str = "") -> None:
        super().__init__()
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setFont(font("body"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(28)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        width = _TRACK.width() + _GAP + self.fontMetrics().horizontalAdvance(self.text()) + 4
        return QSize(width, 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - _TRACK.height()) / 2
        track = QRectF(1, top, _TRACK.width(), _TRACK.height())
        edge = "focus" if self.hasFocus() else "ink" if self.isChecked() else "line-access"
        painter.setPen(QPen(color(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(color("ink" if self.isChecked() else "raised"))
        painter.drawRoundedRect(track, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("on-ink" if self.isChecked() else "line-access"))
        left = track.right() - 14 if self.isChecked() else track.left() + 2
        painter.drawEllipse(QRectF(left, top + 2, 12, 12))
        painter.setPen(color("text" if self.isEnabled() else "text-off"))
        area = self.rect().adjusted(_TRACK.width() + _GAP + 1, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
