"""Import and export of prompts of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QTreeView, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.prompts.exchange import SANDBOXED, FormatInfo, ImportPreview
from workbench.domain.text import count_text
from workbench.ui.actions import Action
from workbench.ui.design.tool_panes import SideContext, SidePane
from workbench.ui.kit import (
    Banner,
    Button,
    EmptyState,
    Label,
    Splitter,
    column,
    plain_tip,
    row,
)
from workbench.ui.tasks import background, errors_to
from workbench.ui.theme import color, font, theme

if TYPE_CHECKING:
    from workbench.service import Workbench

_BUNDLE = "Bundle of prompts (*.zip)"
_LONGEST = 20_000
"""Characters of a prompt that the pane shows."""


class ImportPane(SidePane):
    """What a file holds, before it is written: a list with a tick for each prompt."""

    def __init__(self, side: SideContext) -> None:
        super().__init__("Import", side)
        self._waiting: list[str] = []
        self._preview: ImportPreview | None = None
        self._importing = False
        self.banner = Banner()
        self.choose_button = Button("Choose files…", "open")
        self.choose_button.clicked.connect(self.choose)
        self.source = Label("", "body", "text-2", elide=True)
        self.empty = EmptyState(
            "Prompts of other programs",
            "Prompty, Dotprompt, promptfoo, OpenAI messages, LangChain, ChainForge, and bundles. "
            "Nothing is written until you confirm.",
            "Choose files…",
            "open",
        )
        self.empty.button.set_primary(False)
        self.empty.button.clicked.connect(self.choose)
        self.list = QTreeView()
        self.list.setAccessibleName("Prompts in the file")
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self._model = QStandardItemModel()
        self._model.itemChanged.connect(self._on_ticked)
        self.list.setModel(self._model)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.notes = Label("", "small", "text-2", wrap=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("The prompt as it will be written")
        self.text.setFont(font("code-small"))
        self.text.document().setDocumentMargin(14)
        self.folder = QLineEdit()
        self.folder.setAccessibleName("Folder below your prompts")
        self.folder.setPlaceholderText("Folder, optional")
        self.folder.setToolTip("Below your prompts; parts divided by /")
        self.take = Button("Import", "download")
        self.take.clicked.connect(self._import)
        self._build()
        self._show(None)
        self._recolour()
        theme().changed.connect(self._recolour)

    @Slot()
    def _recolour(self) -> None:
        # On a transparent ground the ticks would be drawn on black.
        self.list.setStyleSheet(f"QTreeView {{ background: {color('panel').name()}; }}")

    def _build(self) -> None:
        detail = QWidget()
        detail.setLayout(column(row(self.notes, margins=(16, 8, 16, 8)), self.text, gap=0))
        found = QWidget()
        found.setLayout(row(self.list, margins=(10, 0, 10, 4)))
        self._halves = Splitter(found, detail, vertical=True)
        self._halves.setStretchFactor(1, 1)
        self._halves.setSizes([180, 360])
        self._found = QWidget()
        head = row(self.choose_button, self.source, margins=(16, 8, 16, 8))
        head.setStretch(1, 1)
        trust = row(Label(SANDBOXED, "small", "text-2", wrap=True), margins=(16, 8, 16, 0))
        foot = row(self.folder, self.take, margins=(16, 8, 16, 12))
        foot.setStretch(0, 1)
        layout = column(head, self._halves, trust, foot, gap=0)
        layout.setStretch(1, 1)
        self._found.setLayout(layout)
        self.body.addWidget(self.banner)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self._found, 1)

    def primary(self) -> Button | None:
        return self.take if self._preview is not None else None

    def is_working(self) -> bool:
        return self._importing

    def _show_importing(self, importing: bool) -> None:
        self._importing = importing
        self.primary_changed.emit()

    @Slot()
    def choose(self) -> None:
        """Ask for files and show what is in the first of them; the others follow one by one."""
        paths, _ = QFileDialog.getOpenFileNames(self, "Choose files with prompts")
        if paths:
            self.read(paths)

    @background
    async def read(self, paths: Sequence[str]) -> None:
        """Show what the files hold, one after the other."""
        self._waiting = list(paths[1:])
        path = paths[0]
        self.banner.hide()
        try:
            self._show(await self.bridge.ask(lambda core: core.exchange.preview_import(path)))
        except WorkbenchError as error:
            self._on_error(error)

    def _show(self, preview: ImportPreview | None) -> None:
        self._preview = preview
        self.empty.setVisible(preview is None)
        self._found.setVisible(preview is not None)
        self.primary_changed.emit()
        self._model.clear()
        if preview is None:
            return
        more = f", {len(self._waiting)} more to come" if self._waiting else ""
        self.source.setText(f"{Path(preview.path).name} · {preview.format}{more}")
        for prompt in preview.prompts:
            facts = [f"{prompt.folder}/{prompt.name}" if prompt.folder else prompt.name]
            facts += [count_text(len(prompt.rows), "row")] if prompt.rows else []
            facts += [count_text(len(prompt.samples), "sample")] if prompt.samples else []
            facts += [count_text(len(prompt.notes), "note")] if prompt.notes else []
            item = QStandardItem("  ·  ".join(facts))
            item.setEditable(False)
            item.setCheckable(True)
            item.setCheckState(Qt.CheckState.Checked)
            item.setFont(font("body"))
            item.setToolTip(plain_tip("\n".join(prompt.notes)))
            self._model.appendRow(item)
        self.list.setCurrentIndex(self._model.index(0, 0))
        if preview.notes:
            self.banner.show_message(" ".join(preview.notes[:3]), "warn")
        self._on_ticked()
        self.list.setFocus()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if self._preview is None or not index.isValid():
            return
        prompt = self._preview.prompts[index.row()]
        self.notes.setText("\n".join(prompt.notes) or "Everything in it is supported here.")
        cut = "\n…" if len(prompt.text) > _LONGEST else ""
        self.text.setPlainText(prompt.text[:_LONGEST] + cut)

    def chosen(self) -> tuple[int, ...]:
        """Which prompts have a tick, counted from 0."""
        rows = range(self._model.rowCount())
        ticked = Qt.CheckState.Checked
        return tuple(n for n in rows if self._model.item(n).checkState() == ticked)

    @Slot()
    def _on_ticked(self) -> None:
        count = len(self.chosen())
        self.take.set_text(f"Import {count_text(count, 'prompt')}")
        self.take.setEnabled(count > 0)

    @background
    async def _import(self) -> None:
        preview, chosen, folder = self._preview, self.chosen(), self.folder.text().strip()
        if preview is None or not chosen:
            return
        self.take.setEnabled(False)
        self._show_importing(True)
        try:
            files = await self.bridge.ask(
                lambda core: core.exchange.import_prompts(preview, chosen, folder)
            )
        except WorkbenchError as error:
            self._on_error(error)
            return
        self._show_importing(False)
        self.side.model.read_library()
        self.side.model.open(files[0].path)
        count = len(files)
        places = {str(Path(file.path).parent) for file in files}
        where = places.pop() if len(places) == 1 else "your prompts"
        self.side.window.notify(f"{count_text(count, 'prompt')} went to {where}.", "ok")
        if self._waiting:
            self.read(self._waiting)
        else:
            self.side.work.editor.setFocus()  # the list that has the focus goes away
            self._show(None)
            self.closed.emit()

    def _on_error(self, error: WorkbenchError) -> None:
        self.banner.show_message(str(error))
        self._on_ticked()
        self._show_importing(False)
        if self._waiting and self._preview is None:
            self.read(self._waiting)


class ExchangeActions(QObject):
    """Import and export as commands.

    Signals:
        import_wanted(): the pane is to be shown and files chosen. failed(str): a sentence.
        message(str): what an export left out.
    """

    import_wanted = Signal()
    failed = Signal(str)
    message = Signal(str)

    def __init__(self, side: SideContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._side = side
        self._window = parent

    def actions_table(self) -> tuple[Action, ...]:
        """The commands."""
        return (
            Action(id="prompt.import", title="Import prompts…", run=self.import_wanted.emit),
            Action(id="prompt.export", title="Export the prompt…", run=self.export,
                   when=self._is_open),
            Action(id="prompt.bundle", title="Export your prompts as a bundle…",
                   run=self.export_bundle),
        )  # fmt: skip

    def _is_open(self) -> bool:
        return self._side.model.current is not None

    @background
    async def export(self, path: str = "") -> None:
        """Ask for a format and a place, and write the prompt there; "" is the one that is open."""
        current = self._side.model.current
        wanted = path or (current.path if current is not None else "")
        if not wanted:
            return
        with errors_to(self.failed.emit):
            self._choose(wanted, await self._side.window.bridge.ask(_formats))

    def _choose(self, path: str, formats: tuple[FormatInfo, ...]) -> None:
        filters = {
            f"{each.title} (*{each.suffixes[0]})": each for each in formats if each.id != "prompty"
        }
        start = str(Path.home() / Path(path).stem)
        target, chosen = QFileDialog.getSaveFileName(
            self._window, "Export the prompt", start, ";;".join(filters)
        )
        if target:
            self.write(path, filters[chosen], target)

    @background
    async def write(self, path: str, chosen: FormatInfo, target: str) -> None:
        """Write a prompt as a file of a format; the user has agreed to replace an old one."""
        target = target if Path(target).suffix else target + chosen.suffixes[0]
        with errors_to(self.failed.emit):
            exported = await self._side.window.bridge.ask(
                lambda core: core.exchange.save_export(path, chosen.id, target, replace=True)
            )
            self._side.window.notify(f"The prompt went to {target}.", "ok")
            if exported.notes:
                self.message.emit(f"{Path(target).name}: {' '.join(exported.notes)}")

    @Slot()
    def export_bundle(self, paths: Sequence[str] = ()) -> None:
        """Ask for a place and write prompts as a bundle; without paths all that are the user's."""
        own = [entry.path for entry in self._side.model.library if not entry.shipped]
        wanted = list(paths) or own
        if not wanted:
            self.failed.emit("There is no prompt of your own yet: write or import one first.")
            return
        start = str(Path.home() / "prompts.zip")
        target, _ = QFileDialog.getSaveFileName(self._window, "Export a bundle", start, _BUNDLE)
        if target:
            self.write_bundle(wanted, target)

    @background
    async def write_bundle(self, paths: Sequence[str], target: str) -> None:
        """Write prompts with their samples and data into one file."""
        target = target if Path(target).suffix else f"{target}.zip"
        with errors_to(self.failed.emit):
            await self._side.window.bridge.ask(
                lambda core: core.exchange.export_bundle(list(paths), target, replace=True)
            )
            self._side.window.notify(f"{count_text(len(paths), 'prompt')} went to {target}.", "ok")


async def _formats(core: Workbench) -> tuple[FormatInfo, ...]:
    return core.exchange.formats()
