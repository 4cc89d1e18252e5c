"""The list of what can be typed, under the cursor."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from workbench.domain.completion import Candidate
from workbench.ui.theme import color, font, theme
from workbench.ui.widgets import Label, column

_Index = QModelIndex | QPersistentModelIndex
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


class _Candidates(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.candidates: tuple[Candidate, ...] = ()

    def show_candidates(self, candidates: tuple[Candidate, ...]) -> None:
        self.beginResetModel()
        self.candidates = candidates
        self.endResetModel()

    def rowCount(self, _parent: _Index | None = None) -> int:
        return len(self.candidates)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        candidate = self.candidates[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return candidate.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{candidate.label}, {candidate.kind}. {candidate.detail}"
        return candidate if role == Qt.ItemDataRole.UserRole else None


class _Line(QStyledItemDelegate):
    """Icon, label in mono, and one line about it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tones: Mapping[str, str] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        candidate = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(candidate, Candidate):
            return
        area: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("selected"))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 4, 4)
        self._paint_kind(painter, candidate, area)
        place = area.adjusted(30, 0, -10, 0)
        painter.setFont(font("code-small"))
        painter.setPen(color("text"))
        label = painter.fontMetrics().elidedText(
            candidate.label, Qt.TextElideMode.ElideMiddle, place.width()
        )
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, label)
        place.setLeft(place.left() + painter.fontMetrics().horizontalAdvance(label) + 16)
        painter.setFont(font("small"))
        painter.setPen(color("text-3"))
        detail = painter.fontMetrics().elidedText(
            candidate.detail, Qt.TextElideMode.ElideRight, place.width()
        )
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(place, flags, detail)

    def _paint_kind(self, painter: QPainter, candidate: Candidate, area: QRect) -> None:
        """An icon, or the square of an input in its colour of origin."""
        tone = self.tones.get(candidate.label) if candidate.kind == "input" else None
        if tone is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(tone))
            painter.drawRoundedRect(area.left() + 11, area.center().y() - 3, 8, 8, 2, 2)
            return
        ratio = painter.device().devicePixelRatio()
        picture = theme().pixmap(_ICONS[candidate.kind], "text-3", _ICON, ratio)
        painter.drawPixmap(area.left() + 8, area.top() + (_ROW - _ICON) // 2, picture)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(0, _ROW)


class CompletionPopup(QFrame):
    """Shows candidates; the keys are handled by whoever has the focus.

    Signals:
        accepted(object): a :class:`Candidate` was clicked.
    """

    accepted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("completion")
        self.setProperty("card", True)
        self.setAccessibleName("What can be typed here")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list = QListView()
        self.list.setAccessibleName("What can be typed here")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._line = _Line(self.list)
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
    def candidates(self) -> tuple[Candidate, ...]:
        """What is listed."""
        return self._model.candidates

    @property
    def current(self) -> Candidate | None:
        """The chosen one."""
        row = self.list.currentIndex().row()
        return self.candidates[row] if 0 <= row < len(self.candidates) else None

    def show_candidates(
        self, candidates: tuple[Candidate, ...], under: QRect, over: QWidget
    ) -> None:
        """List candidates below a place of ``over``, or above where there is no room."""
        self._model.show_candidates(candidates)
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
        """Choose another one, from the last on to the first."""
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
