"""A database as another file: encrypted, plain, or with another key.

The new file is written whole and compared table by table before it takes the old one's place.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.domain.errors import ConversionCancelledError, StoreError
from workbench.domain.storage import ConversionReport
from workbench.files import sync_folder
from workbench.history.file import backups
from workbench.history.file.copying import Report, silent
from workbench.history.file.encryption.keyed_driver import with_key
from workbench.history.file.encryption.keys import Key, has_key, require_encryption
from workbench.history.file.file_lock import FileLock

# Statements are put together from names of the file's own tables.
# ruff: noqa: S608

_PREFIX = ".encrypting-"
_STEPS = 50_000
_PIECE_BYTES = 1024 * 1024


Stop = Callable[[], bool]
"""Whether the user wants it to end without a change; called on the thread that works."""


def never() -> bool:
    """For what cannot be cancelled."""
    return False


def convert(
    path: Path, driver: ModuleType, key: Key | None, report: Report, stop: Stop = never
) -> bool:
    """Give a file another key, or none; no program may have it open.

    Args:
        path: one file, without a -wal that has something in it.
        driver: what opens it now.
        key: the new key; None leaves the file plain.
        report: called on this thread.
        stop: asked often until the new file takes the old one's place.

    Returns:
        Whether the old file was written over; on some file systems it is deleted only.

    Raises:
        StoreError: the new file is not the same; the old one is what it was.
        ConversionCancelledError: it was stopped; the old file is what it was.
        Exception: the driver's errors, and those of the file system.
    """
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=path.parent) as scratch:
        made, old = Path(scratch) / "made.db", Path(scratch) / "old.db"
        with closing(driver.connect(str(path), isolation_level=None)) as source:
            _export(source, path, made, key, report, stop)
        with closing(with_key(driver, key).connect(str(made))) as copy:
            if backups.check(copy, driver, stop) is False:
                raise _differs(path)
        shutil.copymode(path, made)
        _sync(made)
        if stop():
            raise ConversionCancelledError
        with contextlib.suppress(OSError):
            os.link(path, old)
        made.replace(path)
        sync_folder(path.parent)
        return old.exists() and _write_over(old)


def convert_all(
    path: Path, driver: ModuleType, key: Key | None, report: Report, stop: Stop = never
) -> ConversionReport:
    """Give the history another key, or none, and then its backups; those that fail are named.

    A backup that could not be opened with the history's key so far keeps its own. It can be
    cancelled until the history itself is written again: then all files have to follow.

    Raises:
        ConversionCancelledError: nothing was changed.
        Exception: as :func:`convert`; nothing was changed.
    """
    require_encryption(driver)
    files, failed, are_overwritten = 0, [], True
    if not has_key(path, key):
        are_overwritten = convert(path, driver, key, report, stop)
        files = 1
    others = [copy for copy in copies(path) if not has_key(copy, key)]
    for number, copy in enumerate(others):
        report("backups", number / len(others))
        try:
            are_overwritten &= convert(copy, driver, key, silent)
            files += 1
        except (StoreError, OSError, driver.DatabaseError):
            failed.append(str(copy))
    return ConversionReport(
        is_encrypted=key is not None,
        files=files,
        failed=tuple(failed),
        is_overwritten=are_overwritten,
    )


def copies(path: Path) -> list[Path]:
    """All copies of the history that the program keeps next to it."""
    found = [copy for _, copy in (*backups.listed(path), *backups.kept_before_restores(path))]
    waiting = path.with_name(f"{path.stem}.restore{path.suffix}")
    return [*found, waiting] if waiting.is_file() else found


@contextlib.contextmanager
def alone(lock: FileLock) -> Iterator[None]:
    """While no other program has the history open.

    Raises:
        StoreError: another program has it open.
    """
    if not lock.alone():
        lock.share()
        raise StoreError(
            "Another program has the history open: close it, or wait for it, and try again."
        )
    try:
        yield
    finally:
        lock.share()


def forget_leftovers(path: Path) -> None:
    """Remove what a conversion left that was killed; call where none can be at work."""
    for folder in (path.parent, backups.folder(path)):
        for left in folder.glob(f"{_PREFIX}*"):
            old = left / "old.db"
            if old.exists():
                _write_over(old)
            shutil.rmtree(left, ignore_errors=True)


def _export(
    source: Any, path: Path, made: Path, key: Key | None, report: Report, stop: Stop
) -> None:
    size = max(path.stat().st_size, 1)
    stopped = False

    def look() -> bool:
        nonlocal stopped
        with contextlib.suppress(OSError):
            report("encrypt", min(made.stat().st_size / size, 0.99))
        stopped = stop()
        return stopped

    source.execute("ATTACH DATABASE ? AS made KEY ?", (str(made), key.text if key else ""))
    source.execute("PRAGMA made.synchronous=OFF").fetchall()  # synchronised once, at the end
    source.set_progress_handler(look, _STEPS)
    try:
        source.execute("SELECT sqlcipher_export('made')").fetchall()
        for pragma in ("application_id", "user_version"):
            value = source.execute(f"PRAGMA main.{pragma}").fetchone()[0]
            source.execute(f"PRAGMA made.{pragma} = {int(value)}").fetchall()
        is_same = _content(source, "main") == _content(source, "made")
    except Exception as error:
        if stopped:
            raise ConversionCancelledError from error
        raise
    finally:
        source.set_progress_handler(None, 0)
    if not is_same:
        raise _differs(path)
    source.execute("DETACH DATABASE made")
    report("encrypt", 1.0)


def _content(connection: Any, name: str) -> tuple[object, ...]:
    """All that is declared, and how many rows each table has."""
    declared = connection.execute(
        f"SELECT type, name, sql FROM {name}.sqlite_master ORDER BY type, name"
    ).fetchall()
    counts = []
    for kind, table, sql in declared:
        if kind == "table" and not (sql or "").upper().startswith("CREATE VIRTUAL"):
            quoted = table.replace('"', '""')
            counted = connection.execute(f'SELECT count(*) FROM {name}."{quoted}"').fetchone()[0]
            counts.append((table, counted))
    return (*declared, *counts)


def _differs(path: Path) -> StoreError:
    return StoreError(f"{path} could not be copied whole, so nothing was changed.")


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _write_over(path: Path) -> bool:
    """Zeros in place of what a file had; False where that failed."""
    try:
        left = path.stat().st_size
        with path.open("r+b") as file:
            while left > 0:
                left -= file.write(bytes(min(left, _PIECE_BYTES)))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True
