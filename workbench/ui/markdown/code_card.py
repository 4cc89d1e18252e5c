"""A block of code with its language and a way to copy it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QTextCursor, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame

from workbench.ui.kit.buttons import GhostButton
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row
from workbench.ui.markdown.view import MarkdownView
from workbench.ui.theme import font

_TEMPLATES = ("jinja", "jinja2", "prompty", "j2")
_MARGIN = 12
_BAR = 10


class _CodeText(MarkdownView):
    """Code as it is; long lines are scrolled."""

    def __init__(self) -> None:
        super().__init__("Code")
        self.setFont(font("code"))
        self.setProperty("surface", "raised")
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def fit(self, width: int) -> None:
        self._width = width
        self._set_height()

    def _set_height(self) -> None:
        self.document().setTextWidth(-1)
        size = self.document().size()
        scrolls = size.width() > self._width
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


class CodeCard(QFrame):
    """Code in a card; a template can be opened in Design.

    Signals:
        design_wanted(str): open the text as a prompt.
    """

    design_wanted = Signal(str)

    def __init__(self, language: str) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.language = language
        self.code = ""
        copy = GhostButton("Copy", "copy")
        copy.clicked.connect(self._on_copy)
        head = row(Label(language or "text", "code-small", "text-2"), None, margins=(12, 2, 4, 2))
        head.addWidget(copy)
        if language.lower() in _TEMPLATES:
            design = GhostButton("Open in Design", "design")
            design.clicked.connect(self._on_design)
            head.addWidget(design)
        self.view = _CodeText()
        inner = column(self.view, margins=(_MARGIN, 4, _MARGIN, 10))
        self.setLayout(column(head, inner, gap=0))

    def set_code(self, code: str) -> None:
        """Show code; Copy takes exactly that."""
        self.code = code
        self.view.set_plain(code.rstrip("\n"))

    def fit(self, width: int) -> None:
        """Be that wide, in pixels."""
        self.view.fit(width - 2 * _MARGIN - 2)

    def places(self, words: str) -> list[QTextCursor]:
        """Where words occur in the code."""
        return self.view.places(words)

    def show_places(self, places: list[QTextCursor], present: int = -1) -> None:
        """Mark places in the code."""
        self.view.show_places(places, present)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code)

    @Slot()
    def _on_design(self) -> None:
        self.design_wanted.emit(self.code)
