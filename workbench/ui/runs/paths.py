"""Samples as a list, and the text of the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from workbench.domain.run_state import CallState, RunState, SampleState
from workbench.ui.theme import color, font
from workbench.ui.widgets import StreamingText, column

_ROW = 26
_ROWS_SHOWN = 5
_NUMBER_WIDTH = 24
_Index = QModelIndex | QPersistentModelIndex


class PathsModel(QAbstractListModel):
    """One row a sample: its answer and its tokens."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, str, bool]] = []

    def show_rows(self, rows: list[tuple[str, str, bool]]) -> None:
        """(answer, note, winner) a sample; only what changed is told."""
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        before, self._rows = self._rows, rows
        for index, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(index), self.index(index))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        answer, note, won = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return answer
        if role == Qt.ItemDataRole.UserRole:
            return (answer, note, won)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Path {index.row() + 1}: {answer}, {note}"
        return None


class _Painter(QStyledItemDelegate):
    """Number, answer, tokens."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        answer, note, won = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, color("selected"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, color("hover"))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        box = box.adjusted(6, 0, -6, 0)
        painter.setFont(font("small"))
        painter.setPen(color("text-3"))
        painter.drawText(box, middle, f"{index.row() + 1}")
        painter.drawText(box, middle | int(Qt.AlignmentFlag.AlignRight), note)
        room = box.width() - _NUMBER_WIDTH - painter.fontMetrics().horizontalAdvance(note) - 8
        painter.setFont(font("body-strong" if won else "body"))
        painter.setPen(color("text" if won else "text-2"))
        area = QRect(box.left() + _NUMBER_WIDTH, box.top(), room, box.height())
        shown = painter.fontMetrics().elidedText(answer, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, middle, shown)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(120, _ROW)


class PathList(QFrame):
    """The list above, the chosen sample's text below."""

    def __init__(self) -> None:
        super().__init__()
        self.tone = "text-2"
        self._samples: list[SampleState] = []
        self._proposed = 0
        self.model = PathsModel()
        self.list = QListView()
        self.list.setAccessibleName("Paths")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Painter(self))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.text = StreamingText("Text of the path")
        self.text.setMinimumHeight(66)
        layout = column(self.list, self.text, gap=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_calls(self, calls: Sequence[CallState], state: RunState) -> None:
        """Show the samples of ``calls``; ``state`` has their answers once they were read."""
        places = [(call.call, index) for call in calls for index in range(len(call.samples))]
        self._samples = [sample for call in calls for sample in call.samples]
        parsed = {(each.call, each.sample): each.value for each in state.parsed}
        won = state.answer
        rows = []
        for place, sample in zip(places, self._samples, strict=True):
            tokens = sample.completion_tokens or len(sample.tokens)
            answer = parsed.get(place)
            if place in parsed:
                shown = "No answer" if answer is None else " ".join(answer.split())
            else:
                shown = "ended" if sample.finish_reason else "…"
            rows.append((shown, f"{tokens:,} tokens", answer is not None and answer == won))
        self.model.show_rows(rows)
        self.list.setFixedHeight(_ROW * min(len(rows), _ROWS_SHOWN))
        self._propose(next((row for row, each in enumerate(rows) if each[2]), 0))
        self._show_text()

    def _propose(self, row: int) -> None:
        """Choose a row (the first that won), unless somebody chose another one."""
        current = self.list.currentIndex()
        if not current.isValid() or (current.row() == self._proposed and row != current.row()):
            self._proposed = row
            self.list.setCurrentIndex(self.model.index(row))

    @Slot()
    def _on_current(self) -> None:
        self._show_text()

    def _show_text(self) -> None:
        row = self.list.currentIndex().row()
        if not 0 <= row < len(self._samples):
            self.text.set_text("")
            return
        sample = self._samples[row]
        self.text.set_text(sample.text, follow=not sample.finish_reason)
        self.text.set_streaming("" if sample.finish_reason or not sample.text else self.tone)
