"""The schema's version: reading it, and migrating to the newest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from workbench.history.driver import APPLICATION_ID, driver_connection, write_transaction
from workbench.history.tables import SCHEMA_VERSION


def version(connection: Connection) -> int:
    """The revision number of the schema; 0 before the first."""
    found: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    return found


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
