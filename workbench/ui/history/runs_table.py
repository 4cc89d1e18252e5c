"""The table of runs: numbers at the right, columns that give way when it is narrow."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from workbench.ui.history.runs_model import COLUMNS, Cell, RunsModel
from workbench.ui.theme import color, font, theme
from workbench.ui.theme.tokens import TOKENS

_ICON = 14
_PADDING = 8
_WIDTHS = {
    "Run": 52,
    "When": 112,
    "Strategy": 140,
    "Model": 130,
    "Answer": 96,
    "Tokens": 64,
    "Time": 78,
    "Status": 104,
}
_LEAST_PROMPT = 150
_GIVE_WAY = ("Model", "Run", "Tokens", "Strategy", "Time", "Answer")
_ICON_ONLY = frozenset({"Strategy"})
_ICON_ONLY_WIDTH = 34
_Index = QModelIndex | QPersistentModelIndex


class _Painter(QStyledItemDelegate):
    """Icon, text, quiet text."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell: Cell = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, color("selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, color("hover"))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, color("line"))
        inner = box.adjusted(_PADDING, 0, -_PADDING, -1)
        ratio = painter.device().devicePixelRatioF()
        if cell.icon:
            top = box.top() + (box.height() - _ICON) // 2
            picture = theme().pixmap(cell.icon, cell.icon_tone, _ICON, ratio)
            painter.drawPixmap(inner.left(), top, picture)
            inner.setLeft(inner.left() + _ICON + 6)
        self._paint_text(painter, inner, cell)

    def _paint_text(self, painter: QPainter, box: QRect, cell: Cell) -> None:
        painter.setFont(font("body"))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, box.width())
        painter.setPen(color(cell.tone))
        side = Qt.AlignmentFlag.AlignRight if cell.right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
        used = metrics.horizontalAdvance(shown) + 8
        if cell.quiet and used < box.width():
            painter.setFont(font("small"))
            painter.setPen(color("text-3"))
            rest = box.adjusted(used, 0, 0, 0)
            quiet = painter.fontMetrics().elidedText(
                cell.quiet, Qt.TextElideMode.ElideRight, rest.width()
            )
            painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter), quiet)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(60, TOKENS.size["row-table"])


class RunsTable(QTableView):
    """Shows runs; one can be chosen.

    Signals:
        chosen(int): the run's id.
        delete_wanted(): the Delete key.
        menu_wanted(QPoint): the menu of the chosen run, at a place of the screen.
    """

    chosen = Signal(int)
    delete_wanted = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, model: RunsModel) -> None:
        super().__init__()
        self._model = model
        self.setAccessibleName("Runs")
        self.setModel(model)
        self.setItemDelegate(_Painter(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(TOKENS.size["row-table"])
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setHighlightSections(False)
        head.setFont(font("micro"))
        head.setFixedHeight(30)
        head.setSectionResizeMode(COLUMNS.index("Prompt"), QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self._telling = True

    @property
    def current_id(self) -> int | None:
        """The chosen run."""
        row = self.currentIndex().row()
        return self._model.rows[row].run_id if 0 <= row < len(self._model.rows) else None

    def choose(self, run_id: int) -> bool:
        """Choose a run without telling of it; False where it is not in the list."""
        row = self._model.row_of(run_id)
        if row < 0:
            return False
        if row != self.currentIndex().row():
            self._telling = False
            self.selectRow(row)
            self._telling = True
        return True

    @Slot()
    def _on_current(self) -> None:
        run_id = self.current_id
        if self._telling and run_id is not None:
            self.chosen.emit(run_id)

    def _fit(self) -> None:
        """Hide columns, least wanted first, until the prompt's name has room."""
        room = self.viewport().width() - _LEAST_PROMPT
        widths = dict(_WIDTHS)
        gone: set[str] = set()
        narrow: frozenset[str] = frozenset()
        for name in _GIVE_WAY:
            if sum(width for each, width in widths.items() if each not in gone) <= room:
                break
            if name in _ICON_ONLY:
                widths[name] = _ICON_ONLY_WIDTH
                narrow |= {name}
            else:
                gone.add(name)
        self._model.show_icon_only(narrow)
        for index, name in enumerate(COLUMNS):
            self.setColumnHidden(index, name in gone)
            if name in widths:
                self.setColumnWidth(index, widths[name])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        self.selectRow(index.row())
        place = event.globalPos()
        if by_key:
            prompt = self.model().index(index.row(), COLUMNS.index("Prompt"))
            place = self.viewport().mapToGlobal(self.visualRect(prompt).bottomLeft())
        self.menu_wanted.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)
