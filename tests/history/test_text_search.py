"""The full-text index: what is found where, how it is filled, and what it says until it is."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, insert, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from workbench.domain.evaluation.cells import CellId, KeptCell
from workbench.domain.evaluation.results import EvaluationSummary
from workbench.domain.searching import MOST_COUNTED, SearchFilter, SearchKind, SearchPage, building
from workbench.domain.views import RunFilter
from workbench.history import versions
from workbench.history.chats import conversations, message_tree
from workbench.history.chats.branches import showing
from workbench.history.evaluation import evaluations
from workbench.history.file import driver
from workbench.history.file.database import Database
from workbench.history.runs import run_list
from workbench.history.search import finding, indexing, table
from workbench.history.search.indexing import Indexer
from workbench.history.search.snippets import Wanted, snippet
from workbench.history.search.words import indexed, phrases
from workbench.history.store import HistoryStore
from workbench.history.tables import conversation, message, run_text, tag, token_data

from . import samples
from .conftest import OpenStore

OLDER = Path(__file__).parent / "schemas" / "0008.sql"


async def _search(store: HistoryStore, typed: str, **wanted: object) -> SearchPage:
    """A page of the whole index: one search indexes for a moment only."""
    limits = msgspec.convert(wanted, SearchFilter)
    for _ in range(1000):
        page = await store.search(finding.search, typed, limits)
        if page.is_whole:
            break
    return page


async def _chat(store: HistoryStore, title: str = "c") -> int:
    return (await store.write(conversations.insert_conversation, title)).conversation_id


async def _say(store: HistoryStore, chat: int, parent: int | None, role: str, words: str) -> int:
    added = await store.write(message_tree.add_message, chat, parent, role, words)
    return added.message_id


async def test_a_word_is_found_in_an_unselected_version_a_variable_and_a_thought(
    store: HistoryStore,
) -> None:
    chat = await _chat(store, "Tone of the mails")
    asked = await _say(store, chat, None, "user", "Write it.")
    version = await _say(store, chat, asked, "assistant", "A kestrel in the first version")
    shown = await _say(store, chat, asked, "assistant", "The second version")
    await store.write(
        lambda connection: connection.execute(
            update(message).where(message.c.id == shown).values(reasoning="Maybe name a kestrel?")
        )
    )
    prompt = samples.template_spec().prompt
    assert prompt.__struct_fields__
    spec = msgspec.structs.replace(
        samples.template_spec(),
        prompt=msgspec.structs.replace(prompt, variables={"bird": "kestrel"}),
    )
    run_id = await samples.done_run(store, "Which bird?", "None", spec)
    page = await _search(store, "kestrel")
    found = {(hit.kind, hit.id, hit.message_id, hit.part): hit for hit in page.hits}
    assert set(found) == {
        ("message", chat, version, "text"),
        ("message", chat, shown, "thought"),
        ("run", run_id, None, "variables"),
    }
    other = found["message", chat, version, "text"]
    assert (other.number, other.of, other.is_shown) == (1, 2, False)
    assert other.snippet == "A \x02kestrel\x03 in the first version"
    thought = found["message", chat, shown, "thought"]
    assert (thought.number, thought.of, thought.is_shown) == (2, 2, True)
    assert found["run", run_id, None, "variables"].snippet == "bird: \x02kestrel\x03"
    assert page.count == 3
    assert page.by_kind == {"chat": 2, "variable": 1}
    await store.write(showing.set_leaf, chat, version)
    again = await _search(store, "kestrel")
    assert {hit.message_id: hit.is_shown for hit in again.hits if hit.kind == "message"} == {
        version: True,
        shown: False,
    }


async def test_what_a_run_thought_is_found_as_a_thought(store: HistoryStore) -> None:
    from workbench.domain.runs.run_state import fold_all  # noqa: PLC0415

    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    end = msgspec.structs.replace(samples.call_finished("Seven."), reasoning="Perhaps a walrus?")
    events = samples.log(run_id, [samples.started("q"), end, samples.finished("Seven.")])
    store.append(run_id, events)
    await store.finish_run(run_id, fold_all(events))
    (hit,) = (await _search(store, "walrus")).hits
    assert (hit.kind, hit.id, hit.part) == ("run", run_id, "thought")
    assert hit.snippet == "Perhaps a \x02walrus\x03?"


async def test_versions_titles_and_rows_of_evaluations_are_found(store: HistoryStore) -> None:
    await store.write(versions.record, "/p/support/triage.prompty", "Sort the ocelots.", "saved")
    chat = await _chat(store, "About ocelots")
    definition = '{"name": "n", "rows": [{"values": {"q": "no"}}, {"values": {"q": "an ocelot"}}]}'
    summary = EvaluationSummary(
        evaluation_id=0, digest="d", name="animals", path="", status="done", cell_count=0,
        created_at=0.0, updated_at=0.0,
    )  # fmt: skip
    await store.write(evaluations.keep, summary, definition, "{}", ())
    page = await _search(store, "ocelot")
    assert {(hit.kind, hit.part, hit.title, hit.number) for hit in page.hits} == {
        ("version", "text", "support/triage", 1),
        ("message", "title", "About ocelots", 0),
        ("case", "text", "animals", 2),
    }
    assert page.by_kind == {"chat": 1, "version": 1, "case": 1}
    await store.write(conversations.rename, chat, "About lynxes")
    assert [hit.kind for hit in (await _search(store, "ocelot", kinds=["chat"])).hits] == []
    assert [hit.id for hit in (await _search(store, "lynx")).hits] == [chat]


async def test_filters_are_kept_up_with_what_changes(store: HistoryStore) -> None:
    run_id = await samples.done_run(store, "a tapir", "one")
    other = await samples.done_run(store, "a tapir", "two", samples.template_spec(strategy="cot"))

    async def found(**wanted: object) -> set[int]:
        return {hit.id for hit in (await _search(store, "tapir", **wanted)).hits}

    assert await found() == {run_id, other}
    assert await found(strategy="cot") == {other}
    assert await found(model="/models/tiny.gguf", strategy="direct") == {run_id}
    assert (
        await found(tag="support") == await found(is_right=True) == await found(doubt=0.5) == set()
    )

    def tag_it(connection: Connection) -> None:
        row = {"kind": "run", "item_id": run_id, "name": "Support"}
        connection.execute(insert(tag), row)

    await store.write(tag_it)
    await store.write(run_list.expect, "one", [run_id])
    await store.write(run_list.expect, "one", [other])
    row = {"run_id": other, "call": 0, "sample": 0, "tokenizer": "", "token_count": 1,
           "doubt": 1.0, "chosen": b""}  # fmt: skip
    await store.write(lambda connection: connection.execute(insert(token_data), row) and None)
    assert await found(tag="support") == await found(is_right=True) == {run_id}
    assert await found(is_right=False) == await found(doubt=0.6) == {other}
    assert await found(doubt=0.7) == set()
    at = (await store.read(run_list.list_runs))[0].started_at
    assert await found(since=at - 60) == {run_id, other}
    assert await found(until=at - 60) == set()
    await store.write(run_list.hide, [run_id])
    assert await found() == {other}
    await store.write(run_list.show, [run_id])
    assert await found() == {run_id, other}


async def _scored(store: HistoryStore, digest: str, scores: dict[int, float | None]) -> None:
    """Keep an evaluation in which each run is a cell with its score."""
    summary = EvaluationSummary(digest=digest, name=digest, path="", status="done", cell_count=1)
    cells = [
        KeptCell(id=CellId("v", str(run)), key="k", state="done", run_id=run, score=score)
        for run, score in scores.items()
    ]
    await store.write(evaluations.keep, summary, "{}", "{}", cells)


async def test_runs_are_found_by_each_of_their_scores(store: HistoryStore) -> None:
    low, high, plain = [await samples.done_run(store, f"a tapir {name}") for name in "abc"]

    async def found(least: float | None, below: float | None = None) -> set[int]:
        page = await _search(store, "tapir", score_from=least, score_below=below)
        return {hit.id for hit in page.hits}

    assert await found(0.0) == set()
    await _scored(store, "first", {low: 0.31, high: 1.0, plain: None})
    assert await found(0.0) == {low, high}
    assert await found(0.3) == {low, high}
    assert await found(0.4) == await found(1.0) == {high}
    assert await found(None, 0.5) == await found(0.3, 0.4) == {low}
    assert await found(None, 0.3) == await found(0.5, 0.5) == set()
    assert await found(None, 1.0) == {low}
    hits = {hit.id: hit.scores for hit in (await _search(store, "tapir")).hits}
    assert hits == {low: (0.31,), high: (1.0,), plain: ()}
    await _scored(store, "second", {low: 0.8})  # it has both scores
    assert await found(0.8) == {low, high}
    assert await found(None, 0.5) == {low}
    (hit,) = (await _search(store, "", kinds=["run"], score_from=0.8, score_below=1.0)).hits
    assert (hit.id, hit.scores) == (low, (0.31, 0.8))
    await _scored(store, "first", {low: 0.95, high: None, plain: 0.0})
    assert await found(0.8) == {low}
    assert await found(None, 0.5) == {plain}
    await _scored(store, "first", {high: 0.2 + 0.1})  # a mean of checks: 0.30000000000000004
    assert await found(0.3, 0.4) == {high}
    assert await found(None, 0.5) == {high}


async def test_a_score_that_stays_has_nothing_indexed_again(store: HistoryStore) -> None:
    runs = [await samples.done_run(store, f"a tapir {number}") for number in range(3)]
    await _scored(store, "first", dict.fromkeys(runs, 0.5))
    assert (await _search(store, "tapir")).is_whole

    def noted(connection: Connection) -> list[int]:
        query = text("SELECT item_id FROM index_pending WHERE source = 'run'")
        return list(connection.execute(query).scalars())

    def again(connection: Connection, score: float) -> list[int]:
        summary = EvaluationSummary(digest="first", name="n", path="", status="done", cell_count=3)
        cells = [
            KeptCell(id=CellId("v", str(run)), key="k", state="done", run_id=run, score=0.5)
            for run in runs
        ]
        cells[1] = msgspec.structs.replace(cells[1], score=score)
        evaluations.keep(connection, summary, "{}", "{}", cells)
        return noted(connection)

    assert await store.write(again, 0.5) == []
    assert await store.write(again, 0.9) == [runs[1]]
    assert [hit.id for hit in (await _search(store, "tapir", score_from=0.9)).hits] == [runs[1]]


async def test_what_is_found_by_a_score_of_an_older_history(
    path: Path, open_store: OpenStore
) -> None:
    """Revision 0010 notes the runs that evaluations have scored; the index follows in steps."""
    path.parent.mkdir(parents=True)
    cell = "INSERT INTO evaluation_cell (evaluation_id, variant, case_id, repeat, state, run_id, "
    with closing(driver.load_driver().connect(str(path))) as connection:
        connection.executescript((OLDER.parent / "0009.sql").read_text("utf-8"))
        connection.execute(
            "INSERT INTO evaluation (id, digest, name, path, created_at, "
            "updated_at, status, cell_count, definition) VALUES (1, 'd', 'n', '', 1, 1, '', 1, '')"
        )
        connection.execute(f"{cell} score, run_key) VALUES (1, 'v', 'c', 0, 'done', 1, 0.7, '')")
        connection.execute("DELETE FROM index_pending")
        connection.commit()
    store = await open_store(path)
    assert [hit.kind for hit in await samples.find(store, "capital", kind="run")] == ["run"]
    assert [hit.id for hit in (await _search(store, "capital", score_from=0.7)).hits] == [1]
    assert (await _search(store, "capital", score_from=0.8)).hits == ()


async def test_folders_and_one_conversation(store: HistoryStore) -> None:
    chats = [await _chat(store, f"c{number}") for number in range(2)]
    for chat in chats:
        await _say(store, chat, None, "user", "a heron")
    await store.write(conversations.update_conversation, chats[0], folder="work/birds")
    for folder in ("work", "work/birds"):
        (hit,) = (await _search(store, "heron", folder=folder)).hits
        assert hit.id == chats[0]
    (hit,) = (await _search(store, "heron", conversation_id=chats[1])).hits
    assert hit.id == chats[1]
    await store.write(conversations.set_deleted, chats[1])
    assert [hit.id for hit in (await _search(store, "heron")).hits] == [chats[0]]
    await store.write(conversations.set_deleted, chats[1], deleted=False)
    assert (await _search(store, "heron")).count == 2


async def test_hits_come_page_by_page_and_are_counted_to_a_limit(store: HistoryStore) -> None:
    chat = await _chat(store)

    def say_much(connection: Connection) -> None:
        rows = [
            {"conversation_id": chat, "role": "user", "created_at": 1e9 + 86_400 * (number % 3),
             "text": f"plover {number}"}
            for number in range(MOST_COUNTED + 5)
        ]  # fmt: skip
        connection.execute(insert(message), rows)

    await store.write(say_much)
    while await store._guarded(store._index_step):
        pass
    first = await store.search(finding.search, "plover", SearchFilter(), 3)
    assert (first.count, len(first.hits)) == (MOST_COUNTED + 1, 3)
    assert [count for _, count in first.days][-1] >= 3
    second = await store.search(finding.search, "plover", SearchFilter(), 3, first.next_key)
    assert {hit.message_id for hit in first.hits}.isdisjoint(hit.message_id for hit in second.hits)
    assert min(hit.at for hit in first.hits) >= max(hit.at for hit in second.hits)
    best = await store.search(finding.search, "17 plover", SearchFilter(), 3, None, "best")
    assert best.is_ranked
    assert best.hits[0].snippet == "\x02plover\x03 \x0217\x03"


def test_names_and_languages_without_spaces() -> None:
    assert indexed("call getUserName now") == "call getUserName now\nName User get"
    assert indexed("日本語です").split() == list("日本語です")
    assert phrases('say "hi') == '"say" """hi"*'
    assert phrases("a") == '"a"'
    assert phrases("日本") == '"日  本"*'
    assert phrases(" ") is None


