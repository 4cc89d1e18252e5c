"""The centre of Design: tabs, editor, problems, inputs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.prompt import Problem
from workbench.domain.text import count_text, without_directions
from workbench.ui.actions import Action
from workbench.ui.design.document import Document
from workbench.ui.design.inputs.inputs_pane import InputsPane
from workbench.ui.design.tabs import TabRow
from workbench.ui.design.token_warnings import cost_problems
from workbench.ui.design.view_model import DesignModel
from workbench.ui.editor.completer import Completer
from workbench.ui.editor.editor import Editor
from workbench.ui.editor.find_bar import FindBar
from workbench.ui.editor.half_typed import HalfTyped
from workbench.ui.editor.problem_bar import ProblemBar
from workbench.ui.editor.problem_list import ProblemList
from workbench.ui.editor.prompt_text import PromptText
from workbench.ui.editor.rename_bar import RenameBar
from workbench.ui.kit import Banner, Splitter, column
from workbench.ui.kit.banner import Tone
from workbench.ui.kit.held_keys import HeldKeys
from workbench.ui.library.actions import STOCK_SENTENCE
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_PAUSE_MS = 900
"""So long after the last key typing counts as having stopped."""


class WorkArea(QFrame):
    """Shows the current document of the model, each with its own undo history.

    Signals:
        tab_chosen(str), tab_closed(str): a path.
        paused(): the user stopped typing for a moment.
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
        self._of_text = ""
        """What the banner says of the text, which the next change makes untrue."""
        self._of_prompt = ""
        """What it says of the open prompt, which is not true of another."""
        self._of_rename = ""
        """What it says of a rename, which cannot be taken back once something was typed."""
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self.setProperty("surface", "canvas")
        self.setMinimumWidth(480)
        self.upper = QFrame()
        self.tab_row = TabRow()
        self.tabs = self.tab_row.bar
        self.banner = Banner()
        self.editor = Editor()
        self.half_typed = HalfTyped(self.editor)
        self.find_bar = FindBar(self.editor, bridge)
        self.rename_bar = RenameBar(self.editor, model, bridge)
        self.completer = Completer(self.editor, model, bridge)
        self.held = HeldKeys(self.editor)  # asked before the completer
        self.problems = ProblemBar()
        self.problem_list = ProblemList()
        self.inputs = InputsPane(model)
        self._build()
        self._connect()
        self.tab_row.set_menu(self.actions_table())

    def _build(self) -> None:
        layout = column(
            self.find_bar, self.rename_bar, self.editor, self.problem_list, self.problems, gap=0
        )
        layout.setStretch(2, 1)
        self.upper.setLayout(layout)
        self.splitter = Splitter(self.upper, self.inputs, vertical=True, name="Editor and inputs")
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
        self.problems.other_wanted.connect(self.apply_other_fix)
        self.rename_bar.renamed.connect(self._on_renamed)
        self.rename_bar.refused.connect(self._on_refused)
        self.problems.line_wanted.connect(self.editor.go_to_line)
        self.problems.list_wanted.connect(self.toggle_problems)
        self.problem_list.chosen.connect(self._on_problem)
        self.problem_list.closed.connect(self.editor.setFocus)
        self.editor.textChanged.connect(self._on_text)
        self.editor.cursorPositionChanged.connect(self._on_cursor)
        self.editor.line_changed.connect(self.problems.show_line)
        self.editor.left.connect(self._model.drafts.save)
        self.editor.typed.connect(self._pause.start)
        self.completer.closed.connect(self._pause.start)
        self._pause.timeout.connect(self.paused)
        self.half_typed.left.connect(self._show_problems)
        self.half_typed.left.connect(self.paused)
        for keys, step in (("Ctrl+PgDown", 1), ("Ctrl+PgUp", -1)):
            QShortcut(QKeySequence(keys), self, functools.partial(self.tab_row.step, step))
        model = self._model
        self.editor.setReadOnly(True)  # until a prompt is open: what is typed belongs to one
        model.awaited.begun.connect(self.held.hold)
        model.awaited.ended.connect(self.held.settle)
        model.opened.connect(self._on_opened)
        model.closed.connect(self._on_closed)
        model.analysed.connect(self._on_analysed)
        model.previewed.connect(self._on_previewed)
        model.reloaded.connect(self._on_reloaded)
        model.dirty_changed.connect(self._on_dirty)
        model.library_changed.connect(self._on_dirty)

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done with the text that is open."""
        editor, tabs, folding = self.editor, self.tab_row, self.editor.folding
        return (
            Action(id="prompt.fix", title="Apply the fix", run=self.apply_fix, keys="Ctrl+."),
            Action(id="prompt.other_fix", title="Apply the other fix", run=self.apply_other_fix,
                   keys="Ctrl+Shift+."),
            Action(id="prompt.rename_input", title="Rename the variable",
                   run=self.rename_bar.open_bar, keys="F2", menu=(1, 3)),
            Action(id="prompt.find", title="Find in the prompt", run=self.find_bar.open_bar,
                   keys="Ctrl+F", menu=(1, 1)),
            Action(id="prompt.replace", title="Replace in the prompt",
                   run=self.find_bar.open_replace, keys="Ctrl+H", menu=(1, 2)),
            Action(id="prompt.find_next", title="Find the next match", run=self.find_bar.find_next,
                   keys="F3"),
            Action(id="prompt.find_previous", title="Find the previous match",
                   run=self.find_bar.find_previous, keys="Shift+F3"),
            Action(id="prompt.complete", title="Show completions",
                   run=self.completer.open_list, keys="Ctrl+Space", menu=(3, 2)),
            Action(id="prompt.format", title="Format the prompt", run=self.format_prompt,
                   keys="Shift+Alt+F", menu=(3, 1)),
            Action(id="prompt.partner", title="Go to the matching bracket or statement",
                   run=editor.go_to_partner, keys="Ctrl+M", menu=(2, 3)),
            Action(id="prompt.fold", title="Fold here", run=folding.fold_here, keys="Ctrl+Shift+["),
            Action(id="prompt.unfold", title="Unfold here", run=folding.unfold_here,
                   keys="Ctrl+Shift+]"),
            Action(id="prompt.fold_all", title="Fold all", run=folding.fold_all, keys="Ctrl+Alt+[",
                   menu=(2, 1)),
            Action(id="prompt.unfold_all", title="Unfold all", run=folding.unfold_all,
                   keys="Ctrl+Alt+]", menu=(2, 2)),
            Action(id="prompt.next_problem", title="Go to the next problem",
                   run=functools.partial(self.step_problem, 1), keys="F8"),
            Action(id="prompt.previous_problem", title="Go to the previous problem",
                   run=functools.partial(self.step_problem, -1), keys="Shift+F8"),
            Action(id="prompt.problems", title="Show or hide all problems",
                   run=self.toggle_problems, keys="Ctrl+Shift+M", menu=(3, 3),
                   is_on=self.problem_list.isVisible),
            Action(id="prompt.next", title="Go to the next open prompt",
                   run=functools.partial(tabs.step, 1), keys="Ctrl+Tab"),
            Action(id="prompt.previous", title="Go to the previous open prompt",
                   run=functools.partial(tabs.step, -1), keys="Ctrl+Shift+Tab"),
            Action(id="prompt.reopen", title="Open the closed prompt again", run=self._model.reopen,
                   keys="Ctrl+Shift+T", menu=(4, 1)),
        )  # fmt: skip

    # --- tabs -----------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        """The open prompts in the order of their tabs."""
        return self.tab_row.paths()

    @Slot(str)
    def _on_opened(self, path: str) -> None:
        words = self.banner.message
        if not self.banner.has_remedy or words in (self._of_text, self._of_prompt):
            self.banner.hide()  # it was about what was shown, or asked for, before
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
            self.editor.setReadOnly(False)
            self.editor.show_text(text)
        if new and text.structure().body:
            self.editor.folding.fold(1)
            position = position or text.structure().writing_start
        cursor = self.editor.textCursor()
        cursor.setPosition(min(max(position, 0), text.characterCount() - 1))
        self.editor.setTextCursor(cursor)
        self._switching = False
        document.cursor = position
        self._show_front_matter_note()
        self._show_problems()
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
            self.editor.setReadOnly(True)
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
            locked = self._model.listing.is_locked(path)
            self.tab_row.show_dirty(path, document.dirty, locked=locked)

    # --- text and problems ----------------------------------------------------------------------

    @Slot()
    def _on_text(self) -> None:
        if not self._switching:
            words = self.banner.message
            overtaken = words == self._of_rename and not self.rename_bar.can_undo
            if words and (words == self._of_text or overtaken):
                self.banner.hide()
            self._model.edit(self.editor.text.file_text())

    def tell_of_text(self, sentence: str) -> None:
        """Say what was done to the text, with Undo; gone with the next change or prompt."""
        self.banner.show_message(sentence, "text-2", "Undo", self.editor.undo)
        self._of_text = sentence

    def tell_of_prompt(self, sentence: str, undo: Callable[[], object], tone: Tone) -> None:
        """Show a message about the open prompt, with Undo, until another prompt is shown."""
        self.banner.show_message(sentence, tone, "Undo", undo)
        self._of_prompt = sentence

    @Slot()
    def _on_cursor(self) -> None:
        if not self._switching and self._model.current is not None:
            self._model.current.cursor = self.editor.textCursor().position()

    @Slot()
    def _on_analysed(self) -> None:
        self._show_problems()
        self._show_front_matter_note()

    @Slot()
    def _on_previewed(self) -> None:
        self._show_problems()

    def show_hints(self, hints: tuple[Problem, ...]) -> None:
        """Show the token counts of the rendered prompt next to the problems."""
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
        problems = tuple(
            each for each in found if not self.half_typed.holds(each.line, each.column)
        )
        shown = (document, problems, self._model.tones)
        if shown == self._shown_problems:
            return
        self._shown_problems = shown
        self.editor.show_problems(problems, self._model.tones)
        self.problems.show_problems(problems)
        self.problem_list.show_problems(problems)

    def _show_front_matter_note(self) -> None:
        document = self._model.current
        if document is not None:
            analysis, structure = document.analysis, self.editor.text.structure()
            counted = count_text(sum(field.declared for field in analysis.inputs), "input")
            note = f"{without_directions(analysis.name)} · {counted}" if analysis.name else ""
            last = structure.line(structure.body - 1) if structure.body else 0
            wrong = any(p.severity == "error" and 0 < p.line <= last for p in analysis.problems)
            self.editor.show_front_matter_note("front matter cannot be read" if wrong else note)

    @Slot()
    def apply_fix(self) -> None:
        """Do what ends the problem that is shown."""
        problem = self.problems.problem
        fixable = problem is not None and (problem.replacement or problem.fix)
        if problem is not None and fixable and not self.problems.isHidden():
            self.editor.apply_fix(problem)

    @Slot()
    def apply_other_fix(self) -> None:
        """Do the second thing that ends the problem that is shown."""
        problem = self.problems.problem
        if problem is not None and problem.other_fix and not self.problems.isHidden():
            self.editor.apply_fix(problem, other=True)

    @Slot(str)
    def _on_renamed(self, sentence: str) -> None:
        if sentence:
            self.tell_of_prompt(sentence, self.rename_bar.undo, "text-2")
            self._of_rename = sentence
        else:
            self.banner.hide()

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        if sentence:
            self.banner.show_message(sentence, "text-2")
        elif not self.banner.has_remedy:
            self.banner.hide()

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

    @background
    async def format_prompt(self) -> None:
        """Tidy the text without a change of what it renders to; one step of undo."""
        document = self._model.current
        if document is None:
            return
        text = self.editor.text.plain()
        path = document.path
        try:
            tidy = await self._bridge.ask(lambda core: core.prompts.format(text, path))
        except WorkbenchError as error:
            self.banner.show_message(f"The prompt cannot be formatted yet. {error}", "warn")
            return
        if text == self.editor.text.plain() and tidy != text:
            self.editor.replace_lines(tidy)
