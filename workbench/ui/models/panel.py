"""The Models workspace: a table of files, the details of one, load."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Slot,
)
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import EngineStatus, LoadSettings, ModelDetails, ModelEntry
from workbench.ui.actions import Action
from workbench.ui.models.details_view import ModelDetailsView
from workbench.ui.models.servers_view import ServersView
from workbench.ui.panels import Context, Panel
from workbench.ui.theme import color
from workbench.ui.theme.tokens import TOKENS
from workbench.ui.widgets import IconButton, Label, Pane, Segmented, Splitter, column, row

_Index = QModelIndex | QPersistentModelIndex
_HEADINGS = ("Name", "Parameters", "Quantisation", "Size", "Context", "Source")
_RIGHT = (1, 3, 4)
_MIB = 1024**2


class ModelTable(QAbstractTableModel):
    """The model files; the loaded one is marked."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[ModelEntry, ...] = ()
        self.loaded = ""

    def show_entries(self, entries: Sequence[ModelEntry], loaded: str) -> None:
        """Show other files."""
        self.beginResetModel()
        self.entries, self.loaded = tuple(entries), loaded
        self.endResetModel()

    def show_loaded(self, path: str) -> None:
        """Mark another one."""
        if path != self.loaded:
            self.loaded = path
            if self.entries:
                last = self.index(len(self.entries) - 1, 0)
                self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, _parent: _Index | None = None) -> int:
        return len(self.entries)

    def columnCount(self, _parent: _Index | None = None) -> int:
        return len(_HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADINGS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entry, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.error or entry.path
        if role == Qt.ItemDataRole.ForegroundRole and entry.error:
            return color("bad")
        return None

    def _text(self, entry: ModelEntry, column_index: int) -> str:
        if column_index == 0:
            return f"{entry.name}  · loaded" if entry.path == self.loaded else entry.name
        size = f"{entry.file_bytes / _MIB:,.0f} MiB"
        if entry.error:
            return {3: size, 5: "cannot be used"}.get(column_index, "")
        return (
            f"{entry.parameters / 1e6:,.0f} M",
            entry.quantization,
            size,
            f"{entry.context_tokens:,}",
            entry.source,
        )[column_index - 1]


def _alignment(column_index: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column_index in _RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class ModelsPanel(Panel):
    """Lists models and loads one. Files dropped on it are loaded by their path."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setAcceptDrops(True)
        self._number = 0
        self.details = ModelDetailsView()
        self.table_model = ModelTable()
        self.table = QTableView()
        self.table.setAccessibleName("Models")
        self.table.setModel(self.table_model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(TOKENS.size["row-table"])
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.where = Label("", "small", "text-3", wrap=True)
        refresh = IconButton("refresh", "Look for models again")
        refresh.clicked.connect(self._read)
        pane = Pane("Models", "canvas")
        pane.header.addWidget(refresh)
        pane.body.addWidget(self.table, 1)
        pane.body.addLayout(row(self.where, margins=(16, 8, 16, 12)))
        pane.setMinimumWidth(480)
        self.splitter = Splitter(pane, self.details)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([880, 440])
        self.servers = ServersView(self.bridge)
        self.parts = Segmented("Models", ("Files", "Servers"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.splitter)
        self._stack.addWidget(self.servers)
        self.parts.chosen.connect(self._show_part)
        self.setLayout(column(self._stack, gap=0))
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.details.load_wanted.connect(self._load)
        self.details.unload_wanted.connect(self._unload)
        self.details.speed_wanted.connect(self._measure)
        self.details.context_changed.connect(self._inspect)
        self.bridge.engine_changed.connect(self._on_engine)
        self.bridge.opened.connect(self._read)
        self._read()

    def actions_table(self) -> tuple[Action, ...]:
        """What can be done here."""
        return (
            Action("model.load", "Load the chosen model", self.details.ask_load, "Ctrl+Return",
                   scope="models"),
            Action("model.servers", "Servers: add, test, remove", self._show_servers,
                   scope="models"),
            Action("model.unload", "Unload the model", self._unload, scope="models"),
            Action("model.measure", "Measure the model's speed", self._measure, scope="models"),
        )  # fmt: skip

    def top_widgets(self) -> tuple[QWidget, ...]:
        """Files or servers."""
        return (self.parts,)

    def shown(self) -> None:
        """Look for files that came meanwhile."""
        self._show_part(self.parts.index)
        self._read()

    @Slot(int)
    def _show_part(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self.breadcrumb_changed.emit(["Servers"] if index else [])
        if index:
            self.servers.read()

    @Slot()
    def _show_servers(self) -> None:
        self.parts.choose(1)

    @Slot()
    def _read(self) -> None:
        self.bridge.call(lambda core: core.list_models(), self._on_entries, owner=self)
        self.bridge.call(
            lambda core: core.load_settings(), self.details.show_settings, owner=self.details
        )

        async def folder(core: object) -> str:
            return str(core.paths.models)  # type: ignore[attr-defined]

        self.bridge.call(folder, self._on_folder, owner=self)

    def _on_folder(self, folder: str) -> None:
        self.where.setText(
            f"Put .gguf files into {folder}, drop one here, or name more folders in "
            "WORKBENCH_MODELS. Files are used where they are, never copied."
        )

    def _on_entries(self, entries: tuple[ModelEntry, ...]) -> None:
        chosen = self.details.entry.path if self.details.entry else self._loaded()
        entries = tuple(entry for entry in entries if entry.source != "server")
        self.table_model.show_entries(entries, self._loaded())
        paths = [entry.path for entry in entries]
        if entries:
            line = paths.index(chosen) if chosen in paths else 0
            self.table.selectRow(line)
            self.table.setCurrentIndex(self.table_model.index(line, 0))

    def _loaded(self) -> str:
        status = self.bridge.engine_status
        return status.model_path if status.state in ("ready", "busy") else ""

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self.table_model.entries[index.row()]
        self.details.show_entry(entry)
        self.details.show_engine(self.bridge.engine_status)
        self._inspect(self.details.settings.context_tokens)

    @Slot(int)
    def _inspect(self, context_tokens: int) -> None:
        entry = self.details.entry
        if entry is None or entry.error:
            return
        self._number += 1
        path = entry.path
        self.bridge.call(
            lambda core: core.inspect_model(path, LoadSettings(context_tokens=context_tokens)),
            functools.partial(self._on_details, self._number),
            self._on_error,
            owner=self,
        )

    def _on_details(self, number: int, details: ModelDetails) -> None:
        if number == self._number:
            self.details.show_details(details)

    def _on_error(self, error: WorkbenchError) -> None:
        self.details.banner.show_message(str(error))

    @Slot(object)
    def _load(self, settings: LoadSettings) -> None:
        if self.details.entry is not None:
            self._load_path(self.details.entry.path, settings)

    def _load_path(self, path: str, settings: LoadSettings) -> None:
        async def load(core: Any) -> EngineStatus:
            await core.save_load_settings(settings)
            entry = await core.find_model(path)
            fitting = settings
            if entry.context_tokens and entry.context_tokens < settings.context_tokens:
                fitting = msgspec.structs.replace(settings, context_tokens=entry.context_tokens)
            status: EngineStatus = await core.load_model(path, fitting)
            return status

        self.details.banner.hide()
        self.busy_changed.emit(True)
        self.bridge.call(load, self._on_loaded, self._on_not_loaded, owner=self)

    def _on_loaded(self, status: EngineStatus) -> None:
        self.busy_changed.emit(False)
        self._on_engine(status)

    def _on_not_loaded(self, error: WorkbenchError) -> None:
        self.busy_changed.emit(False)
        self._on_error(error)

    @Slot()
    def _unload(self) -> None:
        self.bridge.call(lambda core: core.unload_model(), None, self._on_error, owner=self)

    @Slot()
    def _measure(self) -> None:
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
        self.details.speed.setText(
            f"reads {speed['prompt_tokens_per_second']:,.0f} tokens/s, writes "
            f"{speed['generated_tokens_per_second']:,.1f} tokens/s"
        )

    @Slot(object)
    def _on_engine(self, status: EngineStatus) -> None:
        self.table_model.show_loaded(self._loaded())
        self.details.show_engine(status)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        names = [url.toLocalFile() for url in event.mimeData().urls()]
        if any(Path(name).suffix == ".gguf" for name in names):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.toLocalFile().endswith(".gguf"):
                self._load_path(url.toLocalFile(), self.details.settings)
                return
