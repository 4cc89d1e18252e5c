"""Rows of a list that paint themselves: the model, the delegate, and what it paints with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.ui.theme import color, font, theme

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_Elide = Qt.TextElideMode
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class RowsModel(QAbstractListModel, Generic[T]):
    """Things as rows of a list; each is the ``UserRole`` of its row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[T] = ()

    def text(self, row: T) -> str:
        """What a row says, also to who types its first letters."""
        return str(row)

    def spoken(self, row: T) -> str:
        """What a screen reader says of it."""
        return self.text(row)

    def tip(self, _row: T) -> str:
        """What its tool tip says, as plain text."""
        return ""

    def key(self, _row: T) -> object:
        """What stays the same while a row changes; rows with the same keys are not made again."""
        return None

    def show_rows(self, rows: Sequence[T], *, in_place: bool = False) -> None:
        """Show other rows and notify as little as possible.

        Args:
            rows: from top to bottom.
            in_place: rows are objects that change; whether one did cannot be seen.
        """
        before, self.rows = self.rows, rows
        if [self.key(row) for row in before] != [self.key(row) for row in rows]:
            self.beginResetModel()
            self.endResetModel()
            return
        if in_place and rows:
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        for place, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(place), self.index(place))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == _Role.UserRole:
            return row
        if role == _Role.DisplayRole:
            return self.text(row)
        if role == _Role.ToolTipRole:
            return self.tip(row) or None
        return self.spoken(row) if role == _Role.AccessibleTextRole else None


class Row:
    """One row while it is painted from both ends: ``room`` is what is left of it.

    Args:
        painter: of the view.
        option: of the row.
    """

    def __init__(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        self.painter, self.option = painter, option
        self.box, self.room = QRect(option.rect), QRect(option.rect)
        self.is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        self.is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)

    def inset(self, left: int, right: int) -> None:
        """Leave so much free at both ends."""
        self.room.adjust(left, 0, -right, 0)

    def ground(self, radius: int = 0, *, smooth: bool = True) -> None:
        """Paint the row as chosen or hovered, round with a gap to the next one or whole."""
        if not self.is_chosen and not self.is_hovered:
            return
        tone = color("selected" if self.is_chosen else "hover")
        if not radius:
            self.painter.fillRect(self.box, tone)
            return
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(tone)
        self.painter.drawRoundedRect(self.box.adjusted(0, 1, 0, -1), radius, radius)

    def icon(self, name: str, tone: str, size: int, gap: int = 0) -> None:
        """Paint an icon at the left."""
        draw_icon(self.painter, name, tone, size, self.room.left(), self.box)
        self.room.setLeft(self.room.left() + size + gap)

    def left(
        self, text: str, style: str, tone: str, gap: int = 0, elide: _Elide = _Elide.ElideRight
    ) -> None:
        """Paint text at the left, cut where there is no room for it."""
        used = draw_text(self.painter, self.room, text, style, tone, elide=elide)
        self.room.setLeft(self.room.left() + used + gap)

    def right(self, text: str, style: str = "small", tone: str = "text-3", gap: int = 0) -> None:
        """Paint text at the right, cut where there is no room for it."""
        used = draw_text(self.painter, self.room, text, style, tone, _RIGHT | _MIDDLE)
        self.room.setRight(self.room.right() - used - gap)


class RowDelegate(QStyledItemDelegate):
    """Paints rows of one height."""

    height = 28

    def paint_row(self, row: Row, index: Index) -> None:
        """Paint the content of a row over its background; nothing by default."""

    def height_of(self, _index: Index) -> int:
        """The height of a row where not all have the same."""
        return self.height

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        self.paint_row(Row(painter, option), index)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self.height_of(index))


def draw_text(
    painter: QPainter,
    area: QRect,
    text: str,
    style: str,
    tone: str,
    align: Qt.AlignmentFlag = _LEFT | _MIDDLE,
    elide: _Elide = _Elide.ElideRight,
) -> int:
    """Paint a line of text in an area, cut where it is too long; returns the pixels it took."""
    if not text:
        return 0
    painter.setFont(font(style))
    painter.setPen(color(tone))
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(text)
    if width > area.width():  # only then: to cut takes as long as to measure
        text = metrics.elidedText(text, elide, max(area.width(), 0))
        width = metrics.horizontalAdvance(text)
    painter.drawText(area, align, text)
    return width


def draw_icon(painter: QPainter, name: str, tone: str, size: int, left: int, area: QRect) -> None:
    """Paint an icon in the middle of the height of an area."""
    picture = theme().pixmap(name, tone, size, painter.device().devicePixelRatioF())
    painter.drawPixmap(left, area.top() + (area.height() - size) // 2, picture)
