"""Reading what can be read from a damaged database, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Table

from workbench.history.file.encryption.keyed_driver import key_of
from workbench.history.search import table as search_table
from workbench.history.tables import MADE_AGAIN, metadata

# Statements are put together from the names of our own tables and columns.
# ruff: noqa: S608

_LARGEST_GAP = 2**24
"""How many row ids to look behind the last readable row."""
_LARGEST_ID = 2**62

_REPAIRS = (
    # A row that lost its parent is kept where it can be used without it.
    """UPDATE message SET conversation_id = (SELECT coalesce(max(id), 0) + 1 FROM conversation)
       WHERE typeof(conversation_id) <> 'integer'""",
    "DELETE FROM event WHERE typeof(run_id) <> 'integer'",
    """INSERT INTO conversation (id, title, created_at, updated_at)
       SELECT conversation_id, 'Recovered conversation', min(created_at), max(created_at)
       FROM message WHERE conversation_id NOT IN (SELECT id FROM conversation)
       GROUP BY conversation_id""",
    """UPDATE message SET parent_id = NULL WHERE parent_id IS NOT NULL
       AND parent_id NOT IN (SELECT id FROM message)""",
    """UPDATE message SET run_id = NULL WHERE run_id IS NOT NULL
       AND run_id NOT IN (SELECT id FROM run)""",
    """UPDATE conversation SET leaf_id =
       (SELECT max(id) FROM message WHERE conversation_id = conversation.id)
       WHERE leaf_id IS NULL OR leaf_id NOT IN
       (SELECT id FROM message WHERE conversation_id = conversation.id)""",
    # Such a run has the status running and no owner, so opening ends it with what its events say.
    """INSERT INTO run
       (id, status, strategy, model, title, started_at, owner_pid, owner_started, digest, spec)
       SELECT run_id, 'running', '', '',
       coalesce((SELECT title FROM run_text WHERE run_id = event.run_id), 'Recovered run'),
       coalesce((SELECT max(started_at) FROM run WHERE id < event.run_id), 0), 0, 0, '', ''
       FROM event WHERE run_id NOT IN (SELECT id FROM run) GROUP BY run_id""",
    """INSERT INTO run_text (run_id, title, output)
       SELECT id, title, output FROM run WHERE id NOT IN (SELECT run_id FROM run_text)""",
    "DELETE FROM template_version WHERE text_id NOT IN (SELECT id FROM template_text)",
    """DELETE FROM template_version
       WHERE prompt_id NOT IN (SELECT prompt_id FROM prompt_place)""",
    """UPDATE run SET template_id = NULL WHERE template_id IS NOT NULL
       AND template_id NOT IN (SELECT id FROM template_version)""",
    "DELETE FROM run_text WHERE run_id NOT IN (SELECT id FROM run)",
    "DELETE FROM vote WHERE pair_id NOT IN (SELECT id FROM vote_pair)",
)


def copy_readable(damaged: Path, target: Any, driver: ModuleType) -> int:
    """Copy every readable row of a damaged file over a database of the newest schema.

    A table that could be read to the end replaces the target's rows; of others, the rows that were
    read replace those with the same key. Rows that lost what they belong to are repaired or left.

    Args:
        damaged: a copy of the file, which this may change.
        target: the driver's own connection to the database that takes the rows.
        driver: the SQLite module.

    Returns:
        The number of rows that were read.
    """
    source = _open_damaged(damaged, target, driver)
    source.text_factory = lambda raw: raw.decode("utf-8", "replace")
    rows = 0
    target.execute("PRAGMA foreign_keys=OFF")
    target.execute("BEGIN IMMEDIATE")
    try:
        for table in metadata.sorted_tables:
            if table.name not in MADE_AGAIN:
                rows += _copy_table(source, target, table, driver)
        for statement in _REPAIRS:
            target.execute(statement)
        search_table.make_again(target)
        target.execute("COMMIT")
    except BaseException:
        target.execute("ROLLBACK")
        raise
    finally:
        source.close()
        target.execute("PRAGMA foreign_keys=ON")
    return rows


def _open_damaged(damaged: Path, target: Any, driver: ModuleType) -> Any:
    """A connection to the damaged file on which at least the list of tables can be read, if any.

    The first page has that list. Every file of ours began with the same tables on the same pages,
    so where it is destroyed the target's first page says where the rows are. Of an encrypted file
    only a backup is left then.
    """
    source = driver.connect(str(damaged))
    try:
        # Lets SQLite read a file that is shorter than its first page says.
        source.execute("PRAGMA writable_schema=ON").fetchall()
        source.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except (driver.DatabaseError, UnicodeDecodeError):
        if key_of(driver) is not None:
            return source
        source.close()
        _replace_first_page(damaged, target)
        source = driver.connect(str(damaged))
        source.execute("PRAGMA writable_schema=ON").fetchall()
    return source


def _replace_first_page(damaged: Path, target: Any) -> None:
    page_bytes = target.execute("PRAGMA page_size").fetchone()[0]
    with Path(target.execute("PRAGMA database_list").fetchone()[2]).open("rb") as sound:
        page = bytearray(sound.read(page_bytes))
    page[32:40] = bytes(8)  # no list of free pages
    page[92:96] = bytes(4)  # the page count is not valid: the file's size counts
    with damaged.open("r+b") as file:
        file.write(page)


def _copy_table(source: Any, target: Any, table: Table, driver: ModuleType) -> int:
    try:
        present = {row[1] for row in source.execute(f"PRAGMA table_info({table.name})")}
    except (driver.DatabaseError, UnicodeDecodeError):
        return 0
    columns = [column.name for column in table.columns if column.name in present]
    if not columns:
        return 0
    if _reads_to_the_end(source, table.name, columns, driver):
        target.execute(f"DELETE FROM {table.name}")
    copied = 0
    statement = _upsert(table, columns)
    for row in _readable_rows(source, table.name, columns, driver):
        try:
            target.execute(statement, row)
        except (driver.IntegrityError, driver.InterfaceError, OverflowError):
            continue  # the damage made it impossible: a missing value, a second owner of a key
        copied += 1
    return copied


def _upsert(table: Table, columns: list[str]) -> str:
    keys = [column.name for column in table.primary_key]
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" for _ in columns)
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
    return (
        f"INSERT INTO {table.name} ({names}) VALUES ({marks}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates}"
    )


def _reads_to_the_end(source: Any, table: str, columns: list[str], driver: ModuleType) -> bool:
    names = ", ".join(f'"{name}"' for name in columns)
    try:
        for _row in source.execute(f"SELECT {names} FROM {table} ORDER BY rowid"):
            pass
    except (driver.DatabaseError, UnicodeDecodeError):
        return False
    return True


def _readable_rows(
    source: Any, table: str, columns: list[str], driver: ModuleType
) -> Iterator[tuple[Any, ...]]:
    """The rows that can be read, each once.

    From the front until damage, from the back until damage, then into the gap in growing steps:
    behind the damage a row is readable again, and from there it is read both ways.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    seen: set[int] = set()

    def scan(condition: str, bound: int, order: str) -> Iterator[tuple[Any, ...]]:
        """Rows from ``bound`` on, until damage, the end, or a row seen before."""
        where = f"WHERE rowid {condition} ? ORDER BY rowid {order}"
        try:
            for row in source.execute(f"SELECT rowid, {names} FROM {table} {where}", (bound,)):
                if row[0] in seen:
                    return
                seen.add(row[0])
                yield row[1:]
        except (driver.DatabaseError, UnicodeDecodeError):
            return

    yield from scan(">=", -_LARGEST_ID, "ASC")
    last = max(seen, default=0)
    yield from scan("<=", _LARGEST_ID, "DESC")
    end = min((rowid for rowid in seen if rowid > last), default=last + _LARGEST_GAP)
    for start in _probes(last, end):
        before = len(seen)
        yield from scan(">=", start, "ASC")
        if len(seen) > before:
            yield from scan("<", start, "DESC")


def _probes(last: int, end: int) -> Iterator[int]:
    """Row ids between ``last`` and ``end``: dense at first, then further and further apart."""
    position, step = last + 1, 1
    while position < end:
        yield position
        position += step
        if position - last > 512:
            step = (position - last) // 32
