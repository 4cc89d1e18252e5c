"""The centre of Design: tabs, editor, problems, inputs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts import Problem
from workbench.ui.actions import Action
from workbench.ui.design.completer import Completer
from workbench.ui.design.costs import cost_problems
from workbench.ui.design.document import Document
from workbench.ui.design.editor import Editor
from workbench.ui.design.find_bar import FindBar
from workbench.ui.design.inputs_pane import InputsPane
from workbench.ui.design.library_actions import STOCK_SENTENCE
from workbench.ui.design.problem_bar import ProblemBar
from workbench.ui.design.problem_list import ProblemList
from workbench.ui.design.prompt_text import PromptText
from workbench.ui.design.tabs import TabRow
from workbench.ui.design.view_model import DesignModel
from workbench.ui.widgets import Banner, Splitter, column

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_PAUSE_MS = 900
"""So long after the last key a tag that is being typed is not called wrong."""
_DIVIDER = Action("", "", lambda: None)


class WorkArea(QFrame):
    """Shows the current document of the model, each with its own undo history.

    Signals:
        tab_chosen(str), tab_closed(str): a path.
        paused(): the person stopped typing for a moment.
    """

    paused = Signal()
    tab_chosen = Signal(str)
    tab_closed = Signal(str)

    def __init__(self, model: DesignModel, bridge: Bridge) -> None:
        super().__init__()
        self._model, self._bridge = model, bridge
        self._texts: dict[str, PromptText] = {}
        self._switching = False
        self._made = ""
        self._shown_problems: object = None
        self._hints: tuple[Problem, ...] = ()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self.setProperty("surface", "canvas")
        self.setMinimumWidth(480)
        self.upper = QFrame()
        self.tab_row = TabRow()
        self.tabs = self.tab_row.bar
        self.banner = Banner()
        self.editor = Editor()
        self.find_bar = FindBar(self.editor, bridge)
        self.completer = Completer(self.editor, model, bridge)
        self.problems = ProblemBar()
        self.problem_list = ProblemList()
        self.inputs = InputsPane(model)
        self._build()
        self._connect()
        self.tab_row.set_menu(self._menu())

    def _build(self) -> None:
        layout = column(self.find_bar, self.editor, self.problem_list, self.problems, gap=0)
        layout.setStretch(1, 1)
        self.upper.setLayout(layout)
        self.splitter = Splitter(self.upper, self.inputs, vertical=True)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([520, 240])
        outer = column(self.tab_row, self.banner, self.splitter, gap=0)
        outer.setStretch(2, 1)
        self.setLayout(outer)

    def _connect(self) -> None:
        self.tab_row.chosen.connect(self.tab_chosen)
        self.tab_row.close_wanted.connect(self.tab_closed)
        self.tab_row.format_wanted.connect(self.format_prompt)
        self.problems.fix_wanted.connect(self.apply_fix)
        self.problems.line_wanted.connect(self.editor.go_to_line)
        self.problems.list_wanted.connect(self.toggle_problems)
        self.problem_list.chosen.connect(self._on_problem)
        self.problem_list.closed.connect(self.editor.setFocus)
        self.editor.textChanged.connect(self._on_text)
        self.editor.cursorPositionChanged.connect(self._on_cursor)
        self.editor.line_changed.connect(self.problems.show_line)
        self.editor.left.connect(self._model.save_drafts)
        self.editor.typed.connect(self._pause.start)
        self.completer.closed.connect(self._pause.start)
        self._pause.timeout.connect(self._show_problems)
        self._pause.timeout.connect(self.paused)
        for keys, step in (("Ctrl+PgDown", 1), ("Ctrl+PgUp", -1)):
            QShortcut(QKeySequence(keys), self, functools.partial(self.tab_row.step, step))
        model = self._model
        model.opened.connect(self._on_opened)
        model.closed.connect(self._on_closed)
        model.analysed.connect(self._on_analysed)
        model.previewed.connect(self._on_previewed)
        model.reloaded.connect(self._on_reloaded)
        model.dirty_changed.connect(self._on_dirty)

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done with the text that is open."""
        editor, tabs, folding = self.editor, self.tab_row, self.editor.folding
        rows = (
            ("prompt.fix", "Apply the fix", self.apply_fix, "Ctrl+."),
            ("prompt.find", "Find in the prompt", self.find_bar.open_bar, "Ctrl+F"),
            ("prompt.replace", "Replace in the prompt", self.find_bar.open_replace, "Ctrl+H"),
            ("prompt.find_next", "Find the next place", self.find_bar.find_next, "F3"),
            ("prompt.find_previous", "Find the place before", self.find_bar.find_previous,
             "Shift+F3"),
            ("prompt.complete", "Say what can be typed here", self.completer.open_list,
             "Ctrl+Space"),
            ("prompt.format", "Format the prompt", self.format_prompt, "Shift+Alt+F"),
            ("prompt.partner", "Go to the matching bracket or statement", editor.go_to_partner,
             "Ctrl+M"),
            ("prompt.fold", "Fold here", folding.fold_here, "Ctrl+Shift+["),
            ("prompt.unfold", "Unfold here", folding.unfold_here, "Ctrl+Shift+]"),
            ("prompt.fold_all", "Fold all", folding.fold_all, "Ctrl+Alt+["),
            ("prompt.unfold_all", "Unfold all", folding.unfold_all, "Ctrl+Alt+]"),
            ("prompt.next_problem", "Go to the next problem",
             functools.partial(self.step_problem, 1), "F8"),
            ("prompt.previous_problem", "Go to the problem before",
             functools.partial(self.step_problem, -1), "Shift+F8"),
            ("prompt.problems", "Show or hide all problems", self.toggle_problems,
             "Ctrl+Shift+M"),
            ("prompt.next", "Go to the next open prompt", functools.partial(tabs.step, 1),
             "Ctrl+Tab"),
            ("prompt.previous", "Go to the open prompt before", functools.partial(tabs.step, -1),
             "Ctrl+Shift+Tab"),
            ("prompt.reopen", "Open the closed prompt again", self._model.reopen,
             "Ctrl+Shift+T"),
        )  # fmt: skip
        return tuple(Action(*each, scope="design") for each in rows)

    def _menu(self) -> tuple[Action, ...]:
        """What "more" offers: what has no button."""
        by_id = {action.id: action for action in self.actions_table()}
        groups = (
            ("find", "replace"),
            ("fold_all", "unfold_all", "partner"),
            ("format", "complete", "problems"),
            ("reopen",),
        )
        found: list[Action] = []
        for group in groups:
            found += [_DIVIDER] if found else []
            found += [by_id[f"prompt.{name}"] for name in group]
        return tuple(found)

    # --- tabs -----------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        """The open prompts in the order of their tabs."""
        return self.tab_row.paths()

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        self.tab_row.show_path(path)
        self._show_text(self._model.documents[path])
        self._on_dirty()

    def _show_text(self, document: Document) -> None:
        """Put the document's own text (with its undo history) into the editor."""
        text = self._texts.get(document.path)
        new = text is None
        if text is None:
            text = self._texts[document.path] = PromptText(document.text, self)
        self._hints = ()
        position, self._switching = document.cursor, True
        self._shown_problems = None
        if self.editor.text is not text:
            self.editor.show_text(text)
        if new and text.structure().body:
            self.editor.folding.fold(1)
        cursor = self.editor.textCursor()
        cursor.setPosition(min(max(position, 0), text.characterCount() - 1))
        self.editor.setTextCursor(cursor)
        self._switching = False
        document.cursor = position
        self._say_head()
        if document.path == self._made:
            self._made = ""
            self._select_stock()

    @Slot(str)
    def begin(self, path: str) -> None:
        """A file was made and is being opened: go to where one begins to write."""
        self._made = path
        self.editor.setFocus()

    def _select_stock(self) -> None:
        """Select the sentence that every new prompt has, so that typing replaces it."""
        found = self.editor.text.find(STOCK_SENTENCE)
        if not found.isNull():
            self.editor.setTextCursor(found)

    @Slot(str)
    def _on_closed(self, path: str) -> None:
        self.tab_row.remove(path)
        text = self._texts.pop(path, None)
        if text is None:
            return
        if text is self.editor.text:
            self._switching = True
            self.editor.show_text(PromptText(parent=self.editor))
            self._switching = False
        text.deleteLater()

    @Slot(str)
    def _on_reloaded(self, path: str) -> None:
        document = self._model.documents[path]
        if document is self._model.current:
            self.editor.text.take_line_ends(document.text)
            self.editor.replace_all(document.text)
        else:
            self._texts.pop(path, None)

    @Slot(str, str)
    def follow_file(self, old: str, new: str) -> None:
        """The file of a prompt has another path; tab, text and undo history stay."""
        if old in self._texts:
            self._texts[new] = self._texts.pop(old)
        self.tab_row.rename(old, new)
        self._on_dirty()

    @Slot()
    def _on_dirty(self) -> None:
        for path, document in self._model.documents.items():
            self.tab_row.show_dirty(path, document.dirty)

    # --- text and problems ----------------------------------------------------------------------

    @Slot()
    def _on_text(self) -> None:
        if not self._switching:
            self._model.edit(self.editor.text.file_text())

    @Slot()
    def _on_cursor(self) -> None:
        if not self._switching and self._model.current is not None:
            self._model.current.cursor = self.editor.textCursor().position()

    @Slot()
    def _on_analysed(self) -> None:
        self._show_problems()
        self._say_head()

    @Slot()
    def _on_previewed(self) -> None:
        self._show_problems()

    def show_hints(self, hints: tuple[Problem, ...]) -> None:
        """Show what the rendered prompt tells of the template beside its problems."""
        self._hints = hints
        self._show_problems()

    @Slot()
    def _show_problems(self) -> None:
        document = self._model.current
        if document is None:
            return
        costs = cost_problems(
            self.editor.text.structure(),
            document.values,
            document.preview.prompt_tokens,
            self._bridge.engine_status.context_tokens,
        )
        found = (*document.analysis.problems, *costs, *self._hints)
        problems = tuple(each for each in found if not self.is_half_typed(each.line, each.column))
        shown = (document, problems, self._model.tones)
        if shown == self._shown_problems:
            return
        self._shown_problems = shown
        self.editor.show_problems(problems, self._model.tones)
        self.problems.show_problems(problems)
        self.problem_list.show_problems(problems)

    def is_half_typed(self, line: int, column: int) -> bool:
        """Whether a place lies in the tag that the person is typing: it is not wrong yet."""
        is_typing = self._pause.isActive() or self.completer.popup.isVisible()
        if not is_typing or line != self.editor.textCursor().blockNumber() + 1:
            return False
        structure = self.editor.text.structure()
        tag = structure.tag(self.editor.offset())
        start = structure.start(line) + max(column - 1, 0)
        return tag is not None and tag.start <= start <= tag.end

    def _say_head(self) -> None:
        document = self._model.current
        if document is not None:
            analysis = document.analysis
            declared = [field for field in analysis.inputs if field.declared]
            counted = f"{len(declared)} input{'s' if len(declared) != 1 else ''}"
            self.editor.show_head_note(f"{analysis.name} · {counted}" if analysis.name else "")

    @Slot()
    def apply_fix(self) -> None:
        """Do what ends the problem that is shown."""
        problem = self.problems.problem
        fixable = problem is not None and (problem.replacement or problem.fix)
        if problem is not None and fixable and not self.problems.isHidden():
            self.editor.apply_fix(problem)

    def step_problem(self, step: int) -> None:
        """Go to the next problem, or with -1 to the one before."""
        line = self.editor.textCursor().blockNumber() + 1
        problem = self.problems.next_problem(line, step)
        if problem is not None:
            self.editor.go_to_line(problem.line, max(problem.column, 1))

    @Slot()
    def toggle_problems(self) -> None:
        """Show the list of all problems, or hide it."""
        if self.problem_list.isVisible():
            self.problem_list.hide()
            self.editor.setFocus()
        else:
            self.problem_list.open_list()

    @Slot(int)
    def _on_problem(self, index: int) -> None:
        problem = self.problems.problems[index]
        if problem.line:
            self.editor.go_to_line(problem.line, max(problem.column, 1))

    # --- format ---------------------------------------------------------------------------------

    @Slot()
    def format_prompt(self) -> None:
        """Tidy the text without a change of what it renders to; one step of undo."""
        document = self._model.current
        if document is None:
            return
        text = self.editor.text.plain()
        path = document.path
        self._bridge.call(
            lambda core: core.format_prompt(text, path),
            functools.partial(self._on_formatted, text),
            self._on_not_formatted,
            owner=self,
        )

    def _on_formatted(self, before: str, after: str) -> None:
        if before == self.editor.text.plain() and after != before:
            self.editor.replace_lines(after)

    def _on_not_formatted(self, error: WorkbenchError) -> None:
        self.banner.show_message(f"It cannot be formatted yet. {error}", "warn")
