"""The segments of a prompt, what the answer needs most first: a bar and a number each."""

from __future__ import annotations

import math

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle

from workbench.domain.runs.xray import MANY_LEVELS, SegmentEffect, XRay
from workbench.ui.kit import plain_tip
from workbench.ui.kit.heat import heat_bar, nats
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_text
from workbench.ui.theme import color, font, theme

_ROW = 44
_PADDING = 16
_BAR = 4
_NUMBER_WIDTH = 64
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def number_of(effect: SegmentEffect) -> str:
    """The effect as text in the list."""
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


class SegmentModel(RowsModel[SegmentEffect]):
    """The effects of an X-ray, ranked."""

    most = 0.0

    def show_found(self, found: XRay | None) -> None:
        """Show another X-ray, or none."""
        self.beginResetModel()
        self.rows = found.ranked() if found is not None else ()
        self.most = max((abs(row.share) for row in self.rows if row.is_known), default=0.0)
        self.endResetModel()

    def text(self, row: SegmentEffect) -> str:
        return row.segment.title

    def spoken(self, row: SegmentEffect) -> str:
        return f"{number_of(row)}, {row.segment.title}. {words_of(row)}"

    def tip(self, row: SegmentEffect) -> str:
        return plain_tip(f"{row.segment.title}\n{words_of(row)}")


class _Delegate(RowDelegate):
    """Place and title, the number at the right, and a bar beneath."""

    height = _ROW

    def paint_row(self, row: Row, index: Index) -> None:
        effect: SegmentEffect = index.data(Qt.ItemDataRole.UserRole)
        model = index.model()
        most = model.most if isinstance(model, SegmentModel) else 0.0
        row.ground()
        if row.option.state & QStyle.StateFlag.State_HasFocus:
            row.painter.setPen(color("focus"))
            row.painter.drawRect(row.box.adjusted(0, 0, -1, -1))
        inner = row.box.adjusted(_PADDING, 6, -_PADDING, -6)
        self._paint_bar(row.painter, inner, effect, most)
        row.room = QRect(inner.left(), inner.top(), inner.width(), 20)
        tone = "text" if effect.measure == "removed" else "text-2"
        draw_text(row.painter, row.room, number_of(effect), "body", tone, _RIGHT)
        row.inset(0, _NUMBER_WIDTH)
        first, code = effect.segment.first_line, font("code-small")
        if first:
            draw_text(row.painter, row.room, str(first), "code-small", "text-3")
        row.inset(QFontMetrics(code if first else font("body")).horizontalAdvance("0000"), 8)
        row.left(effect.segment.title, "body", "text")

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
        self.setItemDelegate(_Delegate(self))
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
