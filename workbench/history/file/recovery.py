"""What is done about a database file that cannot be used: moved aside, never deleted."""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection

from workbench.domain.errors import DatabaseDamagedError
from workbench.domain.text import count_text
from workbench.files import sync_folder
from workbench.history import schema, versions
from workbench.history.file import backups
from workbench.history.file import driver as sqlite_driver
from workbench.history.file.driver import APPLICATION_ID, create_sqlite_engine
from workbench.history.file.file_lock import FileLock
from workbench.history.file.salvage import copy_readable

CHECK_SECONDS = 0.25
"""How long the check at start may take; a larger file is checked with its daily backup."""


class Condition(Enum):
    """What the look at a file found; the value says it in a sentence's middle."""

    NEW = "new"
    SOUND = "sound"
    UNCHECKED = "sound as far as it was checked"
    EMPTY = "was empty"
    DIRECTORY = "was a folder"
    FOREIGN = "was not written by this program"
    DAMAGED = "was damaged"


def examine(path: Path, driver: ModuleType) -> Condition:
    """Look at a database file without changing a byte of it.

    Raises:
        Exception: the driver's own error where the file cannot be opened at all or is in use.
    """
    if path.is_dir():
        return Condition.DIRECTORY
    size = path.stat().st_size if path.exists() else 0
    if size == 0:
        lost = _size(_beside(path, "-wal")) > 0 or (path.exists() and backups.listed(path))
        return Condition.EMPTY if lost else Condition.NEW
    # Read-only, because closing the last ordinary connection would write the -wal into the file.
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        patience = sqlite_driver.BUSY_MILLISECONDS / 1000
        with closing(driver.connect(uri, uri=True, timeout=patience)) as connection:
            return _examine_open(connection, path, driver)
    except (driver.DatabaseError, UnicodeDecodeError) as error:
        plain = sqlite_driver.describe_error(error, path)
        if plain is None or isinstance(plain, DatabaseDamagedError):
            return Condition.DAMAGED
        raise  # locked, or no permission: nothing is known about the content


def _examine_open(connection: Any, path: Path, driver: ModuleType) -> Condition:
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables == 0:
        return Condition.EMPTY if backups.listed(path) else Condition.NEW
    if application_id != APPLICATION_ID:
        return Condition.FOREIGN
    if not schema.is_whole(connection, driver):
        return Condition.DAMAGED
    limit = math.inf if check_marker(path).exists() else CHECK_SECONDS
    deadline = time.monotonic() + limit
    sound = backups.check(connection, driver, lambda: time.monotonic() > deadline)
    if sound is None:
        return Condition.UNCHECKED
    return Condition.SOUND if sound else Condition.DAMAGED


def check_marker(path: Path) -> Path:
    """A file whose presence asks for a full check at the next start."""
    return _beside(path, ".check")


def replace(path: Path, condition: Condition, lock: FileLock, driver: ModuleType) -> str:
    """Move an unusable file aside and put the best that can be had in its place.

    That is the newest sound backup, with every row over it that the file still gives. It is built
    under another name and moved into place at the end, so that a kill on the way loses nothing.

    Returns:
        One sentence for the user: what happened, what was kept, where the old file is.

    Raises:
        DatabaseDamagedError: another program has the file open, so it stays where it is.
    """
    if not lock.alone():
        lock.share()
        raise DatabaseDamagedError(
            f"{path} {condition.value} and another program has it open: close all windows of this "
            "program and start it again."
        )
    with tempfile.TemporaryDirectory(prefix=".repair-", dir=path.parent) as scratch:
        built = Path(scratch) / "history.db"
        backup = backups.newest_good(path, driver)
        if backup is not None:
            shutil.copyfile(backup[1], built)
        rows = _build(built, path if condition is Condition.DAMAGED else None, driver)
        kept = _count(built, driver)
        aside = _move_aside(path)
        built.replace(path)
    check_marker(path).unlink(missing_ok=True)
    sync_folder(path.parent)
    lock.share()
    made = backup[0] if backup else None
    return _sentence(path, condition, aside=aside, rows=rows, backup=made, kept=kept)


def _build(built: Path, damaged: Path | None, driver: ModuleType) -> int:
    _change(built, driver, schema.migrate)
    if damaged is None:
        return 0
    source = built.with_name("damaged.db")
    shutil.copyfile(damaged, source)
    if _beside(damaged, "-wal").exists():
        shutil.copyfile(_beside(damaged, "-wal"), _beside(source, "-wal"))
    with closing(driver.connect(str(built), isolation_level=None)) as target:
        rows = copy_readable(source, target, driver)
    _change(built, driver, versions.remake)
    return rows


def _change(built: Path, driver: ModuleType, work: Callable[[Connection], None]) -> None:
    engine = create_sqlite_engine(built, driver, wal=False)
    try:
        with schema.rebuilding(engine) as connection:
            work(connection)
    finally:
        engine.dispose()


def _count(built: Path, driver: ModuleType) -> tuple[int, int]:
    with closing(driver.connect(str(built))) as connection:
        runs = connection.execute("SELECT count(*) FROM run WHERE deleted_at IS NULL").fetchone()[0]
        chats = connection.execute(
            "SELECT count(*) FROM conversation WHERE deleted_at IS NULL"
        ).fetchone()[0]
        return runs, chats


def _move_aside(path: Path) -> Path:
    """Rename the file with its -wal and -shm files; nothing is overwritten."""
    for stamp in _stamps():
        aside = path.with_name(f"{path.stem}.corrupt-{stamp}{path.suffix}")
        if not aside.exists():
            break
    for suffix in ("-wal", "-shm", ""):  # the file last: until then a next start repeats this
        if _beside(path, suffix).exists():
            _beside(path, suffix).rename(_beside(aside, suffix))
    return aside


def _stamps() -> Iterator[str]:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    yield stamp
    number = 2
    while True:
        yield f"{stamp}-{number}"
        number += 1


def _sentence(
    path: Path,
    condition: Condition,
    *,
    aside: Path,
    rows: int,
    backup: datetime | None,
    kept: tuple[int, int],
) -> str:
    sources = []
    if rows:
        sources.append("what could be read from it")
    if backup is not None:
        sources.append(f"the backup of {backup.astimezone():%Y-%m-%d %H:%M}")
    runs, chats = kept
    counted = f"{count_text(runs, 'run')} and {count_text(chats, 'conversation')}"
    outcome = f"{counted} were kept from {' and '.join(sources)}" if sources else "it starts empty"
    return (
        f"The history file {path.name} {condition.value}: {outcome}; the old file is kept as "
        f"{aside}."
    )


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