async def test_parts_of_names_and_of_unspaced_texts_are_found(store: HistoryStore) -> None:
    run_id = await samples.done_run(
        store, "def parse_late_refund(): sendMailToUser()", "東京都庁舎"
    )
    for typed in (
        "late_refund",
        "refund",
        "mail",
        "sendMailToUser",
        "sendmail",
        "京都",
        "ＭＡＩＬ",
    ):
        assert [hit.id for hit in (await _search(store, typed)).hits] == [run_id], typed
    for typed in ("arse", "都京"):
        assert (await _search(store, typed)).hits == (), typed


def test_a_snippet_is_where_most_of_the_words_are() -> None:
    far = "refund " + "word " * 100 + "the late refund\nof today " + "word " * 50
    found = snippet([far], Wanted("late ref"))
    assert "the \x02late\x03 \x02refund\x03 of today" in found
    assert found.startswith("…")
    assert found.endswith("…")
    assert snippet(["", "nothing of it"], Wanted("late")) == "nothing of it"
    assert snippet(["a \x02b\x03 c"], Wanted("b")) == "a \x02b\x03 c"


# --- filling ----------------------------------------------------------------------------------


def _fill_older(path: Path, messages: int) -> None:
    """A history of the schema before, with messages."""
    path.parent.mkdir(parents=True)
    with closing(driver.load_driver().connect(str(path))) as connection:
        connection.executescript(OLDER.read_text("utf-8"))
        connection.executemany(
            "INSERT INTO message (conversation_id, role, created_at, text) "
            "VALUES (1, 'user', ?, ?)",
            [(1.7e9 + number, f"older avocet {number}") for number in range(messages)],
        )
        connection.commit()


