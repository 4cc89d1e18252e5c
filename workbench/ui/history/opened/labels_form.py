"""Tags and pin of a run, and tags, folder and pin of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QCompleter, QFrame, QLineEdit, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.views import Labels, TaggedKind
from workbench.ui.kit import Label, PrimaryButton, column, row
from workbench.ui.kit.forms.parameter_form import Popover
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_WIDTH = 320


class LabelsForm(QFrame):
    """Fields for tags, folder and pin, and Save.

    Signals:
        saved(): they are kept. failed(str): a sentence.
    """

    saved = Signal()
    failed = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._item: tuple[TaggedKind, int] | None = None
        self.tags = QLineEdit()
        self.tags.setAccessibleName("Tags")
        self.tags.setPlaceholderText("Tags, with commas between them")
        self.folder = QLineEdit()
        self.folder.setAccessibleName("Folder")
        self.folder.setPlaceholderText("Folder, for example work/mails")
        self.pinned = QCheckBox("Pinned")
        self.known = Label("", "small", "text-3", wrap=True)
        self.save = PrimaryButton("Save")
        self.setFixedWidth(_WIDTH)
        self.setLayout(
            column(self.tags, self.known, self.folder, self.pinned, row(None, self.save), gap=8)
        )
        self.save.clicked.connect(self._on_save)
        self.tags.returnPressed.connect(self._on_save)
        self.folder.returnPressed.connect(self._on_save)

    @latest
    async def show_item(self, kind: TaggedKind, item_id: int) -> None:
        """Edit what a run or a conversation has."""
        self._item = None
        self.save.setEnabled(False)
        self.folder.setVisible(kind == "conversation")
        labels = await self._bridge.ask(lambda core: core.history.labels(kind, item_id))
        tags = await self._bridge.ask(lambda core: core.history.tags())
        folders = await self._bridge.ask(lambda core: core.history.folders())
        self._item = (kind, item_id)
        self.tags.setText(", ".join(labels.tags))
        self.folder.setText(labels.folder)
        self.folder.setCompleter(QCompleter(list(folders), self.folder))
        self.pinned.setChecked(labels.pinned)
        self.known.setText(f"In use: {', '.join(tags)}" if tags else "")
        self.known.setVisible(bool(tags))
        self.save.setEnabled(True)

    @property
    def labels(self) -> Labels:
        """What the fields say."""
        tags = tuple(each.strip() for each in self.tags.text().split(",") if each.strip())
        return Labels(tags, self.folder.text(), pinned=self.pinned.isChecked())

    @Slot()
    def _on_save(self) -> None:
        if self._item is not None:
            self._save(*self._item, self.labels)

    @background
    async def _save(self, kind: TaggedKind, item_id: int, labels: Labels) -> None:
        try:
            await self._bridge.ask(lambda core: core.history.set_labels(kind, item_id, labels))
        except WorkbenchError as error:
            self.failed.emit(str(error))
            return
        self.saved.emit()


class LabelsPopover(Popover):
    """The form below the button that opens it."""

    def __init__(self, bridge: Bridge, parent: QWidget) -> None:
        self.form = LabelsForm(bridge)
        super().__init__("Tags and folder", self.form)
        self.setParent(parent, self.windowFlags())
        self.form.saved.connect(self.hide)

    def open_for(self, kind: TaggedKind, item_id: int, anchor: QWidget) -> None:
        """Show it for a run or a conversation."""
        self.form.show_item(kind, item_id)
        self.open_at(anchor)
        self.form.tags.setFocus()
