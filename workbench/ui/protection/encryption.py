"""Settings: whether the history is encrypted; turning that on and off, another passphrase."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.errors import ConversionCancelledError, WorkbenchError
from workbench.domain.storage import (
    ENCRYPTION_LIMITS,
    NO_RECOVERY,
    BackupProgress,
    Protection,
    conversion_result,
)
from workbench.domain.text import count_text
from workbench.ui.kit import Banner, Button, Label, Question, Switch, column, row
from workbench.ui.protection.passphrase_dialog import AGAIN, CURRENT, NEW, PassphraseDialog
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_LABELS = 168
_TWICE = "Write it down where you find it again: without it the history cannot be recovered."


class Encryption(QWidget):
    """What protects the history, and the buttons that change it.

    Signals:
        changed(): files of the data folder were written again.

    Args:
        bridge: to the core.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.protection = Protection()
        self.dialog: PassphraseDialog | None = None
        self._is_stopping = False
        self.state = Label("", wrap=True)
        self.encrypt = Button("Encrypt the history…", "lock")
        self.change = Button("Change the passphrase…", "edit")
        self.decrypt = Button("Make it plain again…", "undo")
        self.account = Switch("Unlock the history with this account")
        self.banner = Banner()
        label = Label("Encryption")
        label.setFixedWidth(_LABELS)
        account = Label("Unlock with this account")
        account.setFixedWidth(_LABELS)
        account.setBuddy(self.account)
        note = Label(
            "The system's keyring keeps the key: a user who is logged in opens the history without "
            "the passphrase.",
            "small", "text-3", wrap=True,
        )  # fmt: skip
        self._account = QWidget()
        self._account.setLayout(
            column(
                row(account, self.account, None, gap=8),
                row(note, margins=(_LABELS + 8, 0, 0, 0)),
                gap=2,
            )
        )
        limits = Label(ENCRYPTION_LIMITS, "small", "text-3", wrap=True)
        self.setLayout(
            column(
                row(label, self.state, gap=8),
                row(self.encrypt, self.change, self.decrypt, None, gap=8),
                self._account,
                self.banner,
                limits,
                gap=12,
            )
        )
        self.encrypt.clicked.connect(self._on_encrypt)
        self.change.clicked.connect(self._on_change)
        self.decrypt.clicked.connect(self._on_decrypt)
        self.account.toggled.connect(self._on_account)
        self.show_protection(Protection())

    @latest
    async def read(self) -> None:
        """Read how the history is protected."""
        self.show_protection(await self._bridge.ask(lambda core: core.protection.state()))

    def show_protection(self, protection: Protection) -> None:
        """What protects the history, and what can be done."""
        self.protection = protection
        encrypted = protection.is_encrypted
        if not protection.is_possible:
            words = "The SQLite at hand does not know encryption: run make setup to have it."
        elif encrypted:
            words = "The history and its backups are encrypted."
        else:
            words = "The history is a plain file: with the disk anybody can read it."
        if encrypted and protection.other_copies:
            copies = count_text(len(protection.other_copies), "backup")
            words = f"The history is encrypted, {copies} in the data folder not with its key."
        self.state.setText(words)
        self.encrypt.setVisible(not encrypted)
        self.encrypt.setEnabled(protection.is_possible)
        self.change.setVisible(encrypted)
        self.decrypt.setVisible(encrypted)
        self._account.setVisible(encrypted)
        self.account.blockSignals(True)
        self.account.setChecked(protection.with_account)
        self.account.blockSignals(False)

    # --- changing it --------------------------------------------------------------------------

    @Slot()
    def _on_encrypt(self) -> None:
        question = Question(
            self.window(),
            "Encrypt the history?",
            f"{NO_RECOVERY} It is written again, which takes a moment; everything else waits for "
            "that. The command line then asks for the passphrase too.",
            ("Leave it as it is", "Choose a passphrase"),
        )
        question.exec()
        question.deleteLater()
        if question.chosen == 1:
            self.ask("Encrypt the history", (NEW, AGAIN), "Encrypt", _TWICE)

    @Slot()
    def _on_change(self) -> None:
        self.ask("Change the passphrase", (CURRENT, NEW, AGAIN), "Change it", _TWICE)

    @Slot()
    def _on_decrypt(self) -> None:
        warning = "With the disk anybody can then read the history."
        self.ask("Make the history plain again", (CURRENT,), "Make it plain", warning)

    def ask(self, title: str, fields: tuple[str, ...], answer: str, warning: str) -> None:
        """Ask for passphrases and do what they are for."""
        text = "The history and its backups are written again, compared, and put in place."
        dialog = PassphraseDialog(self.window(), title, text, fields, (answer, "Leave it"), warning)
        self.dialog = dialog
        dialog.given.connect(self._on_given)
        dialog.stop_wanted.connect(self._stop)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    @Slot(str, str)
    def _on_given(self, current: str, new: str) -> None:
        self._convert(current, new)

    @background
    async def _convert(self, current: str, new: str) -> None:
        dialog = self.dialog
        assert dialog is not None
        self._is_stopping = False
        dialog.show_busy("Writing the history…", can_stop=True)
        report = self._reporter()
        try:
            if new:
                asked = self._bridge.ask(lambda core: core.protection.encrypt(new, current, report))
            else:
                asked = self._bridge.ask(lambda core: core.protection.decrypt(current, report))
            done = await asked
        except ConversionCancelledError as error:
            dialog.show_busy("")
            dialog.reject()
            self.banner.show_message(str(error), "text-2")
            return
        except WorkbenchError as error:
            dialog.show_problem(str(error))
            return
        dialog.show_busy("")
        dialog.accept()
        self.banner.show_message(conversion_result(done), "warn" if done.failed else "ok")
        self.read()
        self.changed.emit()

    @background
    async def _stop(self) -> None:
        self._is_stopping = True
        await self._bridge.ask(lambda core: core.protection.stop_converting())

    def _reporter(self) -> Callable[[BackupProgress], None]:
        def report(progress: BackupProgress) -> None:
            self._bridge.post(self._on_progress, progress, self)

        return report

    def _on_progress(self, progress: BackupProgress) -> None:
        if self.dialog is None or not self.dialog.is_busy:
            return
        if progress.step == "backups":
            self.dialog.show_busy(f"Writing its backups: {progress.share:.0%}")
        elif not self._is_stopping:
            words = f"Writing the history: {progress.share:.0%}"
            self.dialog.show_busy(words, can_stop=True)

    @Slot()
    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @Slot(bool)
    def _on_account(self, wanted: bool) -> None:
        self._keep(wanted)

    @background
    async def _keep(self, wanted: bool) -> None:
        try:
            await self._bridge.ask(lambda core: core.protection.keep_with_account(wanted=wanted))
        except WorkbenchError as error:
            self.banner.show_message(str(error))
        else:
            self.banner.hide()
        self.read()
