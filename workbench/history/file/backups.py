"""Copies of the database: made daily and before migrations, checked, and thinned out with age."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.domain.errors import DatabaseDamagedError

_STAMP = "%Y%m%dT%H%M%SZ"
_DAILY, _WEEKLY, _MONTHLY = 12, 10, 9
INTERVAL_SECONDS = 24 * 3600
_STEP_PAGES = 256
PROGRESS_STEPS = 2_000
"""Steps of SQLite's machine between two looks at whether to go on: well below 1 ms."""


def folder(path: Path) -> Path:
    """Where the copies of the database at ``path`` are kept."""
    return path.parent / "backups"


def listed(path: Path) -> list[tuple[datetime, Path]]:
    """The copies with the time they were made (UTC), newest first."""
    found = []
    for copy in folder(path).glob(f"{path.stem}-*{path.suffix}"):
        try:
            made = datetime.fromisoformat(copy.stem.removeprefix(f"{path.stem}-"))
        except ValueError:
            continue  # a file of the user's own
        found.append((made.astimezone(UTC), copy))
    return sorted(found, reverse=True)


def is_due(path: Path, now: float) -> bool:
    """Whether the newest copy is older than a day, or there is none. ``now`` is Unix seconds."""
    copies = listed(path)
    return not copies or now - copies[0][0].timestamp() > INTERVAL_SECONDS


class GaveWay(Exception):
    """A backup was given up because other work waits."""


def never() -> bool:
    """For a backup that is not to be given up."""
    return False


def make(
    source: Any,
    path: Path,
    driver: ModuleType,
    now: float,
    should_stop: Callable[[], bool] = never,
) -> Path:
    """Copy an open database, check the copy, and thin out older ones.

    Args:
        source: the driver's own connection, outside a transaction.
        path: the database's file, from which place and name of the copy follow.
        driver: the module that made the connection.
        now: Unix seconds.
        should_stop: asked every few milliseconds.

    Raises:
        GaveWay: ``should_stop`` returned True; nothing was changed.
        DatabaseDamagedError: the copy is not sound; it was removed and no other was touched.
    """
    folder(path).mkdir(parents=True, exist_ok=True)
    stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
    target = folder(path) / f"{path.stem}-{stamp}{path.suffix}"
    partial = target.with_suffix(".partial")
    try:
        copy = driver.connect(str(partial))
        try:
            source.backup(copy, pages=_STEP_PAGES, progress=lambda *_: _give_way(should_stop))
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()  # one file, without -wal or -shm
            sound = check(copy, driver, should_stop)
        finally:
            copy.close()
        if sound is None:
            raise GaveWay
        if not sound:
            raise DatabaseDamagedError(
                f"{path} is damaged, so no backup was made of it: start the program again, it then "
                "moves the file aside and keeps all that can be read."
            )
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    for old in thinned([made for made, _ in listed(path)], now):
        (folder(path) / f"{path.stem}-{old.strftime(_STAMP)}{path.suffix}").unlink(missing_ok=True)
    return target


def _give_way(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise GaveWay


def thinned(made: Iterable[datetime], now: float) -> list[datetime]:
    """Which copies to remove.

    All of today and yesterday stay; before that the newest of each of 12 days, 10 weeks and
    9 months that have one.
    """
    today = datetime.fromtimestamp(now, UTC).date()
    kept_days: set[Any] = set()
    kept_weeks: set[Any] = set()
    kept_months: set[Any] = set()
    removed = []
    for moment in sorted(made, reverse=True):
        day, week, month = moment.date(), moment.isocalendar()[:2], (moment.year, moment.month)
        if day >= today - timedelta(days=1):
            continue
        for kept, period, limit in (
            (kept_days, day, _DAILY),
            (kept_weeks, week, _WEEKLY),
            (kept_months, month, _MONTHLY),
        ):
            if period in kept or len(kept) < limit:
                repeated = period in kept
                kept.add(period)
                if repeated:
                    removed.append(moment)
                break
        else:
            removed.append(moment)
    return removed


def newest_good(path: Path, driver: ModuleType) -> tuple[datetime, Path] | None:
    """The newest copy that passes SQLite's check."""
    for made, copy in listed(path):
        connection = driver.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)
        try:
            if quick_check(connection):
                return made, copy
        except (driver.DatabaseError, UnicodeDecodeError):
            continue
        finally:
            connection.close()
    return None


def quick_check(connection: Any) -> bool:
    """Whether SQLite finds the whole file sound (raises the driver's error when it cannot read)."""
    rows = connection.execute("PRAGMA quick_check(1)").fetchall()
    return bool(rows) and rows[0][0] == "ok"


def check(connection: Any, driver: ModuleType, should_stop: Callable[[], bool]) -> bool | None:
    """The answer of :func:`quick_check`, or None where ``should_stop`` ended it before."""
    stopped = False

    def look() -> bool:
        nonlocal stopped
        stopped = should_stop()
        return stopped

    connection.set_progress_handler(look, PROGRESS_STEPS)
    try:
        sound = quick_check(connection)
    except driver.DatabaseError:
        if not stopped:  # being stopped has many names, such as "vtable constructor failed"
            raise
        return None
    finally:
        connection.set_progress_handler(None, 0)
    return None if stopped else sound
