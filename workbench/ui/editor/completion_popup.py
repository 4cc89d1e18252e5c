"""The list of completions, under the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QListView, QWidget

from workbench.domain.prompts.completion import Candidate
from workbench.ui.kit import Label, column
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_icon
from workbench.ui.theme import color

_ROW = 24
_ROWS = 9
_WIDTH = 460
_ICON = 14
_ICONS = {
    "input": "edit",
    "variable": "hash",
    "attribute": "dot",
    "filter": "refine",
    "test": "check",
    "function": "command",
    "snippet": "format",
    "file": "prompt",
    "key": "tag",
}


class _Candidates(RowsModel[Candidate]):
    def text(self, row: Candidate) -> str:
        return row.label

    def spoken(self, row: Candidate) -> str:
        return f"{row.label}, {row.kind}. {row.detail}"

    def key(self, row: Candidate) -> Candidate:
        return row


class _Delegate(RowDelegate):
    """Icon, label in mono, and one line about it."""

    height = _ROW

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tones: Mapping[str, str] = {}

    def paint_row(self, row: Row, index: Index) -> None:
        candidate: Candidate = index.data(Qt.ItemDataRole.UserRole)
        row.is_hovered = False
        row.ground(4, smooth=False)
        tone = self.tones.get(candidate.label) if candidate.kind == "input" else None
        if tone is not None:  # the square of an input in its colour of origin
            row.painter.setPen(Qt.PenStyle.NoPen)
            row.painter.setBrush(color(tone))
            top = row.box.center().y() - 3
            row.painter.drawRoundedRect(row.box.left() + 11, top, 8, 8, 2, 2)
        else:
            left = row.box.left() + 8
            draw_icon(row.painter, _ICONS[candidate.kind], "text-3", _ICON, left, row.box)
        row.inset(30, 10)
        row.left(candidate.label, "code-small", "text", 16, Qt.TextElideMode.ElideMiddle)
        row.right(candidate.detail)


class CompletionPopup(QFrame):
    """Shows candidates; the focused widget handles the keys.

    Signals:
        accepted(object): a :class:`Candidate` was clicked.
    """

    accepted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("completion")
        self.setProperty("card", True)
        self.setAccessibleName("Completions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list = QListView()
        self.list.setAccessibleName("Completions")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._line = _Delegate(self.list)
        self.list.setItemDelegate(self._line)
        self._model = _Candidates()
        self.list.setModel(self._model)
        self.list.clicked.connect(self._on_clicked)
        self.note = Label("", "small", "text-3", elide=True)
        self.note.setFixedHeight(20)
        self.note.setContentsMargins(8, 0, 8, 0)
        self.setLayout(column(self.list, self.note, margins=(4, 4, 4, 4), gap=0))
        self.hide()

    @property
    def candidates(self) -> Sequence[Candidate]:
        """What is listed."""
        return self._model.rows

    @property
    def current(self) -> Candidate | None:
        """The chosen one."""
        row = self.list.currentIndex().row()
        return self.candidates[row] if 0 <= row < len(self.candidates) else None

    def show_candidates(
        self, candidates: tuple[Candidate, ...], under: QRect, over: QWidget
    ) -> None:
        """List candidates below a place of ``over``, or above where there is no room."""
        self._model.show_rows(candidates)
        self.list.setCurrentIndex(self._model.index(0))
        self._describe()
        window = over.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        rows = min(len(candidates), _ROWS)
        self.resize(_WIDTH, rows * _ROW + 20 + 12)
        corner = over.mapTo(window, QPoint(under.left() - 30, under.bottom() + 4))
        if corner.y() + self.height() > window.height():
            corner.setY(over.mapTo(window, under.topLeft()).y() - self.height() - 4)
        corner.setX(max(4, min(corner.x(), window.width() - self.width() - 4)))
        self.move(corner)
        self.show()
        self.raise_()

    def set_tones(self, tones: Mapping[str, str]) -> None:
        """The colours of the inputs."""
        self._line.tones = tones

    def step(self, rows: int) -> None:
        """Select the next candidate; after the last comes the first."""
        count = len(self.candidates)
        if count:
            row = self.list.currentIndex().row() + rows
            row = row % count if abs(rows) == 1 else min(max(row, 0), count - 1)
            self.list.setCurrentIndex(self._model.index(row))
            self._describe()

    def _describe(self) -> None:
        found = self.current
        self.note.setText(f"{found.kind} · Enter takes it, Esc closes" if found else "")

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.isValid():
            self.accepted.emit(self.candidates[index.row()])
