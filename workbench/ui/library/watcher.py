"""Notices when files of the library come, go or change outside the program."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from workbench.domain.prompts.library import LibraryFolder

MOST_FOLDERS = 1_000
"""Systems limit the watches; other changes are seen when the window comes to the front."""
_PAUSE_MS = 400


class LibraryWatch(QObject):
    """Watches the folders of the library.

    Signals:
        changed(): read the library again. Many changes at once are one.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._on_changed)
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self.changed)
        program = QGuiApplication.instance()
        if isinstance(program, QGuiApplication):
            program.applicationStateChanged.connect(self._on_state)

    def watch(self, folders: Iterable[LibraryFolder]) -> None:
        """Watch these folders and those inside, and no others."""
        wanted: list[str] = []
        for root in folders:
            if not root.problem:
                wanted.append(root.path)
                wanted += [f"{root.path}/{folder}" for folder in root.folders]
        present, now = set(self._watcher.directories()), wanted[:MOST_FOLDERS]
        gone = present.difference(now)
        new = [folder for folder in now if folder not in present]
        if gone:
            self._watcher.removePaths(list(gone))
        if new:
            self._watcher.addPaths(new)

    @Slot(str)
    def _on_changed(self, _folder: str) -> None:
        self._timer.start()

    @Slot(Qt.ApplicationState)
    def _on_state(self, state: Qt.ApplicationState) -> None:
        """A file that another program wrote in place is seen when this one comes to the front.

        Not at the start, before anything is watched: the files are being looked for anyway.
        """
        if state == Qt.ApplicationState.ApplicationActive and self._watcher.directories():
            self._timer.start()
