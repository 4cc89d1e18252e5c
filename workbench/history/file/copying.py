"""Copies an open database to one file, checks the copy, and reports how far it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.domain.errors import DatabaseDamagedError
from workbench.history.file import backups
from workbench.history.file.driver import BUSY_MILLISECONDS

Report = Callable[[str, float], None]
"""Called with the step ("copy", "check") and how far it is, from 0 to 1."""
_STEP_PAGES = 512


def silent(_step: str, _share: float) -> None:
    """For a copy that nothing is reported of."""


def second_connection(path: Path, driver: ModuleType) -> Any:
    """A connection that only reads, for work next to the writer's.

    It keeps to what was committed when it began, so that writes do not make a copy begin again.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = driver.connect(uri, uri=True, timeout=BUSY_MILLISECONDS / 1000)
    connection.isolation_level = None
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return connection


def copy_checked(source: Any, target: Path, driver: ModuleType, report: Report) -> None:
    """Copy what a connection reads to ``target``, which is replaced once the copy is sound.

    Raises:
        DatabaseDamagedError: the copy is not sound; ``target`` is what it was.
    """
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)

    def on_step(_status: int, remaining: int, total: int) -> None:
        report("copy", 1 - remaining / total if total else 1.0)

    try:
        with closing(driver.connect(str(partial))) as copy:
            source.backup(copy, pages=_STEP_PAGES, progress=on_step)
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()  # one file, without -wal or -shm
            report("check", 0.0)
            if not backups.quick_check(copy):
                raise DatabaseDamagedError(
                    f"The history is damaged, so nothing was written to {target}: start the "
                    "program again, it then moves the file aside and keeps all that can be read."
                )
        partial.replace(target)
        report("check", 1.0)
    finally:
        partial.unlink(missing_ok=True)
