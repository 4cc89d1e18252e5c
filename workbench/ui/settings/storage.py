"""Data settings: what the data folder holds, backups, restoring one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QSpinBox, QWidget

from workbench.domain.errors import PassphraseError, WorkbenchError
from workbench.domain.storage import (
    BackupContent,
    BackupFile,
    BackupPeriod,
    BackupPlan,
    BackupProgress,
    StorageReport,
)
from workbench.domain.text import count_text, size_text
from workbench.ui.erasing import Eraser
from workbench.ui.kit import Banner, Button, Chooser, GhostButton, Label, Question, Switch, row
from workbench.ui.panels import Notify
from workbench.ui.protection.encryption import Encryption
from workbench.ui.protection.passphrase_dialog import CURRENT, PassphraseDialog
from workbench.ui.settings.parts import Group, line
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_FILES = "Histories (*.db);;All files (*)"
_STEPS = {"copy": "Copying the history", "check": "Checking the copy",
          "encrypt": "Writing the copy"}  # fmt: skip
_PERIODS: tuple[tuple[str, BackupPeriod], ...] = (("each day", "day"), ("each week", "week"))
_NOTE = (
    "A backup holds the history: runs, conversations, versions of prompts, drafts. Prompts, data "
    "sets and models are files of their own in the folders above."
)


class Data(Group):
    """What the data folder holds and takes; backups of the history.

    Args:
        bridge: to the core.
        notify: shows a passing sentence.
    """

    def __init__(self, bridge: Bridge, notify: Notify) -> None:
        super().__init__("Data")
        self.eraser = Eraser(bridge, notify, self)
        self._bridge = bridge
        self._plan = BackupPlan()
        self._wanted = ""
        self._dialog: PassphraseDialog | None = None
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 160)
        self._grid.setColumnStretch(2, 1)
        self._rows = QWidget()
        self._rows.setLayout(self._grid)
        self.held = Label("", "small", "text-3", wrap=True)
        self.save = Button("Save a backup…", "save")
        self.restore = GhostButton("Restore a backup…", "undo")
        self.erase = Button("Delete for good what was deleted…", "trash")
        self.progress = Label("", "small", "text-3")
        self.banner = Banner()
        self.daily = Switch("Copy the history by itself")
        self.often = Chooser("How often the history is copied", width=140)
        for words, period in _PERIODS:
            self.often.add_choice(words, period)
        self.days = _number("Days that keep a backup")
        self.weeks = _number("Weeks that keep a backup")
        self.months = _number("Months that keep a backup")
        self.copies = Label("", "small", "text-3", wrap=True)
        self.encryption = Encryption(bridge)
        self.encryption.changed.connect(self.read)
        numbers = (
            self.days, Label("days", "body", "text-2"), self.weeks,
            Label("weeks", "body", "text-2"), self.months, Label("months", "body", "text-2"),
        )  # fmt: skip
        self.add(
            self._rows,
            self.held,
            row(self.erase, None),
            row(self.save, self.restore, self.progress, None, gap=8),
            self.banner,
            Label(_NOTE, "small", "text-3", wrap=True),
            line("Backups by themselves", self.daily, self.often),
            line(
                "Of older ones keep",
                *numbers,
                note="All of today and yesterday are kept; before that the newest of each day, "
                "week and month that has one.",
            ),
            self.copies,
            self.encryption,
        )
        self.erase.clicked.connect(self._on_erase)
        self.eraser.erased.connect(self.read)
        self.save.clicked.connect(self.ask_for_target)
        self.restore.clicked.connect(self.ask_for_backup)
        self.daily.toggled.connect(self._on_plan)
        self.often.activated.connect(self._on_plan)
        for field in (self.days, self.weeks, self.months):
            field.editingFinished.connect(self._on_plan)

    # --- what there is ------------------------------------------------------------------------

    @latest
    async def read(self) -> None:
        """Read sizes, plan, backups and protection again."""
        self.encryption.read()
        self.show_report(await self._bridge.ask(lambda core: core.storage.report()))
        self.show_plan(await self._bridge.ask(lambda core: core.storage.plan()))
        self.show_copies(await self._bridge.ask(lambda core: core.storage.backups()))

    def show_report(self, report: StorageReport) -> None:
        """A line for each part of the folder."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for place, part in enumerate(report.parts):
            size = Label(size_text(part.bytes), "code-small", "text-2")
            size.setAlignment(Qt.AlignmentFlag.AlignRight)
            note = Label(part.note, "small", "text-3", elide=True)
            for column, widget in enumerate((Label(part.title), size, note)):
                self._grid.addWidget(widget, place, column)
        total = Label(size_text(report.bytes), "code-small", "text")
        total.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(Label("All"), len(report.parts), 0)
        self._grid.addWidget(total, len(report.parts), 1)
        held = [
            f"{part.rows:,} {part.title.lower()}"
            + (f" (and {part.deleted:,} deleted)" if part.deleted else "")
            for part in report.history
            if part.rows or part.deleted
        ]
        self.erase.setEnabled(any(part.deleted for part in report.history))
        self.held.setText(f"In the history: {', '.join(held)}." if held else "")

    def show_plan(self, plan: BackupPlan) -> None:
        """What is kept of older backups."""
        self._plan = plan
        self.daily.blockSignals(True)
        self.daily.setChecked(plan.daily)
        self.daily.blockSignals(False)
        self.often.choose(plan.every)
        self.often.setEnabled(plan.daily)
        self.days.setValue(plan.days)
        self.weeks.setValue(plan.weeks)
        self.months.setValue(plan.months)
        for field in (self.days, self.weeks, self.months):
            field.setEnabled(plan.daily)

    def show_copies(self, copies: tuple[BackupFile, ...]) -> None:
        """How many backups there are, and the newest."""
        if not copies:
            self.copies.setText("No backup was made yet.")
            return
        taken = size_text(sum(copy.bytes for copy in copies))
        newest = datetime.fromtimestamp(copies[0].made_at).astimezone()
        self.copies.setText(
            f"{count_text(len(copies), 'backup')} in the data folder, {taken}; the newest is of "
            f"{newest:%Y-%m-%d %H:%M}."
        )

    @Slot()
    def _on_erase(self) -> None:
        self.eraser.erase(deleted=True)

    @Slot()
    def _on_plan(self) -> None:
        plan = BackupPlan(
            daily=self.daily.isChecked(),
            every=self.often.currentData(),
            days=self.days.value(),
            weeks=self.weeks.value(),
            months=self.months.value(),
        )
        if plan != self._plan:
            self.show_plan(plan)
            self._keep_plan(plan)

    @background
    async def _keep_plan(self, plan: BackupPlan) -> None:
        await self._bridge.ask(lambda core: core.storage.keep_plan(plan))

    # --- backups ------------------------------------------------------------------------------

    @Slot()
    def ask_for_target(self) -> None:
        """Ask for a file and save a backup there."""
        name = f"history-{datetime.now().astimezone():%Y-%m-%d}.db"
        path, _ = QFileDialog.getSaveFileName(self, "Save a backup", name, _FILES)
        if path:
            self.back_up(path)

    @Slot()
    def ask_for_backup(self) -> None:
        """Ask for a backup and have it restored, after a question."""
        path, _ = QFileDialog.getOpenFileName(self, "Restore a backup", "", _FILES)
        if not path:
            return
        question = Question(
            self.window(),
            "Restore this backup?",
            f"{path} is checked first. It takes the place of the history when the program is "
            "started the next time; what is in the history until then is kept as a backup of its "
            "own.",
            ("Restore it", "Keep the history"),
        )
        question.exec()
        question.deleteLater()
        if question.chosen == 0:
            self.stage(path)

    @background
    async def back_up(self, path: str) -> None:
        """Copy the history to a file; everything else goes on meanwhile."""
        report = self._reporter()
        self._set_busy(busy=True)
        try:
            size = await self._bridge.ask(lambda core: core.storage.back_up(path, report))
        except WorkbenchError as error:
            self.banner.show_message(str(error))
        else:
            self.banner.show_message(f"Saved to {path} ({size_text(size)}).", "ok")
            self.read()
        finally:
            self._set_busy(busy=False)

    @Slot(str, str)
    def _on_passphrase(self, passphrase: str, _new: str) -> None:
        path, self._wanted = self._wanted, ""
        if self._dialog is not None:
            self._dialog.accept()
        self.stage(path, passphrase)

    def _ask_for_passphrase(self, path: str, problem: str) -> None:
        """The backup is encrypted, and otherwise than the history."""
        self._wanted = path
        self._dialog = PassphraseDialog(
            self.window(),
            "The backup is encrypted",
            problem,
            (CURRENT,),
            ("Restore it", "Leave it"),
        )
        self._dialog.given.connect(self._on_passphrase)
        self._dialog.open()

    @background
    async def stage(self, path: str, passphrase: str | None = None) -> None:
        """Check a backup; it is put in place when the program is started the next time."""
        report = self._reporter()
        self._set_busy(busy=True)
        try:
            content = await self._bridge.ask(
                lambda core: core.storage.restore(path, report, passphrase)
            )
        except PassphraseError as error:
            self._ask_for_passphrase(path, str(error))
        except WorkbenchError as error:
            self.banner.show_message(str(error))
        else:
            self.banner.show_message(
                f"The backup is sound ({words_of(content)}) and takes the history's place when "
                "you quit and start the program again.",
                "ok",
                "Keep the history",
                self._forget_restore,
            )
        finally:
            self._set_busy(busy=False)

    @background
    async def _forget_restore(self) -> None:
        await self._bridge.ask(lambda core: core.storage.forget_restore())
        self.banner.show_message("The history stays as it is.", "ok")

    def _reporter(self) -> Callable[[BackupProgress], None]:
        def report(progress: BackupProgress) -> None:
            self._bridge.post(self._on_progress, progress, self)

        return report

    def _on_progress(self, progress: BackupProgress) -> None:
        if not self.save.isEnabled():
            self.progress.setText(f"{_STEPS[progress.step]}: {progress.share:.0%}")

    def _set_busy(self, *, busy: bool) -> None:
        self.progress.setText("")
        for button in (self.save, self.restore):
            button.setEnabled(not busy)


def words_of(content: BackupContent) -> str:
    """What a backup holds."""
    counted = ", ".join(
        (
            count_text(content.runs, "run"),
            count_text(content.conversations, "conversation"),
            count_text(content.messages, "message"),
        )
    )
    if content.newest_at is None:
        return counted
    newest = datetime.fromtimestamp(content.newest_at).astimezone()
    return f"{counted}, the newest of {newest:%Y-%m-%d %H:%M}"


def _number(name: str) -> QSpinBox:
    field = QSpinBox()
    field.setAccessibleName(name)
    field.setRange(0, 400)
    return field
