"""Takes a backup in place of the history: checked at once, swapped at the next start.

The swap waits for a start because then nothing in the program shows what is no longer there, and
no other program has the file open. What was there is kept among the backups.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.domain.errors import DatabaseNewerError, PassphraseError, StoreError
from workbench.domain.storage import BackupContent
from workbench.files import sync_folder
from workbench.history import schema
from workbench.history.file import backups
from workbench.history.file.copying import Report
from workbench.history.file.driver import (
    APPLICATION_ID,
    create_sqlite_engine,
    driver_connection,
    plain_errors,
)
from workbench.history.file.encryption.converting import convert
from workbench.history.file.encryption.keyed_driver import key_of, plain_driver, with_key
from workbench.history.file.encryption.keys import (
    Key,
    has_key,
    is_encrypted,
    salt_of,
    unlock,
)
from workbench.history.file.file_lock import FileLock
from workbench.history.tables import SCHEMA_VERSION

_PIECE_BYTES = 4 * 1024 * 1024
_NEWEST = "SELECT max(at) FROM (SELECT max(started_at) AS at FROM run UNION ALL SELECT max(created_at) FROM message)"  # noqa: E501


def staged(path: Path) -> Path:
    """Where a checked backup waits for the next start."""
    return path.with_name(f"{path.stem}.restore{path.suffix}")


def stage(
    source: Path, path: Path, driver: ModuleType, report: Report, passphrase: str | None = None
) -> BackupContent:
    """Check a backup to its end, bring it to the newest schema, and leave it for the next start.

    The file itself is not changed: a copy is, which is encrypted where the history is.

    Raises:
        PassphraseError: it is encrypted, and with another passphrase.
        StoreError: it cannot be read, is damaged, of a newer version, or no history.
    """
    with (
        plain_errors(source),
        tempfile.TemporaryDirectory(prefix=".restore-", dir=path.parent) as scratch,
    ):
        copy = Path(scratch) / "history.db"
        _copy_file(source, copy, report)
        report("check", 0.0)
        own = with_key(driver, _key_of(copy, source, driver, passphrase))
        found = _checked(copy, source, own)
        if not has_key(copy, key_of(driver)):
            convert(copy, own, key_of(driver), report)
        _migrate(copy, source, driver)
        _refuse_other_programs(copy, source, driver)
        content = _content(copy, source, found, driver)
        copy.replace(staged(path))
        sync_folder(path.parent)
    report("check", 1.0)
    return content


def apply(path: Path, lock: FileLock, driver: ModuleType) -> str:
    """Put a waiting backup in the history's place, unless another program has that open.

    Returns:
        A sentence for the user, "" where nothing waits or it has to wait on.
    """
    waiting = staged(path)
    if not waiting.is_file():
        return ""
    if not lock.alone():
        lock.share()
        return ""
    try:
        kept = _set_aside(path, driver)
        waiting.replace(path)
        sync_folder(path.parent)
    finally:
        lock.share()
    sentence = "The history was restored from a backup."
    return f"{sentence} What was there before is kept as {kept}." if kept else sentence


def _copy_file(source: Path, copy: Path, report: Report) -> None:
    total, done = max(source.stat().st_size, 1), 0
    with source.open("rb") as given, copy.open("xb") as taken:
        while piece := given.read(_PIECE_BYTES):
            taken.write(piece)
            done += len(piece)
            report("copy", min(done / total, 1.0))


def _key_of(copy: Path, source: Path, driver: ModuleType, passphrase: str | None) -> Key | None:
    """The key of a backup: none, that of the history, or of another passphrase."""
    if not is_encrypted(copy):
        return None
    own = key_of(driver)
    if own is not None and salt_of(copy) == own.salt:
        return own
    if passphrase is None:
        raise PassphraseError(f"{source} is encrypted: its passphrase is needed to restore it.")
    try:
        return unlock(copy, passphrase, plain_driver(driver))
    except PassphraseError:
        raise PassphraseError(f"This passphrase does not open {source}.") from None


def _checked(copy: Path, source: Path, driver: ModuleType) -> int:
    """The schema's version of a sound history."""
    try:
        with closing(driver.connect(str(copy))) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreError(f"{source} is not a history of this program.")
            found: int = connection.execute("PRAGMA user_version").fetchone()[0]
            if found > SCHEMA_VERSION:
                raise DatabaseNewerError(
                    f"{source} was written by a newer version of this program: update the program."
                )
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
            if found < 1 or not backups.quick_check(connection):
                raise StoreError(f"{source} is damaged, so nothing was restored from it.")
            return found
    except (driver.DatabaseError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{source} cannot be read as a history of this program, so nothing was restored."
        ) from error


def _migrate(copy: Path, source: Path, driver: ModuleType) -> None:
    engine = create_sqlite_engine(copy, driver, wal=False)
    try:
        with schema.rebuilding(engine) as connection:
            schema.migrate(connection)
        if not schema.is_whole(driver_connection(engine), driver):
            raise StoreError(f"{source} is damaged, so nothing was restored from it.")
    finally:
        engine.dispose()


def _refuse_other_programs(copy: Path, source: Path, driver: ModuleType) -> None:
    """A trigger or view that is not ours would work on our rows: such a file is not taken."""
    fresh = create_sqlite_engine(None, driver, wal=False)
    try:
        with schema.rebuilding(fresh) as connection:
            schema.migrate(connection)
        own = _programs(driver_connection(fresh))
    finally:
        fresh.dispose()
    with closing(driver.connect(str(copy))) as opened:
        if not _programs(opened) <= own:
            raise StoreError(
                f"{source} has triggers or views that this program does not make, so nothing was "
                "restored from it."
            )


def _programs(connection: Any) -> set[tuple[str, str, str]]:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"
    )
    return {(kind, name, " ".join((text or "").split())) for kind, name, text in rows}


def _content(copy: Path, source: Path, found: int, driver: ModuleType) -> BackupContent:
    with closing(driver.connect(str(copy))) as connection:

        def one(statement: str) -> Any:
            return connection.execute(statement).fetchone()[0]

        newest = one(_NEWEST)
        return BackupContent(
            path=str(source),
            schema=found,
            runs=one("SELECT count(*) FROM run WHERE deleted_at IS NULL"),
            conversations=one("SELECT count(*) FROM conversation WHERE deleted_at IS NULL"),
            messages=one("SELECT count(*) FROM message WHERE deleted_at IS NULL"),
            newest_at=newest if isinstance(newest, int | float) else None,
        )


def _set_aside(path: Path, driver: ModuleType) -> Path | None:
    """Move the history among the backups, with what is only in its -wal file."""
    if not path.exists():
        return None
    with contextlib.suppress(driver.DatabaseError), closing(driver.connect(str(path))) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    backups.folder(path).mkdir(parents=True, exist_ok=True)
    moment = time.time()
    kept = backups.before_restore(path, moment)
    while kept.exists():
        moment += 1
        kept = backups.before_restore(path, moment)
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            shutil.move(part, kept.with_name(kept.name + suffix))
    return kept
