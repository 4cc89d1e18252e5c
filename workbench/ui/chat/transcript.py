"""The messages of a conversation under each other; only those near the view have widgets.

Heights are estimated from the texts and corrected when a message is laid out. What is at the top of
the view stays where it is on the screen, whatever is corrected above or below it; at the end of a
conversation it is the end that stays.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from workbench.domain.views import ChatMessage
from workbench.ui.chat.message_box import is_text
from workbench.ui.chat.message_keys import MessageKeys
from workbench.ui.chat.message_view import MessageView
from workbench.ui.chat.sides.sides_view import SidesView
from workbench.ui.chat.system_view import SystemView
from workbench.ui.kit.panes.tab_order import reading_order

WIDTH = 728
_SIDE = 16
_TOP, _BOTTOM = 16, 8
_BOTTOM_SLACK = 24
_PASSES = 6
_LINE = 22
_AROUND = 76
_CHARACTER = 7.2
_SCROLL_STEP = 40


class Transcript(QAbstractScrollArea):
    """A page of messages that can be of any length.

    Args:
        make: a widget for a message, or for its versions side by side.

    Signals:
        typed(str): somebody types while no text field has the focus.
    """

    typed = Signal(str)

    def __init__(self, make: Callable[[ChatMessage], MessageView | SidesView]) -> None:
        super().__init__()
        self.setAccessibleName("Conversation")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setProperty("surface", "canvas")
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.verticalScrollBar().setSingleStep(_SCROLL_STEP)
        self._make = make
        self.messages: tuple[ChatMessage, ...] = ()
        self.keys = MessageKeys(self)
        self.rows: dict[int, MessageView | SidesView] = {}
        """What is near the view: a message or its versions side by side, by their place."""
        self._header: SystemView | None = None
        self._heights: list[int] = []
        self._tops: list[int] = [0]
        self._anchor = (0, 0)
        """The message at the top of the view, and how far above the view it begins."""
        self._follow = True
        self._is_placing = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._place)
        self._ahead = QTimer(self, singleShot=True, interval=0)
        self._ahead.timeout.connect(self._prepare)

    # --- content --------------------------------------------------------------------------------

    @property
    def views(self) -> dict[int, MessageView]:
        """The messages of the branch that have a widget, by their place."""
        return {index: row.shown for index, row in self.rows.items()}

    def answers(self, index: int | None = None) -> list[MessageView]:
        """Every message that has a widget, or those in one place: several are side by side."""
        rows = self.rows.values() if index is None else [self.rows[index]]
        return [view for row in rows for view in row.answers]

    def remake(self, index: int) -> None:
        """Have another widget for a place, which keeps its height on the screen."""
        if index in self.rows:
            self._drop(index)
            self._soon.start()

    def set_header(self, header: SystemView | None) -> None:
        """Show a widget above the first message; None where it is shown elsewhere."""
        if header is self._header:
            return
        if self._header is not None:
            self._header.resized.disconnect(self._on_resized)
        self._header = header
        if header is not None:
            header.resized.connect(self._on_resized)
            header.setParent(self.viewport())
            header.show()
        self._soon.start()

    def set_messages(self, messages: Sequence[ChatMessage], stays: int | None = None) -> None:
        """Show another branch; what is the same stays as it is.

        Args:
            messages: all of it, first message first.
            stays: the place of the message that keeps its height on the screen, None where the view
                follows the end.
        """
        before, self.messages = self.messages, tuple(messages)
        above = _put_before(before, self.messages)
        if above:
            stays = None if stays is None else stays + above
            before = self.messages[:above] + before
            self._heights = estimated_heights(before[:above], self._width()) + self._heights
            self.rows = {index + above: row for index, row in self.rows.items()}
        same = _common(before, self.messages)
        width = self._width()
        heights = self._heights[:same]
        heights += estimated_heights(self.messages[same:], width)
        self._heights = heights
        for index in sorted(self.rows):
            view = self.rows[index]
            fits = index < len(self.messages) and view.message.role == self.messages[index].role
            if not fits:
                self._drop(index)
            elif view.message != self.messages[index]:
                view.set_message(self.messages[index])
                self._heights[index] = view.height()
        if stays is None:
            self._follow = True
            if self._header is not None:  # what is new in it was not seen growing
                _fitted(self._header, self._width())
        else:
            top = self.rows[stays].y() if stays in self.rows else 0
            self._follow, self._anchor = False, (stays, -top)
        self._place()

    def view_at(self, index: int) -> MessageView | None:
        """The widget of a message, None where it is far from the view."""
        row = self.rows.get(index)
        return row.shown if row is not None else None

    def follow_end(self) -> None:
        """Go to the end and stay there while it grows."""
        self._follow = True
        self._place()

    def scroll_to_start(self) -> None:
        """Go to the first message."""
        self._follow, self._anchor = False, (0, -(10**6))
        self._place()

    @property
    def first_shown(self) -> int:
        """The place of the message at the top of the view."""
        return self.shown_places.start

    @property
    def shown_places(self) -> range:
        """The places of the messages that can be seen."""
        return range(*self._in_view(self.verticalScrollBar().value()))

    @property
    def follows(self) -> bool:
        """Whether the view stays at the end."""
        return self._follow

    @property
    def place(self) -> tuple[int, int] | None:
        """The message at the top of the view and how far above it that begins; None at the end."""
        return None if self._follow or not self.messages else self._at(self._scroll())

    def go_to(self, place: tuple[int, int]) -> None:
        """Go back to a ``place``."""
        self._follow, self._anchor = False, place
        self._place()

    def _at(self, value: int) -> tuple[int, int]:
        first, _ = self._in_view(value)
        first = min(first, len(self.messages) - 1)
        return first, value - self._tops[first]

    def show_message(self, index: int) -> MessageView:
        """Scroll to a message and give it a widget."""
        self._follow, self._anchor = False, (index, -_TOP)
        self._place()
        if index not in self.rows:
            self._fit(index)
            self._place()
        return self.rows[index].shown

    def show_place(self, view: QWidget, cursor: QTextCursor) -> None:
        """Scroll as far as needed to see a place in a text of a message."""
        rect = view.cursorRect(cursor)  # type: ignore[attr-defined]
        top = view.mapTo(self.viewport(), rect.topLeft()).y()
        self.make_visible(top, rect.height())

    def make_visible(self, top: int, height: int) -> None:
        """Scroll as far as needed to see a stretch of the view."""
        bar, room = self.verticalScrollBar(), self.viewport().height()
        if top < 0:
            bar.setValue(bar.value() + top - _LINE)
        elif top + height > room:
            bar.setValue(bar.value() + top + min(height, room) - room + _LINE)

    # --- places ---------------------------------------------------------------------------------

    def _width(self) -> int:
        return max(120, min(self.viewport().width() - 2 * _SIDE, WIDTH - 2 * _SIDE))

    def _left(self, width: int) -> int:
        """In the middle of the page, whether or not there is a scroll bar."""
        return max((self.width() - width) // 2, _SIDE)

    def _height(self, row: MessageView | SidesView) -> int:
        """Give a row its width; returns its height. Columns take what room there is."""
        if isinstance(row, SidesView):
            return row.fit(self._width(), max(self.viewport().width() - 2 * _SIDE, 120))
        return row.fit(self._width())

    def _count(self) -> None:
        first = _TOP
        if self._header is not None:
            before, value = self._header.height(), self.verticalScrollBar().value()
            height = _fitted(self._header, self._width())
            first += height
            if height != before and value < _TOP + before:  # it is seen: it grows downwards
                self._follow = False
                self._anchor = (0, value - first)
        self._tops = list(itertools.accumulate(self._heights, initial=first))

    @Slot()
    def _place(self) -> None:
        """Lay out what is in view until all heights there are right, then put it in its place."""
        if self._is_placing:
            return
        self._is_placing = True
        try:
            for _ in range(_PASSES):
                self._count()
                first, last = self._in_view(self._scroll())
                changed = [index for index in range(first, last) if self._fit(index)]
                if not changed:
                    break
            self._count()
            self._move(self._scroll())
        finally:
            self._is_placing = False
        self._ahead.start()

    def _scroll(self) -> int:
        """Set the range of the bar, and its value from what stays; returns the value."""
        room = self.viewport().height()
        most = max(0, self._tops[-1] + _BOTTOM - room)
        bar = self.verticalScrollBar()
        index, above = self._anchor
        index = min(index, len(self._tops) - 1)
        value = most if self._follow else self._tops[index] + above
        bar.blockSignals(True)
        bar.setPageStep(room)
        bar.setRange(0, most)
        bar.setValue(max(0, min(value, most)))
        bar.blockSignals(False)
        return bar.value()

    def _in_view(self, value: int, margin: int = 0) -> tuple[int, int]:
        """The places of the messages that can be seen, or are up to ``margin`` pixels outside."""
        first = bisect.bisect_right(self._tops, value - margin) - 1
        last = bisect.bisect_left(self._tops, value + self.viewport().height() + margin)
        return max(first, 0), min(last, len(self.messages))

    def _fit(self, index: int) -> bool:
        """Have a widget for a message in the right width; whether its height was another."""
        view = self.rows.get(index)
        if view is None:
            view = self._make(self.messages[index])
            view.setParent(self.viewport())
            view.resized.connect(self._on_resized)
            self.rows[index] = view
        height = self._height(view)
        changed = height != self._heights[index]
        self._heights[index] = height
        return changed

    def _move(self, value: int) -> None:
        if self._header is not None:
            self._header.move(self._left(self._width()), _TOP - value)
        for index, view in self.rows.items():
            view.move(self._left(view.width()), self._tops[index] - value)
            if view.isHidden():
                view.show()

    @Slot()
    def _prepare(self) -> None:
        """One more message just outside of the view, while there is nothing else to do."""
        margin = self.viewport().height()
        first, last = self._in_view(self.verticalScrollBar().value(), margin)
        missing = next((index for index in range(first, last) if index not in self.rows), None)
        if missing is not None:
            self._fit(missing)
            self._place()
            return
        for index in [each for each in self.rows if not first <= each < last]:
            self._let_go(index)
        self._chain()

    def _let_go(self, index: int) -> None:
        """Take a far widget away, unless somebody is at work in it."""
        view = self.rows[index]
        focus = QApplication.focusWidget()
        is_used = focus is not None and (
            view.isAncestorOf(focus) or any(focus is each for each in view.answers)
        )
        if view.has_selection() or is_used:
            return
        self._drop(index)

    def _drop(self, index: int) -> None:
        view = self.rows.pop(index)
        view.hide()
        view.deleteLater()

    def _chain(self) -> None:
        """Tab goes through the messages as they are read, and from a message into its parts."""
        last: QWidget = self
        for widget in self._as_read():
            QWidget.setTabOrder(last, widget)
            last = widget

    def _as_read(self) -> Iterator[QWidget]:
        if self._header is not None:
            yield from reading_order(self._header)
        for index in sorted(self.rows):
            row = self.rows[index]
            if isinstance(row, SidesView):
                yield row.one
            for view in row.answers:
                yield view  # a click or Alt+Up gives it the focus, Tab passes it by
                yield from reading_order(view)

    @Slot()
    def _on_resized(self) -> None:
        """A message has become higher or lower: a text grew, a fold opened."""
        if not self._is_placing:
            self._soon.start()

    # --- keys and wheel -------------------------------------------------------------------------

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Somebody scrolls: what is at the top from now on stays there."""
        bar = self.verticalScrollBar()
        value = bar.value()
        self._follow = value >= bar.maximum() - _BOTTOM_SLACK
        self._anchor = self._at(value) if self.messages else (0, 0)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.oldSize().width() != event.size().width():
            width = self._width()
            self._heights = estimated_heights(self.messages, width)
            for index, view in self.rows.items():
                self._heights[index] = self._height(view)
        self._place()

    def focusNextPrevChild(self, forwards: bool) -> bool:
        moved = super().focusNextPrevChild(forwards)
        focus = QApplication.focusWidget()
        if focus is not None and self.viewport().isAncestorOf(focus):
            top = focus.mapTo(self.viewport(), QPoint(0, 0)).y()
            self.make_visible(top, focus.height())
        return moved

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.keys.show_menu(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if self.keys.take(event):
            return
        if event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        elif is_text(event):
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


def _fitted(widget: QWidget, width: int) -> int:
    """Give a widget a width; returns the height that it then has."""
    layout = widget.layout()
    height = layout.totalHeightForWidth(width) if layout is not None else widget.height()
    if height < 0 and layout is not None:
        height = layout.totalSizeHint().height()
    widget.resize(width, height)
    return height


def estimated_heights(messages: Sequence[ChatMessage], width: int) -> list[int]:
    """About how high messages are, in pixels, without laying them out."""
    lines_a_character = _CHARACTER / width
    texts = (message.text for message in messages)
    return [
        _AROUND + _LINE * int(text.count("\n") + len(text) * lines_a_character + 0.5)
        for text in texts
    ]


def _common(one: Sequence[ChatMessage], other: Sequence[ChatMessage]) -> int:
    """How many messages two branches have in common at their beginning."""
    pairs = zip(one, other, strict=False)
    return next(
        (at for at, (a, b) in enumerate(pairs) if a.message_id != b.message_id),
        min(len(one), len(other)),
    )


def _put_before(shown: Sequence[ChatMessage], messages: Sequence[ChatMessage]) -> int:
    """How many messages come before what is shown of a conversation; 0 where it begins with it."""
    if not shown or len(messages) <= len(shown):
        return 0
    first = shown[0].message_id
    if messages[0].message_id == first or shown[0].parent_id is None:
        return 0
    return next((at for at, each in enumerate(messages) if each.message_id == first), 0)
