"""The segments of a prompt, what the answer needs most first: a bar and a number each."""

from __future__ import annotations

import math

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from workbench.domain.xray import MANY_LEVELS, SegmentEffect, XRay
from workbench.ui.theme import color, font, theme
from workbench.ui.widgets import plain_tip
from workbench.ui.widgets.heat import heat_bar, nats

_ROW = 44
_PADDING = 16
_BAR = 4
_NUMBER_WIDTH = 64
_Index = QModelIndex | QPersistentModelIndex


def number_of(effect: SegmentEffect) -> str:
    """The effect as it stands in the list."""
    if effect.measure == "failed":
        return "failed"
    if not effect.is_known:
        return "…"
    return nats(effect.share, about=effect.measure != "removed")


def words_of(effect: SegmentEffect) -> str:
    """The effect in sentences: what it means, and how it was found."""
    segment = effect.segment
    name = segment.place if segment.level in ("line", "paragraph", "block") else segment.title
    if effect.measure == "failed":
        return f"The prompt without {name} cannot be made: {effect.error}"
    if not effect.is_known:
        return f"{name}: not known yet."
    factor = math.exp(min(abs(effect.delta), 20.0))
    more = "less" if effect.delta >= 0 else "more"
    many = MANY_LEVELS[segment.level]
    if effect.measure == "removed":
        how = "Measured with the prompt that lacks it."
    elif effect.measure == "read":
        how = "Estimated: what the answer gains when it is read, before what is below it."
    else:
        how = f"Estimated for {len(effect.group)} {many} together; each is shown an equal part."
        return f"Without these {many} an answer token is {factor:.2g} times {more} likely. {how}"
    return f"Without {name} each token of the answer is {factor:.2g} times {more} likely. {how}"


class SegmentModel(QAbstractListModel):
    """The effects of an X-ray, ranked."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[SegmentEffect, ...] = ()
        self.most = 0.0

    def show_found(self, found: XRay | None) -> None:
        """Show another X-ray, or none."""
        self.beginResetModel()
        self.rows = found.ranked() if found is not None else ()
        self.most = max((abs(row.share) for row in self.rows if row.is_known), default=0.0)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        effect = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return effect.segment.title
        if role == Qt.ItemDataRole.UserRole:
            return effect
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{effect.segment.title}\n{words_of(effect)}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{number_of(effect)}, {effect.segment.title}. {words_of(effect)}"
        return None


class _Painter(QStyledItemDelegate):
    """Place and title, the number at the right, and a bar beneath."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        effect: SegmentEffect = index.data(Qt.ItemDataRole.UserRole)
        model = index.model()
        most = model.most if isinstance(model, SegmentModel) else 0.0
        box: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, color("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, color("hover"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(color("focus"))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        inner = box.adjusted(_PADDING, 6, -_PADDING, -6)
        upper = QRect(inner.left(), inner.top(), inner.width(), 20)
        self._paint_words(painter, upper, effect)
        self._paint_bar(painter, inner, effect, most)

    @staticmethod
    def _paint_words(painter: QPainter, box: QRect, effect: SegmentEffect) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font("body"))
        painter.setPen(color("text" if effect.measure == "removed" else "text-2"))
        right = int(middle | Qt.AlignmentFlag.AlignRight)
        painter.drawText(box, right, number_of(effect))
        rest = box.adjusted(0, 0, -_NUMBER_WIDTH, 0)
        first = effect.segment.first_line
        if first:
            painter.setFont(font("code-small"))
            painter.setPen(color("text-3"))
            painter.drawText(rest, int(middle), str(first))
        metrics = painter.fontMetrics()
        rest.setLeft(rest.left() + metrics.horizontalAdvance("0000"))
        painter.setFont(font("body"))
        painter.setPen(color("text"))
        title = painter.fontMetrics().elidedText(
            effect.segment.title, Qt.TextElideMode.ElideRight, rest.width() - 8
        )
        painter.drawText(rest, int(middle), title)

    @staticmethod
    def _paint_bar(painter: QPainter, box: QRect, effect: SegmentEffect, most: float) -> None:
        track = QRect(box.left(), box.bottom() - _BAR, box.width(), _BAR)
        painter.fillRect(track, color("line"))
        if not effect.is_known or not most:
            return
        strength = effect.share / most
        width = max(2, round(track.width() * abs(strength)))
        bar = QRect(track.left(), track.top(), width, _BAR)
        painter.fillRect(bar, heat_bar(strength))
        if effect.measure != "removed":  # an estimate has gaps
            for left in range(bar.left() + 4, bar.right(), 6):
                painter.fillRect(left, bar.top(), 2, _BAR, color("panel"))

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(100, _ROW)


class SegmentList(QListView):
    """The ranked segments.

    Signals:
        selected(object): the SegmentEffect under the keyboard, or None.
        line_wanted(int): one was clicked, or Enter was pressed on it.
    """

    selected = Signal(object)
    line_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.segments = SegmentModel()
        self.setModel(self.segments)
        self.setItemDelegate(_Painter(self))
        self.setAccessibleName("Parts of the prompt, the most needed first")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._on_activated)
        self.activated.connect(self._on_activated)
        self.selectionModel().currentChanged.connect(self._on_current)
        theme().changed.connect(self.viewport().update)

    def show_found(self, found: XRay | None) -> None:
        """Show another X-ray; the part that was chosen stays so, the first stays the first."""
        effect = self.effect
        is_first = self.currentIndex().row() <= 0
        chosen = effect.segment.id if effect is not None and not is_first else ""
        self.segments.show_found(found)
        ids = [row.segment.id for row in self.segments.rows]
        if ids:
            row = ids.index(chosen) if chosen in ids else 0
            self.setCurrentIndex(self.segments.index(row, 0))
        else:
            self.selected.emit(None)

    @property
    def effect(self) -> SegmentEffect | None:
        """The chosen one."""
        row = self.currentIndex().row()
        rows = self.segments.rows
        return rows[row] if 0 <= row < len(rows) else None

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        if self.effect is not None and self.effect.segment.first_line:
            self.line_wanted.emit(self.effect.segment.first_line)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self.selected.emit(self.effect)
