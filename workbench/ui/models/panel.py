"""The Models workspace: files on this machine, files to get, and servers."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.ui.actions import Action
from workbench.ui.kit import Segmented, column
from workbench.ui.models.files_view import FilesView
from workbench.ui.models.get_view import GetView
from workbench.ui.models.servers_view import ServersView
from workbench.ui.panels import Context, Panel

_PARTS = ("Files", "Get", "Servers")
_FILES, _GET, _SERVERS = range(len(_PARTS))


class ModelsPanel(Panel):
    """Three parts, one at a time. Files dropped on it are loaded by their path."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setAcceptDrops(True)
        self.files = FilesView(self.bridge)
        self.get = GetView(self.bridge)
        self.servers = ServersView(self.bridge)
        self.parts = Segmented("Models", _PARTS)
        self._stack = QStackedWidget()
        for part in (self.files, self.get, self.servers):
            self._stack.addWidget(part)
        self.setLayout(column(self._stack, gap=0))
        self.parts.chosen.connect(self._show_part)
        self.files.busy_changed.connect(self.busy_changed)
        self.files.get_wanted.connect(self._show_get)
        self.get.busy_changed.connect(self.busy_changed)
        self.get.got.connect(self.files.choose)
        self.get.show_wanted.connect(self._show_file)
        self.bridge.opened.connect(self.files.read)
        self.files.read()

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done here."""
        return (
            Action(id="model.load", title="Load the chosen model", run=self._load,
                   keys="Ctrl+Return"),
            Action(id="model.get", title="Get a model", run=self._show_get),
            Action(id="model.servers", title="Servers: add, test, remove", run=self._show_servers),
            Action(id="model.unload", title="Unload the model", run=self._unload),
            Action(id="model.measure", title="Measure the model's speed", run=self._measure),
        )  # fmt: skip

    def top_widgets(self) -> tuple[QWidget, ...]:
        """Files, getting one, or servers."""
        return (self.parts,)

    def home(self) -> QWidget:
        """Where the keys go."""
        return self.files.table

    def shown(self) -> None:
        """Look for files that came meanwhile."""
        self._show_part(self.parts.index)
        self.files.read()

    def handle(self, request: dict[str, object]) -> None:
        """Show a model file, ``{"path": "/models/a.gguf"}``, or ``{"part": "servers"}``."""
        if request.get("part") == "servers":
            self._show_servers()
        path = request.get("path")
        if isinstance(path, str):
            self.parts.choose(_FILES)
            self.files.choose(path)

    def _load(self) -> None:
        self.parts.choose(_FILES)
        self.files.details.ask_load()

    def _unload(self) -> None:
        self.parts.choose(_FILES)
        self.files.unload()

    def _measure(self) -> None:
        self.parts.choose(_FILES)
        self.files.measure()

    @Slot(int)
    def _show_part(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self.breadcrumb_changed.emit([_PARTS[index]] if index != _FILES else [])
        if index == _SERVERS:
            self.servers.read()
        if index == _GET:
            self.get.table.setFocus()

    @Slot(str)
    def _show_file(self, path: str) -> None:
        self.files.choose(path)
        self.parts.choose(_FILES)

    @Slot()
    def _show_get(self) -> None:
        self.parts.choose(_GET)

    @Slot()
    def _show_servers(self) -> None:
        self.parts.choose(_SERVERS)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        names = [url.toLocalFile() for url in event.mimeData().urls()]
        if any(Path(name).suffix == ".gguf" for name in names):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.toLocalFile().endswith(".gguf"):
                self.parts.choose(_FILES)
                self.files.load_path(url.toLocalFile())
                return
