"""SQL can only read, within limits, and the page that describes the tables is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.domain.errors import UsageError
from workbench.history.store import HistoryStore
from workbench.history.table_words import table_words

from . import samples, schema_page
from .conftest import shared_file

pytestmark = shared_file


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.rglob("*")}


async def rows(store: HistoryStore, statement: str, most: int = 100, seconds: float = 60) -> object:
    return (await store.query(statement, most, seconds)).rows


async def test_what_was_written_just_now_is_read(store: HistoryStore) -> None:
    run_id = await samples.done_run(store, output="Paris it is", title="capitals")
    found = await store.query("SELECT id, title, output FROM run", 10, 60)
    assert found.columns == ("id", "title", "output")
    assert found.rows == ((run_id, "capitals", "Paris it is"),)
    with_json = await store.query("SELECT payload FROM event WHERE type = 'run_started'", 10, 60)
    assert '"strategy":"direct"' in str(with_json.rows[0][0])


async def test_more_rows_than_the_limit_are_left_out_and_the_result_says_so(
    store: HistoryStore,
) -> None:
    count = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 7) SELECT i FROM n"
    )
    assert len((await store.query(count, 5, 60)).rows) == 5
    assert (await store.query(count, 5, 60)).is_cut
    assert not (await store.query(count, 7, 60)).is_cut


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM run",
        "UPDATE run SET title = 'x'",
        "INSERT INTO session_state VALUES ('a', 'b')",
        "DROP TABLE run",
        "CREATE TEMP TABLE t (a)",
        "ATTACH DATABASE 'other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA query_only=OFF",
        "PRAGMA writable_schema=ON",
        "SELECT load_extension('x')",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "SELECT 1; DELETE FROM run",
        "SELECT nothing FROM nowhere",
        "",
        "this is no SQL",
    ],
)
async def test_whatever_is_no_question_is_refused_and_changes_nothing(
    store: HistoryStore, path: Path, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_id = await samples.done_run(store, title="as it was")
    before = names(tmp_path)
    with pytest.raises(UsageError):
        await store.query(statement, 10, 60)
    assert await rows(store, "SELECT id, title FROM run") == ((run_id, "as it was"),)
    assert names(tmp_path) == before


async def test_a_question_without_end_is_stopped_by_its_time(store: HistoryStore) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(UsageError, match="took longer than"):
        await store.query(endless, 10, 0.05)


def test_the_page_of_the_schema_is_that_of_the_tables() -> None:
    written = schema_page.PAGE.read_text("utf-8")
    assert written == schema_page.page(), "run python -m tests.history.schema_page"


def test_each_table_is_on_the_page() -> None:
    assert "## message" in schema_page.page()
    assert sum(bool(table.description) for table in table_words()) > 10
