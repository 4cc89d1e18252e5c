"""Downloading a model: a repository, its files, and a download that can be stopped and resumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QLineEdit, QProgressBar, QTableWidgetItem

from workbench.domain.errors import WorkbenchError
from workbench.domain.text import size_text
from workbench.domain.views import DownloadProgress
from workbench.ui.bridge import Bridge
from workbench.ui.kit import Banner, Button, GhostButton, Label, Pane, PrimaryButton, row
from workbench.ui.models.row_table import row_table
from workbench.ui.models.wording import progress_text
from workbench.ui.tasks import Task, cancel, latest
from workbench.ui.theme import color, theme

_SHELF_HEADINGS = ("Model", "Size", "Memory", "Licence", "Good for")
_FILE_HEADINGS = ("File", "Size")
_SIZE, _FIT = 1, 2
_TONE = Qt.ItemDataRole.UserRole
_TONES = {"Fits": "ok", "May be slow": "warn", "Will not fit": "bad"}
_PERMILLE = 1000
_ONLINE = (
    "Nothing is requested from the network until you press List files or Get. An interrupted "
    "download continues where it was; a file whose checksum differs is not kept."
)


class _Offer(NamedTuple):
    """A row: what is got, and what its columns show."""

    repository: str
    file: str
    bytes: int
    cells: tuple[str, ...]
    path: str = ""
    """Where it is already, "" where it is not."""


class GetView(Pane):
    """Offers a shelf of small models, lists the files of a repository on the hub, downloads one.

    Signals:
        got(str): the path of a file that has come.
        show_wanted(str): a file that is there already is to be shown among the files.
        busy_changed(bool): a download is under way.
    """

    got = Signal(str)
    show_wanted = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__("Get a model", "canvas")
        self._bridge = bridge
        self._download: Task | None = None
        self.offers: tuple[_Offer, ...] = ()
        self.banner = Banner()
        self.repository = QLineEdit()
        self.repository.setAccessibleName("Repository")
        self.repository.setPlaceholderText("owner/name, or the link of its page or of a file")
        self.repository.returnPressed.connect(self.list_files)
        self.look = Button("List files", "search")
        self.look.clicked.connect(self.list_files)
        self.shelf = GhostButton("Small models to start with")
        self.shelf.clicked.connect(self.show_shelf)
        self.table = row_table("Models to get", _SHELF_HEADINGS, wide=len(_SHELF_HEADINGS) - 1)
        self.table.itemSelectionChanged.connect(self._on_chosen)
        self.table.itemActivated.connect(self.download)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the download")
        self.bar.setRange(0, _PERMILLE)
        self.bar.setTextVisible(False)
        self.words = Label("", "body", "text-2", elide=True)
        self.get = PrimaryButton("Get", "download", tall=True)
        self.get.clicked.connect(self.download)
        self.stop = Button("Stop", "stop", tall=True)
        self.stop.clicked.connect(self.cancel)
        asking = row(self.repository, self.look, self.shelf, margins=(16, 12, 16, 12))
        foot = row(self.words, self.stop, self.get, margins=(16, 8, 16, 12))
        for line in (asking, foot):
            line.setStretch(0, 1)
        self.body.addWidget(self.banner)
        self.body.addLayout(asking)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(
            row(Label(_ONLINE, "small", "text-3", wrap=True), margins=(16, 8, 16, 0))
        )
        self.body.addLayout(row(self.bar, margins=(16, 8, 16, 0)))
        self.body.addLayout(foot)
        self._show_download(going=False)
        theme().changed.connect(self._recolour)
        bridge.opened.connect(self.show_shelf)
        self.show_shelf()

    # --- what can be got ------------------------------------------------------------------------

    @Slot()
    def show_shelf(self) -> None:
        """Offer the small models that are good to begin with; nothing is asked of the network."""
        if self._download is None:
            cancel(self, "_list")
            self._end_listing()
            self._read_shelf()

    @latest
    async def _read_shelf(self) -> None:
        models = await self._bridge.ask(lambda core: core.downloads.shelf())
        offers = [
            _Offer(
                model.repository,
                model.file,
                model.bytes,
                (
                    model.name,
                    f"about {size_text(model.bytes)}",
                    "Is there" if model.path else model.memory.fit,
                    model.licence,
                    model.words,
                ),
                model.path,
            )
            for model in models
        ]
        self._show_offers(_SHELF_HEADINGS, offers)
        self.shelf.hide()
        for line, model in enumerate(models):
            memory = model.memory
            needs = (
                f"Needs about {size_text(memory.total_bytes)} with a context of "
                f"{memory.context_tokens:,} tokens; {size_text(memory.free_bytes)} are free"
            )
            name, fit = self.table.item(line, 0), self.table.item(line, _FIT)
            assert name is not None
            assert fit is not None
            name.setToolTip(f"{model.file} of {model.repository}")
            fit.setToolTip(needs)
            fit.setData(_TONE, "ok" if model.path else _TONES[memory.fit])
        self._recolour()

    @Slot()
    def _recolour(self) -> None:
        """Say in colour what fits, in that of the theme."""
        for line in range(self.table.rowCount()):
            fit = self.table.item(line, _FIT)
            tone = fit.data(_TONE) if fit is not None else None
            if fit is not None and tone:
                fit.setForeground(color(tone))

    @Slot()
    def list_files(self) -> None:
        """Ask the hub which model files the repository has."""
        repository = self.repository.text().strip()
        if not repository or self._download is not None:
            return
        cancel(self, "_read_shelf")
        self.banner.hide()
        self.look.setEnabled(False)
        self.look.set_text("Listing…")
        self._list(repository)

    @latest
    async def _list(self, repository: str) -> None:
        try:
            files = await self._bridge.ask(lambda core: core.downloads.files(repository))
        except WorkbenchError as error:
            self._end_listing()
            self.banner.show_message(str(error))
            return
        self._end_listing()
        self._show_offers(
            _FILE_HEADINGS,
            [
                _Offer(
                    repository,
                    file.name,
                    file.bytes,
                    (
                        file.name + (f"  ({file.parts} parts)" if file.parts > 1 else ""),
                        size_text(file.bytes),
                    ),
                )
                for file in files
            ],
        )
        self.shelf.show()
        if files:
            self.table.setFocus()
        else:
            self.banner.show_message(
                "There are no .gguf files in it; look for a repository whose name ends in GGUF.",
                "warn",
            )

    def _end_listing(self) -> None:
        self.look.setEnabled(True)
        self.look.set_text("List files")

    def _show_offers(self, headings: tuple[str, ...], offers: Sequence[_Offer]) -> None:
        self.offers = tuple(offers)
        self.table.clear()
        self.table.setColumnCount(len(headings))
        self.table.setHorizontalHeaderLabels(list(headings))
        wide = 0 if headings == _FILE_HEADINGS else len(headings) - 1
        for place in range(len(headings)):
            mode = QHeaderView.ResizeMode
            stretched = place == wide
            self.table.horizontalHeader().setSectionResizeMode(
                place, mode.Stretch if stretched else mode.ResizeToContents
            )
        self.table.setRowCount(len(offers))
        for line, offer in enumerate(offers):
            for place, words in enumerate(offer.cells):
                item = QTableWidgetItem(words)
                if place == _SIZE:
                    side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    item.setTextAlignment(side)
                self.table.setItem(line, place, item)
        if offers:
            self.table.selectRow(0)
        self._on_chosen()

    @property
    def chosen(self) -> _Offer | None:
        """What is selected."""
        line = self.table.currentRow()
        return self.offers[line] if 0 <= line < len(self.offers) else None

    @Slot()
    def _on_chosen(self) -> None:
        if self._download is None:
            offer = self.chosen
            self.get.setEnabled(offer is not None)
            self.get.set_text("Show it" if offer is not None and offer.path else "Get")
            self.words.setText(f"{offer.file}, {offer.cells[_SIZE]}" if offer else "")

    # --- the download ---------------------------------------------------------------------------

    @Slot()
    def download(self) -> None:
        """Get the chosen file, from where an earlier try stopped."""
        offer = self.chosen
        if offer is None or self._download is not None:
            return
        if offer.path:
            self.show_wanted.emit(offer.path)
            return
        self.banner.hide()
        self._show_download(going=True)
        self.words.setText(f"{offer.file}: connecting")
        self._download = self._get(offer)

    @latest
    async def _get(self, offer: _Offer) -> None:
        def report(progress: DownloadProgress) -> None:
            self._bridge.post(self._on_progress, progress, self)

        try:
            path = await self._bridge.ask(
                lambda core: core.downloads.get(offer.repository, offer.file, report)
            )
        except WorkbenchError as error:
            self._end_download()
            self.banner.show_message(str(error))
            return
        self._end_download()
        self.banner.show_message(f"Downloaded to {path}", "ok")
        if not self.shelf.isVisible():
            self.show_shelf()
        self.got.emit(path)

    @Slot()
    def cancel(self) -> None:
        """Stop the download; what came is kept."""
        if self._download is None:
            return
        self._download.cancel()
        self._end_download()
        self.banner.show_message(
            "Stopped. What was received is kept: Get continues the download.", "text-2"
        )

    def _on_progress(self, progress: DownloadProgress) -> None:
        if self._download is None:
            return
        share = progress.done_bytes / max(progress.total_bytes, 1)
        self.bar.setValue(round(share * _PERMILLE))
        self.words.setText(progress_text(progress))

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
        self.shelf.setEnabled(not going)
        self.busy_changed.emit(going)
