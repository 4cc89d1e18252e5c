"""Runs and their events, as a user finds them again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from workbench.domain import events as ev
from workbench.domain.errors import DiskFullError, UsageError
from workbench.domain.run_state import RunState, fold, fold_all
from workbench.history import tables
from workbench.history.store import HistoryStore

from . import samples
from .conftest import OpenStore, shared_file


async def _count(store: HistoryStore, table: Any) -> int:
    counted: int = await store._read(
        lambda connection: connection.execute(select(func.count()).select_from(table)).scalar_one()
    )
    return counted


async def test_a_run_is_found_again_after_a_restart(path: Path, open_store: OpenStore) -> None:
    store = await open_store(path)
    run_id = await samples.done_run(store)
    await store.close()
    store = await open_store(path)
    (summary,) = await store.list_runs()
    assert summary.run_id == run_id
    assert (summary.status, summary.strategy, summary.title) == ("done", "direct", "capitals")
    assert (summary.answer, summary.calls, summary.completion_tokens) == ("Paris it is", 1, 3)
    assert summary.seconds == 1.5
    assert summary.started_at > 1_700_000_000
    assert await store.run_spec(run_id) == samples.template_spec()
    assert await store.manifest(run_id) == {"threads": 2}


async def test_the_stored_log_folds_to_the_state_that_was_live(store: HistoryStore) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    events: list[ev.Event] = [
        ev.RunStarted(strategy="tree_of_thought", model="m", seed=1),
        ev.NodeAdded(node="0", parent="", depth=0),
        samples.started("first question", "0/propose", samples=2),
        *[samples.received(f"{n} ", "0/propose", n % 2) for n in range(20)],
        samples.call_finished("a b", "0/propose", 0),
        samples.call_finished("c", "0/propose", 1),
        ev.NodeAdded(node="0.1", parent="0", depth=1, text="a b"),
        ev.Scored(node="0.1", score=1.5, labels={"sure": 2}),
        ev.Selected(depth=1, nodes=("0.1",)),
        samples.finished("a b", node="0.1"),
    ]
    live = RunState()
    for logged in samples.log(run_id, events):
        fold(live, logged)
        store.append(run_id, [logged])
        if logged.seq % 7 == 0:
            await store.flush()
    stored = await store.events(run_id)
    assert fold_all(stored) == live
    assert len(stored) < len(events)  # deltas were merged


async def test_thinking_that_came_in_pieces_is_kept_whole(store: HistoryStore) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    pieces = [
        ev.TextReceived(call="0/answer", sample=0, text="", reasoning=word)
        for word in ("one ", "two ", "three")
    ]
    store.append(run_id, samples.log(run_id, [samples.started("q"), *pieces]))
    state = fold_all(await store.events(run_id))
    assert state.calls["0/answer"].samples[0].reasoning == "one two three"


async def test_a_run_that_has_ended_is_opened_again_by_one_at_a_time(
    path: Path, open_store: OpenStore
) -> None:
    store = await open_store(path)
    run_id = await samples.done_run(store)
    await store.reopen_run(run_id)
    assert (await store.list_runs())[0].status == "running"
    with pytest.raises(UsageError, match="being worked on"):
        await store.reopen_run(run_id)
    with pytest.raises(UsageError, match="no run 77"):
        await store.reopen_run(77)
    await store.close()
    store = await open_store(path)
    assert (await store.list_runs())[0].status == "done"  # as its log tells


async def test_a_growth_that_was_killed_leaves_the_answer(
    path: Path, open_store: OpenStore
) -> None:
    store = await open_store(path)
    run_id = await samples.done_run(store)
    await store.reopen_run(run_id)
    first = (await store.events(run_id))[-1].seq + 1
    grown = [
        ev.GrowthStarted(node="0", strategy="tree_of_thought"),
        ev.BestUpdated(node="0.1", answer=None, output="half a thought"),
    ]
    store.append(run_id, samples.log(run_id, grown, first))
    await store.close()
    store = await open_store(path)
    (summary,) = await store.list_runs()
    assert (summary.status, summary.answer) == ("interrupted", "Paris it is")


async def test_a_prompt_sent_twice_is_stored_once(store: HistoryStore) -> None:
    for _ in range(3):
        await samples.done_run(store)
    assert await _count(store, tables.prompt_text) == 2  # the system message and the question
    assert await _count(store, tables.template_version) == 1


@shared_file
async def test_the_prompt_is_on_disk_when_append_now_returns(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    (logged,) = samples.log(run_id, [samples.started("only here")])
    await store.append_now(run_id, [logged])
    other = await open_store(path)
    assert await other.events(run_id) == [logged]
    assert await other.list_runs(text="only here") != ()


@shared_file
async def test_events_reach_the_disk_without_being_asked(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    other = await open_store(path)
    store.append(run_id, samples.log(run_id, [samples.received("soon")]))
    committed = asyncio.Event()
    store.on_status(lambda _status: committed.set())
    await committed.wait()
    assert len(await other.events(run_id)) == 1


async def test_cancelling_the_caller_does_not_lose_its_events(store: HistoryStore) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    events = samples.log(run_id, [samples.started("q")])
    task = asyncio.create_task(store.append_now(run_id, events))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.events(run_id) == events


async def test_pages_of_the_list_join_without_gap_or_repetition(store: HistoryStore) -> None:
    ids = [await samples.done_run(store, title=f"run {number}") for number in range(7)]
    found: list[int] = []
    before = None
    while page := await store.list_runs(before_id=before, limit=3):
        found += [summary.run_id for summary in page]
        before = found[-1]
    assert found == sorted(ids, reverse=True)


async def test_the_list_is_filtered_by_text_strategy_and_group(store: HistoryStore) -> None:
    first = await samples.done_run(store, "about whales", "a whale is large")
    spec = samples.template_spec(strategy="cot", group="g1")
    second = await samples.done_run(store, "about ants", "an ant is small", spec)
    await samples.done_run(store, "about owls", "owls fly")

    async def ids(**filters: Any) -> list[int]:
        return [summary.run_id for summary in await store.list_runs(**filters)]

    assert await ids(text="whal") == [first]
    assert await ids(text="about is") == [second, first]
    assert await ids(text="about is", before_id=second) == [first]
    assert await ids(strategy="cot") == [second]
    assert await ids(group="g1") == [second]
    assert await ids(text="about", strategy="cot") == [second]
    assert await ids(text="about", group="g2") == []


async def test_a_deleted_run_can_be_restored(store: HistoryStore) -> None:
    run_id = await samples.done_run(store)
    await store.delete_run(run_id)
    assert await store.list_runs() == ()
    assert await store.list_runs(text="capital") == ()
    assert await store.search("capital") == ()
    await store.restore_run(run_id)
    assert [summary.run_id for summary in await store.list_runs()] == [run_id]
    assert len(await store.search("capital")) == 1


async def test_an_unknown_run_is_a_sentence(store: HistoryStore) -> None:
    with pytest.raises(UsageError, match="There is no run 99"):
        await store.run_spec(99)
    with pytest.raises(UsageError, match="There is no run 99"):
        await store.manifest(99)
    assert await store.events(99) == []


async def test_the_error_of_a_failed_run_is_in_the_list(store: HistoryStore) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    error = DiskFullError("No room.").to_wire()
    (logged,) = samples.log(run_id, [samples.finished("", "failed", error=error)])
    store.append(run_id, [logged])
    await store.finish_run(run_id, fold(RunState(), logged))
    (summary,) = await store.list_runs()
    assert (summary.status, summary.error) == ("failed", "No room.")


@pytest.mark.parametrize("text", ["nul \0 inside", "👩‍👩‍👧 ไทย שלום", "x" * 1_000_000])
async def test_unusual_text_comes_back_whole(store: HistoryStore, text: str) -> None:
    run_id = await samples.done_run(store, prompt=text, output=text)
    state = fold_all(await store.events(run_id))
    assert state.output == text
    assert state.calls["0/answer"].messages[1].text == text


async def test_surrogates_anywhere_do_not_stop_a_run(store: HistoryStore) -> None:
    spec = samples.chat_spec("half \ud800")
    run_id = await samples.done_run(store, "p\udc00", "o\ud83d", spec, title="t\ud800")
    assert (await store.list_runs())[0].title == "t�"
    assert await store.run_spec(run_id) == samples.chat_spec("half �")


async def test_the_status_says_when_it_was_saved(store: HistoryStore) -> None:
    seen = []
    store.on_status(seen.append)
    await store.set_state("a", 1)
    assert seen[-1] == store.status
    assert store.status.saved_at is not None
    assert store.status.problem == ""


@shared_file
async def test_the_version_grows_with_own_and_foreign_writes(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    start = await store.data_version()
    assert await store.data_version() == start
    await store.set_state("a", 1)
    after_own = await store.data_version()
    assert after_own > start
    other = await open_store(path)
    await other.set_state("b", 1)
    assert await store.data_version() > after_own


async def test_closing_ends_own_runs_as_interrupted(path: Path, open_store: OpenStore) -> None:
    store = await open_store(path)
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    store.append(run_id, samples.log(run_id, [samples.started("q"), samples.received("half an")]))
    await store.close()
    store = await open_store(path)
    state = fold_all(await store.events(run_id))
    assert (state.status, state.output) == ("interrupted", "half an")
    assert (await store.list_runs())[0].status == "interrupted"
    assert len(await store.search("half")) == 1


@shared_file
async def test_a_run_of_a_living_program_is_left_alone(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    other = await open_store(path)
    assert (await other.list_runs())[0].status == "running"
    await other.close()
    assert (await store.list_runs())[0].run_id == run_id
    assert (await store.list_runs())[0].status == "running"
