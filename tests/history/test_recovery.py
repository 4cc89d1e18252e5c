"""Files that cannot be used are moved aside, what they hold is kept, nothing is deleted."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from workbench.domain.errors import DatabaseDamagedError, StoreError
from workbench.domain.runs.run_state import fold_all
from workbench.history.chats import conversations, message_tree
from workbench.history.file import backups, driver, recovery
from workbench.history.file.database import Database
from workbench.history.runs import run_list
from workbench.history.runs.runs import load_spec
from workbench.history.store import HistoryStore

from . import samples
from .conftest import shared_file
from .damage import overwrite

RUNS = 150


async def _fill(path: Path, runs: int = RUNS) -> None:
    store = HistoryStore(path)
    await store.open()
    for number in range(runs):
        await samples.done_run(store, f"question {number}", f"answer {number} " + "x " * 300)
    chat = (await store.write(conversations.insert_conversation, "kept")).conversation_id
    await store.write(message_tree.add_message, chat, None, "user", "hello again")
    await store.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history with runs and a conversation, to be copied."""
    path = tmp_path_factory.mktemp("sound") / "history.db"
    asyncio.run(_fill(path))
    return path


@pytest.fixture
def damaged(path: Path, sound: Path) -> Path:
    path.parent.mkdir()
    shutil.copy(sound, path)
    return path


def _aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob("history.corrupt-*.db"))


async def _open_and_use(path: Path) -> tuple[str, int]:
    """Open, write, read; returns the recovery sentence and how many runs were kept."""
    store = HistoryStore(path)
    status = await store.open()
    assert status.problem == ""
    run_id = await samples.done_run(store, output="after the recovery")
    assert fold_all(await store.events(run_id)).output == "after the recovery"
    assert [hit.id for hit in await samples.find(store, "recovery")] == [run_id]
    for summary in await store.read(run_list.list_runs, limit=1000):
        fold_all(await store.events(summary.run_id))
    count = len(await store.read(run_list.list_runs, limit=1000)) - 1
    assert store._database is not None
    await store._job(_assert_sound, store._database)
    await store.close()
    return status.recovered, count


def _assert_sound(database: Database) -> None:
    raw = database._raw()
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.execute("INSERT INTO text_search (text_search) VALUES ('integrity-check')")


def test_a_sound_file_is_left_as_it_is(damaged: Path) -> None:
    recovered, runs = asyncio.run(_open_and_use(damaged))
    assert (recovered, runs) == ("", RUNS)
    assert _aside(damaged) == []


def _zero_length(path: Path) -> None:
    path.write_bytes(b"")


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(100_000))


def _text(path: Path) -> None:
    path.write_text("This is not a database at all.\n" * 100)


def _foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.execute("INSERT INTO bookmarks VALUES ('somewhere')")
        connection.commit()


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside.txt").write_text("precious")


HOPELESS = [_garbage, _text, _foreign, _directory]


