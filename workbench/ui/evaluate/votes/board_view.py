"""The board that votes make: rank ranges, ratings with their intervals, and what they say."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QListView, QStyledItemDelegate

from workbench.domain.evaluation.board import Standing, VoteBoard
from workbench.domain.text import count_text
from workbench.ui.evaluate.votes.ranked import RankedVotes
from workbench.ui.evaluate.votes.words import (
    below_text,
    board_lines,
    method_text,
    rank_text,
    rating_text,
    record_text,
    undecided_text,
)
from workbench.ui.kit import GhostButton, IconButton, Label, Pane, column, row, rule
from workbench.ui.kit.intervals import IntervalScale, draw_interval, draw_scale
from workbench.ui.kit.menu import IconMenu
from workbench.ui.kit.row_delegate import Index, Row, RowDelegate, RowsModel, draw_text
from workbench.ui.theme import color, theme

_ROW = 56
_RANK = 38
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_STEP = 100.0
_ROOM = 25.0
_MOST_ROWS = 7
_MOST_OF_HEADER = 100
_ROOM_FOR_RECORD = 290


def scale_of(board: VoteBoard) -> tuple[float, float]:
    """The ends of the scale: a hundred points at least around everything that is drawn."""
    low = min(each.interval.low for each in board.standings) - _ROOM
    high = max(each.interval.high for each in board.standings) + _ROOM
    middle = (low + high) / 2
    half = max((high - low) / 2, _STEP)
    return middle - half, middle + half


class _Standings(RowsModel[Standing]):
    """The drafts, the strongest first."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = (900.0, 1100.0)

    def key(self, row: Standing) -> str:
        return row.name

    def text(self, row: Standing) -> str:
        return row.name

    def spoken(self, row: Standing) -> str:
        bounds = f"{rating_text(row.interval.low)} to {rating_text(row.interval.high)}"
        rating = f"rating {rating_text(row.rating)}, {bounds}"
        return f"Rank {rank_text(row)}: {row.name}, {record_text(row)}, {rating}"

    def tip(self, row: Standing) -> str:
        return f"{row.name}\n{record_text(row)}"


class _Delegate(RowDelegate):
    """Two lines: rank, draft, record and rating; the interval on a scale and in figures."""

    height = _ROW

    def __init__(self, model: _Standings, parent: QListView) -> None:
        super().__init__(parent)
        self._model = model

    def paint_row(self, row: Row, index: Index) -> None:
        standing: Standing = index.data(Qt.ItemDataRole.UserRole)
        painter, box = row.painter, row.box.adjusted(16, 0, -16, 0)
        if row.is_hovered:
            painter.fillRect(row.box, color("hover"))
        upper = QRect(box.left(), box.top() + 8, box.width(), 20)
        lower = QRect(box.left() + _RANK, box.top() + 30, box.width() - _RANK, 18)
        draw_text(painter, upper, rank_text(standing), "body", "text-2")
        middle = upper.adjusted(_RANK, 0, 0, 0)
        used = draw_text(
            painter, middle, rating_text(standing.rating), "body-strong", "text", _RIGHT
        )
        middle.setRight(middle.right() - used - 8)
        shown = record_text(standing) if box.width() >= _ROOM_FOR_RECORD else ""
        record = draw_text(painter, middle, shown, "small", "text-3", _RIGHT)
        middle.setRight(middle.right() - record - 8)
        draw_text(painter, middle, standing.name, "body", "text")
        bounds = f"{rating_text(standing.interval.low)} to {rating_text(standing.interval.high)}"
        used = draw_text(painter, lower, bounds, "small", "text-3", _RIGHT)
        low, high = self._model.scale
        width = lower.width() - max(used, 92) - 12
        area = QRectF(lower.left() - 4, lower.top(), max(width, 40), lower.height())
        scale = IntervalScale(area, low, high)
        quarter = (high - low) / 4
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
        draw_scale(painter, scale, [low + quarter * step for step in range(5)])
        draw_interval(painter, scale, standing.rating, standing.interval)
        painter.setPen(color("line"))
        painter.drawLine(box.left(), row.box.bottom(), box.right(), row.box.bottom())


