"""Asks for the passphrase of an encrypted history at start; without it the program ends."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from workbench.ui.bridge import Bridge
from workbench.ui.protection.passphrase_dialog import CURRENT, PassphraseDialog

_TEXT = "Runs, conversations and drafts are there once you have given its passphrase."


class Unlocking(QObject):
    """The dialog while the core waits for a passphrase.

    Args:
        window: is closed where no passphrase is given.
        bridge: to the core.
    """

    def __init__(self, window: QWidget, bridge: Bridge) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self.dialog: PassphraseDialog | None = None
        bridge.passphrase_wanted.connect(self._on_wanted)
        bridge.opened.connect(self._on_opened)
        bridge.failed.connect(self._on_opened)

    @Slot(str)
    def _on_wanted(self, problem: str) -> None:
        if self.dialog is None:
            answers = ("Unlock", "Quit")
            title = "The history is encrypted"
            self.dialog = PassphraseDialog(self._window, title, _TEXT, (CURRENT,), answers)
            self.dialog.given.connect(self._on_given)
            self.dialog.rejected.connect(self._on_rejected)
            self.dialog.open()
        if problem:
            self.dialog.show_problem(problem)

    @Slot(str, str)
    def _on_given(self, passphrase: str, _new: str) -> None:
        if self.dialog is not None:
            self.dialog.show_busy("Unlocking…")
        self._bridge.give_passphrase(passphrase)

    @Slot()
    def _on_opened(self) -> None:
        if self.dialog is not None and not self._bridge.wants_passphrase:
            dialog, self.dialog = self.dialog, None
            dialog.accept()
            dialog.deleteLater()

    @Slot()
    def _on_rejected(self) -> None:
        self._window.close()
