"""A block of code with its language, and ways to take it along."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QFrame

from workbench.ui.kit.buttons import GhostButton
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row
from workbench.ui.markdown.code_look import code_look
from workbench.ui.markdown.code_text import CodeText
from workbench.ui.tasks import latest

_TEMPLATES = ("jinja", "jinja2", "prompty", "j2")
_MARGIN = 12
_COLOR_MS = 200


class CodeCard(QFrame):
    """Code in a card; a template can be opened in Design.

    Signals:
        design_wanted(str): open the text as a prompt.
        save_wanted(str, str): write the code into a file; its language.
    """

    design_wanted = Signal(str)
    save_wanted = Signal(str, str)

    def __init__(self, language: str) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.language = language
        self.code = ""
        self.wrap = GhostButton("", tip="For all code in answers")
        self.wrap.clicked.connect(code_look().toggle_wrap)
        self.save = GhostButton("Save…", "save")
        self.save.clicked.connect(self._on_save)
        self.copy = GhostButton("Copy", "copy")
        self.copy.clicked.connect(self._on_copy)
        head = row(Label(language or "text", "code-small", "text-2"), None, margins=(12, 2, 4, 2))
        for button in (self.wrap, self.save, self.copy):
            head.addWidget(button)
        if language.lower() in _TEMPLATES:
            design = GhostButton("Open in Design", "design")
            design.clicked.connect(self._on_design)
            head.addWidget(design)
        self.view = CodeText()
        inner = column(self.view, margins=(_MARGIN, 4, _MARGIN, 10))
        self.setLayout(column(head, inner, gap=0))
        self._soon = QTimer(self, singleShot=True, interval=_COLOR_MS)
        self._soon.timeout.connect(self._color)
        code_look().wrap_changed.connect(self._show_wrap)
        self._show_wrap()

    def set_code(self, code: str) -> None:
        """Show code; Copy and Save take exactly that."""
        is_new = code != self.code
        self.code = code
        self.view.set_code(code.rstrip("\n"))
        if is_new and self.language and not self._soon.isActive():
            self._soon.start()

    @latest
    async def _color(self) -> None:
        """Colour the code; while it is being written, again with what came since."""
        bridge, shown = code_look().bridge, self.view.shown
        if bridge is None:
            return
        spans = await bridge.ask(lambda core: core.rendering.code_spans(shown, self.language))
        if self.view.shown.startswith(shown):
            self.view.show_spans(spans)

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
    def _show_wrap(self) -> None:
        self.wrap.set_text("Do not wrap" if code_look().wraps else "Wrap lines")

    @Slot()
    def _on_save(self) -> None:
        self.save_wanted.emit(self.code, self.language)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code)

    @Slot()
    def _on_design(self) -> None:
        self.design_wanted.emit(self.code)