def _step(database: Database, indexer: Indexer) -> bool:
    with database.write_index() as connection:
        return indexer.step(connection, 0.0)


def _page(database: Database, typed: str) -> SearchPage:
    with database.read() as connection:
        return finding.search(connection, typed)


def test_an_older_history_is_indexed_in_steps_and_says_how_far(path: Path) -> None:
    _fill_older(path, 1000)
    shares: list[float] = []
    # Each step by a program of its own, as if every one was killed after it.
    for _ in range(40):
        with closing(Database(path)) as database:
            page = _page(database, "avocet")
            shares.append(page.built)
            if page.is_whole:
                break
            assert page.count < 1000 or page.built > 0.9
            assert "is being indexed" in building(page)
            _step(database, Indexer())
    assert shares[0] < 0.5
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert page.count == 1000
    assert [hit.snippet for hit in page.hits[:2]] == [
        f"older \x02avocet\x03 {number}" for number in (999, 998)
    ]
    with closing(Database(path)) as database, database.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        assert (
            raw.execute("SELECT count(*) FROM text_search").fetchone()[0]
            == raw.execute("SELECT count(*) FROM indexed_text").fetchone()[0]
        )


async def test_the_window_does_not_wait_for_the_index_and_gets_it_by_itself(
    path: Path, open_store: OpenStore
) -> None:
    _fill_older(path, 1000)
    store = await open_store(path)
    assert [each.title for each in await store.read(run_list.list_runs)] == ["capitals"]
    async with asyncio.timeout(60):
        while not (await store.read(indexing.state)).is_whole:
            await asyncio.to_thread(lambda: None)
    assert (await store.read(finding.search, "avocet")).count == 1000
    found = await store.search(run_list.list_runs, wanted=RunFilter(text="capital"))
    assert len(found) == 1


