"""One file holds the whole history, and brings it back without losing what was there."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from workbench.domain.errors import StoreError
from workbench.domain.storage import BackupPlan
from workbench.history import session
from workbench.history.file import backups, copying, restoring
from workbench.history.file.driver import load_driver
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore

from . import samples
from .conftest import OpenStore, shared_file
from .damage import overwrite
from .test_backups import NOW, _days_ago

SCHEMAS = Path(__file__).parent / "schemas"


async def titles(store: HistoryStore) -> list[str]:
    return [each.title for each in await store.read(run_list.list_runs)]


async def test_a_backup_is_put_in_place_at_the_next_start_and_the_former_history_is_kept(
    path: Path, open_store: OpenStore, tmp_path: Path
) -> None:
    store = await open_store(path)
    await samples.done_run(store, title="in the backup")
    file = tmp_path / "saved.db"
    steps: list[tuple[str, float]] = []
    await store.back_up(file, lambda step, share: steps.append((step, share)))
    assert {step for step, _ in steps} == {"copy", "check"}
    assert steps[-1] == ("check", 1.0)
    await samples.done_run(store, title="made later")
    content = await store.stage_restore(file)
    assert (content.runs, content.conversations) == (1, 0)
    assert await titles(store) == ["made later", "in the backup"]  # until the next start
    await store.close()
    store = await open_store(path)
    assert await titles(store) == ["in the backup"]
    assert store.status.recovered.startswith("The history was restored from a backup.")
    await store.close()
    ((_, former),) = backups.kept_before_restores(path)
    assert str(former) in store.status.recovered
    assert await titles(await open_store(former)) == ["made later", "in the backup"]
    assert not restoring.staged(path).exists()


@shared_file
async def test_writing_goes_on_while_a_backup_is_made(
    store: HistoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await samples.done_run(store, title=f"run {number}")
    held, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(copying, "_STEP_PAGES", 1)
    whole = copying.copy_checked

    def slow(source: object, target: Path, driver: object, report: copying.Report) -> None:
        held.set()
        assert go_on.wait(60)
        whole(source, target, driver, report)  # type: ignore[arg-type]

    monkeypatch.setattr("workbench.history.file.database.copy_checked", slow)
    file = tmp_path / "saved.db"
    copy = asyncio.create_task(store.back_up(file))
    assert await asyncio.to_thread(held.wait, 60)
    await samples.done_run(store, title="meanwhile")
    go_on.set()
    await copy
    with closing(sqlite3.connect(file)) as saved:
        rows = saved.execute("SELECT title FROM run ORDER BY id").fetchall()
    assert [row[0] for row in rows] == ["run 0", "run 1", "run 2"]


@pytest.mark.parametrize("version", sorted(each.stem for each in SCHEMAS.glob("*.sql")))
async def test_a_backup_of_each_earlier_version_is_restored(
    path: Path, open_store: OpenStore, tmp_path: Path, version: str
) -> None:
    file = tmp_path / "old.db"
    with closing(load_driver().connect(str(file))) as old:
        old.executescript((SCHEMAS / f"{version}.sql").read_text("utf-8"))
    before = file.read_bytes()
    store = await open_store(path)
    await store.stage_restore(file)
    await store.close()
    await open_store(path)
    assert file.read_bytes() == before


async def test_what_is_no_sound_history_is_refused_and_nothing_changes(
    path: Path, open_store: OpenStore, tmp_path: Path
) -> None:
    store = await open_store(path)
    await samples.done_run(store)
    good = tmp_path / "good.db"
    await store.back_up(good)
    text = tmp_path / "text.db"
    text.write_text("this is no database at all" * 100)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as made:
        made.execute("CREATE TABLE things (name)")
    cut = tmp_path / "cut.db"
    cut.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(good.read_bytes())
    overwrite(damaged, damaged.stat().st_size // 2, 9000)
    newer = tmp_path / "newer.db"
    newer.write_bytes(good.read_bytes())
    with closing(sqlite3.connect(newer)) as made:
        made.execute("PRAGMA user_version = 9999")
    trap = tmp_path / "trap.db"
    trap.write_bytes(good.read_bytes())
    with closing(sqlite3.connect(trap)) as made:
        made.execute("CREATE TRIGGER trap AFTER INSERT ON run BEGIN DELETE FROM message; END")
    for file in (text, other, cut, damaged, newer, trap, tmp_path, tmp_path / "missing.db", path):
        with pytest.raises(StoreError):
            await store.stage_restore(file)
        assert not restoring.staged(path).exists()
    assert [each.name for each in path.parent.glob(".restore-*")] == []


async def test_a_backup_waits_while_another_program_has_the_history(
    path: Path, open_store: OpenStore, tmp_path: Path
) -> None:
    first = await open_store(path)
    if first._database is None or not first._database.shared:
        pytest.skip("with this SQLite one program has the file for itself")
    await samples.done_run(first, title="saved")
    await first.back_up(tmp_path / "saved.db")
    await first.stage_restore(tmp_path / "saved.db")
    second = await open_store(path)
    assert restoring.staged(path).exists()
    assert second.status.recovered == ""


def test_the_plan_says_how_many_copies_stay_and_the_newest_always_does() -> None:
    made = _days_ago(*range(2, 100))
    none = BackupPlan(days=0, weeks=0, months=0)
    assert backups.thinned(made, NOW.timestamp(), none) == sorted(made, reverse=True)[1:]
    three = backups.thinned(made, NOW.timestamp(), BackupPlan(days=3, weeks=0, months=0))
    assert len(made) - len(three) == 3


async def test_no_daily_copy_is_made_where_the_plan_says_so(
    store: HistoryStore, path: Path
) -> None:
    assert store._database is not None
    await store.write(session.set_state, session.BACKUP_PLAN, {"daily": False})
    plan = await store.read(session.backup_plan)
    await store._job(store._database.back_up_if_due, NOW.timestamp(), backups.never, plan)
    assert backups.listed(path) == []
    await store.write(session.set_state, session.BACKUP_PLAN, {"days": "many"})
    assert await store.read(session.backup_plan) == BackupPlan()


def test_the_driver_is_one_that_can_copy() -> None:
    assert hasattr(load_driver().Connection, "backup")
