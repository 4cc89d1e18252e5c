"""Whatever is typed finds texts of runs and chats, never an error."""

from __future__ import annotations

import asyncio
import string
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from workbench.domain.views import RunFilter, SearchHit
from workbench.history.chats import conversations, message_tree
from workbench.history.file.database import Database
from workbench.history.runs import run_list
from workbench.history.search import finding
from workbench.history.store import HistoryStore
from workbench.history.tables import run

from . import samples

ORDINARY = [
    "foo-bar", "C++", "it's", "50%", "(hello", "", " ", '"', '""', "a AND", "NOT", "OR x", "*",
    "s:hello", "title:x", "^x", "NEAR(a b)", "\0", "a\0b", "{x}", "-", "💥", "\ud800", "a*b", "+",
]  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("search") / "history.db"

    async def fill() -> None:
        store = HistoryStore(path)
        await store.open()
        await samples.done_run(store, "The quick brown fox", "jumps over Zürich")
        chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
        await store.write(message_tree.add_message, chat, None, "user", "a lazy dog")
        assert await samples.find(store, "lazy")
        await store.close()

    asyncio.run(fill())
    with closing(Database(path)) as opened:
        yield opened


def _find(connection: Connection, typed: str) -> tuple[SearchHit, ...]:
    return finding.search(connection, typed, limit=10).hits


@pytest.mark.parametrize("typed", ORDINARY)
def test_ordinary_input_is_no_syntax(database: Database, typed: str) -> None:
    with database.read() as connection:
        _find(connection, typed)


@given(st.text(alphabet=st.characters(codec=None, categories=None)))
@settings(max_examples=500)
def test_nothing_typed_raises(database: Database, typed: str) -> None:
    with database.read() as connection:
        _find(connection, typed)
        run_list.list_runs(connection, None, 5, RunFilter(text=typed))


@given(st.text(alphabet=string.punctuation + string.whitespace + "\0…“”–—¿¡。"))
def test_a_known_word_is_found_beside_any_punctuation(database: Database, noise: str) -> None:
    with database.read() as connection:
        assert _find(connection, f"{noise} fox")


@pytest.mark.parametrize("typed", ["fox", "FOX", "qui", "brown quick", "zurich", "Zür", "jumps fo"])
def test_words_are_found_in_any_order_case_and_accent(database: Database, typed: str) -> None:
    with database.read() as connection:
        assert [hit.kind for hit in _find(connection, typed)] == ["run"]


def test_only_the_last_word_may_be_a_beginning(database: Database) -> None:
    with database.read() as connection:
        assert _find(connection, "qui fox") == ()


def test_the_snippet_marks_the_words(database: Database) -> None:
    with database.read() as connection:
        (hit,) = _find(connection, "lazy")
    assert (hit.kind, hit.snippet) == ("message", "a \x02lazy\x03 dog")


async def test_texts_of_samples_that_did_not_win_are_found(store: HistoryStore) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    from workbench.domain.runs.run_state import fold_all  # noqa: PLC0415

    events = samples.log(
        run_id,
        [
            samples.started("q", samples=2),
            samples.call_finished("winner", sample=0),
            samples.call_finished("dissenting opinion", sample=1),
            samples.finished("winner"),
        ],
    )
    store.append(run_id, events)
    await store.finish_run(run_id, fold_all(events))
    assert [hit.id for hit in await samples.find(store, "dissent")] == [run_id]


async def test_a_chat_answer_is_found_once_as_its_conversation(store: HistoryStore) -> None:
    run_id = await samples.done_run(store, "q", "unmistakable", samples.chat_spec("q"))
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    await store.write(message_tree.add_message, chat, None, "assistant", "", run_id)
    (hit,) = await samples.find(store, "unmistakable")
    assert (hit.kind, hit.id) == ("message", chat)
    assert [
        each.run_id
        for each in await store.read(run_list.list_runs, wanted=RunFilter(text="unmistakable"))
    ] == [run_id]


