"""The text of a block of code: it grows as it is written, is scrolled or wrapped, and coloured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QTextCursor, QTextLayout, QTextOption, QWheelEvent

from workbench.domain.code import CodeSpan
from workbench.ui.markdown.code_look import code_format, code_look
from workbench.ui.markdown.parts import shown_text
from workbench.ui.markdown.view import MarkdownView
from workbench.ui.theme import font

_BAR = 10
_LONGEST_LINE = 1_500
"""Characters of a line that may still grow: longer ones are broken."""


class CodeText(MarkdownView):
    """Code as it is; long lines are scrolled, or wrapped."""

    def __init__(self) -> None:
        super().__init__("Code")
        self._spans: Sequence[CodeSpan] = ()
        self.setFont(font("code"))
        self.setProperty("surface", "raised")
        self._set_wrap()
        code_look().wrap_changed.connect(self._on_wrap)

    @property
    def shown(self) -> str:
        """The text as it is shown, which the places of colours are counted in."""
        return shown_text(self.text)

    def set_code(self, code: str) -> None:
        """Show code; what it has in common with the beginning of it stays as it is."""
        before = self.text
        line = code.rpartition("\n")[2]
        grows = bool(before) and code.startswith(before) and len(line) < _LONGEST_LINE
        if not grows or not self._is_plain:
            self._spans = ()
            self.set_plain(code)
            self._go_to_start()
        elif code != before:
            self.text = code
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(shown_text(code[len(before) :]))
            if self._width:
                self._set_height()

    def _write(self) -> None:
        super()._write()
        self._color()

    def _go_to_start(self) -> None:
        """Show the beginning of long lines."""
        if not self.hasFocus():
            self.moveCursor(QTextCursor.MoveOperation.Start)
            self.horizontalScrollBar().setValue(0)

    # --- colours --------------------------------------------------------------------------------

    def show_spans(self, spans: Sequence[CodeSpan]) -> None:
        """Give spans of :attr:`shown` their colours."""
        self._spans = spans
        self._color()

    def _color(self) -> None:
        """Lay formats over the text: the document itself stays plain."""
        if not self._spans:
            return
        document, text = self.document(), self.shown
        place = _qt_places(text)
        spans = iter(self._spans)
        span = next(spans, None)
        block = document.begin()
        while block.isValid():
            ranges: list[QTextLayout.FormatRange] = []
            end = block.position() + block.length()
            while span is not None and place(span.begin) < end:
                begin, last = max(place(span.begin), block.position()), place(span.end)
                made = QTextLayout.FormatRange()
                made.start = begin - block.position()
                made.length = min(last, end) - begin
                made.format = code_format(span.kind)
                ranges.append(made)
                if last > end:  # it goes on in the next line
                    break
                span = next(spans, None)
            block.layout().setFormats(ranges)
            block = block.next()
        document.markContentsDirty(0, document.characterCount())

    # --- long lines -----------------------------------------------------------------------------

    @Slot()
    def _on_wrap(self) -> None:
        self._set_wrap()
        if self._width:
            self._set_height()

    def _set_wrap(self) -> None:
        modes, bars = QTextOption.WrapMode, Qt.ScrollBarPolicy
        wraps = code_look().wraps
        self.setWordWrapMode(modes.WrapAtWordBoundaryOrAnywhere if wraps else modes.NoWrap)
        self.setHorizontalScrollBarPolicy(
            bars.ScrollBarAlwaysOff if wraps else bars.ScrollBarAsNeeded
        )

    def fit(self, width: int) -> None:
        self._width = width
        self._set_height()

    def _set_height(self) -> None:
        wraps = code_look().wraps
        self.document().setTextWidth(self._width if wraps else -1)
        size = self.document().size()
        scrolls = not wraps and size.width() > self._width
        height = int(size.height()) + 1 + (_BAR + 2 if scrolls else 0)
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways here, up and down on the page."""
        delta = event.angleDelta()
        if abs(delta.x()) > abs(delta.y()):
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - delta.x())
            event.accept()
        else:
            event.ignore()


def _qt_places(text: str) -> Callable[[int], int]:
    """Where Qt has a character, which counts those outside of the first plane twice."""
    if text.isascii() or all(ord(each) < 0x10000 for each in text):
        return lambda place: place
    places, at = [], 0
    for each in text:
        places.append(at)
        at += 1 + (ord(each) >= 0x10000)
    places.append(at)
    return places.__getitem__
