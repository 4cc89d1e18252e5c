"""Copies of the database: made daily and before migrations, checked, and thinned out with age."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.domain.errors import DatabaseDamagedError
from workbench.domain.storage import BackupPeriod, BackupPlan

_STAMP = "%Y%m%dT%H%M%SZ"
BEFORE_RESTORE = "before-restore"
"""Ends the name of what was there before a restore: such a copy is not thinned out."""
INTERVAL_SECONDS = 24 * 3600
_PERIODS: dict[BackupPeriod, int] = {"day": INTERVAL_SECONDS, "week": 7 * INTERVAL_SECONDS}
_STEP_PAGES = 256
PROGRESS_STEPS = 2_000
"""Steps of SQLite's machine between two looks at whether to go on: well below 1 ms."""


def folder(path: Path) -> Path:
    """Where the copies of the database at ``path`` are kept."""
    return path.parent / "backups"


def listed(path: Path) -> list[tuple[datetime, Path]]:
    """The copies that are thinned out, with the time they were made (UTC), newest first."""
    found = []
    for copy in folder(path).glob(f"{path.stem}-*{path.suffix}"):
        try:
            made = datetime.fromisoformat(copy.stem.removeprefix(f"{path.stem}-"))
        except ValueError:
            continue  # a file of the user's own
        found.append((made.astimezone(UTC), copy))
    return sorted(found, reverse=True)


def is_due(path: Path, now: float, every: BackupPeriod = "day") -> bool:
    """Whether the newest copy is older than a day or a week, or there is none.

    ``now`` is Unix seconds. A copy of a later time than that is of a clock that was wrong.
    """
    made = [at.timestamp() for at, _ in listed(path) if at.timestamp() <= now]
    return not made or now - made[0] > _PERIODS[every]


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
    plan: BackupPlan = BackupPlan(),  # noqa: B008 - frozen
) -> Path:
    """Copy an open database, check the copy, and thin out older ones.

    Args:
        source: the driver's own connection, outside a transaction.
        path: the database's file, from which place and name of the copy follow.
        driver: the module that made the connection.
        now: Unix seconds.
        should_stop: asked every few milliseconds.
        plan: how many older ones stay.

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
    thin_out(path, now, plan)
    return target


def thin_out(path: Path, now: float, plan: BackupPlan) -> None:
    """Remove the copies of the database at ``path`` that the plan does not keep."""
    copies = dict(listed(path))
    for old in thinned(copies, now, plan):
        copies[old].unlink(missing_ok=True)


def before_restore(path: Path, now: float) -> Path:
    """Where the database goes that a backup takes the place of."""
    stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
    return folder(path) / f"{path.stem}-{stamp}-{BEFORE_RESTORE}{path.suffix}"


def kept_before_restores(path: Path) -> list[tuple[datetime, Path]]:
    """What :func:`before_restore` named, newest first."""
    found = []
    for copy in folder(path).glob(f"{path.stem}-*-{BEFORE_RESTORE}{path.suffix}"):
        stamp = copy.stem.removeprefix(f"{path.stem}-").removesuffix(f"-{BEFORE_RESTORE}")
        try:
            found.append((datetime.fromisoformat(stamp).astimezone(UTC), copy))
        except ValueError:
            continue
    return sorted(found, reverse=True)


def _give_way(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        raise GaveWay


def thinned(
    made: Iterable[datetime],
    now: float,
    plan: BackupPlan = BackupPlan(),  # noqa: B008 - frozen
) -> list[datetime]:
    """Which copies to remove.

    All of today and yesterday stay; before that the newest of each of 12 days, 10 weeks and
    9 months that have one, or as many as the plan says. The newest of all is never removed.
    """
    today = datetime.fromtimestamp(now, UTC).date()
    kept_days: set[Any] = set()
    kept_weeks: set[Any] = set()
    kept_months: set[Any] = set()
    removed = []
    moments = sorted(made, reverse=True)
    for moment in moments:
        day, week, month = moment.date(), moment.isocalendar()[:2], (moment.year, moment.month)
        if day >= today - timedelta(days=1):
            continue
        for kept, period, limit in (
            (kept_days, day, plan.days),
            (kept_weeks, week, plan.weeks),
            (kept_months, month, plan.months),
        ):
            if period in kept or len(kept) < limit:
                repeated = period in kept
                kept.add(period)
                if repeated:
                    removed.append(moment)
                break
        else:
            removed.append(moment)
    newest = moments[0] if moments else None
    return [moment for moment in removed if moment != newest]


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