async def test_hits_are_newest_first_and_limited(store: HistoryStore) -> None:
    ids = [await samples.done_run(store, output=f"word {number}") for number in range(5)]
    assert [hit.id for hit in await samples.find(store, "word", limit=3)] == ids[:1:-1]


async def test_one_kind_is_not_crowded_out_by_hits_of_the_other(store: HistoryStore) -> None:
    chat = (await store.write(conversations.insert_conversation, "c")).conversation_id
    await store.write(message_tree.add_message, chat, None, "user", "a lazy fox")
    for number in range(3):
        await samples.done_run(store, f"fox {number}", "jumps")
    assert [hit.kind for hit in await samples.find(store, "fox", 2, "chat")] == ["message"]
    assert [hit.kind for hit in await samples.find(store, "fox", 2, "run")] == ["run", "run"]


FILTERS = [
    RunFilter(),
    RunFilter(strategy="cot"),
    RunFilter(model="m"),
    RunFilter(group="g"),
    RunFilter(text="a"),
    RunFilter(compared=True),
    RunFilter(is_right=False),
    RunFilter(without_cancelled=True),
    RunFilter(since=1e9),
]


@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_lists_use_an_index_and_never_sort(
    database: Database, wanted: RunFilter, fold: bool
) -> None:
    plans: list[str] = []
    with database.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        executed: list[str] = []
        raw.set_trace_callback(executed.append)
        run_list.list_runs(connection, 10, 5, wanted, fold=fold)
        raw.set_trace_callback(None)
        for statement in executed:
            if statement.lstrip().startswith("SELECT run.id"):
                plans += [row[3] for row in raw.execute("EXPLAIN QUERY PLAN " + statement)]
    assert plans
    assert not any(plan.startswith("SCAN run ") or "TEMP B-TREE" in plan for plan in plans), plans


def _add_runs(database: Database, numbers: range) -> None:
    """Runs; four in ten are in comparisons of four."""
    with database.write() as connection:
        connection.execute(
            insert(run),
            [
                {
                    "id": number,
                    "status": "done",
                    "strategy": "cot" if number % 3 else "direct",
                    "model": "m",
                    "title": "t",
                    "group_key": f"g{number // 10}" if number % 10 < 4 else "",
                    "started_at": 1e9 + number,
                    "owner_pid": 1,
                    "owner_started": 0.0,
                    "digest": str(number),
                    "spec": "{}",
                    "is_right": number % 2,
                }
                for number in numbers
            ],
        )


def _work_of(database: Database, wanted: RunFilter, *, fold: bool) -> int:
    """How much SQLite does for a page, in hundreds of its instructions."""
    done = 0

    def count() -> None:
        nonlocal done
        done += 1

    with database.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(count, 100)
        found = run_list.list_runs(connection, None, 50, wanted, fold=fold)
        raw.set_progress_handler(None, 0)
    assert len(found) == 50
    return done


@pytest.mark.parametrize("fold", [False, True])
@pytest.mark.parametrize(
    "wanted",
    [RunFilter(), RunFilter(strategy="cot"), RunFilter(is_right=True)],
    ids=str,
)
def test_a_page_takes_no_longer_in_a_long_history(
    path: Path, wanted: RunFilter, fold: bool
) -> None:
    with closing(Database(path)) as history:
        _add_runs(history, range(1, 501))
        short = _work_of(history, wanted, fold=fold)
        _add_runs(history, range(501, 3001))
        assert _work_of(history, wanted, fold=fold) < 2 * short


def test_the_list_of_today_does_not_look_through_the_days_before(path: Path) -> None:
    with closing(Database(path)) as history:
        _add_runs(history, range(1, 501))
        short = _work_of(history, RunFilter(since=1e9 + 400), fold=True)
        _add_runs(history, range(501, 3001))
        assert _work_of(history, RunFilter(since=1e9 + 2900), fold=True) < 1.3 * short
