"""The tokens of an answer under a chain of samplers, a row each."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from workbench.domain.runs.microscope import SamplerPlace, SamplerReplay
from workbench.ui.theme import color, font
from workbench.ui.tree.inspector.token_view import shown_token

Index = QModelIndex | QPersistentModelIndex
_COLUMNS = ("Token", "p", "Rank", "Left", "Cut by")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ROW = 26


class PlacesModel(QAbstractTableModel):
    """A row for each piece of the text that has a place."""

    def __init__(self) -> None:
        super().__init__()
        self.replay: SamplerReplay | None = None
        self.rows: list[int] = []
        """The pieces that are shown."""

    def show_replay(self, replay: SamplerReplay | None, *, only_cut: bool) -> None:
        """Show an answer, or of it only what could not have been drawn."""
        self.beginResetModel()
        self.replay = replay
        pieces = range(len(replay.pieces)) if replay is not None else range(0)
        cut = set(replay.cut) if replay is not None and only_cut else set(pieces)
        self.rows = [
            piece
            for piece in pieces
            if piece in cut and replay is not None and _place(replay, piece) is not None
        ]
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (1, 2, 3):
            return _RIGHT
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        replay = self.replay
        if replay is None or not index.isValid():
            return None
        piece = self.rows[index.row()]
        place, column = _place(replay, piece), index.column()
        if place is None:
            return None
        token, found = shown_token(replay.pieces[piece].text), None
        if role == Qt.ItemDataRole.DisplayRole:
            found = _cell(token, place, column)
        elif role == Qt.ItemDataRole.TextAlignmentRole and column in (1, 2, 3):
            return _RIGHT
        elif role == Qt.ItemDataRole.FontRole and column == 0:
            return font("code")
        elif role == Qt.ItemDataRole.ForegroundRole and column == len(_COLUMNS) - 1:
            return color("bad")
        elif role == Qt.ItemDataRole.AccessibleTextRole:
            cut = place.chosen.cut_by
            found = f"{token}, " + (f"cut by {cut}" if cut else f"{place.left:,} tokens left")
        return found


def _place(replay: SamplerReplay, piece: int) -> SamplerPlace | None:
    first = replay.pieces[piece].first
    return replay.places[first] if first < len(replay.places) else None


def _cell(token: str, place: SamplerPlace, column: int) -> str:
    chosen = place.chosen
    cells = (
        token,
        f"{math.exp(chosen.logprob):.2f}",
        f"{place.rank:,}",
        f"{place.left:,}",
        chosen.cut_by,
    )
    return cells[column]


class PlacesTable(QTableView):
    """The list of tokens; a row that is chosen is reported.

    Signals:
        chosen(int): a piece of the text.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Tokens of the answer under these samplers")
        self.places = PlacesModel()
        self.setModel(self.places)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        for column, width in enumerate((0, 50, 50, 54, 74)):
            head.setSectionResizeMode(
                column,
                QHeaderView.ResizeMode.Stretch if column == 0 else QHeaderView.ResizeMode.Fixed,
            )
            if width:
                self.setColumnWidth(column, width)
        self.selectionModel().currentRowChanged.connect(self._on_row)

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        rows = self.places.rows
        self.chosen.emit(rows[current.row()] if 0 <= current.row() < len(rows) else -1)
