"""Samples as a list, and the text of the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QListView

from workbench.domain.runs.run_state import CallState, RunState, SampleState
from workbench.domain.text import count_text
from workbench.ui.kit import StreamingText, column
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_text

_ROW = 26
_ROWS_SHOWN = 5
_NUMBER_WIDTH = 24


class PathRow(NamedTuple):
    """A sample as a row."""

    number: int
    answer: str
    note: str
    won: bool


class PathsModel(RowsModel[PathRow]):
    """One row a sample: its answer and its tokens."""

    def text(self, row: PathRow) -> str:
        return row.answer

    def spoken(self, row: PathRow) -> str:
        return f"Path {row.number}: {row.answer}, {row.note}"


class _Delegate(RowDelegate):
    """Number, answer, tokens."""

    height = _ROW

    def paint_row(self, row: Row, index: Index) -> None:
        path: PathRow = index.data(Qt.ItemDataRole.UserRole)
        row.ground()
        row.inset(6, 6)
        draw_text(row.painter, row.room, str(path.number), "small", "text-3")
        row.right(path.note, gap=8)
        row.inset(_NUMBER_WIDTH, 0)
        style, tone = ("body-strong", "text") if path.won else ("body", "text-2")
        row.left(path.answer, style, tone)


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
        self.list.setItemDelegate(_Delegate(self))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.selectionModel().currentChanged.connect(self._show_text)
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
        rows: list[PathRow] = []
        for place, sample in zip(places, self._samples, strict=True):
            tokens = sample.completion_tokens or len(sample.tokens)
            answer = parsed.get(place)
            if place in parsed:
                shown = "No answer" if answer is None else " ".join(answer.split())
            else:
                shown = _unread(sample)
            won_it = answer is not None and answer == won
            rows.append(PathRow(len(rows) + 1, shown, count_text(tokens, "token"), won_it))
        self.model.show_rows(rows)
        self.list.setFixedHeight(_ROW * min(len(rows), _ROWS_SHOWN))
        self._propose(next((row for row, each in enumerate(rows) if each.won), 0))
        self._show_text()

    def _propose(self, row: int) -> None:
        """Choose a row (the first that won), unless the user chose one."""
        current = self.list.currentIndex()
        if not current.isValid() or (current.row() == self._proposed and row != current.row()):
            self._proposed = row
            self.list.setCurrentIndex(self.model.index(row))

    @Slot()
    def _show_text(self) -> None:
        row = self.list.currentIndex().row()
        if not 0 <= row < len(self._samples):
            self.text.set_text("")
            return
        sample = self._samples[row]
        self.text.set_text(sample.text, follow=not sample.finish_reason)
        self.text.set_streaming("" if sample.finish_reason or not sample.text else self.tone)


def _unread(sample: SampleState) -> str:
    """The state of a sample whose answer was not read."""
    if not sample.finish_reason:
        return "…"
    return "ended" if sample.is_whole else "stopped"
