"""How the file is set up, who may open it, and that migrations make what the tables say."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, select

from workbench.domain.errors import (
    DatabaseLockedError,
    DatabaseNewerError,
    DiskFullError,
    StoreError,
)
from workbench.history import schema
from workbench.history.chats import conversations
from workbench.history.file import driver
from workbench.history.file.database import Database
from workbench.history.runs import run_list, runs
from workbench.history.store import HistoryStore
from workbench.history.tables import SCHEMA_VERSION, metadata, run

from . import samples
from .conftest import OpenStore

FIXTURES = Path(__file__).parent / "schemas"


def _pragma(database: Database, name: str) -> object:
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_the_live_connection_is_durable_and_checked(path: Path) -> None:
    with closing(Database(path)) as database:
        assert _pragma(database, "journal_mode") == "wal"
        assert _pragma(database, "synchronous") == 2  # FULL
        assert _pragma(database, "foreign_keys") == 1
        assert _pragma(database, "busy_timeout") == 5000
        assert _pragma(database, "locking_mode") == ("normal" if database.shared else "exclusive")
        assert _pragma(database, "application_id") == driver.APPLICATION_ID
        assert _pragma(database, "user_version") == SCHEMA_VERSION


def test_all_work_is_done_on_one_connection(path: Path) -> None:
    with closing(Database(path)) as database:
        connects: list[object] = []
        event.listen(database.engine, "connect", lambda *each: connects.append(each))
        for _ in range(3):
            with database.write() as connection:
                connection.execute(run.update().values(title="x"))
            with database.read() as connection:
                connection.execute(select(run.c.id)).all()
        assert connects == []


def test_writing_takes_the_lock_at_once_and_reading_does_not(path: Path) -> None:
    with closing(Database(path)) as database:
        statements: list[str] = []
        event.listen(
            database.engine,
            "before_cursor_execute",
            lambda _connection, _cursor, statement, *_rest: statements.append(statement),
        )
        with database.write():
            pass
        with database.read():
            pass
        assert statements == ["BEGIN IMMEDIATE", "BEGIN"]


def test_the_newest_sqlite_at_hand_is_used() -> None:
    try:
        import sqlcipher3.dbapi2 as newest  # noqa: PLC0415
    except ImportError:
        newest = sqlite3
    assert driver.load_driver() is newest


@pytest.mark.parametrize(
    ("version", "shared"),
    [((3, 40, 1), False), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 4), True)],
)
def test_only_a_sound_sqlite_lets_two_programs_write(
    version: tuple[int, int, int], shared: bool
) -> None:
    module = ModuleType("driver")
    module.sqlite_version_info = version  # type: ignore[attr-defined]
    assert driver.may_share(module) is shared


_HOLD = """
    import pathlib, sqlite3, sys
    sqlite3.sqlite_version_info = (3, 40, 1)
    from workbench.history.file.database import Database
    database = Database(pathlib.Path(sys.argv[1]), sqlite3)
    with database.read() as connection:
        print(connection.exec_driver_sql("PRAGMA locking_mode").scalar_one(), flush=True)
    sys.stdin.read()
    database.close()