def test_the_index_is_merged_into_one_piece_once_a_month(path: Path) -> None:
    month, now = indexing.MERGE_SECONDS, time.time()
    _fill_older(path, 600)
    with closing(Database(path)) as database:
        indexer = Indexer()
        while _step(database, indexer):
            pass
        for number in range(3):  # each of these is a piece of its own
            with database.write() as connection:
                changed = text("UPDATE message SET text = 'a changed avocet' WHERE id = :id")
                connection.execute(changed, {"id": number + 5})
            _step(database, indexer)
        assert _pieces(database) > 1

        def is_due(at: float) -> bool:
            with database.write_index() as connection:
                return indexing.merge_if_due(connection, at)

        assert not is_due(now + month - 3600)
        assert is_due(now + month + 3600)
        assert not is_due(now + month + 7200), "it is under way"
        while _step(database, indexer):
            pass
        assert _pieces(database) == 1
        assert not is_due(now + month + 7200)
        assert _page(database, "avocet").count == 600
        assert _page(database, "changed").count == 3


def _pieces(database: Database) -> int:
    with database.read() as connection:
        pieces: int = connection.execute(
            text("SELECT count(DISTINCT segid) FROM text_search_idx")
        ).scalar_one()
    return pieces


def test_what_changes_while_an_older_history_is_indexed_is_found_once(path: Path) -> None:
    _fill_older(path, 600)
    with closing(Database(path)) as database:
        indexer = Indexer()
        _step(database, indexer)
        with database.write() as connection:
            connection.execute(text("UPDATE message SET text = 'a changed avocet' WHERE id = 5"))
            connection.execute(text("DELETE FROM message WHERE id = 6"))
        while _step(database, indexer):
            pass
        assert _page(database, "avocet").count == 599
        assert _page(database, "changed").count == 1


