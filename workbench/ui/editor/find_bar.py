"""Find and replace in the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QLineEdit, QToolButton, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.text_search import TextSearch
from workbench.ui.editor.editor import Editor
from workbench.ui.editor.structure import qt_offset
from workbench.ui.kit import GhostButton, IconButton, Label, column, row, set_tone
from workbench.ui.tasks import cancel, latest
from workbench.ui.theme import font

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_PAUSE_MS = 80


def _option(text: str, name: str) -> QToolButton:
    """A small switch with a letter or two in it."""
    button = QToolButton()
    button.setText(text)
    button.setFont(font("code-micro"))
    button.setCheckable(True)
    button.setFixedSize(28, 24)
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class FindBar(QFrame):
    """Over the editor: Enter finds the next, Shift+Enter the one before, Esc closes.

    The core does the looking: words at once, patterns in the sandbox with a second of time, since
    a pattern can be one that never comes to an end. So no search can hold up the window.
    """

    def __init__(self, editor: Editor, bridge: Bridge) -> None:
        super().__init__()
        self._editor, self._bridge = editor, bridge
        self._places: list[tuple[int, int, str]] = []
        self._plain = ""
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self.box = self._box("Find in this prompt")
        self.box.textChanged.connect(self._on_changed)
        self.case = _option("Aa", "Match case")
        self.word = _option("W", "Whole words")
        self.pattern = _option(".*", "Regular expression")
        self.note = Label("", "small", "text-3")
        self.note.setMinimumWidth(72)
        before = IconButton("chevron-up", "Find previous", keys="Shift+F3", size=24)
        after = IconButton("chevron-down", "Find next", keys="F3", size=24)
        before.clicked.connect(self.find_previous)
        after.clicked.connect(self.find_next)
        close = IconButton("close", "Close the search", size=24, glyph=14)
        close.clicked.connect(self.close_bar)
        upper = row(
            self.box, self.case, self.word, self.pattern, self.note, before, after, close, gap=4
        )
        upper.setStretch(0, 1)
        self.replacement = self._box("Replace with")
        self.replacement.textChanged.connect(self._on_changed)
        self.one, self.all = GhostButton("Replace"), GhostButton("Replace all")
        self.one.clicked.connect(self.replace_one)
        self.all.clicked.connect(self.replace_all)
        self._lower = QFrame()
        lower = row(self.replacement, self.one, self.all, gap=4)
        lower.setStretch(0, 1)
        self._lower.setLayout(lower)
        self.setLayout(column(upper, self._lower, margins=(16, 4, 8, 4), gap=4))
        QWidget.setTabOrder(self.box, self.replacement)
        self._lower.hide()
        self.hide()
        for option in (self.case, self.word, self.pattern):
            option.toggled.connect(self._on_changed)
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self._ask)
        editor.textChanged.connect(self._on_text)
        editor.shown.connect(self._on_text)
        editor.cursorPositionChanged.connect(self._say)

    @staticmethod
    def _box(name: str) -> QLineEdit:
        box = QLineEdit()
        box.setPlaceholderText(name)
        box.setAccessibleName(name)
        box.setFont(font("code-small"))
        return box

    # --- open and close -------------------------------------------------------------------------

    @Slot()
    def open_bar(self) -> None:
        """Show the bar with what is selected."""
        chosen = self._editor.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            with QSignalBlocker(self.box):
                self.box.setText(chosen)
        self.show()
        self.box.setFocus()
        self.box.selectAll()
        self._ask()

    @Slot()
    def open_replace(self) -> None:
        """Show the bar with the line for a replacement."""
        self._lower.show()
        self.open_bar()

    @Slot()
    def close_bar(self) -> None:
        """Back to the text."""
        cancel(self, "_ask")
        self._places = []
        self._editor.show_hits(())
        self._lower.hide()
        self.hide()
        self._editor.setFocus()

    # --- looking --------------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        self._timer.start()

    @Slot()
    def _on_text(self) -> None:
        if self.isVisible():
            self._timer.start()

    def _search(self) -> TextSearch:
        return TextSearch(
            text=self.box.text(),
            case=self.case.isChecked(),
            whole_word=self.word.isChecked(),
            regex=self.pattern.isChecked(),
            replacement=self.replacement.text() if self._lower.isVisibleTo(self) else None,
        )

    @latest
    async def _ask(self, then: str = "") -> None:
        """Look for it all; ``then`` is what to do with what was found."""
        self._timer.stop()
        text, search = self._editor.text.plain(), self._search()
        try:
            found = await self._bridge.ask(lambda core: core.prompts.find(text, search))
        except WorkbenchError as error:
            self._places = []
            self._editor.show_hits(())
            self.note.setText(str(error))
            set_tone(self.note, "bad")
            return
        if text != self._editor.text.plain():
            return
        self._plain = text
        self._places = (
            [
                (qt_offset(text, start), qt_offset(text, end), new)
                for start, end, new in found.places
            ]
            if not text.isascii()
            else list(found.places)
        )
        self._editor.show_hits([(start, end - start) for start, end, _ in self._places])
        self._say()
        if then == "next":
            self._go(1)
        elif then == "before":
            self._go(-1)
        elif then == "one":
            self._write_one()
        elif then == "all":
            self._write_all()

    def _here(self) -> int:
        """Which of the places is selected, -1 for none."""
        cursor = self._editor.textCursor()
        chosen = (cursor.selectionStart(), cursor.selectionEnd())
        return next((i for i, place in enumerate(self._places) if place[:2] == chosen), -1)

    @Slot()
    def _say(self) -> None:
        if not self.isVisible() or self._timer.isActive():
            return
        count, here = len(self._places), self._here()
        if not self.box.text():
            words = ""
        elif not count:
            words = "Not found"
        else:
            words = f"{here + 1:,} of {count:,}" if here >= 0 else f"{count:,} found"
        set_tone(self.note, "text-3")
        self.note.setText(words)

    @Slot()
    def find_next(self) -> None:
        """Select the next place, from the top again after the last."""
        self._seek("next", 1)

    @Slot()
    def find_previous(self) -> None:
        """Select the place before, from the end again before the first."""
        self._seek("before", -1)

    def _seek(self, then: str, step: int) -> None:
        if not self.isVisible():
            self.show()
            self._ask(then)
        elif self._timer.isActive() or self._plain != self._editor.text.plain():
            self._ask(then)
        else:
            self._go(step)

    def _go(self, step: int) -> None:
        if not self._places:
            return
        cursor = self._editor.textCursor()
        if step > 0:
            at = cursor.selectionEnd()
            rest = [i for i, place in enumerate(self._places) if place[0] >= at]
            index = rest[0] if rest else 0
        else:
            at = cursor.selectionStart()
            rest = [i for i, place in enumerate(self._places) if place[1] <= at]
            index = rest[-1] if rest else len(self._places) - 1
        self._select(index)

    def _select(self, index: int) -> None:
        start, end, _ = self._places[index]
        cursor = self._editor.textCursor()
        cursor.setPosition(start)
        self._editor.folding.reveal(cursor.blockNumber() + 1)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self._editor.setTextCursor(cursor)
        self._editor.ensureCursorVisible()

    # --- replacing ------------------------------------------------------------------------------

    @Slot()
    def replace_one(self) -> None:
        """Replace the selected place and go to the next; without one, go to the next."""
        self._ask("one")

    @Slot()
    def replace_all(self) -> None:
        """Replace all places, as one step of undo."""
        self._ask("all")

    def _write_one(self) -> None:
        here = self._here()
        if here < 0:
            self._go(1)
            return
        cursor = self._editor.textCursor()
        cursor.insertText(self._places[here][2])
        self._editor.setTextCursor(cursor)
        self._ask("next")

    def _write_all(self) -> None:
        count = len(self._places)
        cursor = QTextCursor(self._editor.document())
        cursor.beginEditBlock()
        for start, end, new in reversed(self._places):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(new)
        cursor.endEditBlock()
        self._timer.stop()
        cancel(self, "_ask")
        self._places = []
        self._editor.show_hits(())
        set_tone(self.note, "text-3")
        self.note.setText(f"{count:,} replaced" if count else "Not found")

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # here it closes this, and stops no run
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shifted = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Escape:
            self.close_bar()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.replacement.hasFocus():
            self.replace_one()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and shifted:
            self.find_previous()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.find_next()
        else:
            super().keyPressEvent(event)
