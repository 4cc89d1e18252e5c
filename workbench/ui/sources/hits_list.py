"""The passages that were found: rank, place, text, and how each index ranked it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy, QWidget

from workbench.domain.sources.hits import Hit
from workbench.ui.kit.label import plain_tip
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_text
from workbench.ui.sources.words import place_of, ranks_of
from workbench.ui.theme import color, font, theme

_HEIGHT, _HEAD = 80, 28
_LEFT, _RANK, _COLUMN, _LAST = 16, 40, 72, 92
_COLUMNS = ("Words", "Meaning", "Fused", "Tokens")
_LINES = 2
_WORD = re.compile(r"\w+|\W+")
_SHORTEST = 4
"""Letters of a word from which on its other endings are marked too."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Found(NamedTuple):
    """A hit and its place; ``reason`` says why it is left out, "" where it is not."""

    number: int
    hit: Hit
    reason: str = ""


class FoundModel(RowsModel[Found]):
    """Hits as rows; ``words`` are those that were looked for, which are marked."""

    words: frozenset[str] = frozenset()

    def text(self, row: Found) -> str:
        return f"{Path(row.hit.file).name}: {' '.join(row.hit.text.split())}"

    def spoken(self, row: Found) -> str:
        place = f"left out, {row.reason}" if row.reason else f"{row.number}"
        texts = (place, self.text(row), place_of(row.hit), ranks_of(row.hit))
        return ", ".join(each for each in texts if each)

    def tip(self, row: Found) -> str:
        lines = (row.hit.file, place_of(row.hit), ranks_of(row.hit), row.reason)
        return plain_tip("\n".join(each for each in lines if each))


def is_marked(word: str, wanted: Collection[str]) -> bool:
    """Whether a word is one of the question, also with another ending (refund, refunds)."""
    plain = word.casefold()
    if plain in wanted:
        return True
    return any(
        min(len(plain), len(each)) >= _SHORTEST
        and (plain.startswith(each) or each.startswith(plain))
        for each in wanted
    )


class _Delegate(RowDelegate):
    height = _HEIGHT

    def paint_row(self, row: Row, index: Index) -> None:
        found: Found = index.data(Qt.ItemDataRole.UserRole)
        model = index.model()
        wanted = model.words if isinstance(model, FoundModel) else frozenset()
        painter, box, hit = row.painter, row.box, found.hit
        row.ground()
        quiet = bool(found.reason)
        upper = QRect(box.left() + _LEFT, box.top() + 10, box.width() - 2 * _LEFT, 20)
        number = "–" if quiet else str(found.number)
        draw_text(painter, upper, number, "body-strong", "text-3" if quiet else "text")
        _paint_scores(painter, upper, found)
        room = upper.adjusted(_RANK, 0, -_columns_width() - 8, 0)
        used = draw_text(painter, room, Path(hit.file).name, "body", "text")
        draw_text(painter, room.adjusted(used + 10, 0, 0, 0), place_of(hit), "small", "text-3")
        lower = QRect(room.left(), upper.bottom() + 3, room.width(), 38)
        _paint_text(painter, lower, hit.text, wanted)
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, color("line"))


def _columns_width() -> int:
    return 3 * _COLUMN + _LAST


def _paint_scores(painter: QPainter, area: QRect, found: Found) -> None:
    """Rank over score for each index, their fusion, and the price."""
    hit = found.hit
    cells = (
        (str(hit.words_rank) if hit.words_rank else "–",
         f"{hit.words_score:.2f}" if hit.words_rank else "no word"),
        (str(hit.meaning_rank) if hit.meaning_rank else "–",
         f"{hit.meaning_score:.3f}" if hit.meaning_rank else ""),
        (f"{hit.fused:.4f}" if hit.fused else "–", ""),
        (f"{hit.tokens:,}", "left out" if found.reason else ""),
    )  # fmt: skip
    left = area.right() + 1 - _columns_width()
    for place, (upper, lower) in enumerate(cells):
        width = _LAST if place == len(cells) - 1 else _COLUMN
        cell = QRect(left, area.top(), width, area.height())
        draw_text(painter, cell, upper, "body", "text", _RIGHT)
        draw_text(painter, cell.translated(0, 20), lower, "small", "text-3", _RIGHT)
        left += width


def _paint_text(painter: QPainter, area: QRect, text: str, wanted: Collection[str]) -> None:
    """The first lines of a passage that have one of the words, with the words on a ground."""
    painter.setFont(font("small"))
    metrics = painter.fontMetrics()
    lines = list(_wrapped(" ".join(text.split()), metrics, area.width()))
    first = next((at for at, line in enumerate(lines) if _has_marks(line, wanted)), 0)
    first = max(0, min(first, len(lines) - _LINES))
    for number, line in enumerate(lines[first : first + _LINES]):
        left, top = area.left(), area.top() + number * 19
        is_cut = number == _LINES - 1 and first + _LINES < len(lines)
        for word in _WORD.findall(f"{line}…" if is_cut else line):
            width = metrics.horizontalAdvance(word)
            place = QRect(left, top, width, 19)
            marked = word[0].isalnum() and is_marked(word, wanted)
            if marked:
                painter.fillRect(place.adjusted(-1, 1, 1, -1), color("warn", 0.22))
                painter.fillRect(left - 1, place.bottom() - 1, width + 2, 1, color("warn"))
            painter.setPen(color("text" if marked else "text-2"))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, word)
            left += width


def _has_marks(line: str, wanted: Collection[str]) -> bool:
    return any(is_marked(word, wanted) for word in re.findall(r"\w+", line))


def _wrapped(text: str, metrics: QFontMetrics, width: int) -> Iterator[str]:
    """Lines no wider than the width, at most a few hundred characters in all."""
    line = ""
    for word in text[:2000].split(" "):
        longer = f"{line} {word}" if line else word
        if line and metrics.horizontalAdvance(longer) > width - 8:
            yield line
            line = word
        else:
            line = longer
    yield line


class HitsHead(QWidget):
    """The names of the columns."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_HEAD)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.rect().adjusted(_LEFT, 0, -_LEFT, -1)
        draw_text(painter, area, "Rank", "micro", "text-3")
        draw_text(painter, area.adjusted(_RANK, 0, 0, 0), "Chunk", "micro", "text-3")
        left = area.right() + 1 - _columns_width()
        for place, name in enumerate(_COLUMNS):
            width = _LAST if place == len(_COLUMNS) - 1 else _COLUMN
            cell = QRect(left, area.top(), width, area.height())
            draw_text(painter, cell, name, "micro", "text-3", _RIGHT)
            left += width
        painter.fillRect(0, self.height() - 1, self.width(), 1, color("line"))


class HitsList(QListView):
    """Shows what was found; one can be chosen.

    Signals:
        chosen(object): a :class:`Found`, None where there is none.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows = FoundModel()
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("Passages that were found")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None)

    def show_found(self, found: list[Found], words: Sequence[str] = ()) -> None:
        """Show hits, with these words marked, and choose the first."""
        self.rows.words = frozenset(words)
        self.rows.beginResetModel()
        self.rows.rows = found
        self.rows.endResetModel()
        if found:
            self.setCurrentIndex(self.rows.index(0))
        else:
            self.chosen.emit(None)

    def sizeHintForColumn(self, _column: int) -> int:
        return 0

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 120)
