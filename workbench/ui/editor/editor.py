"""The text editor of prompts: the text area with its gutter, overlays and shortcuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit

from workbench.domain.prompts.prompt import Problem
from workbench.ui.editor.decorations import (
    Decoration,
    line_decoration,
    problem_cursor,
    spans,
    underline,
)
from workbench.ui.editor.edits import apply_fix, replace_lines, replace_range
from workbench.ui.editor.folding import Folding
from workbench.ui.editor.gutter import TOKENS_WIDTH, Gutter, LineNote, TokenColumn
from workbench.ui.editor.inlay_hints import paint_notes, under, variable_at
from workbench.ui.editor.prompt_text import PromptText
from workbench.ui.editor.structure import python_offset, qt_offset
from workbench.ui.editor.tab_stops import TabStops
from workbench.ui.editor.typing_help import INDENT, TypingHelp
from workbench.ui.theme import color, font, theme

_PAUSE_MS = 250
_LIT = 2_000
"""Most found places that are lit at once."""


class Editor(QPlainTextEdit):
    """Edits one prompt file at a time.

    Signals:
        line_changed(int): the cursor is on another line (from 1).
        line_hovered(int): the mouse is over another line, 0 when it left.
        variable_hovered(str): the mouse is over a variable, "" when it left.
        left(): the focus went elsewhere.
        typed(str): a character was typed, "" for one that was taken away, or a word of the list.
        shown(): another text is shown.
    """

    line_changed = Signal(int)
    line_hovered = Signal(int)
    variable_hovered = Signal(str)
    left = Signal()
    typed = Signal(str)
    shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Prompt template")
        self.setFont(font("code"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setTabChangesFocus(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.text = PromptText(parent=self)
        self.setDocument(self.text)
        self.current_line = 0
        self.wrong_lines: frozenset[int] = frozenset()
        self.front_matter_note = ""
        self.folding = Folding(self)
        self.typing_help = TypingHelp(self)
        self._tab_stops = TabStops(self)
        self._gutter = Gutter(self, self)
        self._tokens = TokenColumn(self, self)
        self._problems: tuple[Problem, ...] = ()
        self._roots: dict[str, str] = {}
        """The input behind each name that has one: its own, or that which a loop goes through."""
        self._notes: dict[int, LineNote] = {}
        self._hits: tuple[tuple[int, int], ...] = ()
        self._linked = 0
        self._hovered = (0, "")
        self._lines = 1
        self._structure_timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._structure_timer.timeout.connect(self._on_structure)
        self.blockCountChanged.connect(self._on_blocks)
        self.updateRequest.connect(self._on_update)
        self.cursorPositionChanged.connect(self._on_cursor)
        self.textChanged.connect(self._on_text)
        theme().changed.connect(self._on_theme)
        self._on_blocks(1)
        self.decorate()

    # --- what is shown --------------------------------------------------------------------------

    def show_text(self, text: PromptText, position: int = 0) -> None:
        """Show another text, its cursor at ``position`` (in Qt's count)."""
        self.text = text
        self.setDocument(text)
        self.typing_help.forget()
        self._tab_stops.forget()
        self._problems, self._hits, self._linked = (), (), 0
        self.show_line_notes({})
        self.wrong_lines = frozenset()
        self._tokens.show_tokens({}, {})
        self._lines = text.blockCount()
        self._on_structure()
        cursor = self.textCursor()
        cursor.setPosition(min(max(position, 0), text.characterCount() - 1))
        self.setTextCursor(cursor)
        self._on_blocks(text.blockCount())
        self.shown.emit()

    def show_problems(self, problems: Sequence[Problem], tones: Mapping[str, str]) -> None:
        """Underline problems and colour the variables."""
        self._problems = tuple(problems)
        aliases = self.text.structure().aliases()
        self._roots = {name: name for name in tones}
        self._roots |= {name: root for name, root in aliases.items() if root in tones}
        self.wrong_lines = frozenset(p.line for p in problems if p.severity == "error")
        self.text.highlighter.set_tones({n: tones[root] for n, root in self._roots.items()})
        self.decorate()
        self.viewport().update()

    def show_line_tokens(
        self, tokens: Mapping[int, int], repeats: Mapping[int, int] | None = None
    ) -> None:
        """Show at the right edge how many tokens each line adds to the prompt.

        Args:
            tokens: by line, from 1; lines that are not in it show nothing.
            repeats: how often the loop ran that starts at a line; shown where it has no tokens.
        """
        self._tokens.show_tokens(tokens, repeats or {})

    def show_line_notes(self, notes: Mapping[int, LineNote]) -> None:
        """Tint lines, with a bar at the left and words at the right; empty takes it all away.

        Args:
            notes: by line, from 1.
        """
        if dict(notes) != self._notes:
            self._notes = dict(notes)
            self._gutter.show_notes(self._notes)
            self._tokens.show_notes(self._notes)
            self.decorate()

    @property
    def line_notes(self) -> Mapping[int, LineNote]:
        """What :meth:`show_line_notes` shows."""
        return self._notes

    def show_front_matter_note(self, note: str) -> None:
        """Show a note on the folded front matter, such as "Word problem · 5 inputs"."""
        if note != self.front_matter_note:
            self.front_matter_note = note
            self.viewport().update()

    def show_hits(self, hits: Sequence[tuple[int, int]]) -> None:
        """Light found places, each with start and length in Qt's count."""
        self._hits = tuple(hits)
        self.decorate()

    def link_line(self, line: int) -> None:
        """Tint the line that something elsewhere points to; 0 is none."""
        if line != self._linked:
            self._linked = line
            self.decorate()

    # --- going and changing ---------------------------------------------------------------------

    def go_to_line(self, line: int, column: int = 1) -> None:
        """Put the cursor on a line, out of any fold, and show it."""
        cursor = problem_cursor(self.text, line, column, 0)
        self.folding.reveal(cursor.blockNumber() + 1)
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def scroll_to_line(self, line: int) -> None:
        """Bring a line to the top, the cursor stays."""
        block = self.document().findBlockByNumber(max(line - 1, 0))
        self.verticalScrollBar().setValue(block.firstLineNumber())

    def apply_fix(self, problem: Problem, *, other: bool = False) -> None:
        """Do what ends a problem, or with ``other`` its second fix, as one step of undo."""
        apply_fix(self.text, problem, other=other)

    def replace_all(self, text: str) -> None:
        """Another text, as one step that can be undone."""
        place = self.textCursor().position()
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.setPosition(min(place, self.document().characterCount() - 1))
        self.setTextCursor(cursor)

    def replace_lines(self, text: str) -> None:
        """Another text with as many lines: only those that differ change, in one step of undo."""
        if not replace_lines(self.text, text):
            self.replace_all(text)

    def replace_range(
        self,
        start: int,
        end: int,
        text: str,
        select: tuple[int, int],
        tab_stops: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Put ``text`` in place of characters and select a part of it; one step of undo.

        Args:
            start: first character to replace (in characters of the whole text), ``end`` the last
                but one.
            end: see ``start``.
            text: what comes there.
            select: offset and length in ``text`` of what is selected then.
            tab_stops: what Tab selects after it, likewise.
        """
        cursor, *further = replace_range(self.text, start, end, text, (select, *tab_stops))
        self.setTextCursor(cursor)
        if further:
            self._tab_stops.begin(further)

    def offset(self) -> int:
        """Where the cursor is, in characters."""
        return python_offset(self.text.plain(), self.textCursor().position())

    def variable(self) -> str:
        """The input of the variable at the cursor, "" for none."""
        return variable_at(self, self.textCursor(), self._roots)

    @Slot()
    def go_to_partner(self) -> None:
        """From a bracket, or a statement such as "if", to what belongs to it."""
        structure = self.text.structure()
        place = structure.partner(python_offset(structure.text, self.textCursor().position()))
        if place is not None:
            cursor = self.textCursor()
            cursor.setPosition(qt_offset(structure.text, place))
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    # --- the sides ------------------------------------------------------------------------------

    def gutter_width(self) -> int:
        """Device-independent pixels that numbers and fold arrows take."""
        return self._gutter.wanted_width()

    def visible_lines(self) -> Iterator[tuple[QTextBlock, QRectF]]:
        """Lines in sight, each with its place in the viewport."""
        block = self.firstVisibleBlock()
        bottom = self.viewport().height()
        while block.isValid():
            if block.isVisible():
                area = self.blockBoundingGeometry(block).translated(self.contentOffset())
                if area.top() > bottom:
                    return
                yield block, area
            block = block.next()

    def line_tint(self, line: int) -> QColor | None:
        """What lies behind a line from edge to edge, None for nothing."""
        if line == self._linked:
            return color("selection", 0.45)
        return color("panel") if line == self.current_line else None

    @Slot(int)
    def _on_blocks(self, count: int) -> None:
        self.setViewportMargins(self.gutter_width(), 8, TOKENS_WIDTH, 8)
        if count != self._lines:
            came = count - self._lines
            self._tokens.shift(self.textCursor().blockNumber() + 1 - max(came, 0), came)
            self._lines = count

    @Slot(QRect, int)
    def _on_update(self, area: QRect, scrolled: int) -> None:
        for side in (self._gutter, self._tokens):
            if scrolled:
                side.scroll(0, scrolled)
            else:
                side.update(0, area.y(), side.width(), area.height() + 16)

    # --- decorations ----------------------------------------------------------------------------

    @Slot()
    def _on_cursor(self) -> None:
        block = self.textCursor().block()
        line = block.blockNumber() + 1
        if not block.isVisible():
            self.folding.reveal(line)
            self.ensureCursorVisible()
        if line != self.current_line:
            self.current_line = line
            self._gutter.update()
            self.line_changed.emit(line)
        self.decorate()

    @Slot()
    def _on_text(self) -> None:
        if self.text.short:
            self._on_structure()
        else:
            self._structure_timer.start()

    @Slot()
    def _on_structure(self) -> None:
        self.text.read_again()
        self.folding.update()
        self.text.highlighter.show_long_tags(self.text.structure().long_tags())
        self.decorate()

    @Slot()
    def decorate(self) -> None:
        """Tints and underlines over the text."""
        text = self.text
        here = self.current_line
        decorations: list[Decoration | None] = [line_decoration(text, here, self.line_tint(here))]
        decorations += [
            line_decoration(text, n, note.tint) for n, note in self._notes.items() if note.tint
        ]
        if self._linked and self._linked != here:
            decorations.append(line_decoration(text, self._linked, self.line_tint(self._linked)))
        decorations += spans(text, self._hits[:_LIT], color("warn", 0.28))
        decorations += spans(text, self._belonging(), color("focus", 0.26))
        decorations += [
            underline(text, each) for each in self._problems if each.line and each.length
        ]
        self.setExtraSelections(
            [decoration for decoration in decorations if decoration is not None]
        )
        self._gutter.update()
        self._tokens.update()

    def _belonging(self) -> list[tuple[int, int]]:
        """Brackets and statements that belong to the one under the cursor."""
        if not self.text.short:
            return []
        structure = self.text.structure()
        plain = structure.text
        here = python_offset(plain, self.textCursor().position())
        found = list(structure.pairs_at(here))
        group = structure.group_at(here)
        if len(group) > 1:
            found += [(tag.word_start, len(tag.word)) for tag in group]
        return [(qt_offset(plain, start), length) for start, length in found]

    # --- the mouse ------------------------------------------------------------------------------

    def _hover(self, line: int, name: str) -> None:
        before, self._hovered = self._hovered, (line, name)
        if before[0] != line:
            self.line_hovered.emit(line)
        if before[1] != name:
            self.variable_hovered.emit(name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(*under(self, event.position().toPoint(), self._roots))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(0, "")

    # --- Qt -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_sides()

    @Slot()
    def _on_theme(self) -> None:
        """Other colours, or numbers of another width."""
        self._on_blocks(self.blockCount())
        self._place_sides()
        self.decorate()

    def _place_sides(self) -> None:
        inner, view = self.contentsRect(), self.viewport().geometry()
        self._gutter.setGeometry(inner.left(), inner.top(), self.gutter_width(), inner.height())
        self._tokens.setGeometry(view.right() + 1, inner.top(), TOKENS_WIDTH, inner.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        key = event.text()
        if event.key() == Qt.Key.Key_Tab and self._tab_stops.go_on():
            return
        if event.key() == Qt.Key.Key_Tab and not self.textCursor().hasSelection():
            self.insertPlainText(INDENT)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.typing_help.enter()
            return
        if event.key() == Qt.Key.Key_Backspace and plain and self.typing_help.backspace():
            self.typed.emit("")
            return
        if not (plain and key.isprintable() and self.typing_help.typed(key)):
            super().keyPressEvent(event)
        if plain and event.key() == Qt.Key.Key_Backspace:
            self.typed.emit("")
        elif plain and key and key.isprintable():
            self.typed.emit(key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        paint_notes(self, painter, self._problems)
