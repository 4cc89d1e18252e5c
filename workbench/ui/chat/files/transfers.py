"""The commands of Chat that take conversations, and code of answers, in and out of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from workbench.ui.actions import Action
from workbench.ui.chat.files.export_dialog import ExportDialog
from workbench.ui.chat.files.import_dialog import ImportDialog
from workbench.ui.markdown.code_look import code_look
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.ui.chat.conversation_list import ConversationList
    from workbench.ui.chat.view_model import ChatModel
    from workbench.ui.panels import Panel

_SUFFIXES = {
    "python": ".py", "py": ".py", "javascript": ".js", "js": ".js", "typescript": ".ts",
    "ts": ".ts", "bash": ".sh", "sh": ".sh", "shell": ".sh", "json": ".json", "yaml": ".yaml",
    "yml": ".yaml", "toml": ".toml", "html": ".html", "css": ".css", "xml": ".xml", "sql": ".sql",
    "c": ".c", "cpp": ".cpp", "c++": ".cpp", "java": ".java", "rust": ".rs", "go": ".go",
    "ruby": ".rb", "php": ".php", "r": ".r", "csv": ".csv", "markdown": ".md", "md": ".md",
    "latex": ".tex", "tex": ".tex", "jinja": ".j2", "jinja2": ".j2",
}  # fmt: skip
"""The ending of a file with code in a language."""
_FILES = "Conversations (*.json *.jsonl *.zip *.chat *.png *.charx);;All files (*)"


class Transfers(QObject):
    """Imports files and folders, exports a conversation."""

    def __init__(self, panel: Panel, model: ChatModel, found: ConversationList) -> None:
        super().__init__(panel)
        self._panel = panel
        self._model = model
        found.import_wanted.connect(self.choose_files)
        found.files_dropped.connect(self.import_paths)
        found.export_wanted.connect(self.export)

    def actions(self) -> tuple[Action, ...]:
        """The commands."""
        return (
            Action(id="chat.import", title="Import conversations…", run=self.choose_files),
            Action(id="chat.import_folder", title="Import a folder of conversations…",
                   run=self.choose_folder),
            Action(id="chat.export", title="Export the conversation…", run=self.export_shown,
                   when=lambda: self._model.current is not None),
            Action(id="chat.wrap_code", title="Wrap long lines of code",
                   run=code_look().toggle_wrap, is_on=lambda: code_look().wraps),
        )  # fmt: skip

    @Slot()
    def choose_files(self) -> None:
        """Ask for files, and import them."""
        paths, _ = QFileDialog.getOpenFileNames(self._panel, "Import conversations", "", _FILES)
        if paths:
            self.import_paths(paths)

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder, and import what is in it."""
        path = QFileDialog.getExistingDirectory(self._panel, "Import a folder of conversations")
        if path:
            self.import_paths([path])

    @Slot(list)
    def import_paths(self, paths: list[str]) -> ImportDialog:
        """Import files and folders, with a dialog that shows how it goes and the report."""
        dialog = ImportDialog(self._panel.bridge, paths, self._panel)
        dialog.imported.connect(self._model.read_conversations)
        dialog.open_wanted.connect(self._open)
        dialog.open()
        return dialog

    @Slot(int)
    def _open(self, conversation_id: int) -> None:
        self._panel.handle({"conversation_id": conversation_id})

    @Slot()
    def export_shown(self) -> None:
        """Export the conversation that is shown."""
        if self._model.current is not None:
            self.export(self._model.current)

    @Slot(int)
    def export(self, conversation_id: int) -> ExportDialog:
        """Ask how a conversation is to be exported."""
        titles = {each.conversation_id: each.title for each in self._model.conversations}
        title = titles.get(conversation_id, self._model.title)
        dialog = ExportDialog(self._panel.context, conversation_id, title, self._panel)
        dialog.open()
        return dialog

    @Slot(str, str)
    def save_code(self, code: str, language: str) -> None:
        """Ask where code of an answer is to be kept, and write it."""
        suffix = _SUFFIXES.get(language.lower(), ".txt")
        path, _ = QFileDialog.getSaveFileName(self._panel, "Save the code", f"code{suffix}")
        if path:
            self.write_code(path, code)

    @background
    async def write_code(self, path: str, code: str) -> None:
        """Write code; the dialog for files has asked whether one may be replaced."""
        await self._panel.bridge.ask(lambda core: core.exporting.save_text(path, code))
        self._panel.context.notify(f"Saved to {path}.", "ok")
