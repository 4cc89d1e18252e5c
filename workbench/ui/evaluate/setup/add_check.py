"""Finding a metric for a new check."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from workbench.domain.evaluation.setting_up import MetricInfo
from workbench.ui.kit import Label, column
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_text

_WIDTH, _HEIGHT, _ROW = 400, 380, 42


class _Metrics(RowsModel[MetricInfo]):
    def text(self, row: MetricInfo) -> str:
        return row.title

    def spoken(self, row: MetricInfo) -> str:
        return f"{row.title}: {row.description}"

    def tip(self, row: MetricInfo) -> str:
        return row.description

    def key(self, row: MetricInfo) -> object:
        return row.id


class _Delegate(RowDelegate):
    """Title over description; the metrics that ask a model say so."""

    height = _ROW

    def paint_row(self, row: Row, index: Index) -> None:
        metric: MetricInfo = index.data(Qt.ItemDataRole.UserRole)
        row.ground(6)
        row.inset(8, 8)
        upper = row.room.adjusted(0, 3, 0, -_ROW // 2)
        lower = row.room.adjusted(0, _ROW // 2 - 2, 0, -2)
        used = draw_text(row.painter, upper, metric.title, "body", "text")
        note = f"{metric.id} · asks a model" if metric.asks_model else metric.id
        draw_text(row.painter, upper.adjusted(used + 8, 0, 0, 0), note, "small", "text-3")
        draw_text(row.painter, lower, metric.description, "small", "text-3")


class AddCheck(QWidget):
    """A search over a list: words narrow it, arrows walk it, Enter adds.

    Args:
        metrics: to choose from.

    Signals:
        wanted(str): the id of a metric.
    """

    wanted = Signal(str)

    def __init__(self, metrics: Sequence[MetricInfo]) -> None:
        super().__init__()
        self._all = tuple(metrics)
        self.setMinimumSize(_WIDTH, _HEIGHT)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search checks")
        self.search.setAccessibleName("Search checks")
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QListView()
        self.list.setAccessibleName("Checks")
        self.list.setMouseTracking(True)
        self.list.setItemDelegate(_Delegate(self.list))
        self._rows = _Metrics()
        self.list.setModel(self._rows)
        self.list.clicked.connect(self._on_picked)
        self.list.installEventFilter(self)
        self.nothing = Label("No check has these words.", "small", "text-3")
        self.setLayout(column(self.search, self.nothing, self.list, gap=8))
        self.setFocusProxy(self.search)
        self._fill()

    @Slot()
    def _fill(self) -> None:
        words = self.search.text().casefold().split()
        found = [
            metric
            for metric in self._all
            if all(
                word in f"{metric.title} {metric.id} {metric.description}".casefold()
                for word in words
            )
        ]
        self._rows.show_rows(found)
        self.nothing.setVisible(not found)
        self.list.setCurrentIndex(self._rows.index(0))

    @Slot(QModelIndex)
    def _on_picked(self, index: QModelIndex) -> None:
        metric = index.data(Qt.ItemDataRole.UserRole)
        if metric is not None:
            self.wanted.emit(metric.id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows typed into the search walk the list; Enter adds what is chosen there."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_picked(self.list.currentIndex())
                return True
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            step = steps.get(Qt.Key(event.key()), 0)
            if watched is self.search and step:
                place = self.list.currentIndex().row() + step
                self.list.setCurrentIndex(
                    self._rows.index(min(max(place, 0), self._rows.rowCount() - 1))
                )
                return True
        return super().eventFilter(watched, event)
