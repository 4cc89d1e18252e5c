"""Model files: the table of them, the folders they are in, and the details of one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QTimer, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import (
    EngineStatus,
    LoadSettings,
    ModelDetails,
    ModelFolder,
    ModelScan,
    ModelSpeed,
)
from workbench.ui.bridge import Bridge
from workbench.ui.models.details_view import ModelDetailsView
from workbench.ui.models.folders_view import FoldersView
from workbench.ui.models.model_table import ModelTable
from workbench.ui.theme.tokens import TOKENS
from workbench.ui.widgets import Button, IconButton, Label, Pane, Section, Splitter, column

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
        super().__init__()
        self.bridge = bridge
        self._number = 0
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
        self.setSizes([880, 440])
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.details.load_wanted.connect(self._load)
        self.details.unload_wanted.connect(self.unload)
        self.details.speed_wanted.connect(self.measure)
        self.details.default_wanted.connect(self._keep_default)
        self.details.settings_changed.connect(self._settle.start)
        bridge.engine_changed.connect(self._on_engine)
        bridge.run_ended.connect(self._on_run_ended)

    @Slot()
    def read(self) -> None:
        """Look for files that came meanwhile."""

        async def look(core: Workbench) -> tuple[ModelScan, tuple[ModelFolder, ...], str]:
            return await core.scan_models(), await core.model_folders(), str(core.paths.models)

        self.bridge.call(look, self._on_found, owner=self)

    def _on_found(self, found: tuple[ModelScan, tuple[ModelFolder, ...], str]) -> None:
        scan, folders, own = found
        self.folders.show_folders(folders)
        self.folders.show_problems(scan.problems)
        if scan.problems:
            self.where.note.setText(f"{len(scan.problems)} could not be looked at")
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
        """Show a file that has just come, once it is listed."""
        entry = self.details.entry
        if entry is not None:
            self.details.entry = type(entry)(name="", path=path)
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
        is_other = self.details.entry is None or self.details.entry.path != entry.path
        self.details.show_entry(entry)
        self.details.show_engine(self.bridge.engine_status)
        if entry.error:
            return
        if not is_other and self.details.form.isEnabled():
            self._inspect()  # what is being typed into the form stays
            return
        path = entry.path
        self.bridge.call(
            lambda core: core.load_settings(path),
            functools.partial(self._on_settings, path),
            self._on_error,
            owner=self,
        )

    def _on_settings(self, path: str, settings: LoadSettings) -> None:
        if self.details.entry is not None and self.details.entry.path == path:
            self.details.show_settings(settings)
            self._inspect()

    @Slot()
    def _inspect(self) -> None:
        entry = self.details.entry
        if entry is None or entry.error:
            return
        self._number += 1
        path, settings = entry.path, self.details.settings
        self.bridge.call(
            lambda core: core.inspect_model(path, settings),
            functools.partial(self._on_details, self._number),
            functools.partial(self._on_problem, self._number),
            owner=self,
        )

    def _on_details(self, number: int, details: ModelDetails) -> None:
        if number == self._number:
            self.details.show_details(details)
            self.details.show_engine(self.bridge.engine_status)

    def _on_problem(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self.details.show_problem(str(error))

    def _on_error(self, error: WorkbenchError) -> None:
        self.details.banner.show_message(str(error))

    # --- loading --------------------------------------------------------------------------------

    @Slot(object)
    def _load(self, settings: LoadSettings) -> None:
        if self.details.entry is not None:
            self.load_path(self.details.entry.path, settings)

    def load_path(self, path: str, settings: LoadSettings | None = None) -> None:
        """Load a file, with settings that are kept for it, or with those that already are."""

        async def load(core: Workbench) -> EngineStatus:
            if settings is not None:
                await core.save_load_settings(settings, path)
            return await core.load_model(path, settings)

        self.details.banner.hide()
        self.busy_changed.emit(True)
        self.bridge.call(load, self._on_loaded, self._on_not_loaded, owner=self)

    def _on_loaded(self, status: EngineStatus) -> None:
        self.busy_changed.emit(False)
        self._on_engine(status)
        self._inspect()

    def _on_not_loaded(self, error: WorkbenchError) -> None:
        self.busy_changed.emit(False)
        self._on_error(error)

    @Slot()
    def unload(self) -> None:
        """Give the memory of the loaded model back."""
        self.bridge.call(
            lambda core: core.unload_model(), self._on_unloaded, self._on_error, owner=self
        )

    def _on_unloaded(self, _nothing: None) -> None:
        self._inspect()

    @Slot(object)
    def _keep_default(self, settings: LoadSettings) -> None:
        self.bridge.call(
            lambda core: core.save_load_settings(settings),
            self._on_default_kept,
            self._on_error,
            owner=self,
        )

    def _on_default_kept(self, _nothing: None) -> None:
        self.details.banner.show_message(
            "Models without settings of their own are loaded like this.", "ok"
        )

    # --- speed ----------------------------------------------------------------------------------

    @Slot()
    def measure(self) -> None:
        """Measure the loaded model for five seconds."""
        self.details.speed.setText("Measuring…")
        self.bridge.call(
            lambda core: core.doctor(5.0), self._on_measured, self._on_error, owner=self
        )

    def _on_measured(self, found: dict[str, Any]) -> None:
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
        self.bridge.call(
            lambda core: core.add_model_folder(folder), self._on_folders, self._on_error, owner=self
        )

    @Slot(str)
    def _remove_folder(self, folder: str) -> None:
        self.bridge.call(
            lambda core: core.remove_model_folder(folder),
            self._on_folders,
            self._on_error,
            owner=self,
        )

    def _on_folders(self, _folder: ModelFolder | None) -> None:
        self.read()


def _table(model: ModelTable) -> QTableView:
    table = QTableView()
    table.setAccessibleName("Models")
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(TOKENS.size["row-table"])
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table
