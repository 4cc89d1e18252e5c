"""The schema's version: reading it, and migrating to the newest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine

from workbench.history.file.driver import APPLICATION_ID, driver_connection, write_transaction
from workbench.history.search import table as search_table
from workbench.history.tables import SCHEMA_VERSION, metadata


def version(connection: Connection) -> int:
    """The revision number of the schema; 0 before the first."""
    found: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    return found


def is_whole(connection: Any, driver: ModuleType) -> bool:
    """Whether all tables, columns and triggers of the newest revision are there.

    SQLite's own check says nothing of a damaged byte in the name of a column. Other revisions
    are not looked at.

    Args:
        connection: the driver's own.
        driver: the module that made it.
    """
    if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
        return True
    named = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not named >= {*search_table.TRIGGERS, search_table.NAME}:
        return False
    try:
        if search_table.is_usable(connection):  # else it is made again after this
            connection.execute("SELECT rowid FROM text_search('a') LIMIT 0").fetchall()
        for statement in _statements():
            connection.execute(f"EXPLAIN {statement}").fetchall()
        for table in metadata.tables:
            connection.execute(f"SELECT * FROM {table} LIMIT 0").fetchall()  # noqa: S608
    except (driver.DatabaseError, UnicodeDecodeError):
        return False
    return True


def _statements() -> Iterator[str]:
    """Statements that can only be compiled where tables, columns and triggers are what they were.

    They are made of the names of our own tables.
    """
    for table in metadata.sorted_tables:
        names = [f'"{column.name}"' for column in table.columns]
        joined, marks = ", ".join(names), ", ".join("NULL" for _ in names)
        yield f"INSERT INTO {table.name} ({joined}) VALUES ({marks})"  # noqa: S608
        yield f"UPDATE {table.name} SET {', '.join(f'{name} = NULL' for name in names)}"  # noqa: S608
        yield f"DELETE FROM {table.name}"  # noqa: S608


@contextmanager
def rebuilding(engine: Engine) -> Iterator[Connection]:
    """A write transaction in which a table may be replaced that others refer to.

    SQLite cannot change a table's constraints, so a revision makes another and drops the old one;
    with foreign keys on that would fail. They can only be switched outside a transaction.
    """
    raw = driver_connection(engine)
    raw.execute("PRAGMA foreign_keys=OFF").fetchall()
    try:
        with write_transaction(engine) as connection:
            yield connection
    finally:
        raw.execute("PRAGMA foreign_keys=ON").fetchall()


def rebuild_indexes(engine: Engine) -> None:
    """Make all indexes again; that of the texts is empty then and filled in steps."""
    with write_transaction(engine) as connection:
        connection.exec_driver_sql("REINDEX")
        search_table.make_again(connection.connection.driver_connection)


def migrate(connection: Connection) -> None:
    """Bring the schema to the newest revision, inside a transaction of :func:`rebuilding`.

    Another program may have migrated while this one waited for the lock, so the version is read
    again here. Alembic takes a second to import and is only imported when there is work for it.
    """
    if version(connection) >= SCHEMA_VERSION:
        return
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
