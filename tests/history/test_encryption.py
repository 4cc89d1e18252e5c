"""The encrypted history: nothing readable on disk, and everything there that was there before."""

from __future__ import annotations

import asyncio
import random
import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.history import samples
from tests.history.conftest import OpenStore
from tests.history.damage import overwrite
from workbench.domain.errors import ConversionCancelledError, PassphraseError, StoreError
from workbench.domain.views import RunFilter
from workbench.history.file import backups
from workbench.history.file.database import Database
from workbench.history.file.driver import load_driver
from workbench.history.file.encryption import converting
from workbench.history.file.encryption.keys import (
    Key,
    can_encrypt,
    is_encrypted,
    is_plain,
    needs_key,
    new_key,
    salt_of,
    unlock,
)
from workbench.history.file.file_lock import FileLock
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore

pytestmark = pytest.mark.skipif(
    not can_encrypt(load_driver()), reason="Python's own SQLite does not know encryption"
)

WORDS = "correct horse battery"
RARE = "quixotically"


async def _filled(store: HistoryStore) -> int:
    return await samples.done_run(store, output=f"An answer, {RARE} put.")


def _files_with(folder: Path, word: str) -> list[str]:
    files = (each for each in folder.rglob("*") if each.is_file())
    return [str(each.relative_to(folder)) for each in files if word.encode() in each.read_bytes()]


