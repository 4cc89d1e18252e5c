"""A read-only Markdown document, as high as its content."""

from __future__ import annotations

import functools
import math

from PySide6.QtCore import QRectF, QSize, Qt, QUrl, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QPainter,
    QPaintEvent,
    QTextBlock,
    QTextCursor,
    QTextFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from workbench.ui.kit.buttons import Button
from workbench.ui.kit.forms.parameter_form import Popover
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row
from workbench.ui.kit.text.streaming_text import ModelText
from workbench.ui.markdown.document import markdown_document, plain_document
from workbench.ui.markdown.formula_places import FormulaPlaces, places_in
from workbench.ui.markdown.formulas import formulas
from workbench.ui.markdown.parts import LONGEST_RENDERED
from workbench.ui.theme import color, theme

_SAFE_SCHEMES = ("http", "https", "mailto")
_BAR = 3
_HIT, _PRESENT_HIT = 0.26, 0.6


class MarkdownView(ModelText):
    """A text as Markdown, or as it is; it loads nothing and asks before a link is followed.

    Its height is that of its content at the width that :meth:`fit` or a layout gives it.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.text = ""
        self._is_plain = False
        self._width = 0
        self._formulas = FormulaPlaces(self.document())
        formulas().drawn.connect(self._on_drawn)
        self.anchorClicked.connect(self._on_link)
        theme().changed.connect(self._show)

    def set_markdown(self, text: str) -> None:
        """Show a text, rendered exactly (plain above 64,000 characters)."""
        if text != self.text or self._is_plain:
            self.text, self._is_plain = text, False
            self._show()

    def set_plain(self, text: str) -> None:
        """Show a text as it was written: every blank, every line."""
        if text != self.text or not self._is_plain:
            self.text, self._is_plain = text, True
            self._show()

    @Slot()
    def _show(self) -> None:
        """Write the text in the colours of now; subclasses override :meth:`_write`, no slot."""
        self._write()
        if self._width:
            self._set_height()

    def _write(self) -> None:
        """Fill the document."""
        self._formulas = FormulaPlaces(self.document())
        if self._is_plain or len(self.text) > LONGEST_RENDERED:
            plain_document(self.document(), self.text)
        else:
            self._formulas = markdown_document(self.document(), self.text, self._width)

    @Slot()
    def _on_drawn(self) -> None:
        """Formulas were drawn: show them, if any was waited for here."""
        if self._formulas.waiting and self._formulas.have_come():
            self._show()

    def fit(self, width: int) -> None:
        """Be that wide, in pixels, and as high as the text then is."""
        if width != self._width:
            self._width = width
            if self._formulas.sizes:
                self._write()  # the widest may have more room, or less
            self.document().setTextWidth(width)
            self._set_height()

    def _set_height(self) -> None:
        height = max(math.ceil(self.document().size().height()), self.fontMetrics().height())
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)

    # --- finding --------------------------------------------------------------------------------

    def places(self, words: str) -> list[QTextCursor]:
        """Where words occur, in upper or lower case."""
        if self._formulas.any:
            return places_in(self.document(), words)
        found, cursor = [], QTextCursor(self.document())
        while words:
            cursor = self.document().find(words, cursor)
            if cursor.isNull():
                break
            found.append(cursor)
        return found

    def show_places(self, places: list[QTextCursor], present: int = -1) -> None:
        """Mark places, the one of that number more strongly."""
        decorations = []
        for number, cursor in enumerate(places):
            decoration = QTextEdit.ExtraSelection()
            decoration.cursor = cursor
            strength = _PRESENT_HIT if number == present else _HIT
            decoration.format.setBackground(color("warn", strength))
            decorations.append(decoration)
        self.setExtraSelections(decorations)

    # --- links ----------------------------------------------------------------------------------

    @Slot(QUrl)
    def _on_link(self, url: QUrl) -> None:
        """Ask before anything leaves the program."""
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        body = QWidget()
        words = Label(address, "code-small", wrap=True)
        words.setMaximumWidth(480)
        go = Button("Open in the browser", "open")
        safe = url.scheme() in _SAFE_SCHEMES
        note = Label("" if safe else "This kind of link is not opened.", "small", "text-3")
        go.setVisible(safe)
        body.setLayout(column(words, row(note, None, go)))
        popover = Popover("This link leads to", body)
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popover.setParent(self, Qt.WindowType.Popup)
        go.clicked.connect(functools.partial(_open, url, popover))
        popover.open_at(self)

    # --- as a part of a page --------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, and bars at the left of what is quoted."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        block = self.document().begin()
        while block.isValid():
            level = _quote_level(block)
            lines = block.layout().lineCount()
            if level and lines:
                top = block.layout().position().y()
                last = block.layout().lineAt(lines - 1)
                bottom = top + last.y() + last.height() + 2
                if _quote_level(block.next()):
                    bottom += block.blockFormat().bottomMargin() + _BAR
                for number in range(level):
                    bar = QRectF(16 * number, top + 2, _BAR, bottom - top - 2)
                    painter.fillRect(bar, color("line-strong"))
            block = block.next()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())


def _quote_level(block: QTextBlock) -> int:
    """How many quotes are around a block."""
    if not block.isValid():
        return 0
    return int(block.blockFormat().property(QTextFormat.Property.BlockQuoteLevel) or 0)


def _open(url: QUrl, popover: QWidget) -> None:
    QDesktopServices.openUrl(url)
    popover.close()