"""


def test_with_an_old_sqlite_a_second_program_is_told_what_to_do(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BUSY_MILLISECONDS", 100)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_HOLD), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "exclusive"
        with pytest.raises(DatabaseLockedError, match=r"close the other window.*--data-dir"):
            Database(path, sqlite3)
        holder.communicate("")
    Database(path, sqlite3).close()


def test_migrations_make_what_the_tables_say(path: Path) -> None:
    with closing(Database(path)) as database, database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _parents: not _is_search(name, kind)},
        )
        assert compare_metadata(context, metadata) == []


def _is_search(name: str | None, kind: str) -> bool:
    return kind == "table" and "_search" in (name or "")


def test_the_schema_number_is_that_of_the_newest_revision() -> None:
    script = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    assert script.get_current_head() == f"{SCHEMA_VERSION:04}"


def test_opening_a_current_file_does_not_import_alembic(path: Path) -> None:
    Database(path).close()
    code = (
        "import pathlib, sys; from workbench.history.file.database import Database; "
        f"Database(pathlib.Path({str(path)!r})).close(); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_room_costs_nothing() -> None:
    code = "import sys, workbench.history; assert 'sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def _text_of(dump: Path) -> str:
    return dump.read_text(encoding="utf-8")


@pytest.mark.parametrize("dump", sorted(FIXTURES.glob("*.sql")), ids=lambda dump: dump.stem)
async def test_every_older_schema_is_migrated_with_its_rows(
    dump: Path, path: Path, open_store: OpenStore
) -> None:
    path.parent.mkdir(parents=True)
    with closing(driver.load_driver().connect(str(path))) as connection:
        connection.executescript(_text_of(dump))
    store = await open_store(path)
    assert store.status.recovered == ""
    (summary,) = await store.read(run_list.list_runs)
    assert (summary.title, summary.answer) == ("capitals", "Paris it is")
    assert await store.read(runs.load_spec, summary.run_id) == samples.template_spec()
    assert [hit.kind for hit in await samples.find(store, "capital")] == ["message", "run"]
    (conversation,) = await store.read(conversations.list_conversations)
    assert [each.text for each in await store.messages(conversation.conversation_id)] == [
        "a capital question"
    ]
    assert store._database is not None
    assert set(inspect(store._database.engine).get_table_names()) >= set(metadata.tables)


def test_there_is_a_file_of_every_schema() -> None:
    numbers = [int(dump.stem) for dump in sorted(FIXTURES.glob("*.sql"))]
    assert numbers == [*range(1, SCHEMA_VERSION + 1)]


_BOOKKEEPING = {"alembic_version", "sqlite_sequence"}
_MADE_AGAIN, _WITH_OTHER_NUMBERS = {"template_text", "template_version"}, {"template_id"}
"""Tables that revision 0002 made of the texts, and the column with their ids."""


@pytest.mark.parametrize("dump", sorted(FIXTURES.glob("*.sql")), ids=lambda dump: dump.stem)
async def test_migrating_changes_no_value_of_an_older_schema(
    dump: Path, path: Path, open_store: OpenStore
) -> None:
    path.parent.mkdir(parents=True)
    with closing(driver.load_driver().connect(str(path))) as connection:
        connection.executescript(_text_of(dump))
        before = {name: _rows(connection, name) for name in _tables(connection)}
    await (await open_store(path)).close()
    with closing(driver.load_driver().connect(str(path))) as connection:
        kept = set(_tables(connection)) & before.keys()
        assert kept >= {"run", "event", "prompt_text", "conversation", "message", "session_state"}
        for name in kept - _MADE_AGAIN:
            after = _rows(connection, name)
            assert len(after) == len(before[name]), name
            for old, new in zip(before[name], after, strict=True):
                same = old.keys() - _WITH_OTHER_NUMBERS
                assert {column: new[column] for column in same} == {
                    column: old[column] for column in same
                }, name


@pytest.mark.parametrize("dump", sorted(FIXTURES.glob("*.sql"))[:-1], ids=lambda dump: dump.stem)
def test_report_9_a_migration_that_fails_at_its_end_changes_nothing_and_can_be_tried_again(
    dump: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir(parents=True)
    with closing(driver.load_driver().connect(str(path))) as connection:
        connection.executescript(_text_of(dump))
        before = _content(connection)

    def fail(connection: Connection) -> None:
        schema_migrate(connection)
        raise OSError(errno.ENOSPC, "No space left on device")

    schema_migrate = schema.migrate
    with monkeypatch.context() as patched:
        patched.setattr(schema, "migrate", fail)
        with pytest.raises(DiskFullError):
            Database(path)
    with closing(driver.load_driver().connect(str(path))) as connection:
        assert _content(connection) == before
    with closing(Database(path)) as database, database.read() as again:
        for name in ("run", "event", "conversation", "message", "prompt_text"):
            count = again.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            assert count == len(before[name]), name


def _content(connection: sqlite3.Connection) -> dict[str, list[dict[str, object]]]:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return {name: _rows(connection, name) for name in _tables(connection)} | {
        "user_version": [{"number": version}]
    }


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in found if "_search" not in name and name not in _BOOKKEEPING]


def _rows(connection: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    found = connection.execute(f"SELECT * FROM {table} ORDER BY rowid")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


async def test_a_newer_file_is_shown_and_never_written(path: Path, open_store: OpenStore) -> None:
    first = await open_store(path)
    run_id = await samples.done_run(first)
    await first.close()
    with closing(driver.load_driver().connect(str(path))) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
        connection.commit()
    store = await open_store(path)
    assert "newer version" in store.status.problem
    assert [summary.run_id for summary in await store.read(run_list.list_runs)] == [run_id]
    with pytest.raises(DatabaseNewerError, match="update the program"):
        await store.create_run(samples.template_spec(), title="t", manifest={})
    await store.close()
    with closing(driver.load_driver().connect(str(path))) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION + 1


_READ_ONLY = """
    import asyncio, os, sys
    from workbench.domain.errors import StoreError
    from workbench.history import session
    from workbench.history.runs import run_list
    from workbench.history.store import HistoryStore
    if os.geteuid() == 0:
        os.setuid(65534)  # the superuser may write everything

    async def main():
        store = HistoryStore(sys.argv[1])
        status = await store.open()
        assert "is read-only" in status.problem, status
        assert len(await store.read(run_list.list_runs)) == 1
        try:
            await store.write(session.set_state, "key", 1)
        except StoreError as error:
            assert "allow writing" in str(error)
        else:
            raise AssertionError("it wrote")
        await store.close()

    asyncio.run(main())
"""


async def _with_one_run(path: Path) -> None:
    store = HistoryStore(path)
    await store.open()
    await samples.done_run(store)
    await store.close()


def test_a_read_only_file_is_shown() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _check_read_only(Path(folder) / "history.db")


def _check_read_only(path: Path) -> None:
    asyncio.run(_with_one_run(path))
    path.parent.chmod(0o777)
    path.with_name("history.db.lock").chmod(0o666)
    path.chmod(0o444)
    before = path.read_bytes()
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_READ_ONLY), str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert result.returncode == 0, result.stderr
    assert path.read_bytes() == before


async def test_a_folder_that_cannot_be_made_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="check the permissions"):
        await HistoryStore(tmp_path / "data" / "history.db").open()