def test_an_index_without_room_for_equal_seconds_finds_some(path: Path) -> None:
    with closing(Database(path)) as database:
        with database.write() as connection:
            connection.execute(
                insert(conversation), {"title": "c", "created_at": 5.0, "updated_at": 5.0}
            )
            rows = [
                {"conversation_id": 1, "role": "user", "created_at": at, "text": f"gannet {at}"}
                for at in [0.0, 7.2, 7.9, 7.0, 0.0, 8.0]
            ]
            connection.execute(insert(message), rows)
        indexer = Indexer()
        while _step(database, indexer):
            pass
        page = _page(database, "gannet")
    assert [hit.at for hit in page.hits] == [8.0, 7.9, 7.2, 7.0, 0.0, 0.0]


@pytest.mark.parametrize("older", [True, False])
def test_an_older_library_keeps_the_texts_and_takes_over_a_newer_index(
    path: Path, monkeypatch: pytest.MonkeyPatch, *, older: bool
) -> None:
    """The form of the table follows the library; what one cannot read is made again."""
    monkeypatch.setattr(driver, "may_share", lambda _driver: True)
    first, second = (sqlite3, driver.load_driver()) if older else (driver.load_driver(), sqlite3)
    for library in (first, second):
        with closing(Database(path, library)) as database:
            assert database.recovered == ""
            with database.write() as connection:
                connection.execute(
                    insert(conversation), {"title": "dunlin", "created_at": 5.0, "updated_at": 5.0}
                )
            indexer = Indexer()
            while _step(database, indexer):
                pass
            assert table.is_usable(database._raw())
            count = _page(database, "dunlin").count
    assert count == 2


async def test_a_search_that_is_given_up_is_interrupted(store: HistoryStore) -> None:
    began, released = threading.Event(), threading.Event()

    def endless(connection: Connection) -> int:
        began.set()
        try:
            counting = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
            return int(connection.execute(text(counting + "SELECT max(x) FROM n")).scalar_one())
        finally:
            released.set()

    asked = asyncio.create_task(store.read(endless))
    await asyncio.to_thread(began.wait, 60)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    # The statement may not have been running yet when it was interrupted.
    for _ in range(600):
        if await asyncio.to_thread(released.wait, 0.1):
            break
        assert store._database is not None
        store._database.interrupt()
    assert released.is_set()
    assert await store.read(run_list.list_runs) == ()
    assert store.status.problem == ""


KINDS: list[SearchKind] = ["run", "chat"]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_filter_and_no_words_find_nothing(store: HistoryStore, kind: SearchKind) -> None:
    await samples.done_run(store, "a siskin", "one")
    assert (await _search(store, "")).hits == ()
    assert (await _search(store, "", kinds=[kind])).count == (kind == "run")


async def test_what_an_upsert_changes_again_before_it_is_indexed_is_noted_once(store):
    run_id = await samples.done_run(store)

    def save(connection: Connection, output: str) -> None:
        row = {"run_id": run_id, "title": "t", "output": output}
        statement = upsert(run_text).values(row)
        connection.execute(
            statement.on_conflict_do_update(index_elements=[run_text.c.run_id], set_=row)
        )

    for output in ("marmalade", "quince"):
        await store.write(save, output)
    assert [hit.id for hit in (await _search(store, "quince")).hits] == [run_id]
    assert not (await _search(store, "marmalade")).hits
