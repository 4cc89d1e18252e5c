"""The table of a batch: a row for each case, with answer, verdict, tokens and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from workbench.domain.prompts.cases import CaseResult
from workbench.domain.text import seconds_text
from workbench.ui.kit import plain_tip
from workbench.ui.kit.row_hover import set_up_rows
from workbench.ui.runs.words import STATUS_WORDS, Word
from workbench.ui.theme import color, font, icon, theme

_COLUMNS = ("Inputs", "Answer", "Verdict", "Tokens", "Time")
_ANSWER, _VERDICT, _TOKENS, _TIME = 1, 2, 3, 4
_MOST_SHOWN = 300
_NAME = 112
_WAITING = Word("Waiting", "clock", "text-3")
_SKIPPED = Word("Not run", "warning", "warn")
_Index = QModelIndex | QPersistentModelIndex


def verdict(result: CaseResult) -> Word:
    """How far a case is, or whether it is right; never by colour alone."""
    if result.right is not None:
        return Word("Right", "check", "ok") if result.right else Word("Wrong", "close", "bad")
    if result.status == "waiting":
        return _WAITING
    return _SKIPPED if result.status == "skipped" else STATUS_WORDS[result.status]


class BatchRows(QAbstractTableModel):
    """Results as rows."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[CaseResult] = []

    def show_results(self, results: Sequence[CaseResult]) -> None:
        """Show how far the cases are; the same number of them keeps what is selected."""
        if len(results) != len(self.results):
            self.beginResetModel()
            self.results = list(results)
            self.endResetModel()
            return
        changed = [at for at, each in enumerate(results) if each != self.results[at]]
        self.results = list(results)
        for at in changed:
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(_COLUMNS) - 1))

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.results)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section >= _TOKENS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        result, column = self.results[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(result, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(result))
        if role == Qt.ItemDataRole.TextAlignmentRole and column >= _TOKENS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return self._look(verdict(result), role) if column == _VERDICT else None

    @staticmethod
    def _look(word: Word, role: int) -> Any:
        if role == Qt.ItemDataRole.DecorationRole:
            return icon(word.icon, word.tone)
        return color(word.tone) if role == Qt.ItemDataRole.ForegroundRole else None

    @staticmethod
    def _text(result: CaseResult, column: int) -> str:
        if column == _ANSWER:
            words = result.error or result.answer or ("No answer" if result.is_over else "")
            return " ".join(words[:_MOST_SHOWN].split()) if result.is_over else ""
        if column == _VERDICT:
            return verdict(result).text
        if column == _TOKENS:
            return f"{result.tokens:,}" if result.tokens else ""
        if column == _TIME:
            return seconds_text(result.seconds) if result.seconds else ""
        return result.case.name

    @staticmethod
    def _tip(result: CaseResult) -> str:
        values = [f"{name}: {value}" for name, value in result.case.values.items()]
        expected = [f"Expected: {result.case.expected}"] if result.case.expected else []
        words = [result.error] if result.error else []
        answer = [f"Answer: {result.answer}"] if result.answer else []
        return "\n".join([*words, *answer, *expected, *values])[: 4 * _MOST_SHOWN]


class BatchTable(QTableView):
    """Shows the rows; the answer takes the room that is left."""

    def __init__(self) -> None:
        super().__init__()
        set_up_rows(self, "Runs on many inputs")
        self.rows = BatchRows()
        self.setModel(self.rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setFont(font("micro"))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((84, 120, 98, 58, 72)):
            stretches = column == _ANSWER
            mode = QHeaderView.ResizeMode.Stretch if stretches else QHeaderView.ResizeMode.Fixed
            header.setSectionResizeMode(column, mode)
            self.setColumnWidth(column, width)
        self.rows.modelReset.connect(self._fit_names)
        theme().changed.connect(self._on_theme)

    @Slot()
    def _fit_names(self) -> None:
        """Names of sets take what they need up to a limit, numbers of rows leave the room."""
        wanted = max(self.sizeHintForColumn(0), self.horizontalHeader().sectionSizeHint(0))
        self.setColumnWidth(0, min(wanted + 8, _NAME))

    @Slot()
    def _on_theme(self) -> None:
        self.viewport().update()
