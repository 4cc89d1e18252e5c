"""A history that another program holds is shown, and nothing is written to it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from workbench.domain.errors import DatabaseLockedError
from workbench.history.file import driver
from workbench.history.file.database import Database
from workbench.history.file.holders import holders
from workbench.history.runs import run_list
from workbench.history.store import HistoryStore

from . import samples
from .conftest import OpenStore, shared_file

_HOLD = """
    import sys
    from workbench.history.file.driver import load_driver
    connection = load_driver().connect(sys.argv[1], isolation_level=None)
    for statement in sys.argv[2:]:
        connection.execute(statement)
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _held(path: Path, *statements: str) -> Iterator[int]:
    """Another program holds the file; gives its process's number."""
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_HOLD), str(path), *statements],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.communicate("")


def _alone(path: Path) -> tuple[str, ...]:
    """What a program says that lets no other in, not even to read."""
    assert path.is_file()
    return ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN IMMEDIATE", "CREATE TABLE held (id)", "COMMIT")


async def test_the_second_window_sees_what_the_first_writes_and_writes_nothing(
    path: Path, open_store: OpenStore
) -> None:
    first = await open_store(path)
    run_id = await samples.done_run(first, output="Paris it is")
    second = HistoryStore(path, shown_only="Another window has it.")
    status = await second.open()
    assert status.read_only
    assert status.is_held
    assert status.problem == "Another window has it."
    assert [each.run_id for each in await second.read(run_list.list_runs)] == [run_id]
    later = await samples.done_run(first, output="Rome it is")
    if driver.may_share(driver.load_driver()):
        assert [each.run_id for each in await second.read(run_list.list_runs)] == [later, run_id]
    with pytest.raises(DatabaseLockedError, match="Another window"):
        await second.create_run(samples.template_spec(), title="no", manifest={})
    await second.keep_state("session", {"design": 1})
    assert not second.status.unsaved  # the first window's session is the session
    with pytest.raises(DatabaseLockedError):
        await second.close()
    assert [each.title for each in await first.read(run_list.list_runs)] == ["capitals"] * 2


@shared_file
@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be looked at there")
async def test_a_history_that_another_program_holds_is_shown_and_the_program_named(
    path: Path, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BUSY_MILLISECONDS", 100)
    store = await open_store(path)
    run_id = await samples.done_run(store, output="Paris it is")
    await store.close()
    with _held(path, *_alone(path)) as process:
        second = HistoryStore(path)
        status = await second.open(whatever_happens=True)
        assert status.read_only
        assert status.is_held
        assert f"(process {process})" in status.problem
        assert f"(process {process})" in await second.held_by()
        assert [each.run_id for each in await second.read(run_list.list_runs)] == [run_id]
        with pytest.raises(DatabaseLockedError, match="only shown and nothing is saved"):
            await second.create_run(samples.template_spec(), title="no", manifest={})
        await second.close()
    assert await HistoryStore(path).held_by() == ""


@shared_file
@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be looked at there")
async def test_a_program_that_only_writes_for_long_is_named_and_what_waits_is_saved_later(
    path: Path, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BUSY_MILLISECONDS", 100)
    store = await open_store(path)
    with _held(path, "BEGIN IMMEDIATE") as process:
        await store.keep_state("place", 7)
        assert f"(process {process})" in store.status.problem
        assert not store.status.read_only
    await store.retry()
    assert store.status.problem == ""
    assert await store.state_as("place", int, 0) == 7


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be looked at there")
def test_who_has_a_file_open_is_said_without_this_program(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as own:
        own.execute("CREATE TABLE one (id)")
        assert holders(path) == "another program"
        with _held(path, "SELECT * FROM one") as process:
            assert holders(path).endswith(f"(process {process})")
    assert os.getpid() != process


def test_an_older_history_that_is_held_is_read_from_a_copy_of_the_newest_schema(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = sorted((Path(__file__).parent / "schemas").glob("*.sql"))[0]
    path.parent.mkdir(parents=True)
    with closing(driver.load_driver().connect(str(path))) as connection:
        connection.executescript(dump.read_text("utf-8"))
    before = path.read_bytes()
    held = DatabaseLockedError("held")
    with closing(Database(path, reading=held)) as database, database.read() as connection:
        (found,) = run_list.list_runs(connection)
        assert found.title == "capitals"
    assert path.read_bytes() == before
