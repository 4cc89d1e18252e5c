"""The centre of Design: tabs, editor, problems, inputs."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QFrame, QPlainTextDocumentLayout, QTabBar

from workbench.domain.views import Problem
from workbench.ui.design.editor import Editor
from workbench.ui.design.find_bar import FindBar
from workbench.ui.design.highlighter import Highlighter
from workbench.ui.design.inputs_pane import InputsPane
from workbench.ui.design.problem_bar import ProblemBar
from workbench.ui.design.view_model import DesignModel, Document
from workbench.ui.theme import font, icon, theme
from workbench.ui.widgets import Banner, IconButton, Splitter, column


class WorkArea(QFrame):
    """Shows the current document of the model, each with its own undo history.

    Signals:
        tab_chosen(str), tab_closed(str): a path.
    """

    tab_chosen = Signal(str)
    tab_closed = Signal(str)

    def __init__(self, model: DesignModel) -> None:
        super().__init__()
        self._model = model
        self._texts: dict[str, QTextDocument] = {}
        self._scroll_to_body = False
        self.setProperty("surface", "canvas")
        self.setMinimumWidth(480)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Open prompts")
        self.tabs.setFont(font("body"))
        self.tabs.setExpanding(False)
        self.tabs.hide()
        self.tabs.setMovable(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.currentChanged.connect(self._on_tab)
        self.banner = Banner()
        self.editor = Editor()
        self.find_bar = FindBar(self.editor)
        self.problems = ProblemBar()
        self.problems.fix_wanted.connect(self.apply_fix)
        self.problems.line_wanted.connect(self.editor.go_to_line)
        self.inputs = InputsPane(model)
        self.editor.textChanged.connect(self._on_text)
        self._build()
        theme().changed.connect(self._on_theme)
        model.opened.connect(self._on_opened)
        model.closed.connect(self._on_closed)
        model.moved.connect(self._on_moved)
        model.analysed.connect(self._on_analysed)
        model.reloaded.connect(self._on_reloaded)
        model.dirty_changed.connect(self._on_dirty)

    def _build(self) -> None:
        upper = QFrame()
        layout = column(self.find_bar, self.editor, self.problems, gap=0)
        layout.setStretch(1, 1)
        upper.setLayout(layout)
        self.splitter = Splitter(upper, self.inputs, vertical=True)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([520, 240])
        outer = column(self.tabs, self.banner, self.splitter, gap=0)
        outer.setStretch(2, 1)
        self.setLayout(outer)

    # --- tabs -----------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        """The open prompts in the order of their tabs."""
        return [str(self.tabs.tabData(index)) for index in range(self.tabs.count())]

    @Slot(int)
    def _on_tab(self, index: int) -> None:
        if index >= 0 and self.tabs.tabData(index):
            self.tab_chosen.emit(str(self.tabs.tabData(index)))

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        document = self._model.documents[path]
        with QSignalBlocker(self.tabs):
            if path not in self.paths():
                self._name_tab(self.tabs.addTab(icon("prompt"), Path(path).stem), path)
            self.tabs.setCurrentIndex(self.paths().index(path))
            self.tabs.show()
        self._show_text(document)
        self._on_dirty()

    def _name_tab(self, index: int, path: str) -> None:
        self.tabs.setTabData(index, path)
        self.tabs.setTabToolTip(index, path)
        close = IconButton("close", f"Close {Path(path).stem}", size=20, glyph=12)
        close.clicked.connect(functools.partial(self.tab_closed.emit, path))
        self.tabs.setTabButton(index, QTabBar.ButtonPosition.RightSide, close)

    @Slot(str, str)
    def _on_moved(self, old: str, new: str) -> None:
        """The file of a tab has another path; its text keeps its undo history."""
        if old in self._texts:
            self._texts[new] = self._texts.pop(old)
        if old in self.paths():
            self._name_tab(self.paths().index(old), new)
            self._on_dirty()

    def _show_text(self, document: Document) -> None:
        """Put the document's own text (with its undo history) into the editor."""
        text = self._texts.get(document.path)
        with QSignalBlocker(self.editor):
            if text is None:
                text = QTextDocument(self)
                text.setDocumentLayout(QPlainTextDocumentLayout(text))
                text.setDefaultFont(font("code"))
                text.setPlainText(document.text)
                text.clearUndoRedoStacks()
                self._texts[document.path] = text
            self.editor.setDocument(text)
            self.editor.highlighter = Highlighter(text)
        cursor = self.editor.textCursor()
        cursor.setPosition(min(document.cursor, text.characterCount() - 1))
        self.editor.setTextCursor(cursor)
        self._scroll_to_body = document.cursor == 0

    @Slot(str)
    def _on_closed(self, path: str) -> None:
        paths = self.paths()
        if path in paths:
            self.tabs.removeTab(paths.index(path))
            self.tabs.setVisible(self.tabs.count() > 0)
        text = self._texts.pop(path, None)
        if text is not None and text is not self.editor.document():
            text.deleteLater()

    @Slot(str)
    def _on_reloaded(self, path: str) -> None:
        document = self._model.documents[path]
        if document is self._model.current:
            self.editor.replace_all(document.text)
        else:
            self._texts.pop(path, None)

    @Slot()
    def _on_dirty(self) -> None:
        for index, path in enumerate(self.paths()):
            document = self._model.documents.get(path)
            mark = "  •" if document is not None and document.dirty else ""
            self.tabs.setTabText(index, Path(path).stem + mark)

    @Slot()
    def _on_theme(self) -> None:
        for index in range(self.tabs.count()):
            self.tabs.setTabIcon(index, icon("prompt"))

    # --- text and inputs ------------------------------------------------------------------------

    @Slot()
    def _on_text(self) -> None:
        self._model.edit(self.editor.toPlainText())
        if self._model.current is not None:
            self._model.current.cursor = self.editor.textCursor().position()

    @Slot()
    def _on_analysed(self) -> None:
        document = self._model.current
        if document is None:
            return
        analysis = document.analysis
        self._show_problems(analysis.problems)
        if self._scroll_to_body:
            self._scroll_to_body = False
            self.editor.scroll_to_line(analysis.body_line)

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        self.editor.show_problems(problems, self._model.tones)
        self.problems.show_problems(problems)

    def show_hints(self, hints: tuple[Problem, ...]) -> None:
        """Show what the rendered prompt tells of the template beside its problems."""
        document = self._model.current
        if document is not None:
            self._show_problems(document.analysis.problems + hints)

    @Slot()
    def apply_fix(self) -> None:
        """Put the shown problem's replacement in place."""
        problem = self.problems.problem
        if problem is not None and problem.replacement and not self.problems.isHidden():
            self.editor.apply_fix(problem)
