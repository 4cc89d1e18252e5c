"""Which files bundles are saved to and opened from: dialogs, and files that are dropped."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.text import size_text
from workbench.ui.panels import Context
from workbench.ui.tasks import background

_FILES = "Bundles of runs (*.zip);;All files (*)"


def ask_for_bundle(owner: QWidget) -> str:
    """The file that the user chooses to open, "" for none."""
    path, _ = QFileDialog.getOpenFileName(owner, "Open a bundle", "", _FILES)
    return path


def dropped_bundle(dropped: QMimeData) -> str:
    """The file that is dropped where it may be a bundle, "" where it is none."""
    for url in dropped.urls():
        if url.isLocalFile() and url.toLocalFile().lower().endswith(".zip"):
            return url.toLocalFile()
    return ""


class BundleSaver(QWidget):
    """Saves runs as bundles; without a look of its own.

    Args:
        context: of the window, which says how it went.
        owner: over which files are chosen.
    """

    def __init__(self, context: Context, owner: QWidget) -> None:
        super().__init__(owner)
        self._context, self._owner = context, owner
        self.hide()

    def ask_for_target(self, run_id: int) -> None:
        """Ask for a file and save a run there."""
        path, _ = QFileDialog.getSaveFileName(
            self._owner, "Save the run as a bundle", f"run-{run_id}.zip", _FILES
        )
        if path:
            self.save(run_id, path)

    @background
    async def save(self, run_id: int, path: str) -> None:
        """Save a run; the dialog for files has asked whether one may be replaced."""
        try:
            size = await self._context.bridge.ask(lambda core: core.bundles.write(run_id, path))
        except WorkbenchError as error:
            self._context.notify(str(error), "bad")
        else:
            self._context.notify(f"Saved run {run_id:,} to {path} ({size_text(size)}).", "ok")
