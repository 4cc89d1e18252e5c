"""A drop-down in the look of the design language."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from workbench.ui.popups import note_closed
from workbench.ui.theme import color, font, theme

_PADDING = 10
_ICON = 16
_ARROW = 14
_LIST_EXTRA = 64
"""What a line of the list has besides its text: icon, padding and scroll bar."""
_EXTRAS = Qt.ItemDataRole.UserRole + 1
"""Icon, its tone, and the quiet second text."""
DESCRIPTION = Qt.ItemDataRole.UserRole + 2
_MOST_LINES = 16
_Index = QModelIndex | QPersistentModelIndex


class _Lines(QStyledItemDelegate):
    """Paints an item of the list, with its description in a second line where it has one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        size = super().sizeHint(option, index)
        if index.data(DESCRIPTION):
            size.setHeight(size.height() + QFontMetrics(font("small")).height() + 2)
        return size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        description = index.data(DESCRIPTION)
        if not description:
            super().paint(painter, option, index)
            self._paint_note(painter, option, index)
            return
        self.initStyleOption(option, index)
        style = option.widget.style()
        area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        title, option.text = option.text, ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        small = QFontMetrics(font("small"))
        top = (
            option.rect.top()
            + (option.rect.height() - option.fontMetrics.height() - small.height()) // 2
        )
        for text, role, tone in ((title, "body", "text"), (description, "small", "text-3")):
            painter.setFont(font(role))
            painter.setPen(color(tone))
            metrics = painter.fontMetrics()
            line = QRect(area.left(), top, area.width(), metrics.height())
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
            top += metrics.height()
        painter.restore()

    def _paint_note(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """A muted text behind the name that distinguishes items of one name."""
        extras = index.data(_EXTRAS)
        if not extras or not extras[2]:
            return
        self.initStyleOption(option, index)
        style = option.widget.style()
        area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, option.widget)
        name = option.fontMetrics.horizontalAdvance(option.text)
        painter.save()
        painter.setPen(color("text-3"))
        area.setLeft(area.left() + name + _PADDING)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, extras[2])
        painter.restore()


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
        self.setItemDelegate(_Lines(self))
        self.setMaxVisibleItems(_MOST_LINES)
        self.setIconSize(QSize(_ICON, _ICON))
        self._hovered = False
        theme().changed.connect(self.update)
        self.currentIndexChanged.connect(self.updateGeometry)

    def add_choice(
        self,
        text: str,
        value: object,
        *,
        icon: str = "",
        tone: str = "text-2",
        note: str = "",
        description: str = "",
    ) -> None:
        """Add an item; ``note`` is shown quietly behind the text.

        ``description`` is a second line in the list.
        """
        self.addItem(text, value)
        index = self.count() - 1
        if description:
            self.setItemData(index, description, DESCRIPTION)
            self.setItemData(index, f"{text}: {description}", Qt.ItemDataRole.AccessibleTextRole)
            width = QFontMetrics(font("small")).horizontalAdvance(description) + _LIST_EXTRA
            self.view().setMinimumWidth(max(self.view().minimumWidth(), width))
        if note:
            width = QFontMetrics(font("body")).horizontalAdvance(text + note) + _LIST_EXTRA
            self.view().setMinimumWidth(max(self.view().minimumWidth(), width))
        self.setItemData(index, (icon, tone, note), _EXTRAS)
        if icon:
            self.setItemIcon(index, theme().icon(icon, tone, tone))

    def choose(self, value: object) -> bool:
        """Select the item with that value; False where there is none."""
        index = self.findData(value)
        if index >= 0:
            self.setCurrentIndex(index)
        return index >= 0

    def showPopup(self) -> None:
        for index in range(self.count()):  # the theme may be another since they were added
            icon, tone, _ = self.itemData(index, _EXTRAS) or ("", "", "")
            if icon:
                self.setItemIcon(index, theme().icon(icon, tone, tone))
        super().showPopup()

    def hidePopup(self) -> None:
        if self.view().isVisible():
            note_closed()
        super().hidePopup()

    def _extras(self) -> tuple[str, str, str]:
        extras = self.currentData(_EXTRAS)
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
