"""A whole text of a model: prose and cards of code, also while it is being written."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from workbench.ui.kit.panes.layout import column
from workbench.ui.kit.text.copied import selected_text
from workbench.ui.kit.text.soft_breaks import without_breaks
from workbench.ui.markdown.code_card import CodeCard
from workbench.ui.markdown.parts import LONGEST_RENDERED, Part, split
from workbench.ui.markdown.view import MarkdownView

_FLUSH_MS = 33
_GAP = 8


class MarkdownBody(QWidget):
    """The parts of a text under each other.

    While a text grows only its last part is rendered again, in the same lines as at the end.

    Args:
        name: the accessible name of the text.

    Signals:
        design_wanted(str): a template in the text is to be opened.
        save_wanted(str, str): code is to be written into a file; its language.
    """

    design_wanted = Signal(str)
    save_wanted = Signal(str, str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.text = ""
        self._parts: list[Part] = []
        self.widgets: list[MarkdownView | CodeCard] = []
        self._is_plain = False
        self._width = 0
        self._layout = column(gap=_GAP)
        self.setLayout(self._layout)
        self._timer = QTimer(self, singleShot=True, interval=_FLUSH_MS)
        self._timer.timeout.connect(self._flush)

    def set_plain(self, text: str) -> None:
        """Show a text as it was written."""
        self._timer.stop()
        self.text = text
        self._show([Part("prose", text)], plain=True)

    def set_markdown(self, text: str) -> None:
        """Show a whole text as Markdown (plain above 64,000 characters)."""
        self._timer.stop()
        self.text = text
        whole = len(text) > LONGEST_RENDERED
        self._show([Part("prose", text)] if whole else split(text))

    def stream(self, text: str) -> None:
        """Show as much of a text as has been written; within a thirtieth of a second."""
        self.text = text
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _flush(self) -> None:
        head = self.text[:LONGEST_RENDERED]
        self._show(split(head, chunks=True))

    def _show(self, parts: list[Part], *, plain: bool = False) -> None:
        """Show parts; those that are shown already stay as they are."""
        for number, part in enumerate(parts):
            is_shown = number < len(self._parts) and self._parts[number] == part
            if is_shown and plain == self._is_plain:
                continue
            self._show_part(number, part, plain=plain)
        for widget in self.widgets[len(parts) :]:
            self._layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        del self.widgets[len(parts) :]
        self._parts, self._is_plain = parts, plain

    def _show_part(self, number: int, part: Part, *, plain: bool) -> None:
        widget = self.widgets[number] if number < len(self.widgets) else None
        fits = part.language == widget.language if isinstance(widget, CodeCard) else bool(widget)
        if widget is None or not fits or isinstance(widget, CodeCard) != (part.kind == "code"):
            widget = self._new_widget(number, part)
        if isinstance(widget, CodeCard):
            widget.set_code(part.text)
        elif plain:
            widget.set_plain(part.text)
        else:
            widget.set_markdown(part.text)
        if self._width:
            widget.fit(self._width)

    def _new_widget(self, number: int, part: Part) -> MarkdownView | CodeCard:
        made: MarkdownView | CodeCard
        if part.kind == "code":
            made = CodeCard(part.language)
            made.design_wanted.connect(self.design_wanted)
            made.save_wanted.connect(self.save_wanted)
        else:
            made = MarkdownView(self._name if number == 0 else f"{self._name}, continued")
        view = made.view if isinstance(made, CodeCard) else made
        view.setContextMenuPolicy(self.contextMenuPolicy())
        if number < len(self.widgets):
            old = self.widgets[number]
            self._layout.replaceWidget(old, made)
            old.hide()
            old.deleteLater()
            self.widgets[number] = made
        else:
            self._layout.addWidget(made)
            self.widgets.append(made)
        return made

    def fit(self, width: int) -> None:
        """Be that wide, in pixels; the height follows."""
        self._width = width
        for widget in self.widgets:
            widget.fit(width)

    # --- finding --------------------------------------------------------------------------------

    def show_places(self, words: str, present: int) -> tuple[QWidget, QTextCursor] | None:
        """Mark where words occur; returns the place of that number (the last where it is less)."""
        found = [(widget, widget.places(words)) for widget in self.widgets]
        total = sum(len(places) for _, places in found)
        present = min(present, total - 1)
        chosen = None
        for widget, places in found:
            widget.show_places(places, present)
            if 0 <= present < len(places):
                view = widget.view if isinstance(widget, CodeCard) else widget
                chosen = (view, places[present])
            present -= len(places)
        return chosen

    def leave_menus(self) -> None:
        """Have no menus: what is around this has one."""
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def selection(self) -> str:
        """The text that is selected, "" where none is."""
        views = [each.view if isinstance(each, CodeCard) else each for each in self.widgets]
        texts = [without_breaks(selected_text(each.textCursor())) for each in views]
        return "\n\n".join(each for each in texts if each)

    def has_selection(self) -> bool:
        """Whether a piece of the text is selected."""
        views = [each.view if isinstance(each, CodeCard) else each for each in self.widgets]
        return any(each.textCursor().hasSelection() for each in views)
