"""Getting a model: a repository, its files, and a download that can be stopped and gone on with."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QLineEdit,
    QProgressBar,
    QTableWidgetItem,
)

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import DownloadProgress, HubFile
from workbench.ui.bridge import Bridge
from workbench.ui.models.row_table import row_table
from workbench.ui.models.wording import progress_text, size_text
from workbench.ui.widgets import Banner, Button, EmptyState, Label, Pane, PrimaryButton, row

if TYPE_CHECKING:
    from workbench.service import Workbench

_HEADINGS = ("File", "Size")
_PERMILLE = 1000
_ONLINE = (
    "This is the only place that goes online, and only when you press a button here. What breaks "
    "off goes on where it stood; a file whose checksum differs is not kept."
)


class GetView(Pane):
    """Lists the model files of a repository on the hub and downloads one.

    Signals:
        got(str): the path of a file that has come.
        busy_changed(bool): a download is under way.
    """

    got = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__("Get a model", "canvas")
        self._bridge = bridge
        self._number = 0
        self._download: Future[None] | None = None
        self._listed = ""
        self.files: tuple[HubFile, ...] = ()
        self.banner = Banner()
        self.repository = QLineEdit()
        self.repository.setAccessibleName("Repository")
        self.repository.setPlaceholderText("owner/name, or the link of its page or of a file")
        self.repository.returnPressed.connect(self.list_files)
        self.look = Button("List files", "search")
        self.look.clicked.connect(self.list_files)
        self.table = row_table("Files of the repository", _HEADINGS, wide=0)
        self.table.itemSelectionChanged.connect(self._on_chosen)
        self.table.itemActivated.connect(self.download)
        self.empty = EmptyState(
            "Models from the hub",
            "Name a repository with .gguf files; those whose names end in GGUF have them. Of the "
            "sizes, Q4_K_M is a good first choice: small, and close to the original.",
        )
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the download")
        self.bar.setRange(0, _PERMILLE)
        self.bar.setTextVisible(False)
        self.words = Label("", "body", "text-2", elide=True)
        self.get = PrimaryButton("Get", "download", tall=True)
        self.get.clicked.connect(self.download)
        self.stop = Button("Stop", "stop", tall=True)
        self.stop.clicked.connect(self.cancel)
        asking = row(self.repository, self.look, margins=(16, 12, 16, 12))
        foot = row(self.words, self.stop, self.get, margins=(16, 8, 16, 12))
        for line in (asking, foot):
            line.setStretch(0, 1)
        self.body.addWidget(self.banner)
        self.body.addLayout(asking)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.empty, 1)
        self.body.addLayout(
            row(Label(_ONLINE, "small", "text-3", wrap=True), margins=(16, 8, 16, 0))
        )
        self.body.addLayout(row(self.bar, margins=(16, 8, 16, 0)))
        self.body.addLayout(foot)
        self._show_files(())
        self._show_download(going=False)

    # --- files ----------------------------------------------------------------------------------

    @Slot()
    def list_files(self) -> None:
        """Ask the hub which model files the repository has."""
        repository = self.repository.text().strip()
        if not repository or self._download is not None:
            return
        self._number += 1
        self.banner.hide()
        self.look.setEnabled(False)
        self.look.set_text("Listing…")
        self._bridge.call(
            lambda core: core.hub_files(repository),
            functools.partial(self._on_files, self._number, repository),
            functools.partial(self._on_no_files, self._number),
            owner=self,
        )

    def _on_files(self, number: int, repository: str, files: Sequence[HubFile]) -> None:
        if number != self._number:
            return
        self._end_listing()
        self._listed = repository
        self._show_files(files)
        if not files:
            self.banner.show_message(
                "There are no .gguf files in it; look for a repository whose name ends in GGUF.",
                "warn",
            )

    def _on_no_files(self, number: int, error: WorkbenchError) -> None:
        if number == self._number:
            self._end_listing()
            self._show_files(())
            self.banner.show_message(str(error))

    def _end_listing(self) -> None:
        self.look.setEnabled(True)
        self.look.set_text("List files")

    def _show_files(self, files: Sequence[HubFile]) -> None:
        self.files = tuple(files)
        self.table.setRowCount(len(files))
        for line, file in enumerate(files):
            parts = f"  ({file.parts} parts)" if file.parts > 1 else ""
            self.table.setItem(line, 0, QTableWidgetItem(file.name + parts))
            size = QTableWidgetItem(size_text(file.bytes))
            size.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(line, 1, size)
        self.table.setVisible(bool(files))
        self.empty.setVisible(not files)
        if files:
            self.table.selectRow(0)
            self.table.setFocus()
        self._on_chosen()

    @property
    def chosen(self) -> HubFile | None:
        """The file that is selected."""
        line = self.table.currentRow()
        return self.files[line] if 0 <= line < len(self.files) else None

    @Slot()
    def _on_chosen(self) -> None:
        if self._download is None:
            self.get.setEnabled(self.chosen is not None)
            file = self.chosen
            self.words.setText(f"{file.name}, {size_text(file.bytes)}" if file else "")

    # --- the download ---------------------------------------------------------------------------

    @Slot()
    def download(self) -> None:
        """Get the chosen file, from where an earlier try stopped."""
        file = self.chosen
        if file is None or self._download is not None:
            return
        self.banner.hide()
        self._show_download(going=True)
        self.words.setText(f"{file.name}: asking for it")
        repository, name, bridge = self._listed, file.name, self._bridge

        async def get(core: Workbench) -> str:
            return await core.get_model(
                repository, name, lambda progress: bridge.tell(self._on_progress, progress, self)
            )

        self._download = self._bridge.call(get, self._on_got, self._on_failed, owner=self)

    @Slot()
    def cancel(self) -> None:
        """Stop the download; what came is kept."""
        if self._download is None:
            return
        self._download.cancel()
        self._end_download()
        self.banner.show_message(
            "Stopped. What came is kept: Get goes on where it stood.", "text-2"
        )

    def _on_progress(self, progress: DownloadProgress) -> None:
        if self._download is None:
            return
        share = progress.done_bytes / max(progress.total_bytes, 1)
        self.bar.setValue(round(share * _PERMILLE))
        self.words.setText(progress_text(progress))

    def _on_got(self, path: str) -> None:
        self._end_download()
        self.banner.show_message(f"It is there: {path}", "ok")
        self.got.emit(path)

    def _on_failed(self, error: WorkbenchError) -> None:
        self._end_download()
        self.banner.show_message(str(error))

    def _end_download(self) -> None:
        self._download = None
        self._show_download(going=False)
        self._on_chosen()

    def _show_download(self, *, going: bool) -> None:
        self.bar.setValue(0)
        self.bar.setVisible(going)
        self.stop.setVisible(going)
        self.get.setVisible(not going)
        self.look.setEnabled(not going)
        self.busy_changed.emit(going)
