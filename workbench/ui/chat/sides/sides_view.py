"""Versions of an answer side by side, in the transcript."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from workbench.domain.chat_sides import Column, columns
from workbench.domain.views import ChatMessage
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.sides.column_head import ColumnHead
from workbench.ui.kit import GhostButton, Label, row
from workbench.ui.theme import color

_LEAST, _COMFORT = 300, 420
"""Pixels that a column has at least, and that it has where there is room."""
_GAP = 32
_BOTTOM = 20


class _Canvas(QWidget):
    """Holds the columns, with a line between neighbours."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[int, ...] = ()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(color("line"), 1))
        for x in self.lines:
            painter.drawLine(x, 0, x, self.height())


class SidesView(QFrame):
    """Up to four columns; where they do not fit they are scrolled sideways.

    Args:
        make: a widget for an answer.
        message: the version that the conversation goes on with.
        versions: all versions in its place.
        strategies: the titles of strategies by their ids.

    Signals:
        go_on_wanted(ChatMessage): the conversation is to go on with another one.
        stop_wanted(int): a run. closed(): show one version again.
        changed(): another version is in a column. resized(): the height may change.
    """

    go_on_wanted = Signal(object)
    stop_wanted = Signal(int)
    closed = Signal()
    changed = Signal()
    resized = Signal()

    def __init__(
        self,
        make: Callable[[ChatMessage], MessageView],
        message: ChatMessage,
        versions: Sequence[ChatMessage],
        strategies: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._make = make
        self._strategies = strategies
        self.message = message
        self.columns: tuple[Column, ...] = ()
        self._picked: dict[int, int] = {}
        """The version that a column shows, by the column's key, where it is not the newest."""
        self.heads: list[ColumnHead] = []
        self._answers: list[MessageView] = []
        self.setAccessibleName("Answers side by side")
        self._words = Label("", "small", "text-3")
        self.one = GhostButton("Show one", tip="Show the answer that the conversation goes on with")
        self.one.clicked.connect(self.closed)
        self._strip = QWidget(self)
        self._strip.setLayout(row(self._words, None, self.one))
        self._canvas = _Canvas()
        self.area = QScrollArea(self)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setAccessibleName("Answers side by side")
        self.area.setWidget(self._canvas)
        self.area.viewport().setAutoFillBackground(False)
        self._canvas.setAutoFillBackground(False)
        self.show_versions(message, versions)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    @property
    def answers(self) -> tuple[MessageView, ...]:
        """The columns from left to right."""
        return tuple(self._answers)

    @property
    def shown(self) -> MessageView:
        """The column that the conversation goes on with."""
        wanted = self.message.message_id
        return next((v for v in self._answers if v.message.message_id == wanted), self._answers[0])

    def has_selection(self) -> bool:
        """Whether a piece of a text is selected."""
        return any(each.has_selection() for each in self._answers)

    # --- what is shown --------------------------------------------------------------------------

    def set_message(self, message: ChatMessage) -> None:
        """The conversation goes on with another version."""
        self.message = message
        self._show()

    def show_versions(self, message: ChatMessage, versions: Sequence[ChatMessage]) -> None:
        """Show these versions; columns that stay keep their widgets."""
        self.message = message
        self.columns = columns(versions, message.message_id)
        self._show()

    def pick(self, column: Column, version: int) -> None:
        """Show another version in a column; the conversation goes on as before."""
        self._picked[column.key] = version
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        ids = {each.message_id for column in self.columns for each in column.versions}
        if self._answers and self.message.message_id not in ids:
            return  # of another conversation: the reader of that makes another widget
        for place, column in enumerate(self.columns):
            own = {each.message_id for each in column.versions}
            shown = self.message.message_id if self.message.message_id in own else None
            version = column.showing(shown or self._picked.get(column.key))
            if place < len(self._answers):
                self._answers[place].set_message(version)
            else:
                self._add(version)
        for view in self._answers[len(self.columns) :]:
            view.hide()
            view.deleteLater()
        del self._answers[len(self.columns) :], self.heads[len(self.columns) :]
        self.show_running()
        self.resized.emit()

    def _add(self, version: ChatMessage) -> None:
        view, head, place = self._make(version), ColumnHead(), len(self._answers)
        view.put_in_head(head)
        view.setParent(self._canvas)
        view.resized.connect(self.resized)
        view.version_wanted.connect(functools.partial(self._on_version, place))
        head.go_on_wanted.connect(functools.partial(self._on_go_on, place))
        head.stop_wanted.connect(functools.partial(self._on_stop, place))
        self._answers.append(view)
        self.heads.append(head)
        view.show()

    def show_running(self, ended: Sequence[int] = ()) -> None:
        """Say of each column whether it is written; ``ended`` are runs that are not any more."""
        several = len({each.message.strategy for each in self._answers}) > 1
        for view, head in zip(self._answers, self.heads, strict=True):
            message = view.message
            running = message.run_status == "running" and message.run_id not in ended
            title = self._strategies.get(message.strategy, message.strategy) if several else ""
            is_shown = message.message_id == self.message.message_id
            head.show_state(strategy=title, is_shown=is_shown, is_running=running)
        self._words.setText(f"{len(self._answers)} answers side by side")

    def _on_version(self, place: int, _message: ChatMessage, other: int) -> None:
        column = self.columns[place]
        versions = {each.message_id: each for each in column.versions}
        if self._answers[place].message.message_id == self.message.message_id:
            self.go_on_wanted.emit(versions[other])
        else:
            self.pick(column, other)

    def _on_go_on(self, place: int) -> None:
        self.go_on_wanted.emit(self._answers[place].message)

    def _on_stop(self, place: int) -> None:
        run_id = self._answers[place].message.run_id
        if run_id is not None:
            self.stop_wanted.emit(run_id)

    # --- size -----------------------------------------------------------------------------------

    def fit(self, width: int, room: int) -> int:
        """Be at least ``width`` and at most ``room`` pixels wide; returns the height."""
        count = max(len(self._answers), 1)
        gaps = _GAP * (count - 1)
        whole = max(width, min(room, count * _COMFORT + gaps))
        each = max(_LEAST, (whole - gaps) // count)
        heights = [view.fit(each) for view in self._answers]
        tallest = max(heights, default=0)
        for place, view in enumerate(self._answers):
            view.move(place * (each + _GAP), 0)
        self._canvas.lines = tuple(
            place * (each + _GAP) - _GAP // 2 for place in range(1, len(self._answers))
        )
        self._canvas.resize(count * each + gaps, tallest)
        top = self._strip.sizeHint().height() + 4
        bar = self.area.horizontalScrollBar().sizeHint().height() if each == _LEAST else 0
        self._strip.setGeometry(0, 0, whole, top - 4)
        self.area.setGeometry(0, top, whole, tallest + bar)
        height = top + tallest + bar + _BOTTOM
        if (self.width(), self.height()) != (whole, height):
            self.resize(whole, height)
        return height

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """A column that gets the focus is scrolled into view."""
        if now is not None and self._canvas.isAncestorOf(now):
            view = next((each for each in self._answers if each.isAncestorOf(now)), None)
            if view is not None:
                bar, seen = self.area.horizontalScrollBar(), self.area.viewport().width()
                bar.setValue(max(min(bar.value(), view.x()), view.x() + view.width() - seen))
