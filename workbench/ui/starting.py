"""What a start of the program asked for, and starting again: on another folder, or to save."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from workbench.domain.opening import OpenRequest
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge
    from workbench.ui.main_window import MainWindow


class Starting(QObject):
    """How the program was started, and whether it is started again once it has ended.

    Args:
        window: the one window.
        bridge: to the core.

    Signals:
        ending(): the window is about to end; it is not shown again.
    """

    ending = Signal()

    def __init__(self, window: MainWindow, bridge: Bridge) -> None:
        super().__init__(window)
        self._window, self._bridge = window, bridge
        self.has_folder: Callable[[], bool] | None = None
        """Whether the other window has let the data folder go; None where there is no other."""
        self.folder = ""
        """The data folder on which the program is started again; "" where it is not."""
        self._request = OpenRequest()
        self._is_ready = False
        self._has_ended = False

    # --- what is asked for ----------------------------------------------------------------------

    def open(self, request: OpenRequest) -> None:
        """Open what a start of the program asks for, now or when the session is there."""
        self._request = request
        if self._is_ready:
            self.ready()

    def end(self) -> None:
        """The window closes for good."""
        self._has_ended = True
        self.ending.emit()

    def ready(self) -> None:
        """The session is there: what was asked for takes its place."""
        self._is_ready = True
        request, self._request = self._request, OpenRequest()
        if request.workspace in self._window.specs:
            handed = {request.key: request.value} if request.key else {}
            self._window.go(request.workspace, **handed)

    @Slot(object)
    def show(self, request: OpenRequest) -> None:
        """Come to the front, for a second start of the program on the same folder."""
        if self._has_ended:
            return
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        if request.workspace:
            self.open(request)
        else:
            window.notify("The program is open on this data folder already: this is its window.")

    # --- starting again -------------------------------------------------------------------------

    def choose_folder(self) -> None:
        """Start again on another data folder."""
        folder = QFileDialog.getExistingDirectory(self._window, "Choose a data folder")
        if not (folder and self._again(folder)):
            self._window.show_store()  # the banner went away when its button was pressed

    @latest
    async def try_again(self) -> None:
        """Start again where no other has the history any more, else say who still has it."""
        if self.has_folder is not None:
            holder = "" if self.has_folder() else "The other window"
        else:
            holder = await self._bridge.ask(lambda core: core.history.held_by())
        if holder:
            self._window.notify(f"{holder[0].upper()}{holder[1:]} still has the history.")
        elif self._again(str(Path(self._bridge.store_status.path).parent)):
            return
        self._window.show_store()

    def _again(self, folder: str) -> bool:
        """End, and start again on a data folder; False where the user stays."""
        self.folder = folder
        if not self._window.close():
            self.folder = ""
        return bool(self.folder)