async def test_a_word_of_the_history_is_in_no_file_once_it_is_encrypted(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    run_id = await _filled(store)
    database = store._opened()
    assert await store._job(database.back_up_if_due, 1_700_000_000.0, backups.never)
    assert len(_files_with(path.parent, RARE)) >= 2
    done = await store.convert(WORDS)
    assert (done.files, done.failed, done.is_overwritten) == (2, (), True)
    assert store.status.is_encrypted
    assert _files_with(path.parent, RARE) == []
    await _filled(store)  # goes on in the same program
    await store.close()
    assert _files_with(path.parent, RARE) == []

    with pytest.raises(PassphraseError, match="its passphrase is needed"):
        await HistoryStore(path).open()
    assert is_encrypted(path)  # it was not taken for a damaged one
    again = HistoryStore(path)
    assert again.is_locked
    with pytest.raises(PassphraseError, match="does not open"):
        await again.unlock("another one")
    await again.unlock(WORDS)
    assert not again.is_locked
    status = await again.open()
    assert (status.is_encrypted, status.recovered, status.problem) == (True, "", "")
    found = await again.search(run_list.list_runs, None, 10, RunFilter(text=RARE))
    assert run_id in [run.run_id for run in found]
    await again.close()


async def test_it_opens_in_other_programs_that_know_sqlcipher(
    store: HistoryStore, path: Path
) -> None:
    await _filled(store)
    await store.convert(WORDS)
    await store.close()
    with closing(load_driver().connect(str(path))) as connection:
        connection.set_key(WORDS)
        assert connection.execute("SELECT count(*) FROM run").fetchone() == (1,)


async def test_made_plain_again_it_is_what_it_was(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    await _filled(store)
    with closing(load_driver().connect(str(path))) as connection:
        before = list(connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 2"))
    await store.convert(WORDS)
    await store.convert(None)
    assert not store.status.is_encrypted
    await store.close()
    assert is_plain(path)
    with closing(load_driver().connect(str(path))) as connection:
        after = list(connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 2"))
    assert after == before
    opened = await open_store(path)
    assert len(await opened.search(run_list.list_runs, None, 9, RunFilter(text=RARE))) == 1


async def test_another_passphrase_has_another_salt_and_the_backups_follow(
    store: HistoryStore, path: Path
) -> None:
    await _filled(store)
    await store.convert(WORDS)
    await store._job(store._opened().back_up_if_due, 1_700_000_000.0, backups.never)
    ((_, copy),) = backups.listed(path)
    assert is_encrypted(copy)
    before = salt_of(path)
    assert salt_of(copy) == before
    done = await store.convert("another passphrase")
    assert done.files == 2
    await store.close()
    assert salt_of(path) == salt_of(copy) != before
    driver = load_driver()
    with pytest.raises(PassphraseError):
        unlock(path, WORDS, driver)
    assert unlock(copy, "another passphrase", driver).salt == salt_of(path)


async def test_an_encrypted_backup_is_restored_with_its_passphrase(
    store: HistoryStore, path: Path, open_store: OpenStore, tmp_path: Path
) -> None:
    await _filled(store)
    await store.convert(WORDS)
    saved = tmp_path / "saved.db"
    await store.back_up(saved)
    assert is_encrypted(saved)
    other = await open_store(tmp_path / "other" / "history.db")
    with pytest.raises(PassphraseError, match="is encrypted"):
        await other.stage_restore(saved)
    with pytest.raises(PassphraseError, match="does not open"):
        await other.stage_restore(saved, passphrase="another one")
    content = await other.stage_restore(saved, passphrase=WORDS)
    assert content.runs == 1
    await other.close()
    again = await open_store(tmp_path / "other" / "history.db")
    assert len(await again.read(run_list.list_runs, limit=9)) == 1
    assert not again.status.is_encrypted  # as the history was


async def test_a_plain_backup_is_encrypted_where_the_history_is(
    store: HistoryStore, path: Path, tmp_path: Path
) -> None:
    await _filled(store)
    saved = tmp_path / "saved.db"
    await store.back_up(saved)
    await store.convert(WORDS)
    await store.stage_restore(saved)
    await store.close()
    assert _files_with(path.parent, RARE) == []
    again = HistoryStore(path)
    await again.unlock(WORDS)
    assert "was restored" in (await again.open()).recovered
    assert len(await again.read(run_list.list_runs, limit=9)) == 1
    await again.close()


async def test_nothing_changes_while_another_program_has_it(
    store: HistoryStore, path: Path
) -> None:
    await _filled(store)
    other = FileLock(path.with_name(path.name + ".lock"))
    other.share()
    with pytest.raises(StoreError, match="Another program has the history open"):
        await store.convert(WORDS)
    other.release()
    assert not store.status.is_encrypted
    await _filled(store)


async def test_a_copy_that_differs_is_not_taken(
    store: HistoryStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await _filled(store)
    counts = iter([("a", 1), ("a", 2)])
    monkeypatch.setattr(converting, "_content", lambda _connection, _name: next(counts))
    with pytest.raises(StoreError, match="could not be copied whole"):
        await store.convert(WORDS)
    assert [each.name for each in path.parent.glob(".encrypting-*")] == []
    assert [run.run_id for run in await store.read(run_list.list_runs, limit=9)] == [run_id]
    await store.close()
    assert is_plain(path)


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("moment", ["while it is written", "once it is written"])
async def test_a_cancelled_conversion_changes_nothing_and_leaves_nothing(
    store: HistoryStore,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    *,
    encrypted: bool,
) -> None:
    run_id = await _filled(store)
    if encrypted:
        await store.convert(WORDS)
    real = converting._content

    def stop_then(connection: Any, name: str) -> tuple[object, ...]:
        store.stop_converting()
        return real(connection, name)

    def stopped(connection: Any, name: str) -> tuple[object, ...]:
        raise AssertionError(f"{name} was written whole")

    with monkeypatch.context() as patched:
        if moment == "while it is written":  # the first look finds that it is to stop
            patched.setattr(converting, "_STEPS", 1)
            patched.setattr(store._stop_converting, "clear", store._stop_converting.set)
            patched.setattr(converting, "_content", stopped)
        else:
            patched.setattr(converting, "_content", stop_then)
        with pytest.raises(ConversionCancelledError):
            await store.convert(None if encrypted else WORDS)
    assert (store.status.is_encrypted, store.status.problem) == (encrypted, "")
    assert [each.name for each in path.parent.glob(".encrypting-*")] == []
    assert is_plain(path) is not encrypted
    assert [run.run_id for run in await store.read(run_list.list_runs, limit=9)] == [run_id]
    await _filled(store)
    done = await store.convert(None if encrypted else WORDS)
    assert (done.is_encrypted, done.files) == (not encrypted, 1)
    assert len(await store.read(run_list.list_runs, limit=9)) == 2


@pytest.mark.parametrize("too_late", [False, True])
async def test_a_caller_that_is_cancelled_stops_it_or_gets_what_was_done(
    store: HistoryStore, path: Path, monkeypatch: pytest.MonkeyPatch, *, too_late: bool
) -> None:
    await _filled(store)
    await store._job(store._opened().back_up_if_due, 1_700_000_000.0, backups.never)
    loop, name = asyncio.get_running_loop(), "copies" if too_late else "_content"
    real, waited = getattr(converting, name), threading.Event()

    def cancel_then(*arguments: Any) -> Any:
        if not waited.is_set():
            loop.call_soon_threadsafe(asked.cancel)
            assert store._stop_converting.wait(60)
            waited.set()
        return real(*arguments)

    monkeypatch.setattr(converting, name, cancel_then)
    asked = asyncio.ensure_future(store.convert(WORDS))
    if too_late:
        done = await asked
        assert (done.is_encrypted, done.files, done.failed) == (True, 2, ())
    else:
        with pytest.raises(asyncio.CancelledError):
            await asked
    assert store.status.is_encrypted is too_late
    ((_, copy),) = backups.listed(path)
    assert is_plain(path) is is_plain(copy) is not too_late
    assert len(await store.read(run_list.list_runs, limit=9)) == 1


async def test_what_a_killed_conversion_left_is_removed_at_the_next_start(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    await store.close()
    left = path.parent / ".encrypting-abc"
    left.mkdir()
    shutil.copyfile(path, left / "old.db")
    await open_store(path)
    assert not left.exists()


async def test_a_damaged_encrypted_history_is_repaired_from_its_rows_and_backup(
    store: HistoryStore, path: Path
) -> None:
    for _ in range(30):
        await _filled(store)
    await store.convert(WORDS)
    await store._job(store._opened().back_up_if_due, 1_700_000_000.0, backups.never)
    await _filled(store)
    await store.close()
    overwrite(path, 8 * 4096, 4096)
    again = HistoryStore(path)
    await again.unlock(WORDS)
    status = await again.open()
    assert "was damaged" in status.recovered
    assert len(await again.read(run_list.list_runs, limit=99)) >= 30
    await again.close()
    assert is_encrypted(path)


async def test_a_destroyed_first_page_leaves_the_backup(store: HistoryStore, path: Path) -> None:
    await _filled(store)
    await store.convert(WORDS)
    await store._job(store._opened().back_up_if_due, 1_700_000_000.0, backups.never)
    await store.close()
    overwrite(path, 64, 2000)
    assert needs_key(path)
    again = HistoryStore(path)
    await again.unlock(WORDS)
    assert "the backup of" in (await again.open()).recovered
    assert len(await again.read(run_list.list_runs, limit=9)) == 1
    await again.close()


async def test_a_plain_history_with_a_destroyed_beginning_is_not_taken_for_an_encrypted_one(
    store: HistoryStore, path: Path
) -> None:
    await _filled(store)
    await store.close()
    overwrite(path, 0, 4096)
    assert not is_encrypted(path)
    assert not needs_key(path)


def test_random_bytes_are_not_taken_for_an_encrypted_history(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(random.Random(1).randbytes(100_000))
    assert not needs_key(path)
    path.write_bytes(random.Random(1).randbytes(25 * 4096))
    assert needs_key(path)  # nothing tells the two apart: without its passphrase nothing is moved


def test_a_key_shows_nothing_of_itself() -> None:
    key = Key(b"k" * 32, b"s" * 16)
    assert str(key) == repr(key) == "Key(hidden)"
    made = new_key(WORDS)
    assert made.is_of(WORDS)
    assert not made.is_of("another one")


def test_without_sqlcipher_the_database_says_what_is_missing(tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415

    with pytest.raises(StoreError, match="install sqlcipher3"):
        Database(tmp_path / "history.db", sqlite3, key=Key(b"k" * 32, b"s" * 16))
