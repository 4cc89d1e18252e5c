"""The preview of what the model receives: messages with origins, raw text, tokens."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QStackedWidget

from workbench.domain.errors import TemplateError, WorkbenchError
from workbench.domain.prompts.prompt import Preview
from workbench.domain.text import Span
from workbench.ui.design.document import empty_inputs
from workbench.ui.design.preview.messages_page import MessagesPage
from workbench.ui.design.preview.pages import RawPage, TokensPage
from workbench.ui.kit import Banner, IconButton, Label, Pane, Segmented, row, strip
from workbench.ui.theme import theme

_CAPTION_HEIGHT = 26
_MARGINS = (8, 0, 8, 0)

_STARTS = ("it ", "the ", "there ")


class RenderedPane(Pane):
    """The rendered prompt, in three views.

    Signals:
        variable_wanted(str): an input that has no value and should get one.
        line_hovered(int): the template line of the span that is lit, 0 where there is none.
        variable_hovered(str): the variable of that span, "" where there is none.
        place_clicked(int, int): a template line and column that the user wants to see.
    """

    variable_wanted = Signal(str)
    line_hovered = Signal(int)
    variable_hovered = Signal(str)
    place_clicked = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Rendered")
        self.setMinimumWidth(260)
        self._preview = Preview()
        self._tones: Mapping[str, str] = {}
        self.views = Segmented("View", ("Messages", "Raw", "Tokens"))
        self.views.chosen.connect(self._on_view)
        self.ids = IconButton("hash", "Show the number of each token")
        self.ids.setCheckable(True)
        self.ids.toggled.connect(self._on_ids)
        self.ids.hide()
        self.copy = IconButton("copy", "Copy the whole of this view")
        self.copy.clicked.connect(self._on_copy)
        self.banner = Banner(closable=False)
        self.messages = MessagesPage()
        self.raw = RawPage()
        self.tokens = TokensPage()
        self.messages.span_hovered.connect(self._on_span)
        self.messages.place_wanted.connect(self.place_clicked)
        self._pages = QStackedWidget()
        for page in (self.messages, self.raw, self.tokens):
            page.setProperty("surface", "panel")
            self._pages.addWidget(page)
        # It is in a strip of its own, so that no text moves while the mouse does.
        self.caption = Label("", "small", "link", elide=True)
        self.messages.linked.connect(self.caption.setText)
        under = QFrame()
        under.setFixedHeight(_CAPTION_HEIGHT)
        under.setLayout(row(self.caption, margins=(16, 0, 16, 0)))
        self.body.addWidget(
            strip(row(self.views, None, self.ids, self.copy, margins=_MARGINS, gap=4))
        )
        self.body.addWidget(self.banner)
        self.body.addWidget(self._pages, 1)
        self.body.addWidget(under)
        theme().changed.connect(self._draw)

    def show_preview(self, preview: Preview, tones: Mapping[str, str]) -> None:
        """Show another prompt; with an error the last good one stays, under the sentence."""
        self._tones = dict(tones)
        if preview.error is not None:
            error = WorkbenchError.from_wire(preview.error)
            line = error.line if isinstance(error, TemplateError) else 0
            column = error.column if isinstance(error, TemplateError) else 0
            words = error.reason if isinstance(error, TemplateError) else str(error)
            if words.startswith(_STARTS):  # not a name: its letters stay
                words = words if line else words[0].upper() + words[1:]
            text = f"Line {line}: {words}" if line else words
            remedy = "Show line" if line else ""
            self.banner.show_message(
                text, "bad", remedy, lambda: self.place_clicked.emit(line, max(column, 1))
            )
            if not preview.messages:
                return
        elif preview.missing:
            first = preview.missing[0]
            self.banner.show_message(
                empty_inputs(preview.missing), "text-2", "Fill in",
                lambda: self.variable_wanted.emit(first),
            )  # fmt: skip
        else:
            self.banner.hide()
        self._preview = preview
        self._draw()

    @Slot(int)
    def link_line(self, line: int) -> None:
        """Light what a template line made; 0 is none."""
        self.messages.link(line, "")

    @Slot(str)
    def link_variable(self, variable: str) -> None:
        """Light what came from a variable; "" is none."""
        self.messages.link(0, variable)

    @Slot(object)
    def _on_span(self, span: Span | None) -> None:
        self.line_hovered.emit(span.line if span is not None else 0)
        self.variable_hovered.emit(span.variable if span is not None else "")

    @Slot(int)
    def _on_view(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.ids.setVisible(self._pages.currentWidget() is self.tokens)
        self._draw()

    @Slot(bool)
    def _on_ids(self, shown: bool) -> None:
        self.tokens.with_ids = shown
        self._draw()

    @Slot()
    def _on_copy(self) -> None:
        preview, page = self._preview, self._pages.currentWidget()
        if page is self.messages:
            text = "\n\n".join(f"{each.role}:\n{each.text}" for each in preview.messages)
        elif page is self.raw:
            text = preview.raw
        else:
            text = "\n".join(f"{number}\t{words!r}" for number, words in preview.token_texts)
        QGuiApplication.clipboard().setText(text)

    @Slot()
    def _draw(self) -> None:
        """Draw the view that is shown, keeping its place."""
        page = self._pages.currentWidget()
        if page is self.messages:
            self.messages.draw(self._preview, self._tones)
        elif page is self.raw:
            self.raw.draw(self._preview, self._tones)
        else:
            self.tokens.draw(self._preview)
        self.caption.setVisible(page is self.messages)
