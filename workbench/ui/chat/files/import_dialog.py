"""An import while it goes on, and its report: a line for each conversation."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QProgressBar, QTableView, QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.transcripts import ImportProgress, ImportReport
from workbench.ui.chat.files.report_model import NOTES, TITLE, ReportModel
from workbench.ui.kit import Button, Label, PrimaryButton, column, row, set_tone
from workbench.ui.kit.row_hover import HoverDelegate, set_up_rows
from workbench.ui.tasks import background

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

_PERMILLE = 1000
_EVERY_SECONDS = 0.1
_SIZE = (860, 520)


class ImportDialog(QDialog):
    """Imports files; Esc stops it, and closes it once it has ended.

    Signals:
        imported(): conversations may have come or changed.
        open_wanted(int): show this conversation.
    """

    imported = Signal()
    open_wanted = Signal(int)

    def __init__(self, bridge: Bridge, paths: list[str], owner: QWidget) -> None:
        super().__init__(owner.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Import conversations")
        self.setAccessibleName("Import conversations")
        self._bridge = bridge
        self.report: ImportReport | None = None
        self._shown_at = 0.0
        self._stops = False
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the import")
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.words = Label("Reading…", "body", "text-2", elide=True)
        self.model = ReportModel()
        self.table = QTableView()
        set_up_rows(self.table, "What was imported")
        self.table.setModel(self.model)
        self.table.setItemDelegate(HoverDelegate(self.table))
        self.table.setWordWrap(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(NOTES, QHeaderView.ResizeMode.Stretch)
        for section, width in enumerate((90, 240, 84, 84)):
            header.resizeSection(section, width)
        self.table.activated.connect(self._on_activated)
        self.opens = Button("Open", "open")
        self.opens.setEnabled(False)
        self.opens.clicked.connect(self._on_open)
        self.end = PrimaryButton("Stop")
        self.end.clicked.connect(self.reject)
        self.setLayout(
            column(
                Label("Import conversations", "heading"),
                self.words,
                self.bar,
                self.table,
                row(None, self.opens, self.end, gap=8),
                margins=(24, 20, 24, 20),
                gap=12,
            )
        )
        self.resize(*_SIZE)
        self.table.selectionModel().currentRowChanged.connect(self._on_current)
        self.end.setFocus()
        self._run(paths)

    @background
    async def _run(self, paths: list[str]) -> None:
        """Import, and show the report."""

        def tell(progress: ImportProgress) -> None:
            now = time.monotonic()
            if now - self._shown_at >= _EVERY_SECONDS:
                self._shown_at = now
                self._bridge.post(self._on_progress, progress, self)

        try:
            report = await self._bridge.ask(lambda core: core.importing.run(paths, tell))
        except WorkbenchError as error:
            self.words.setText(str(error))
            set_tone(self.words, "bad")
            report = ImportReport()
        else:
            self.words.setText(f"{report.summary}.")
            set_tone(self.words, "text")
        self.report = report
        self.bar.hide()
        self.model.show_items(report.items)
        self.end.set_text("Close")
        if report.items:
            self.table.setCurrentIndex(self.model.index(0, TITLE))
            self.table.setFocus()
        self.imported.emit()

    def _on_progress(self, progress: ImportProgress) -> None:
        if self.report is not None:
            return
        if self._stops:
            return
        self.words.setText(progress.text)
        self.bar.setRange(0, _PERMILLE if progress.total else 0)
        self.bar.setValue(round(_PERMILLE * progress.done / max(progress.total, 1)))

    def reject(self) -> None:
        """Close; an import that goes on is stopped first, and its report is shown."""
        if self.report is None:
            self._stops = True
            self.words.setText("Stopping…")
            self._bridge.call(_stop)
        else:
            super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.table.hasFocus():
            self._on_open()
        else:
            super().keyPressEvent(event)

    @property
    def _conversation(self) -> int | None:
        place = self.table.currentIndex().row()
        items = self.model.items
        return items[place].conversation_id if 0 <= place < len(items) else None

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self.opens.setEnabled(self._conversation is not None)

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        self._on_open()

    @Slot()
    def _on_open(self) -> None:
        """Show the conversation of the current line in Chat."""
        chosen = self._conversation
        if chosen is not None:
            self.open_wanted.emit(chosen)
            self.accept()


async def _stop(core: Workbench) -> None:
    core.importing.stop()
