"""Prompts of other programs: what a file holds, what is taken of it, what is written for them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QTreeView, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.exchange import Exported, FormatInfo, ImportPreview
from workbench.domain.prompts import PromptFile
from workbench.ui.actions import Action
from workbench.ui.design.side import SideContext, SidePane
from workbench.ui.theme import color, font, theme
from workbench.ui.widgets import (
    Banner,
    Button,
    EmptyState,
    Label,
    PrimaryButton,
    Splitter,
    column,
    plain_tip,
    row,
)

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
        self.banner = Banner()
        self.choose_button = Button("Choose files…", "open")
        self.choose_button.clicked.connect(self.choose)
        self.source = Label("", "body", "text-2", elide=True)
        self.empty = EmptyState(
            "Prompts of other programs",
            "Prompty, Dotprompt, promptfoo, OpenAI messages, LangChain, ChainForge, and bundles. "
            "Nothing is written before you say so.",
            "Choose files…",
            "open",
        )
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
        self.take = PrimaryButton("Import", "download")
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
        foot = row(self.folder, self.take, margins=(16, 8, 16, 12))
        foot.setStretch(0, 1)
        layout = column(head, self._halves, foot, gap=0)
        layout.setStretch(1, 1)
        self._found.setLayout(layout)
        self.body.addWidget(self.banner)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self._found, 1)

    @Slot()
    def choose(self) -> None:
        """Ask for files and show what is in the first of them; the others follow one by one."""
        paths, _ = QFileDialog.getOpenFileNames(self, "Choose files with prompts")
        if paths:
            self.read(paths)

    def read(self, paths: Sequence[str]) -> None:
        """Show what the files hold, one after the other."""
        self._waiting = list(paths[1:])
        path = paths[0]
        self.banner.hide()
        self.bridge.call(
            lambda core: core.preview_import(path), self._show, self._on_error, owner=self
        )

    def _show(self, preview: ImportPreview | None) -> None:
        self._preview = preview
        self.empty.setVisible(preview is None)
        self._found.setVisible(preview is not None)
        self._model.clear()
        if preview is None:
            return
        more = f", {len(self._waiting)} more to come" if self._waiting else ""
        self.source.setText(f"{Path(preview.path).name} · {preview.format}{more}")
        for prompt in preview.prompts:
            facts = [f"{prompt.folder}/{prompt.name}" if prompt.folder else prompt.name]
            facts += [f"{len(prompt.rows):,} rows"] if prompt.rows else []
            facts += [f"{len(prompt.samples)} samples"] if prompt.samples else []
            facts += [f"{len(prompt.notes)} notes"] if prompt.notes else []
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
        self.notes.setText("\n".join(prompt.notes) or "Everything in it has an equal here.")
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
        self.take.set_text(f"Import {count} prompt{'' if count == 1 else 's'}")
        self.take.setEnabled(count > 0)

    @Slot()
    def _import(self) -> None:
        preview, chosen, folder = self._preview, self.chosen(), self.folder.text().strip()
        if preview is None or not chosen:
            return
        self.take.setEnabled(False)
        self.bridge.call(
            lambda core: core.import_prompts(preview, chosen, folder),
            self._on_imported,
            self._on_error,
            owner=self,
        )

    def _on_imported(self, files: tuple[PromptFile, ...]) -> None:
        self.side.model.read_library()
        self.side.model.open(files[0].path)
        count = len(files)
        places = {str(Path(file.path).parent) for file in files}
        where = places.pop() if len(places) == 1 else "your prompts"
        told = f"{count} prompt{'' if count == 1 else 's'} went to {where}."
        told += " Open each before it is run." if count > 1 else ""
        self.side.window.notify(told)
        if self._waiting:
            self.read(self._waiting)
        else:
            self._show(None)
            self.closed.emit()

    def _on_error(self, error: WorkbenchError) -> None:
        self.banner.show_message(str(error))
        self._on_ticked()
        if self._waiting and self._preview is None:
            self.read(self._waiting)


class ExchangeActions(QObject):
    """Import and export as commands.

    Signals:
        import_wanted(): the pane is to be shown and files chosen. failed(str): a sentence.
        told(str): what an export left out.
    """

    import_wanted = Signal()
    failed = Signal(str)
    told = Signal(str)

    def __init__(self, side: SideContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._side = side
        self._window = parent

    def actions_table(self) -> tuple[Action, ...]:
        """The commands."""
        scope = "design"
        return (
            Action("prompt.import", "Import prompts…", self.import_wanted.emit, scope=scope),
            Action("prompt.export", "Export the prompt…", self.export, when=self._is_open,
                   scope=scope),
            Action("prompt.bundle", "Export your prompts as a bundle…", self.export_bundle,
                   scope=scope),
        )  # fmt: skip

    def _is_open(self) -> bool:
        return self._side.model.current is not None

    @Slot(str)
    def export(self, path: str = "") -> None:
        """Ask for a format and a place, and write the prompt there; "" is the one that is open."""
        current = self._side.model.current
        wanted = path or (current.path if current is not None else "")
        if wanted:
            self._side.window.bridge.call(
                _formats, functools.partial(self._choose, wanted), self._on_error, owner=self
            )

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

    def write(self, path: str, chosen: FormatInfo, target: str) -> None:
        """Write a prompt as a file of a format; the person has agreed to replace an old one."""
        target = target if Path(target).suffix else target + chosen.suffixes[0]
        self._side.window.bridge.call(
            lambda core: core.save_export(path, chosen.id, target, replace=True),
            functools.partial(self._on_exported, target),
            self._on_error,
            owner=self,
        )

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

    def write_bundle(self, paths: Sequence[str], target: str) -> None:
        """Write prompts with their samples and data into one file."""
        target = target if Path(target).suffix else f"{target}.zip"

        def done(_size: int) -> None:
            self._side.window.notify(f"{len(paths)} prompts went to {target}.")

        self._side.window.bridge.call(
            lambda core: core.export_bundle(list(paths), target, replace=True),
            done,
            self._on_error,
            owner=self,
        )

    def _on_exported(self, target: str, exported: Exported) -> None:
        self._side.window.notify(f"The prompt went to {target}.")
        if exported.notes:
            self.told.emit(f"{Path(target).name}: {' '.join(exported.notes)}")

    def _on_error(self, error: WorkbenchError) -> None:
        self.failed.emit(str(error))


async def _formats(core: Workbench) -> tuple[FormatInfo, ...]:
    return core.formats()
