"""Model files: the table of them, the folders they are in, and the details of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QTimer, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QTableView

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import (
    EngineStatus,
    LoadSettings,
    ModelEntry,
    ModelFolder,
    ModelScan,
    ModelSpeed,
)
from workbench.ui.bridge import Bridge
from workbench.ui.kit import Button, IconButton, Label, Pane, Section, Splitter, column
from workbench.ui.kit.row_hover import HoverDelegate, set_up_rows
from workbench.ui.models.details_view import ModelDetailsView
from workbench.ui.models.folders_view import FoldersView
from workbench.ui.models.model_table import ModelTable
from workbench.ui.tasks import background, cancel, latest

if TYPE_CHECKING:
    from workbench.service import Workbench

_SETTLE_MS = 150
"""The estimate follows the form when it has been left alone for so long."""


class FilesView(Splitter):
    """Lists model files and loads one.

    Signals:
        busy_changed(bool): a model is being loaded.
        get_wanted(): the user wants to get a model.
    """

    busy_changed = Signal(bool)
    get_wanted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(name="Model files and details")
        self.bridge = bridge

        self.details = ModelDetailsView()
        self.table_model = ModelTable()
        self.table = _table(self.table_model)
        self.folders = FoldersView()
        self.folders.add_wanted.connect(self.add_folder)
        self.folders.remove_wanted.connect(self._remove_folder)
        self.where = Section("Folders", self.folders, opened=False)
        self.note = Label("", "small", "text-3", wrap=True)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._inspect)
        refresh = IconButton("refresh", "Look for models again")
        refresh.clicked.connect(self.read)
        self.get = Button("Get a model", "download")
        self.get.clicked.connect(self.get_wanted)
        pane = Pane("Models", "canvas")
        pane.header.addWidget(self.get)
        pane.header.addWidget(refresh)
        pane.body.addWidget(self.table, 1)
        pane.body.addLayout(column(self.where, self.note, margins=(16, 8, 16, 12), gap=6))
        pane.setMinimumWidth(480)
        self.addWidget(pane)
        self.addWidget(self.details)
        self.setStretchFactor(0, 1)
        self.setSizes([816, 504])
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.details.load_wanted.connect(self._load)
        self.details.unload_wanted.connect(self.unload)
        self.details.speed_wanted.connect(self.measure)
        self.details.default_wanted.connect(self._keep_default)
        self.details.settings_changed.connect(self._settle.start)
        bridge.engine_changed.connect(self._on_engine)
        bridge.run_ended.connect(self._on_run_ended)

    @latest
    async def read(self) -> None:
        """Look for files that came meanwhile."""

        async def look(core: Workbench) -> tuple[ModelScan, tuple[ModelFolder, ...], str]:
            return (
                await core.model_files.scan(),
                await core.model_files.folders(),
                str(core.paths.models),
            )

        found = await self.bridge.ask(look)
        scan, folders, own = found
        self.folders.show_folders(folders)
        self.folders.show_problems(scan.problems)
        if scan.problems:
            self.where.note.setText(f"{len(scan.problems)} could not be read")
        else:
            self.where.note.setText(f"{len(folders)} looked into")
        self.note.setText(
            f"Put .gguf files into {own}, or drop one here. Files are used where they are, never "
            "copied; those of other programs too."
        )
        self.details.form.show_known(scan.adapters)
        chosen = self.details.entry.path if self.details.entry else self._loaded()
        entries = tuple(entry for entry in scan.models if entry.source != "server")
        self.table_model.show_entries(entries, self._loaded())
        paths = [entry.path for entry in entries]
        if entries:
            line = paths.index(chosen) if chosen in paths else 0
            self.table.selectRow(line)
            self.table.setCurrentIndex(self.table_model.index(line, 0))

    def choose(self, path: str) -> None:
        """Show a file, once it is listed."""
        self.details.entry = ModelEntry(name="", path=path)
        self.read()

    def _loaded(self) -> str:
        status = self.bridge.engine_status
        return status.model_path if status.state in ("ready", "busy") else ""

    # --- one model ------------------------------------------------------------------------------

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self.table_model.entries[index.row()]
        cancel(self, "_inspect")  # what was asked of the row before is not shown with this one
        is_other = self.details.entry is None or self.details.entry.path != entry.path
        self.details.show_entry(entry)
        self.details.show_engine(self.bridge.engine_status)
        if entry.error:
            return
        if not is_other and self.details.form.isEnabled():
            self._inspect()  # what is being typed into the form stays
            return
        self._read_settings(entry.path)

    @latest
    async def _read_settings(self, path: str) -> None:
        try:
            settings = await self.bridge.ask(lambda core: core.models.load_settings(path))
        except WorkbenchError as error:
            self._show_error(error)
            return
        if self.details.entry is not None and self.details.entry.path == path:
            self.details.show_settings(settings)
            self._inspect()

    @latest
    async def _inspect(self) -> None:
        entry = self.details.entry
        if entry is None or entry.error:
            return
        path, settings = entry.path, self.details.settings
        try:
            details = await self.bridge.ask(lambda core: core.models.inspect(path, settings))
        except WorkbenchError as error:
            self.details.show_problem(str(error))
            return
        self.details.show_details(details)
        self.details.show_engine(self.bridge.engine_status)
        template = details.chat_template
        verdict = await self.bridge.ask(lambda core: core.chat_templates.verdict(template))
        if self.details.entry is not None and self.details.entry.path == path:
            self.details.verdict.show_verdict(verdict)

    def _show_error(self, error: WorkbenchError) -> None:
        self.details.banner.show_message(str(error))

    # --- loading --------------------------------------------------------------------------------

    @Slot(object)
    def _load(self, settings: LoadSettings) -> None:
        if self.details.entry is not None:
            self.load_path(self.details.entry.path, settings)

    @background
    async def load_path(self, path: str, settings: LoadSettings | None = None) -> None:
        """Load a file, with settings that are kept for it, or with those that already are."""

        async def load(core: Workbench) -> EngineStatus:
            if settings is not None:
                await core.models.save_load_settings(settings, path)
            return await core.models.load(path, settings)

        self.details.banner.hide()
        self.busy_changed.emit(True)
        try:
            status = await self.bridge.ask(load)
        except WorkbenchError as error:
            self.busy_changed.emit(False)
            self._show_error(error)
            return
        self.busy_changed.emit(False)
        self._on_engine(status)
        self._inspect()

    @Slot()
    def unload(self) -> None:
        """Give the memory of the loaded model back."""
        self._do(lambda core: core.models.unload(), self._inspect)

    @Slot(object)
    def _keep_default(self, settings: LoadSettings) -> None:
        self._do(lambda core: core.models.save_load_settings(settings), self._on_default_kept)

    def _on_default_kept(self) -> None:
        self.details.banner.show_message(
            "Models without settings of their own are loaded like this.", "ok"
        )

    @background
    async def _do(
        self, ask: Callable[[Workbench], Awaitable[object]], done: Callable[[], object]
    ) -> None:
        try:
            await self.bridge.ask(ask)
        except WorkbenchError as error:
            self._show_error(error)
        else:
            done()

    # --- speed ----------------------------------------------------------------------------------

    @background
    async def measure(self) -> None:
        """Measure the loaded model for five seconds."""
        self.details.speed.setText("Measuring…")
        try:
            found = await self.bridge.ask(lambda core: core.doctor.examine(5.0))
        except WorkbenchError as error:
            self._show_error(error)
            return
        speed = found.get("speed")
        if speed is None:
            self.details.speed.setText("")
            self.details.banner.show_message(str(found.get("engine", {}).get("error", "")))
            return
        self.details.show_speed(
            ModelSpeed(
                prompt=speed["prompt_tokens_per_second"],
                generation=speed["generated_tokens_per_second"],
            )
        )
        self.read()

    @Slot(int)
    def _on_run_ended(self, _run_id: int) -> None:
        if self.isVisible():
            self.read()

    @Slot(object)
    def _on_engine(self, status: EngineStatus) -> None:
        self.table_model.show_loaded(self._loaded())
        self.details.show_engine(status)

    # --- folders --------------------------------------------------------------------------------

    @Slot(str)
    def add_folder(self, folder: str) -> None:
        """Look for models in a folder from now on."""
        self._do(lambda core: core.model_files.add_folder(folder), self.read)

    @Slot(str)
    def _remove_folder(self, folder: str) -> None:
        self._do(lambda core: core.model_files.remove_folder(folder), self.read)


def _table(model: ModelTable) -> QTableView:
    table = QTableView()
    set_up_rows(table, "Models")
    table.setModel(model)
    table.setItemDelegate(HoverDelegate(table))
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)  # names are never cut: what has no room is scrolled to
    return table
