"""The variants as a table: baseline, strategy, prompt, model, and what each takes."""

from __future__ import annotations

from pathlib import PurePath
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from workbench.domain.evaluation.cells import SweepEstimate
from workbench.domain.text import rough_seconds
from workbench.ui.kit.row_delegate import draw_icon, draw_text
from workbench.ui.kit.row_hover import RowHover, set_up_rows
from workbench.ui.theme import color

_TITLES = ("Baseline", "Name", "Strategy", "Prompt", "Model", "Calls", "New tokens", "Time")
BASELINE, NAME, STRATEGY, PROMPT, MODEL, CALLS, TOKENS, TIME = range(len(_TITLES))
_NUMBERS = (CALLS, TOKENS, TIME)
_WIDTHS = (72, 92, 150, 104, 122, 74, 88, 64)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex


class VariantRow(NamedTuple):
    """A variant as it is shown; ``icon`` is of its strategy, ``note`` its parameters."""

    name: str
    is_baseline: bool
    icon: str
    strategy: str
    note: str
    prompt: str
    version: str
    model: str
    cost: SweepEstimate | None
    problem: str = ""

    @property
    def calls(self) -> str:
        """How many calls it takes: "420", "cached", "" where that is not known."""
        if self.cost is None:
            return ""
        return f"{self.cost.calls:,}" if self.cost.to_run else "cached"

    @property
    def tokens(self) -> str:
        """Tokens that it writes."""
        if self.cost is None:
            return ""
        likely = self.cost.likely_tokens
        count = self.cost.new_tokens if likely is None else likely
        return f"{count:,}" if self.cost.to_run else "–"

    @property
    def time(self) -> str:
        """How long it takes, "" where the speed of the model is not known."""
        if self.cost is None or self.cost.seconds is None:
            return ""
        return rough_seconds(self.cost.seconds) if self.cost.to_run else "–"

    def text(self, column: int) -> str:
        """What a cell says."""
        baseline = "baseline" if self.is_baseline else ""
        version = f"{self.prompt} {self.version}".strip()
        strategy = f"{self.strategy} {self.note}".strip()
        texts = (
            baseline,
            self.name,
            strategy,
            version,
            self.model,
            self.calls,
            self.tokens,
            self.time,
        )
        return texts[column]


def prompt_name(path: str, text: str) -> str:
    """What a prompt is called in the table."""
    return PurePath(path).stem if path and not text else "own text"


class VariantsModel(QAbstractTableModel):
    """Variants by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[VariantRow] = []

    def show_rows(self, rows: list[VariantRow]) -> None:
        """Show other variants; where there are as many, the chosen row stays."""
        if len(rows) != len(self.rows):
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows != self.rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, TIME))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(
        self, place: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if way != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if place in _NUMBERS else _LEFT
        return _TITLES[place] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.text(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.problem or row.name
        return None


class _Delegate(QStyledItemDelegate):
    """Paints a radio button, the strategy's icon, and muted notes behind the text."""

    def __init__(self, table: QTableView, hover: RowHover) -> None:
        super().__init__(table)
        self._hover = hover

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: VariantRow = index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        box = QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, color("selected"))
        elif self._hover.row == index.row():
            painter.fillRect(box, color("hover"))
        inner = box.adjusted(10, 0, -10, 0)
        column = index.column()
        if column == BASELINE:
            _paint_radio(painter, box, is_on=row.is_baseline)
        elif column == STRATEGY:
            draw_icon(painter, row.icon, row.icon, 16, inner.left(), box)
            inner.adjust(24, 0, 0, 0)
            used = draw_text(painter, inner, row.strategy, "body", "text")
            draw_text(painter, inner.adjusted(used + 8, 0, 0, 0), row.note, "body", "text-3")
        elif column == NAME:
            draw_text(painter, inner, row.name, "body", "text")
        elif column == PROMPT:
            tone = "bad" if row.problem else "text"
            used = draw_text(painter, inner, row.prompt, "body", tone)
            draw_text(painter, inner.adjusted(used + 6, 0, 0, 0), row.version, "body", "text-3")
        elif column in _NUMBERS:
            tone = "text-3" if row.cost is None or not row.cost.to_run else "text"
            draw_text(painter, inner, row.text(column), "body", tone, _RIGHT)
        else:
            draw_text(painter, inner, row.text(column), "body", "text-2")
        painter.restore()


def _paint_radio(painter: QPainter, box: QRect, *, is_on: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    size = 14
    left = box.center().x() - size // 2
    ring = QRect(left, box.center().y() - size // 2, size, size)
    painter.setPen(QPen(color("ink" if is_on else "line-access"), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(ring)
    if is_on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("ink"))
        painter.drawEllipse(ring.adjusted(3, 3, -3, -3))


class VariantsTable(QTableView):
    """Space or a click makes the baseline, Delete removes, Ctrl+D duplicates.

    Signals:
        chosen(int): the row that is edited.
        baseline_wanted(int), remove_wanted(int), duplicate_wanted(int): of a row.
    """

    chosen = Signal(int)
    baseline_wanted = Signal(int)
    remove_wanted = Signal(int)
    duplicate_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.variants = VariantsModel()
        self.setModel(self.variants)
        set_up_rows(self, "Variants")
        self._hover = RowHover(self)
        self.setItemDelegate(_Delegate(self, self._hover))
        header = self.horizontalHeader()
        for column, width in enumerate(_WIDTHS):
            header.resizeSection(column, width)
        header.setSectionResizeMode(STRATEGY, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._on_row)

    def show_rows(self, rows: list[VariantRow]) -> None:
        """Show other variants; the row that was chosen stays chosen."""
        place = self.currentIndex().row()
        self.variants.show_rows(rows)
        if rows:
            self.choose(min(max(place, 0), len(rows) - 1))

    def choose(self, place: int) -> None:
        """Choose a row."""
        if self.currentIndex().row() != place:
            self.setCurrentIndex(self.variants.index(place, STRATEGY))

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place, key = self.currentIndex().row(), event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if place >= 0 and key == Qt.Key.Key_Space:
            self.baseline_wanted.emit(place)
        elif place >= 0 and key == Qt.Key.Key_Delete:
            self.remove_wanted.emit(place)
        elif place >= 0 and control and key == Qt.Key.Key_D:
            self.duplicate_wanted.emit(place)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.column() == BASELINE and event.button() == Qt.MouseButton.LeftButton:
            self.baseline_wanted.emit(index.row())

    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+D and Delete from shortcuts of the window while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if event.key() == Qt.Key.Key_Delete or (control and event.key() == Qt.Key.Key_D):
                event.accept()
                return True
        return super().event(event)
