"""The bar that renames a variable of the prompt."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.prompt import RenamedInput
from workbench.ui.editor.editor import Editor
from workbench.ui.editor.highlighter import is_variable
from workbench.ui.kit import GhostButton, IconButton, Label, column, row
from workbench.ui.tasks import background, errors_to
from workbench.ui.theme import font

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.design.view_model import DesignModel

_WHERE = "In the prompt, its sample sets, and prompts that share it because one includes the other"


@dataclass
class _Step:
    """A rename in the undo history of an open prompt: its text before, and whether it counts."""

    before: str
    renamed: RenamedInput
    place: tuple[int, int]
    """Line and column of the cursor, from 1."""
    done: bool = True


class RenameBar(QFrame):
    """Over the editor: Enter renames, Esc closes.

    The text changes in one step of undo. What was changed with it on the disk (sample sets, other
    prompts) goes back with that step, and comes again when it is done again.

    Signals:
        renamed(str): a sentence about what was changed, "" where it was taken back.
        refused(str): a sentence: there is nothing to rename; "" where there is.
    """

    renamed = Signal(str)
    refused = Signal(str)

    def __init__(self, editor: Editor, model: DesignModel, bridge: Bridge) -> None:
        super().__init__()
        self._editor, self._model, self._bridge = editor, model, bridge
        self._old = ""
        self._steps: dict[str, _Step] = {}
        self.setProperty("surface", "panel")
        self.setProperty("rule", "bottom")
        self._title = Label("", "body", "text-2")
        self.box = QLineEdit()
        self.box.setAccessibleName("New name of the variable")
        self.box.setFont(font("code-small"))
        self.box.setFixedWidth(220)
        self.box.returnPressed.connect(self._rename)
        self.box.setToolTip(_WHERE)
        self.box.textEdited.connect(self._forget_note)
        self.note = Label("", "small", "bad", wrap=True)
        self.note.hide()
        go = GhostButton("Rename", keys="Enter")
        go.clicked.connect(self._rename)
        close = IconButton("close", "Close without renaming", size=24, glyph=14)
        close.clicked.connect(self.close_bar)
        upper = row(self._title, self.box, None, go, close, gap=8)
        self.setLayout(column(upper, self.note, margins=(16, 4, 8, 4), gap=4))
        self.hide()
        editor.shown.connect(self.hide)
        editor.textChanged.connect(self._follow_undo)
        model.moved.connect(self._on_moved)
        model.closed.connect(self._on_closed)

    @Slot()
    def open_bar(self) -> None:
        """Ask for another name of the variable at the cursor."""
        name = self._name()
        if not name:
            self.refused.emit(
                "Put the cursor on a variable in a tag, or on an input of the front matter."
            )
            return
        self.refused.emit("")
        self._old = name
        self._title.setText(f"Rename {name} to")
        self.box.setText(name)
        self.note.hide()
        self.show()
        self.box.setFocus()
        self.box.selectAll()

    @Slot()
    def close_bar(self) -> None:
        """Back to the text."""
        self.hide()
        self._editor.setFocus()

    @property
    def can_undo(self) -> bool:
        """Whether the current prompt was renamed in last, and nothing was typed since."""
        step = self._step()
        return step is not None and step.done and self._editor.text.plain() == step.renamed.text

    def undo(self) -> None:
        """Take back the last rename of the current prompt, where nothing was typed since."""
        if self.can_undo:
            self._editor.undo()

    def _name(self) -> str:
        """The variable at the cursor, "" for none."""
        document = self._model.current
        if document is None:
            return ""
        word = QTextCursor(self._editor.textCursor())
        word.select(QTextCursor.SelectionType.WordUnderCursor)
        name = word.selectedText()
        structure, here = self._editor.text.structure(), self._editor.offset()
        if here < structure.body:
            return name if name in {each.name for each in document.analysis.inputs} else ""
        tag = structure.tag(here)
        if tag is None or tag.kind not in ("expression", "statement"):
            return ""
        start = word.selectionStart() - word.block().position()
        return name if is_variable(word.block().text(), start, name) else ""

    @Slot()
    def _forget_note(self) -> None:
        self.note.hide()

    @background
    async def _rename(self) -> None:
        document, old, new = self._model.current, self._old, self.box.text().strip()
        if document is None or new == old:
            self.close_bar()
            return
        text, path = self._editor.text.plain(), document.path
        self._editor.setReadOnly(True)  # for the moment that it takes
        try:
            renamed = await self._bridge.ask(
                lambda core: core.renaming.rename_input(path, text, old, new)
            )
        except WorkbenchError as error:
            self._editor.setReadOnly(False)
            self.note.setText(str(error))
            self.note.show()
            self.box.setFocus()
            return
        self._editor.setReadOnly(False)
        if self._model.current is not document:
            self._model.show(document.path)
        cursor = self._editor.textCursor()
        place = (cursor.blockNumber() + 1, cursor.positionInBlock() + 1)
        self._steps[document.path] = _Step(text, renamed, place)
        document.rename_value(renamed.old, renamed.new)
        self._editor.replace_lines(renamed.text)
        self.close_bar()
        self._save()
        self.renamed.emit(renamed.sentence())

    def _save(self) -> None:
        """Sample sets and other prompts are written already: so is this one, where it can be."""
        document = self._model.current
        if document is not None and not self._model.listing.is_locked(document.path):
            self._model.save()

    # --- undo -----------------------------------------------------------------------------------

    def _step(self) -> _Step | None:
        document = self._model.current
        return self._steps.get(document.path) if document is not None else None

    @Slot()
    def _follow_undo(self) -> None:
        """Where undo or redo went over a rename, all that belongs to it goes along."""
        step, document = self._step(), self._model.current
        if step is None or document is None:
            return
        wanted = step.before if step.done else step.renamed.text
        if self._editor.text.characterCount() != len(wanted) + 1:
            return
        if self._editor.text.plain() != wanted:
            return
        step.done = not step.done
        made = step.renamed
        old, new = (made.old, made.new) if step.done else (made.new, made.old)
        document.rename_value(old, new)
        self._model.edit(self._editor.text.file_text())
        self._save()
        # Undo puts the cursor where it changed something last; it is still at work here.
        QTimer.singleShot(0, self, functools.partial(self._editor.go_to_line, *step.place))
        self.renamed.emit(made.sentence() if step.done else "")
        path = document.path
        if made.shared:
            self._rename_elsewhere(path, made, old, new)

    @background
    async def _rename_elsewhere(self, path: str, made: RenamedInput, old: str, new: str) -> None:
        with errors_to(self.refused.emit):
            await self._bridge.ask(
                lambda core: core.renaming.rename_elsewhere(path, made, old, new)
            )

    @Slot(str, str)
    def _on_moved(self, old: str, new: str) -> None:
        if old in self._steps:
            self._steps[new] = self._steps.pop(old)

    @Slot(str)
    def _on_closed(self, path: str) -> None:
        self._steps.pop(path, None)

    # --- keys -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # here it closes this, and stops no run
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)
