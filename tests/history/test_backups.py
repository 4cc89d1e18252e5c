"""Backups are made when due, are sound, and thin out without losing the latest."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import DatabaseDamagedError
from workbench.history import session
from workbench.history.file import backups
from workbench.history.file.database import Database
from workbench.history.file.driver import load_driver
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore
from workbench.history.writing import upkeep

from . import samples
from .conftest import OpenStore
from .damage import overwrite

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _days_ago(*days: float) -> list[datetime]:
    return [NOW - timedelta(days=each) for each in days]


def test_all_of_today_and_yesterday_stay() -> None:
    made = [NOW - timedelta(hours=hour) for hour in range(36)]
    assert backups.thinned(made, NOW.timestamp()) == []


def test_older_days_keep_their_newest() -> None:
    morning, noon, evening = (NOW - timedelta(days=3, hours=hours) for hours in (6, 3, 0))
    assert backups.thinned([morning, noon, evening], NOW.timestamp()) == [noon, morning]


def test_a_year_of_daily_backups_becomes_31_and_two() -> None:
    made = _days_ago(*range(400))
    removed = backups.thinned(made, NOW.timestamp())
    kept = [each for each in made if each not in removed]
    assert len(kept) == 2 + 12 + 10 + 9
    assert kept[0] == NOW


@given(st.lists(st.floats(0, 800), unique=True, min_size=1))
def test_the_newest_backup_is_never_removed(days: list[float]) -> None:
    made = _days_ago(*days)
    removed = backups.thinned(made, NOW.timestamp())
    assert max(made) not in removed
    assert set(removed) <= set(made)


async def test_the_first_backup_is_made_after_start_and_the_next_a_day_later(
    path: Path, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "UPKEEP_SECONDS", 0)
    store = await open_store(path)
    assert store._upkeep is not None
    await store._upkeep
    ((made, copy),) = backups.listed(path)
    assert not backups.is_due(path, made.timestamp() + 23 * 3600)
    assert backups.is_due(path, made.timestamp() + 25 * 3600)
    assert not backups.is_due(path, made.timestamp() + 25 * 3600, "week")
    assert backups.is_due(path, made.timestamp() + 8 * 24 * 3600, "week")
    assert backups.is_due(path, made.timestamp() - 60)  # a copy of a clock that was ahead
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]  # nothing half made


async def test_a_program_that_stays_open_looks_again(
    path: Path, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "UPKEEP_SECONDS", 0)
    monkeypatch.setattr(upkeep, "AGAIN_SECONDS", 0.01)
    looks, again = [], asyncio.Event()
    loop, is_due = asyncio.get_running_loop(), backups.is_due

    def look(*given: Any) -> bool:
        looks.append(given)
        if len(looks) > 1:
            loop.call_soon_threadsafe(again.set)
        return is_due(*given)

    monkeypatch.setattr(backups, "is_due", look)
    await open_store(path)
    async with asyncio.timeout(60):
        await again.wait()
    assert len(backups.listed(path)) == 1  # that is not due again


async def test_a_backup_holds_what_was_committed(store: HistoryStore, path: Path) -> None:
    run_id = await samples.done_run(store)
    assert store._database is not None
    now = NOW.timestamp()
    assert await store._job(store._database.back_up_if_due, now, lambda: True) is False
    assert backups.listed(path) == []
    assert await store._job(store._database.back_up_if_due, now, backups.never)
    ((_, copy),) = backups.listed(path)
    restored = HistoryStore(copy)
    await restored.open()
    assert [summary.run_id for summary in await restored.read(run_list.list_runs)] == [run_id]
    await restored.close()
    assert await store._job(store._database.back_up_if_due, now + 3600, backups.never)
    assert len(backups.listed(path)) == 1


async def test_a_damaged_source_takes_the_place_of_no_good_backup(
    path: Path, open_store: OpenStore
) -> None:
    store = await open_store(path)
    for number in range(200):
        await store.write(session.set_state, f"key {number}", "x" * 400)
    await store.close()
    with closing(Database(path)) as database:
        assert database.back_up_if_due(NOW.timestamp(), backups.never)
    ((_, good),) = backups.listed(path)
    overwrite(path, 40_960, 8192)
    driver = load_driver()
    with closing(driver.connect(str(path))) as damaged, pytest.raises(DatabaseDamagedError):
        backups.make(damaged, path, driver, NOW.timestamp() + 90_000)
    assert [copy for _, copy in backups.listed(path)] == [good]
