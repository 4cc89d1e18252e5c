"""Buttons that show the key that presses them: four equal ones, and small ones for reasons."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from workbench.ui.actions import shown_keys
from workbench.ui.bindings import bindings
from workbench.ui.kit.buttons import is_enter
from workbench.ui.theme import color, font, theme

_CAP = 22
_GAP = 10
_RADIUS = 8


class _KeyButton(QAbstractButton):
    """A button with its key in front of its text.

    Args:
        text: also its accessible name.
        keys: the key that its action is made with; what works now is shown.
    """

    def __init__(self, text: str, keys: str) -> None:
        super().__init__()
        self._keys = keys
        self.setText(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._show_keys()
        theme().changed.connect(self.update)
        bindings().changed.connect(self._show_keys)

    @property
    def shown_key(self) -> str:
        """The key as it is written on this system, "" where it has none now."""
        return shown_keys(bindings().at(self._keys, self))

    @Slot()
    def _show_keys(self) -> None:
        hint = self.shown_key
        self.setToolTip(f"{self.text()} ({hint})" if hint else self.text())
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_enter(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def _ground(self, painter: QPainter, radius: int) -> None:
        """The box: chosen, pressed, under the pointer, or plain; a ring where it has the focus."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = "raised"
        if self.isDown():
            tone = "pressed"
        elif self.isChecked():
            tone = "selected"
        elif self.underMouse() and self.isEnabled():
            tone = "hover"
        painter.setPen(QPen(color("focus" if self.hasFocus() else "line-strong"), 1))
        painter.setBrush(color(tone))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, radius, radius)


class VoteKey(_KeyButton):
    """One of the four votes: a cap with its key, and what it says. None is stronger."""

    def __init__(self, text: str, keys: str) -> None:
        super().__init__(text, keys)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def nextCheckState(self) -> None:
        """Only the vote that was made is checked, by the view."""

    def sizeHint(self) -> QSize:
        width = QFontMetrics(font("body-strong")).horizontalAdvance(self.text())
        return QSize(width + _CAP + _GAP + 40, 48)

    def minimumSizeHint(self) -> QSize:
        width = QFontMetrics(font("body-strong")).horizontalAdvance(self.text())
        return QSize(width + _CAP + _GAP + 12, 48)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground(painter, _RADIUS)
        hint = self.shown_key
        tone = "text" if self.isEnabled() else "text-off"
        metrics = QFontMetrics(font("body-strong"))
        cap = max(_CAP, QFontMetrics(font("small")).horizontalAdvance(hint) + 12) if hint else 0
        used = cap + (_GAP if cap else 0) + metrics.horizontalAdvance(self.text())
        left = max(6, (self.width() - used) // 2)
        if cap:
            box = QRectF(left + 0.5, (self.height() - _CAP) / 2 + 0.5, cap - 1, _CAP - 1)
            painter.setPen(QPen(color("line-strong"), 1))
            painter.setBrush(color("panel"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(color(tone))
            painter.setFont(font("small"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, hint)
            left += cap + _GAP
        painter.setFont(font("body-strong"))
        painter.setPen(color(tone))
        area = QRect(left, 0, self.width() - left, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())


class ReasonChip(_KeyButton):
    """What decided, to be switched on and off."""

    def __init__(self, text: str, keys: str) -> None:
        super().__init__(text, keys)
        self.setCheckable(True)

    def nextCheckState(self) -> None:
        """The model says whether it is checked."""

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font("small"))
        hint = self.shown_key
        width = metrics.horizontalAdvance(self.text()) + 16
        return QSize(width + (metrics.horizontalAdvance(hint) + 6 if hint else 0), 24)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._ground(painter, 5)
        painter.setFont(font("small"))
        left, hint = 8, self.shown_key
        area = QRect(left, 0, self.width() - left, self.height())
        if hint:
            painter.setPen(color("text-3"))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, hint)
            area.setLeft(left + painter.fontMetrics().horizontalAdvance(hint) + 6)
        tone = "text" if self.isChecked() else "text-2"
        painter.setPen(color(tone if self.isEnabled() else "text-off"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
