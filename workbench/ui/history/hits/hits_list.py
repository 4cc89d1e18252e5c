"""The list of hits: title and facts, the place with its words marked, a box to compare."""

from __future__ import annotations

import time

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from workbench.domain.views import SearchHit
from workbench.ui.history.hits.hits_model import HitRow, HitsModel
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, draw_icon, draw_text
from workbench.ui.theme import color, font

_DAY_HEIGHT, _HIT_HEIGHT = 28, 56
_LEFT, _BOX, _ICON = 16, 16, 16
_TEXT_LEFT = _LEFT + _BOX + 14 + _ICON + 10
_MARKS = "\x02", "\x03"


class _Delegate(RowDelegate):
    """A day is a heading; a hit has two lines."""

    def height_of(self, index: Index) -> int:
        row: HitRow = index.data(Qt.ItemDataRole.UserRole)
        return _HIT_HEIGHT if row.hit is not None else _DAY_HEIGHT

    def paint_row(self, row: Row, index: Index) -> None:
        shown: HitRow = index.data(Qt.ItemDataRole.UserRole)
        box = row.box
        if shown.hit is None:
            row.painter.fillRect(box, color("panel"))
            row.room.adjust(_LEFT, 0, -_LEFT, -1)
            row.left(shown.day, "micro", "text-2", gap=8)
            row.left(f"{shown.hits:,} shown", "micro", "text-3")
        else:
            row.is_chosen = row.is_chosen or bool(shown.number)
            row.ground()
            self._paint_hit(row, shown, shown.hit)
        row.painter.fillRect(box.left(), box.bottom(), box.width(), 1, color("line"))

    def _paint_hit(self, row: Row, shown: HitRow, hit: SearchHit) -> None:
        painter, box = row.painter, row.box
        if hit.kind == "run":
            _paint_box(painter, QRect(box.left() + _LEFT, box.top() + 10, _BOX, _BOX), shown.number)
        upper = QRect(box.left(), box.top() + 8, box.width() - _LEFT, 20)
        left = box.left() + _LEFT + _BOX + 14
        draw_icon(painter, shown.icon, shown.tone, _ICON, left, upper)
        at = time.strftime("%H:%M", time.localtime(hit.at)) if hit.at else ""
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        used = draw_text(painter, upper, at, "small", "text-3", right)
        room = upper.adjusted(_TEXT_LEFT, 0, -used - 12, 0)
        title = " ".join(hit.title.split()) or "Untitled"
        used = draw_text(painter, room, title, "body", "text")
        draw_text(painter, room.adjusted(used + 8, 0, 0, 0), shown.facts, "small", "text-3")
        lower = QRect(box.left() + _TEXT_LEFT, box.top() + 29, box.width() - _TEXT_LEFT - _LEFT, 20)
        _paint_marked(painter, lower, hit.snippet)


def _paint_box(painter: QPainter, box: QRect, number: int) -> None:
    """An empty box, or one with the number of a run that is compared."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if number:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("ink"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font("micro"))
        painter.setPen(color("on-ink"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))
    else:
        painter.setPen(QPen(color("line-strong"), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 4, 4)
    painter.restore()


def _paint_marked(painter: QPainter, area: QRect, snippet: str) -> None:
    """A line of text with the words between the marks on a ground, underlined."""
    painter.setFont(font("small"))
    metrics = painter.fontMetrics()
    left = area.left()
    marked = False
    for piece in _pieces(snippet):
        if piece in _MARKS:
            marked = piece == _MARKS[0]
            continue
        room = area.right() - left
        if room <= 0:
            return
        shown = metrics.elidedText(piece, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(shown)
        place = QRect(left, area.top(), width, area.height())
        if marked:
            ground = place.adjusted(-1, 2, 1, -2)
            painter.fillRect(ground, color("warn", 0.22))
            painter.fillRect(ground.left(), ground.bottom(), ground.width(), 1, color("warn"))
        painter.setPen(color("text" if marked else "text-2"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        left += width


def _pieces(snippet: str) -> list[str]:
    """The text cut at its marks, and the marks."""
    text = " ".join(snippet.split())
    for mark in _MARKS:
        text = text.replace(mark, f"\0{mark}\0")
    return [piece for piece in text.split("\0") if piece]


class HitsList(QListView):
    """Shows hits; one can be chosen, opened, and runs be put next to each other.

    Signals:
        chosen(object): a SearchHit to be shown next to the list.
        opened(object): a SearchHit to be opened where it is.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, model: HitsModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("What was found")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._kept: object = None
        """The key of the hit that was chosen, to find it again when the rows are replaced."""
        self._telling = True
        model.modelAboutToBeReset.connect(self._on_going)
        model.modelReset.connect(self._on_gone)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.doubleClicked.connect(self._on_double)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    @property
    def current(self) -> SearchHit | None:
        """The chosen hit."""
        return self._hit(self.currentIndex())

    def take_focus(self) -> None:
        """Be used with keys; the first hit is chosen where none is."""
        self.setFocus()
        if self.current is None:
            row = self._model.row_of_first()
            if row >= 0:
                self.setCurrentIndex(self._model.index(row))

    def sizeHintForColumn(self, _column: int) -> int:
        return 0

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)

    @staticmethod
    def _hit(index: QModelIndex) -> SearchHit | None:
        row: HitRow | None = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        return row.hit if row is not None else None

    @Slot()
    def _on_going(self) -> None:
        self._telling = False

    @Slot()
    def _on_gone(self) -> None:
        """Choose the same hit again where it is still there."""
        keys = [self._model.key(row) for row in self._model.rows]
        if self._kept is not None and self._kept in keys:
            self.setCurrentIndex(self._model.index(keys.index(self._kept)))
        self._telling = True

    @Slot()
    def _on_current(self) -> None:
        hit = self.current
        if hit is not None and self._telling:
            self._kept = self._model.key(self._model.rows[self.currentIndex().row()])
            self.chosen.emit(hit)

    @Slot(QModelIndex)
    def _on_double(self, index: QModelIndex) -> None:
        hit = self._hit(index)
        if hit is not None:
            self.opened.emit(hit)

    @Slot()
    def _on_scrolled(self) -> None:
        bar = self.verticalScrollBar()
        if bar.value() > bar.maximum() - 4 * _HIT_HEIGHT:
            self._model.read_more()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        hit = self._hit(index)
        if hit is not None and hit.kind == "run" and event.position().x() < _LEFT + _BOX + 8:
            self._model.choose(hit.id)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        hit = self.current
        if hit is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(hit)
        elif hit is not None and hit.kind == "run" and event.key() == Qt.Key.Key_Space:
            self._model.choose(hit.id)
        else:
            super().keyPressEvent(event)
