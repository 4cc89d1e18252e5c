"""The encrypted history as the program has it: unlocked first, with or without a keyring."""

from __future__ import annotations

import logging

import keyring
import pytest

from tests.service.test_servers import MemoryKeyring
from workbench.domain.errors import DatabaseLockedError, PassphraseError, UsageError
from workbench.history.file.driver import load_driver, may_share
from workbench.history.file.encryption.keys import can_encrypt
from workbench.service import Workbench

pytestmark = pytest.mark.skipif(
    not can_encrypt(load_driver()), reason="Python's own SQLite does not know encryption"
)
WORDS = "correct horse battery"


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    made = MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


async def encrypted(paths) -> None:
    core = Workbench(paths)
    assert not await core.protection.is_locked()
    await core.open()
    await core.chats.create("A quixotic title")
    done = await core.protection.encrypt(WORDS)
    assert (done.is_encrypted, done.files) == (True, 1)
    assert core.store_status.is_encrypted
    await core.close()


async def test_it_opens_with_its_passphrase_only(paths):
    await encrypted(paths)
    core = Workbench(paths)
    assert await core.protection.is_locked()
    status = await core.open(whatever_happens=True)  # without: nothing is read, nothing is lost
    assert status.read_only
    assert "its passphrase is needed" in status.problem
    await core.close()

    core = Workbench(paths)
    with pytest.raises(PassphraseError):
        await core.protection.unlock("another one")
    await core.protection.unlock(WORDS)
    assert (await core.open()).is_encrypted
    assert [each.title for each in await core.chats.all()] == ["A quixotic title"]
    assert (await core.protection.state()).is_encrypted
    await core.close()


async def test_a_second_window_reads_what_is_encrypted_and_changes_nothing(paths):
    await encrypted(paths)
    first = Workbench(paths)
    await first.protection.unlock(WORDS)
    await first.open()
    second = Workbench(paths, shown_only="Another window has it.")
    assert await second.protection.is_locked()
    with pytest.raises(PassphraseError):
        await second.protection.unlock("another one")
    await second.protection.unlock(WORDS)
    status = await second.open()
    assert (status.is_held, status.read_only, status.problem) == (
        True,
        True,
        "Another window has it.",
    )
    assert [each.title for each in await second.chats.all()] == ["A quixotic title"]
    assert (await second.protection.state()).is_encrypted
    with pytest.raises(DatabaseLockedError):
        await second.chats.create("Not from here")
    for change in (second.protection.decrypt(WORDS), second.protection.encrypt("a new one", WORDS)):
        with pytest.raises(DatabaseLockedError, match="Another window"):
            await change
    await first.chats.create("Of the first")
    if may_share(load_driver()):
        titles = {each.title for each in await second.chats.all()}
        assert titles == {"A quixotic title", "Of the first"}
    await second.close()
    assert {each.title for each in await first.chats.all()} == {"A quixotic title", "Of the first"}
    await first.close()
    assert await Workbench(paths).protection.is_locked()


async def test_the_passphrase_until_now_is_needed_to_change_anything(paths):
    await encrypted(paths)
    core = Workbench(paths)
    await core.protection.unlock(WORDS)
    await core.open()
    with pytest.raises(PassphraseError, match="not the passphrase"):
        await core.protection.decrypt("another one")
    with pytest.raises(PassphraseError, match="not the passphrase"):
        await core.protection.encrypt("a new passphrase", "another one")
    with pytest.raises(UsageError, match="at least 8"):
        await core.protection.encrypt("short", WORDS)
    await core.protection.encrypt("a new passphrase", WORDS)
    await core.protection.decrypt("a new passphrase")
    with pytest.raises(UsageError, match="not encrypted"):
        await core.protection.decrypt("a new passphrase")
    await core.close()
    assert not await Workbench(paths).protection.is_locked()


async def test_the_keyring_opens_it_and_follows_the_passphrase(paths, ring):
    await encrypted(paths)
    core = Workbench(paths)
    await core.protection.unlock(WORDS)
    await core.open()
    await core.protection.keep_with_account(wanted=True)
    assert (await core.protection.state()).with_account
    assert WORDS not in str(ring.__dict__)
    await core.protection.encrypt("a new passphrase", WORDS)
    assert (await core.protection.state()).with_account
    await core.close()

    core = Workbench(paths)
    assert not await core.protection.is_locked()
    await core.open()
    await core.protection.keep_with_account(wanted=False)
    await core.close()
    assert await Workbench(paths).protection.is_locked()


async def test_a_keyring_that_fails_leaves_the_passphrase(paths, ring, monkeypatch):
    await encrypted(paths)
    core = Workbench(paths)
    await core.protection.unlock(WORDS)
    await core.open()
    await core.protection.keep_with_account(wanted=True)
    await core.close()

    def fail(*_arguments: str) -> str:
        raise RuntimeError("locked")

    monkeypatch.setattr(MemoryKeyring, "get_password", fail)
    assert await Workbench(paths).protection.is_locked()


async def test_neither_passphrase_nor_key_is_in_a_log_or_an_error(paths, caplog):
    caplog.set_level(logging.DEBUG)
    await encrypted(paths)
    core = Workbench(paths)
    with pytest.raises(PassphraseError) as wrong:
        await core.protection.unlock("a wrong passphrase")
    await core.protection.unlock(WORDS)
    await core.open()
    key = core._core.store.key
    await core.close()
    shown = caplog.text + repr(wrong.value) + str(wrong.getrepr(showlocals=False)) + repr(key)
    for secret in (WORDS, key.raw.hex()):
        assert secret not in shown