def _bytes(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return {str(each.relative_to(path)): each.read_bytes() for each in files}


@pytest.mark.parametrize("harm", HOPELESS)
def test_what_is_no_history_is_kept_aside_and_an_empty_one_begun(
    damaged: Path, harm: Callable[[Path], None]
) -> None:
    harm(damaged)
    before = _bytes(damaged)
    recovered, runs = asyncio.run(_open_and_use(damaged))
    assert runs == 0
    (aside,) = _aside(damaged)
    assert _bytes(aside) == before
    assert str(aside) in recovered
    assert "starts empty" in recovered
    assert "delete" not in recovered


@pytest.mark.parametrize("harm", [_zero_length, *HOPELESS])
def test_the_newest_good_backup_takes_its_place(
    damaged: Path, harm: Callable[[Path], None]
) -> None:
    with closing(Database(damaged)) as database:
        database.back_up_if_due(1_795_000_000, backups.never)
    newest = backups.folder(damaged) / "history-20300101T000000Z.db"
    newest.write_bytes(b"a backup that went wrong")
    harm(damaged)
    recovered, runs = asyncio.run(_open_and_use(damaged))
    assert runs == RUNS
    assert f"{RUNS} runs and 1 conversation were kept from the backup of 2026-11-" in recovered
    assert len(_aside(damaged)) == 1


def test_an_empty_file_without_backups_is_a_new_history(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert asyncio.run(_open_and_use(path)) == ("", 0)


@pytest.mark.parametrize("seed", range(5))
def test_three_noisy_pages_cost_little(damaged: Path, seed: int) -> None:
    pages = damaged.stat().st_size // 4096
    for page in random.Random(seed).sample(range(1, pages), 3):
        overwrite(damaged, page * 4096, 4096)
    before = damaged.read_bytes()
    recovered, runs = asyncio.run(_open_and_use(damaged))
    assert runs >= RUNS // 2, recovered
    if recovered:  # noise on a page that nothing uses any more is no damage
        (aside,) = _aside(damaged)
        assert aside.read_bytes() == before


def test_every_single_damaged_page_can_be_lived_with(damaged: Path, sound: Path) -> None:
    whole = sound.read_bytes()
    last = len(whole) // 4096 - 1
    for page in [0, 1, 2, 5, 9, 30, last // 3, last // 2, last]:
        damaged.write_bytes(whole)
        overwrite(damaged, page * 4096, 4096)
        asyncio.run(_open_and_use(damaged))
        damaged.unlink()


def test_a_run_whose_row_is_lost_comes_back_from_its_events(damaged: Path) -> None:
    content = damaged.read_bytes()
    page = content.index(b'"prompt":{"type":"template"') // 4096  # only rows of runs have that
    overwrite(damaged, page * 4096, 4096)
    asyncio.run(_check_recovered_runs(damaged))


async def _check_recovered_runs(path: Path) -> None:
    store = HistoryStore(path)
    await store.open()
    listed = await store.read(run_list.list_runs, limit=1000)
    assert len(listed) == RUNS
    lost = [each for each in listed if each.model == "tiny"]  # the name that the events have
    assert lost
    for summary in lost:
        assert (summary.status, summary.strategy, summary.title) == ("done", "direct", "capitals")
        assert fold_all(await store.events(summary.run_id)).output == summary.answer
        with pytest.raises(StoreError, match="cannot be repeated"):
            await store.read(load_spec, summary.run_id)
    await store.close()


def test_rows_are_found_without_the_first_page(damaged: Path) -> None:
    overwrite(damaged, 0, 4096)
    recovered, runs = asyncio.run(_open_and_use(damaged))
    assert "what could be read from it" in recovered
    assert runs == RUNS


@pytest.mark.parametrize("part", [0.5, 0.25, 0.9])
def test_a_truncated_file_gives_what_is_left(damaged: Path, part: float) -> None:
    half = damaged.read_bytes()[: int(damaged.stat().st_size * part)]
    damaged.write_bytes(half)
    recovered, runs = asyncio.run(_open_and_use(damaged))
    (aside,) = _aside(damaged)
    assert aside.read_bytes() == half
    assert "was damaged" in recovered
    assert runs > RUNS * part / 2


def test_rows_that_the_backup_lacks_come_from_the_damaged_file(damaged: Path) -> None:
    with closing(Database(damaged)) as database:
        database.back_up_if_due(1_795_000_000, backups.never)
    asyncio.run(_fill(damaged, runs=20))
    size = damaged.stat().st_size
    overwrite(damaged, size // 2 // 4096 * 4096, 4096)
    recovered, runs = asyncio.run(_open_and_use(damaged))
    assert "what could be read from it and the backup of" in recovered
    assert runs >= RUNS + 15


def test_a_missing_wal_costs_only_what_was_in_it(damaged: Path) -> None:
    with closing(Database(damaged)) as database:
        raw = database._raw()
        raw.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        raw.execute("UPDATE run SET title = 'newer'")
        copy = damaged.with_name("copy.db")
        shutil.copy(damaged, copy)  # without its -wal file
    assert asyncio.run(_open_and_use(copy)) == ("", RUNS)


def test_a_wal_without_its_file_is_moved_aside(damaged: Path) -> None:
    damaged.unlink()
    wal = damaged.with_name("history.db-wal")
    wal.write_bytes(b"pages of somebody")
    recovered, runs = asyncio.run(_open_and_use(damaged))
    assert runs == 0
    assert "starts empty" in recovered
    assert [each.read_bytes() for each in damaged.parent.glob("history.corrupt-*.db-wal")] == [
        b"pages of somebody"
    ]


@shared_file
def test_a_damaged_file_is_not_taken_from_a_program_that_has_it_open(damaged: Path) -> None:
    with closing(Database(damaged)):
        overwrite(damaged, 8 * 4096, 20 * 4096)
        content = damaged.read_bytes()
        with pytest.raises(DatabaseDamagedError, match="close all windows"):
            Database(damaged)
        assert damaged.read_bytes() == content
        assert _aside(damaged) == []


def test_a_large_file_is_checked_later_and_damage_then_found_is_repaired(
    damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "CHECK_SECONDS", -1.0)
    monkeypatch.setattr(backups, "PROGRESS_STEPS", 1)  # so small a file is checked in one go else
    size = damaged.stat().st_size
    overwrite(damaged, size // 2 // 4096 * 4096, 4096)
    with closing(Database(damaged)) as database:
        assert database.recovered == ""
        with pytest.raises(DatabaseDamagedError, match="no backup was made"):
            database.back_up_if_due(1_795_000_000, backups.never)
        assert backups.listed(damaged) == []
    recovered, runs = asyncio.run(_open_and_use(damaged))
    assert "was damaged" in recovered
    assert runs > RUNS // 2
    assert not recovery.check_marker(damaged).exists()


def test_an_index_that_does_not_fit_its_table_is_made_again(damaged: Path) -> None:
    """The short check of a start does not compare the two; only reading shows it."""
    with closing(sqlite3.connect(damaged)) as raw:
        raw.execute("PRAGMA writable_schema=ON")
        names = "type, name, tbl_name, rootpage, sql"
        kept = raw.execute(
            f"SELECT {names} FROM sqlite_master WHERE name = 'run_digest'"
        ).fetchone()
        raw.execute("DELETE FROM sqlite_master WHERE name = 'run_digest'")
        raw.commit()
    with closing(sqlite3.connect(damaged)) as raw:
        (digest,) = raw.execute("SELECT digest FROM run WHERE id = 7").fetchone()
        raw.execute("UPDATE run SET id = 9999 WHERE id = 7")
        raw.execute("PRAGMA writable_schema=ON")
        raw.execute(f"INSERT INTO sqlite_master ({names}) VALUES (?, ?, ?, ?, ?)", kept)
        raw.commit()

    def read(connection: Connection) -> list[object]:
        query = "SELECT answer FROM run INDEXED BY run_digest WHERE digest = ?"
        return list(connection.exec_driver_sql(query, (digest,)))

    async def look() -> list[object]:
        store = HistoryStore(damaged)
        await store.open()
        try:
            return await store.read(read)
        finally:
            await store.close()

    with pytest.raises(DatabaseDamagedError):
        asyncio.run(look())
    assert len(asyncio.run(look())) == RUNS
    assert not recovery.check_marker(damaged).exists()


def test_being_killed_during_a_repair_loses_nothing(
    damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overwrite(damaged, damaged.stat().st_size // 2 // 4096 * 4096, 4096)
    content = damaged.read_bytes()

    def killed(_path: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(recovery, "_move_aside", killed)
        with pytest.raises(KeyboardInterrupt):
            Database(damaged)
    assert damaged.read_bytes() == content
    assert asyncio.run(_open_and_use(damaged))[1] > RUNS // 2


def test_an_old_wal_is_not_applied_to_the_repaired_file(damaged: Path) -> None:
    module = driver.load_driver()
    with closing(module.connect(str(damaged))) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        connection.execute("UPDATE run SET title = 'in the wal'")
        connection.commit()
        for suffix in ("", "-wal"):
            shutil.copy(f"{damaged}{suffix}", f"{damaged}.saved{suffix}")
    damaged.unlink()
    for suffix in ("", "-wal"):
        Path(f"{damaged}.saved{suffix}").rename(f"{damaged}{suffix}")
    overwrite(damaged, damaged.stat().st_size // 2 // 4096 * 4096, 4096)
    _recovered, runs = asyncio.run(_open_and_use(damaged))
    assert runs > RUNS // 2
    assert len(list(damaged.parent.glob("history.corrupt-*.db-wal"))) <= 1
