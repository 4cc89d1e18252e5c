"""A conversation as a file: the format, and which parts of it are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from workbench.domain.transcripts import ExportFormat, ExportOptions
from workbench.ui.kit import (
    Chooser,
    GhostButton,
    Label,
    PrimaryButton,
    Switch,
    column,
    row,
    set_tone,
)
from workbench.ui.tasks import background, errors_to

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.panels import Context

_WIDTH = 420


class ExportDialog(QDialog):
    """Choose a format, then a file. Esc closes it."""

    def __init__(self, context: Context, conversation_id: int, title: str, owner: QWidget) -> None:
        super().__init__(owner.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export the conversation")
        self.setAccessibleName("Export the conversation")
        self._context = context
        self._conversation = conversation_id
        self._formats: dict[str, ExportFormat] = {}
        self.format = Chooser("Format", width=_WIDTH)
        self.about = Label("", "small", "text-3", wrap=True)
        self.branches = Switch("All branches", tip="Not the shown one alone")
        self.reasoning = Switch("Thoughts", tip="What was thought before answers")
        self.tools = Switch("Calls of tools", tip="With their results")
        for switch in (self.reasoning, self.tools):
            switch.setChecked(True)
        self.message = Label("", "small", "bad", wrap=True)
        self.message.hide()
        self.save = PrimaryButton("Save as…", "save")
        self.save.setEnabled(False)
        self.cancel = GhostButton("Cancel")
        for label in (self.about, self.message):
            label.setFixedWidth(_WIDTH)
        named = Label(title, "body", "text-2", elide=True)
        named.setFixedWidth(_WIDTH)
        self.setLayout(
            column(
                Label("Export the conversation", "heading"),
                named,
                self.format,
                self.about,
                row(self.branches, self.reasoning, self.tools, None, gap=16),
                self.message,
                row(None, self.cancel, self.save, gap=8),
                margins=(24, 20, 24, 20),
                gap=12,
            )
        )
        self.format.currentIndexChanged.connect(self._on_format)
        self.save.clicked.connect(self._on_save)
        self.cancel.clicked.connect(self.reject)
        self._read()

    @background
    async def _read(self) -> None:
        """Fill the formats."""
        for each in await self._context.bridge.ask(_formats):
            self._formats[each.id] = each
            self.format.add_choice(each.title, each.id)
        self.save.setEnabled(True)
        self.save.setFocus()
        self._on_format()

    @property
    def chosen(self) -> ExportFormat | None:
        """The format that is chosen."""
        return self._formats.get(str(self.format.currentData()))

    @property
    def options(self) -> ExportOptions:
        """What is written."""
        return ExportOptions(
            all_branches=self.branches.isChecked(),
            reasoning=self.reasoning.isChecked(),
            tools=self.tools.isChecked(),
        )

    @Slot()
    def _on_format(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.about.setText(f"{chosen.description}.")
            for switch in (self.branches, self.reasoning, self.tools):
                switch.setVisible(not chosen.whole)

    @Slot()
    @background
    async def _on_save(self) -> None:
        """Ask for the file, and write it."""
        chosen, conversation_id = self.chosen, self._conversation
        if chosen is None:
            return
        name_of = self._context.bridge.ask(
            lambda core: core.exporting.file_name(conversation_id, chosen.id)
        )
        with errors_to(self._show_error):
            path, _ = QFileDialog.getSaveFileName(
                self, "Export the conversation", await name_of, f"{chosen.title} (*{chosen.suffix})"
            )
            if path:
                self.write(path)

    @background
    async def write(self, path: str) -> None:
        """Write the file; the dialog for files has asked whether one may be replaced."""
        chosen, options, conversation_id = self.chosen, self.options, self._conversation
        assert chosen is not None
        self.save.setEnabled(False)
        with errors_to(self._show_error):
            result = await self._context.bridge.ask(
                lambda core: core.exporting.save(
                    [conversation_id], chosen.id, path, options, replace=True
                )
            )
            self._context.notify(f"Exported {result.summary} to {result.paths[0]}", "ok")
            self.accept()
        self.save.setEnabled(True)

    def _show_error(self, sentence: str) -> None:
        self.message.setText(sentence)
        set_tone(self.message, "bad")
        self.message.show()


async def _formats(core: Workbench) -> tuple[ExportFormat, ...]:
    return core.exporting.formats()
