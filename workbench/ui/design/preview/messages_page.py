"""The rendered messages: text tinted by origin, template lines in the margin, links both ways."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QTextEdit

from workbench.domain.prompts.prompt import Preview
from workbench.domain.text import Message, Span, count_text
from workbench.ui.design.preview.pages import TABBED, Page, char_format
from workbench.ui.design.preview.rendered_lines import (
    Drawn,
    Line,
    Repeats,
    parts_of,
    words_for_all,
    words_of,
)
from workbench.ui.theme import color, font

MOST_CHARACTERS = 60_000
_MOST_LINKED = 200
_MARGIN = 30
_BLANK_HEIGHT = 8
_TINT, _LINKED_TINT = 0.16, 0.42
_NUMBER = QTextFormat.Property.UserProperty.value + 1
_RULED = QTextFormat.Property.UserProperty.value + 2
_TINTED = QTextFormat.Property.UserProperty.value + 4
_BACK = (Qt.Key.Key_Up, Qt.Key.Key_Left)
_ON = (Qt.Key.Key_Down, Qt.Key.Key_Right)


class MessagesPage(Page):
    """Shows the messages of a preview.

    Signals:
        linked(str): words for what is lit, "" for nothing.
        span_hovered(object): the span under the mouse or chosen with the keys; None for none.
        place_wanted(int, int): line and column of a span that was clicked, or Enter was pressed on.
    """

    linked = Signal(str)
    span_hovered = Signal(object)
    place_wanted = Signal(int, int)

    def __init__(self) -> None:
        super().__init__("Rendered messages", "body")
        self.viewport().setMouseTracking(True)
        self._preview = Preview()
        self._tones: Mapping[str, str] = {}
        self.drawn: list[Drawn] = []
        self._folds: dict[int, tuple[int, int]] = {}
        self._unfolded: set[tuple[int, int]] = set()
        self._left = 0
        self._at = -1
        self._hovered: tuple[int, int] | None = None
        self._lit_lines: set[int] = set()
        self._base: tuple[int, str] = (0, "")

    # --- drawing --------------------------------------------------------------------------------

    def draw(self, preview: Preview, tones: Mapping[str, str]) -> None:
        """Show another preview, keeping the place."""
        self._preview, self._tones = preview, tones
        place = self.verticalScrollBar().value()
        self.drawn, self._folds, self._at, self._hovered = [], {}, -1, None
        self._left = MOST_CHARACTERS
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for index, message in enumerate(preview.messages):
            self._message(cursor, index, message)
            if self._left <= 0:
                self._show_rest(cursor)
                break
        if preview.messages and preview.messages[-1].role != "assistant":
            self._header(cursor, "Assistant", "the answer starts here", "text-3")
        cursor.endEditBlock()
        self.set_tabs()
        self.verticalScrollBar().setValue(place)
        self._light_base()

    def _message(self, cursor: QTextCursor, index: int, message: Message) -> None:
        counts = self._preview.message_tokens
        note = count_text(counts[index], "token") if index < len(counts) else ""
        self._header(cursor, message.role.capitalize(), note)
        same = self._same_until(index)
        number = position = 0
        for part in parts_of(message):
            if self._left <= 0:
                break
            lines = part.lines if isinstance(part, Repeats) else [part]
            if isinstance(part, Repeats) and not self._fold_row(cursor, index, part):
                length = sum(len(bit.text) for line in lines for bit in line.bits) + len(lines)
                if same is not None and position <= same < position + length:
                    self._same_row(cursor)
                position += length
                continue
            for line in lines:
                length = sum(len(bit.text) for bit in line.bits) + 1
                if same is not None and position <= same < position + length:
                    self._same_row(cursor)
                position += length
                self._line(cursor, index, line, number)
                number = line.number or number

    def _show_rest(self, cursor: QTextCursor) -> None:
        """Say how much is not shown."""
        rest = sum(len(message.text) for message in self._preview.messages) - MOST_CHARACTERS
        if rest > 0:
            self._row(cursor, f"about {rest:,} more characters are not shown here", "", "text-3")

    def _line(self, cursor: QTextCursor, index: int, line: Line, before: int) -> None:
        if self._left <= 0:
            return
        block = QTextBlockFormat()
        block.setLeftMargin(_MARGIN)
        if line.is_blank:
            block.setLineHeight(_BLANK_HEIGHT, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        else:
            block.setLineHeight(20, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
            if line.number != before:
                block.setProperty(_NUMBER, line.number)
        cursor.insertBlock(block)
        tokens = self._preview.span_tokens[index] if self._preview.span_tokens else ()
        for bit in line.bits:
            start = cursor.position()
            cursor.insertText(bit.text[: max(self._left, 0)], self._style(bit.span))
            self._left -= len(bit.text)
            count = tokens[bit.place] if bit.place < len(tokens) else None
            place = (index, bit.place)
            self.drawn.append(Drawn(start, cursor.position(), bit.span, count, place))

    def _style(self, span: Span) -> QTextCharFormat:
        style = char_format("text", "body")
        if not span.literal:
            tone = self._tones.get(span.variable, "") or "text-3"
            style.setBackground(color(tone, _TINT))
        if span.variable in self._preview.missing:
            style.setForeground(color("text-3"))
            style.setFontItalic(True)
        return style

    def _header(self, cursor: QTextCursor, title: str, note: str, tone: str = "text") -> None:
        block = QTextBlockFormat()
        is_first = self.document().isEmpty()
        block.setTopMargin(0 if is_first else 24)
        block.setBottomMargin(6)
        block.setProperty(_RULED, not is_first)
        block.setProperty(TABBED, True)
        if is_first:
            cursor.setBlockFormat(block)
        else:
            cursor.insertBlock(block)
        cursor.insertText(title, char_format(tone, "body-strong"))
        if note:
            cursor.insertText(f"\t{note}", char_format("text-3", "small"))

    def _fold_row(self, cursor: QTextCursor, index: int, part: Repeats) -> bool:
        """The row before repeated items; says whether they are unfolded."""
        key = (index, part.loop)
        is_open = key in self._unfolded
        counts = self._preview.span_tokens[index] if self._preview.span_tokens else ()
        tokens = sum(counts[part.indices.start : part.indices.stop])
        mark = "⌄" if is_open else "›"
        tone = self._tones.get(part.name, "text-3")
        note = count_text(tokens, "token") if counts else ""
        self._row(cursor, f"{mark}  {part.words}", note, "text-2", tone)
        self._folds[cursor.blockNumber()] = key
        return is_open

    def _same_row(self, cursor: QTextCursor) -> None:
        count = self._preview.same_tokens or 0
        self._row(
            cursor,
            f"same up to here since the last run: {count_text(count, 'token')}",
            "",
            "text-3",
        )
        block = cursor.blockFormat()
        block.setProperty(_RULED, True)
        cursor.setBlockFormat(block)

    @staticmethod
    def _row(cursor: QTextCursor, words: str, note: str, tone: str, tint: str = "") -> None:
        block = QTextBlockFormat()
        block.setLeftMargin(_MARGIN)
        block.setTopMargin(8)
        block.setBottomMargin(8)
        block.setProperty(TABBED, True)
        block.setProperty(_TINTED, tint)
        cursor.insertBlock(block)
        style = char_format(tone, "small")
        cursor.insertText(f" {words}", style)
        if note:
            cursor.insertText(f"\t{note}", char_format("text-3", "small"))

    def _same_until(self, index: int) -> int | None:
        """The character of a message at which it differs from the last run's; None elsewhere."""
        preview = self._preview
        same = preview.same_tokens
        if same is None or same >= len(preview.token_starts) or not preview.message_offsets:
            return None
        offset = preview.message_offsets[index]
        at = preview.token_starts[same] - offset
        return at if offset >= 0 and 0 < at < len(preview.messages[index].text) else None

    # --- links ----------------------------------------------------------------------------------

    def link(self, line: int, variable: str) -> None:
        """Light what comes from a line, or else from a variable, until something else is lit."""
        self._base = (line, variable)
        if self._hovered is None:
            self._light_base()

    def _light_base(self) -> None:
        """Light the pieces of the variable, the line, or the loop on the line."""
        line, variable = self._base
        if variable:
            found = [each for each in self.drawn if each.span.variable == variable]
        else:
            found = [each for each in self.drawn if line and each.span.line == line]
            found = found or [each for each in self.drawn if line and each.span.at.loop == line]
        self._light(found)
        self.linked.emit(words_for_all(self._preview, found, variable, line) if found else "")

    def _light_one(self, key: tuple[int, int] | None) -> None:
        """Light one span; None goes back to what is linked from elsewhere."""
        if key == self._hovered:
            return
        self._hovered = key
        if key is None:
            self._light_base()
            self.span_hovered.emit(None)
            return
        found = [each for each in self.drawn if each.key == key]
        self._light(found)
        self.linked.emit(self._words_of(found[0]))
        self.span_hovered.emit(found[0].span)

    def _words_of(self, drawn: Drawn) -> str:
        return words_of(drawn.span, drawn.tokens, self._preview.passages)

    def _light(self, found: Iterable[Drawn]) -> None:
        decorations = []
        self._lit_lines = set()
        for each in list(found)[:_MOST_LINKED]:
            tone = self._tones.get(each.span.variable, "link")
            decoration = QTextEdit.ExtraSelection()
            decoration.format.setBackground(
                color(tone, _LINKED_TINT if not each.span.literal else 0.18)
            )
            decoration.format.setFontUnderline(True)
            decoration.format.setUnderlineColor(color(tone))
            decoration.cursor = QTextCursor(self.document())
            decoration.cursor.setPosition(each.start)
            decoration.cursor.setPosition(each.end, QTextCursor.MoveMode.KeepAnchor)
            decorations.append(decoration)
            self._lit_lines.add(each.span.line)
        self.setExtraSelections(decorations)
        self.viewport().update()

    def _index_at(self, point: QPoint) -> int:
        """The drawn piece under a point of the viewport, -1 for none."""
        layout = self.document().documentLayout()
        scrolled = QPointF(point) + QPointF(
            self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        )
        position = layout.hitTest(scrolled, Qt.HitTestAccuracy.ExactHit)
        index = bisect.bisect_right(self.drawn, position, key=lambda each: each.start) - 1
        if position < 0 or index < 0 or position >= self.drawn[index].end:
            return -1
        return index

    def _want(self, index: int) -> None:
        span = self.drawn[index].span
        if span.line:
            self.place_wanted.emit(span.line, 1 if span.at.template else max(span.at.column, 1))

    def toggle_fold(self, block: int) -> bool:
        """Fold or unfold the items of the row that is that block of the page, if it is one."""
        key = self._folds.get(block)
        if key is None:
            return False
        self._unfolded ^= {key}
        self.draw(self._preview, self._tones)
        return True

    # --- Qt -------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        point = event.position().toPoint()
        index = self._index_at(point)
        self._light_one(self.drawn[index].key if index >= 0 else None)
        on_row = self.cursorForPosition(point).blockNumber() in self._folds
        shape = Qt.CursorShape.PointingHandCursor if on_row else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or self.textCursor().hasSelection():
            return
        point = event.position().toPoint()
        if self.toggle_fold(self.cursorForPosition(point).blockNumber()):
            return
        index = self._index_at(point)
        if index >= 0:
            self._at = index
            self._want(index)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._light_one(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = Qt.Key(event.key()), not event.modifiers()
        if plain and key in (*_BACK, *_ON) and self.drawn:
            self._walk(-1 if key in _BACK else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._at < len(self.drawn):
            self._want(self._at)
        elif key == Qt.Key.Key_Space and self._next_fold():
            return
        else:
            super().keyPressEvent(event)

    def _walk(self, step: int) -> None:
        """Go to the next span, white space left out."""
        index = self._at + step if self._at >= 0 else 0 if step > 0 else len(self.drawn) - 1
        while 0 <= index < len(self.drawn):
            each = self.drawn[index]
            is_same = 0 <= self._at < len(self.drawn) and each.key == self.drawn[self._at].key
            if each.span.text.strip() and not is_same:
                break
            index += step
        if not 0 <= index < len(self.drawn):
            return
        self._at = index
        each = self.drawn[index]
        cursor = self.textCursor()
        cursor.setPosition(each.start)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        self._light_one(each.key)
        words = f"{each.span.text.strip()[:80]}, {self._words_of(each)}"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _next_fold(self) -> bool:
        """Fold or unfold the row that comes next after the chosen span."""
        block = self.textCursor().blockNumber()
        rows = [row for row in sorted(self._folds) if row >= block] or sorted(self._folds)
        return bool(rows) and self.toggle_fold(rows[0])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        for block, top in self.visible_blocks():
            tint = block.blockFormat().property(_TINTED)
            if tint:
                height = block.layout().boundingRect().height()
                left = round(self.document().documentMargin()) + _MARGIN
                width = self.viewport().width() - left - 12
                painter.fillRect(left, round(top) - 4, width, round(height) + 8, color(tint, 0.12))
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setFont(font("code-micro"))
        left = round(self.document().documentMargin())
        for block, top in self.visible_blocks():
            form = block.blockFormat()
            if form.property(_RULED):
                painter.setPen(color("line"))
                y = round(top - form.topMargin() / 2)
                painter.drawLine(0, y, self.viewport().width(), y)
            number = form.property(_NUMBER)
            if number and block.layout().lineCount():
                first = block.layout().lineAt(0)
                painter.setPen(color("link" if number in self._lit_lines else "text-3"))
                painter.drawText(QPointF(left, top + first.y() + first.ascent()), str(number))
