"""The folders that are searched for models, with problems of reading them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from workbench.domain.views import ModelFolder
from workbench.ui.kit import GhostButton, IconButton, Label, column, row


class _Line(QFrame):
    """A folder; one that the user added can be taken out."""

    remove_wanted = Signal(str)

    def __init__(self, folder: ModelFolder) -> None:
        super().__init__()
        self._path = folder.path
        path = Label(folder.path, "small", "text-2", elide=True)
        path.setToolTip(folder.path)
        source = "added" if folder.added else folder.source
        layout = row(path, Label("" if source == folder.path else source, "small", "text-3"))
        layout.setStretch(0, 1)
        if folder.added:
            remove = IconButton("close", f"Stop searching {folder.path}", size=24, glyph=14)
            remove.clicked.connect(self._on_remove)
            layout.addWidget(remove)
        self.setLayout(layout)

    @Slot()
    def _on_remove(self) -> None:
        self.remove_wanted.emit(self._path)


class FoldersView(QFrame):
    """The folders, a way to add one, and the problems of the last look.

    Signals:
        add_wanted(str), remove_wanted(str): a folder.
    """

    add_wanted = Signal(str)
    remove_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.folders: tuple[ModelFolder, ...] = ()
        self._lines: QVBoxLayout = column(gap=2)
        self.problems = Label("", "small", "warn", wrap=True)
        self.problems.hide()
        self.add = GhostButton("Add a folder", "plus")
        self.add.clicked.connect(self._on_add)
        self.setLayout(column(self._lines, self.problems, row(self.add, None), gap=6))

    def show_folders(self, folders: Sequence[ModelFolder]) -> None:
        """Show other folders."""
        self.folders = tuple(folders)
        while self._lines.count():
            item = self._lines.takeAt(0)
            widget: QObject | None = item.widget() if item is not None else None
            if isinstance(widget, QWidget):
                widget.hide()
                widget.deleteLater()
        for folder in folders:
            line = _Line(folder)
            line.remove_wanted.connect(self.remove_wanted)
            self._lines.addWidget(line)

    def show_problems(self, problems: Sequence[str]) -> None:
        """Show what could not be looked at."""
        self.problems.setText("\n".join(problems))
        self.problems.setVisible(bool(problems))

    @Slot()
    def _on_add(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose a folder with models")
        if folder:
            self.add_wanted.emit(folder)