class BoardView(Pane):
    """The board and its sentences; buttons go through earlier votes."""

    def __init__(self, model: RankedVotes) -> None:
        super().__init__("Board")
        self._model = model
        self.count = Label("", "body", "text-3", elide=True)
        self.more = IconButton("dots", "More of the board")
        self.header.insertWidget(1, self.count, _MOST_OF_HEADER)
        self.header.addWidget(self.more)
        self._menu = IconMenu("The board", self)
        self._menu.add_entry("Copy the board", "copy").triggered.connect(self.copy)
        self._menu.add_entry("Go through all votes", "list").triggered.connect(model.show_all)
        self.more.clicked.connect(self._show_menu)
        self.rows = _Standings()
        self.list = QListView()
        self.list.setAccessibleName("Drafts by votes")
        self.list.setModel(self.rows)
        self.list.setMouseTracking(True)
        self.list.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        delegate: QStyledItemDelegate = _Delegate(self.rows, self.list)
        self.list.setItemDelegate(delegate)
        heads = row(margins=(16, 10, 16, 2), gap=0)
        rank = Label("Rank", "small", "text-3")
        rank.setFixedWidth(_RANK)
        heads.addWidget(rank)
        heads.addWidget(Label("Draft", "small", "text-3"), 1)
        heads.addWidget(Label("Rating", "small", "text-3"))
        self.heads = QFrame()
        self.heads.setLayout(heads)
        self.undecided = Label("", "small", "warn", wrap=True)
        self.method = Label("", "small", "text-2", wrap=True)
        self.bad = Label("", "body", "text", elide=True)
        self.bad_icon = QLabel()
        theme().changed.connect(self._recolour)
        self.show_bad = GhostButton("Show them")
        self.show_bad.clicked.connect(model.show_both_bad)
        self.bad_row = QFrame()
        line = row(self.bad_icon, self.bad, self.show_bad, margins=(16, 2, 8, 6))
        line.setStretch(1, 1)
        self.bad_row.setLayout(line)
        self._recolour()
        self.empty = Label(
            "The board shows after the first vote: strengths by the Davidson model, with how "
            "sure they are.",
            "body",
            "text-3",
            wrap=True,
        )
        self.words = QFrame()
        self.words.setLayout(column(self.undecided, self.method, margins=(16, 8, 16, 4), gap=2))
        self.empty.setContentsMargins(16, 12, 16, 12)
        for part in (self.heads, self.list):
            self.body.addWidget(part)
        self.body.addWidget(self.words)
        self.body.addWidget(self.bad_row)
        self.body.addWidget(self.empty)
        self.body.addWidget(rule())
        model.board_changed.connect(self.show_board)
        self.show_board()

    @Slot()
    def show_board(self) -> None:
        """Show the board as it is now."""
        board = self._model.board
        shown = board is not None
        for part in (self.heads, self.list, self.words, self.more):
            part.setVisible(shown)
        self.empty.setVisible(not shown)
        self.count.setText(self._count_text(board) if board is not None else "")
        undecided = undecided_text(board) if board else ""
        self.undecided.setText(undecided)
        self.undecided.setVisible(bool(undecided))
        self.bad_row.setVisible(bool(board and board.both_bad))
        if board is None:
            self.rows.show_rows(())
            return
        self.rows.scale = scale_of(board)
        self.rows.show_rows(board.standings, in_place=True)
        self.list.setFixedHeight(_ROW * min(len(board.standings), _MOST_ROWS))
        self.method.setText(
            " ".join(each for each in (below_text(board), method_text(board)) if each)
        )
        times = "once" if board.both_bad == 1 else f"{board.both_bad:,} times"
        self.bad.setText(f"{times[0].upper()}{times[1:]} both were bad")
        self.show_bad.set_text(f"Show the {board.both_bad:,}" if board.both_bad > 1 else "Show it")

    def _count_text(self, board: VoteBoard) -> str:
        """How many votes it is of, and how many of these are a judge's picks."""
        state, judging = self._model.round, self._model.judging
        picks = board.votes - state.counted if state is not None and judging.counted else 0
        if picks > 0:
            return f"{board.votes - picks:,} votes and {picks:,} picks of {judging.counted}"
        return f"{count_text(board.votes, 'vote')}, Davidson"

    @Slot()
    def _recolour(self) -> None:
        ratio = self.devicePixelRatioF()
        self.bad_icon.setPixmap(theme().pixmap("warning", "warn", 16, ratio))

    @Slot()
    def copy(self) -> None:
        """Copy the board as a table."""
        if self._model.board is not None:
            QApplication.clipboard().setText(board_lines(self._model.board))

    @Slot()
    def _show_menu(self) -> None:
        self._menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
