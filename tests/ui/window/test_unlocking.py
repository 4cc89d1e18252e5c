"""An encrypted history in the window: the passphrase at start, and the buttons in Settings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS, ask, unnamed
from workbench.domain.errors import ConversionCancelledError
from workbench.engine.simulated import SimulatedEngine
from workbench.history.file import database
from workbench.history.file.driver import load_driver
from workbench.history.file.encryption.keys import can_encrypt
from workbench.service import Workbench
from workbench.settings import Paths
from workbench.ui.bridge import Bridge
from workbench.ui.main_window import MainWindow
from workbench.ui.protection.passphrase_dialog import AGAIN, CURRENT, NEW, PassphraseDialog

pytestmark = pytest.mark.skipif(
    not can_encrypt(load_driver()), reason="Python's own SQLite does not know encryption"
)
WORDS = "correct horse battery"


async def _encrypt(paths: Paths) -> None:
    core = Workbench(paths)
    await core.open()
    await core.protection.encrypt(WORDS)
    await core.close()


@pytest.fixture
def locked(qapp, paths: Paths, engine: SimulatedEngine, tmp_path, qtbot) -> Iterator[MainWindow]:
    """A window on an encrypted history, before anything is given."""
    asyncio.run(_encrypt(paths))
    bridge = Bridge(lambda: Workbench(paths, engine=engine))
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = MainWindow(bridge, settings)
    qtbot.addWidget(made)
    made.show()
    bridge.start()
    qtbot.waitUntil(lambda: made.unlocking.dialog is not None, timeout=WAIT_MS)
    yield made
    bridge.stop()


def _dialog(window: MainWindow) -> PassphraseDialog:
    assert window.unlocking.dialog is not None
    return window.unlocking.dialog


def test_the_passphrase_opens_the_history_and_a_wrong_one_says_so(
    locked: MainWindow, qtbot: QtBot
) -> None:
    dialog = _dialog(locked)
    assert unnamed(dialog) == []
    assert not locked.bridge.is_open
    field = dialog.fields[CURRENT]
    field.setText("another one")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "does not open" in dialog.banner.message, timeout=WAIT_MS)
    assert field.text() == ""
    field.setText(WORDS)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: locked._restored, timeout=WAIT_MS)
    assert locked.unlocking.dialog is None
    assert locked.bridge.store_status.is_encrypted
    locked.close()
    assert not locked._picture_file.exists()  # it would show what is encrypted


def test_without_a_passphrase_the_program_ends(locked: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(_dialog(locked), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not locked.isVisible(), timeout=WAIT_MS)


def test_the_history_is_encrypted_and_made_plain_in_settings(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.go("settings")
    part = window.panels["settings"].data.encryption
    qtbot.waitUntil(lambda: "plain file" in part.state.text(), timeout=WAIT_MS)
    part.ask("Encrypt the history", (NEW, AGAIN), "Encrypt", "")
    dialog = part.dialog
    dialog.fields[NEW].setText(WORDS)
    dialog.fields[AGAIN].setText("another one")
    dialog.accept_button.click()
    assert dialog.banner.message == "The two are not the same."
    dialog.fields[AGAIN].setText(WORDS)
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: "are encrypted" in part.state.text(), timeout=WAIT_MS)
    assert "The history is encrypted" in part.banner.message
    assert ask(window.bridge, lambda core: core.protection.state()).is_encrypted
    assert part.change.isVisible()
    assert not part.encrypt.isVisible()

    part.decrypt.click()
    part.dialog.fields[CURRENT].setText("another one")
    part.dialog.accept_button.click()
    qtbot.waitUntil(lambda: "not the passphrase" in part.dialog.banner.message, timeout=WAIT_MS)
    part.dialog.fields[CURRENT].setText(WORDS)
    part.dialog.accept_button.click()
    qtbot.waitUntil(lambda: "plain file" in part.state.text(), timeout=WAIT_MS)
    assert not window.bridge.store_status.is_encrypted


def test_an_encryption_is_cancelled(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(path, driver, key, report, stop):
        report("encrypt", 0.4)
        for _ in range(6000):
            if stop():
                raise ConversionCancelledError
            time.sleep(0.01)
        raise AssertionError("it was not stopped")

    monkeypatch.setattr(database, "convert_all", endless)
    window.go("settings")
    part = window.panels["settings"].data.encryption
    qtbot.waitUntil(lambda: "plain file" in part.state.text(), timeout=WAIT_MS)
    part.ask("Encrypt the history", (NEW, AGAIN), "Encrypt", "")
    dialog = part.dialog
    for name in (NEW, AGAIN):
        dialog.fields[name].setText(WORDS)
    assert dialog.cancel_button.text().strip() == "Leave it"
    dialog.accept_button.click()
    qtbot.waitUntil(lambda: dialog.progress.text().endswith("40%"), timeout=WAIT_MS)
    assert dialog.cancel_button.text().strip() == "Cancel"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: part.dialog is None, timeout=WAIT_MS)
    assert part.banner.message == "Cancelled: the history and its backups are what they were."
    assert not ask(window.bridge, lambda core: core.protection.state()).is_encrypted
    assert part.encrypt.isVisible()
