"""A drop-down in the look of the design language."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QListView, QStyledItemDelegate

from workbench.ui.theme import color, font, theme

_PADDING = 10
_ICON = 16
_ARROW = 14


class Chooser(QComboBox):
    """A combo box that paints itself: icon, text, a quiet second text, and two chevrons.

    Items are added by :meth:`add_choice`; ``currentData()`` is the chosen value. The wheel changes
    nothing unless it has focus.

    Args:
        name: the accessible name.
        height: device-independent pixels.
        flat: without a box, in the type of a heading; for a title that can be changed.
    """

    def __init__(self, name: str, *, height: int = 28, width: int = 0, flat: bool = False) -> None:
        super().__init__()
        self._flat = flat
        self._style = "heading" if flat else "body"
        self._padding = 0 if flat else _PADDING
        self.setFont(font(self._style))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedHeight(height)
        if width:
            self.setFixedWidth(width)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        view = QListView()
        view.setAccessibleName(name)
        self.setView(view)
        self.setItemDelegate(QStyledItemDelegate(self))
        self._hovered = False
        theme().changed.connect(self.update)
        self.currentIndexChanged.connect(self.updateGeometry)

    def add_choice(
        self, text: str, value: object, *, icon: str = "", tone: str = "text-2", note: str = ""
    ) -> None:
        """Add an item; ``note`` is shown quietly behind the text."""
        self.addItem(text, value)
        index = self.count() - 1
        self.setItemData(index, (icon, tone, note), Qt.ItemDataRole.UserRole + 1)
        if icon:
            self.setItemIcon(index, theme().icon(icon, tone, tone))

    def choose(self, value: object) -> bool:
        """Select the item with that value; False where there is none."""
        index = self.findData(value)
        if index >= 0:
            self.setCurrentIndex(index)
        return index >= 0

    def _extras(self) -> tuple[str, str, str]:
        extras = self.currentData(Qt.ItemDataRole.UserRole + 1)
        return extras or ("", "text-2", "")

    def sizeHint(self) -> QSize:
        icon, _, note = self._extras()
        metrics = self.fontMetrics()
        shown = self.currentText() or self.placeholderText()
        width = metrics.horizontalAdvance(shown) + 2 * self._padding + _ARROW + 8
        if icon:
            width += _ICON + 8
        if note:
            width += metrics.horizontalAdvance(note) + 8
        return QSize(max(width, 72), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(72, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        edge = "focus" if self.hasFocus() else "line-strong"
        if not self._flat or self.hasFocus() or self._hovered:
            quiet = self._flat and not self.hasFocus()
            painter.setPen(Qt.PenStyle.NoPen if quiet else QPen(color(edge), 1))
            painter.setBrush(color("hover" if self._hovered else "raised"))
            painter.drawRoundedRect(box, 6, 6)
        if not self.hasFocus() and not self._flat:
            painter.setPen(QPen(color("line-access"), 1))
            painter.drawLine(6, self.height() - 1, self.width() - 6, self.height() - 1)
        self._paint_content(painter)

    def _paint_content(self, painter: QPainter) -> None:
        icon, tone, note = self._extras()
        left, ratio = self._padding, self.devicePixelRatioF()
        middle = (self.height() - _ICON) // 2
        off = not self.isEnabled()
        if icon:
            picture = theme().pixmap(icon, "text-off" if off else tone, _ICON, ratio)
            painter.drawPixmap(left, middle, picture)
            left += _ICON + 8
        arrow = theme().pixmap("chevrons-up-down", "text-3", _ARROW, ratio)
        right = self.width() - self._padding - _ARROW
        painter.drawPixmap(right + 2, (self.height() - _ARROW) // 2, arrow)
        painter.setFont(font(self._style))
        metrics = painter.fontMetrics()
        room = right - left - 4
        chosen = self.currentText()
        if not chosen:
            chosen, off = self.placeholderText(), True
        text = metrics.elidedText(chosen, Qt.TextElideMode.ElideRight, room)
        painter.setPen(color("text-off" if off else "text"))
        area = QRect(left, 0, room, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
        used = metrics.horizontalAdvance(text) + 8
        if note and used < room:
            painter.setPen(color("text-3"))
            area.setLeft(left + used)
            shown = metrics.elidedText(note, Qt.TextElideMode.ElideRight, room - used)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()
        super().leaveEvent(event)
