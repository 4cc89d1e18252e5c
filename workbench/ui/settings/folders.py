"""The folders in which the program stores its data."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.ui.kit import IconButton, Label
from workbench.ui.settings.parts import Group

_TITLES = {
    "data": "All data",
    "history": "History",
    "prompts": "Your prompts",
    "data sets": "Your data sets",
    "models": "Your models",
    "logs": "Log",
}
_NOTE = (
    "To keep all of it elsewhere, start the program with --data-dir FOLDER, or set WORKBENCH_HOME. "
    "Further folders of models are added in Models, further folders of prompts in the library."
)


class Folders(Group):
    """The program's places; each can be copied or opened in the file manager."""

    def __init__(self) -> None:
        super().__init__("Folders")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 168)
        self._grid.setColumnStretch(1, 1)
        rows = QWidget()
        rows.setLayout(self._grid)
        self.add(rows, Label(_NOTE, "small", "text-3", wrap=True))

    @Slot(object)
    def show_paths(self, paths: Mapping[str, str]) -> None:
        """Show the places; called once."""
        for place, (key, title) in enumerate(_TITLES.items()):
            path = Label(paths[key], "code-small", "text-2", elide=True)
            path.setAccessibleName(f"{title}: {paths[key]}")
            path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            copy = IconButton("copy", f"Copy the path: {title}")
            copy.clicked.connect(functools.partial(_copy, paths[key]))
            show = IconButton("open", f"Show in the file manager: {title}")
            show.clicked.connect(functools.partial(_show, paths[key]))
            for column, widget in enumerate((Label(title), path, copy, show)):
                self._grid.addWidget(widget, place, column)


def _copy(text: str, _checked: bool = False) -> None:
    QGuiApplication.clipboard().setText(text)


def _show(path: str, _checked: bool = False) -> None:
    """The folder itself, or the one in which a file is."""
    folder = path.rpartition("/")[0] if path.endswith(".db") else path
    QDesktopServices.openUrl(QUrl.fromLocalFile(folder))
