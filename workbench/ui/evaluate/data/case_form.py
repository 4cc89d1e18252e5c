"""An output becomes a case: one action for all workspaces, and one small form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.sheets import AddedCase, CaseDraft, draft_of
from workbench.ui.actions import Action
from workbench.ui.evaluate.data.cell_values import text_of
from workbench.ui.kit import (
    Chooser,
    GhostButton,
    Label,
    PrimaryButton,
    column,
    row,
    set_tone,
    show_one,
)
from workbench.ui.panels import Context
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.service import Workbench

_WIDTH = 480
_FIELD_HEIGHT = 96
_NEW = ""
_MOST_SHOWN = 300


def case_action(
    scope: str, context: Context, owner: QWidget, run_id: Callable[[], int | None]
) -> Action:
    """The command of a workspace that makes a case of the output that is shown.

    Args:
        scope: id of the workspace.
        context: of the workspace.
        owner: the widget that the form belongs to.
        run_id: of the run whose output is shown, None where there is none.
    """
    return Action(
        id=f"{scope}.case",
        title="Save the output as a case…",
        run=lambda: ask_for_case(context, owner, run_id()),
        when=lambda: run_id() is not None,
        keys="Ctrl+Shift+K",
        icon="file-plus",
    )


def ask_for_case(
    context: Context, owner: QWidget, run_id: int | None, written: str | None = None
) -> None:
    """Open the form for the output of a run, or for what was written on the way to it."""
    if run_id is not None:
        form = CaseForm(context, owner)
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form.start(run_id, written)
        form.open()


class CaseForm(QDialog):
    """Which data set, the expected value, tags; afterwards it can be undone."""

    def __init__(self, context: Context, owner: QWidget) -> None:
        super().__init__(owner.window())
        self.setWindowTitle("Save as a case")
        self.setAccessibleName("Save as a case")
        self._bridge = context.bridge
        self.draft: CaseDraft | None = None
        self.added: AddedCase | None = None
        self.values = Label("", "small", "text-3", wrap=True)
        self.sets = Chooser("Data set")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the new data set")
        self.expected = QPlainTextEdit()
        self.expected.setAccessibleName("Expected value")
        self.expected.setTabChangesFocus(True)
        self.expected.setFixedHeight(_FIELD_HEIGHT)
        self.tags = QLineEdit()
        self.tags.setAccessibleName("Tags")
        self.tags.setPlaceholderText("separated by commas")
        self.message = Label("", "small", "text-2", wrap=True)
        self.add = PrimaryButton("Add case")
        self.take_back = GhostButton("Undo", "undo")
        self.shut = GhostButton("Cancel")
        self._build()
        self.sets.currentIndexChanged.connect(self._on_chosen)
        self.add.clicked.connect(self._on_add)
        self.take_back.clicked.connect(self._on_undo)
        self.shut.clicked.connect(self.close)

    def _build(self) -> None:
        self.values.setFixedWidth(_WIDTH)
        self.message.setFixedWidth(_WIDTH)
        fields = column(
            Label("Save as a case", "heading"), self.values,
            Label("Data set", "small", "text-2"), self.sets, self.name,
            Label("Expected value (correct it where the output is wrong)", "small", "text-2"),
            self.expected, Label("Tags", "small", "text-2"), self.tags, self.message,
            margins=(24, 20, 24, 20), gap=8,
        )  # fmt: skip
        fields.addLayout(row(None, self.take_back, self.shut, self.add, gap=8))
        self.setLayout(fields)
        self.take_back.hide()
        self.add.setEnabled(False)

    @background
    async def start(self, run_id: int, written: str | None = None) -> None:
        """Fill the form from a run; ``written`` takes the place of its output."""
        spec = await self._bridge.ask(lambda core: core.runs.spec(run_id))
        state = await self._bridge.ask(lambda core: core.runs.load(run_id))
        files = await self._bridge.ask(lambda core: core.sheets.own())
        if written is None:
            draft = draft_of(spec, state.output, state.answer)
        else:
            draft = draft_of(spec, written, None)
        self.draft = draft
        shown = [f"{name}: {' '.join(text_of(v).split())}" for name, v in draft.values.items()]
        self.values.setText("\n".join(each[:_MOST_SHOWN] for each in shown) or "No inputs.")
        self.expected.setPlainText(draft.output)
        for each in files:
            self.sets.add_choice(each.name, each.path, icon="database")
        self.sets.add_choice("New data set", _NEW, icon="plus")
        self.name.setText(draft.name or "conversations")
        near = [each.path for each in files if Path(each.path).stem == self.name.text()]
        self.sets.choose(near[0] if near else _NEW)
        self._on_chosen()
        self.add.setEnabled(True)
        self.expected.setFocus()
        self.expected.selectAll()

    @Slot()
    def _on_chosen(self) -> None:
        self.name.setVisible(self.sets.currentData() == _NEW)

    @Slot()
    @background
    async def _on_add(self) -> None:
        """Append the case; a data set of a new name is made."""
        draft = self.draft
        if draft is None:
            return
        chosen, name = self.sets.currentData(), self.name.text()
        expected = self.expected.toPlainText().strip()
        tags = tuple(filter(None, (each.strip() for each in self.tags.text().split(","))))
        self.add.setEnabled(False)
        try:
            path = chosen or await self._bridge.ask(partial(_new_path, name=name))
            added = await self._bridge.ask(
                lambda core: core.sheets.add_case(path, draft.values, expected, tags)
            )
        except WorkbenchError as error:
            self._say(str(error), "bad")
            self.add.setEnabled(True)
            return
        self.added = added
        self._say(f"Added to {Path(added.path).name} as row {added.number:,}.", "ok")
        self._show_added(True)

    @Slot()
    @background
    async def _on_undo(self) -> None:
        """Take the case back that was added."""
        added = self.added
        if added is None:
            return
        try:
            await self._bridge.ask(lambda core: core.sheets.take_back(added))
        except WorkbenchError as error:
            self._say(str(error), "bad")
            return
        self.added = None
        self._say("The row was removed again.", "text-2")
        self._show_added(False)

    def _show_added(self, is_added: bool) -> None:
        self.shut.set_text("Close" if is_added else "Cancel")
        self.add.setEnabled(not is_added)
        if is_added:
            show_one(self.take_back, self.add)
        else:
            show_one(self.add, self.take_back)

    def _say(self, sentence: str, tone: str) -> None:
        self.message.setText(sentence)
        set_tone(self.message, tone)


async def _new_path(core: Workbench, *, name: str) -> str:
    return core.sheets.new_path(name)
