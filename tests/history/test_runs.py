"""Runs and their events, as a user finds them again."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from workbench.domain.errors import DiskFullError, UsageError
from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import RunState, fold, fold_all
from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.views import RunFilter
from workbench.history import session, tables
from workbench.history.runs import run_list, runs
from workbench.history.store import HistoryStore

from . import samples
from .conftest import OpenStore, shared_file


async def _count(store: HistoryStore, table: Any) -> int:
    counted: int = await store.read(
        lambda connection: connection.execute(select(func.count()).select_from(table)).scalar_one()
    )
    return counted


async def test_a_run_is_found_again_after_a_restart(path: Path, open_store: OpenStore) -> None:
    store = await open_store(path)
    run_id = await samples.done_run(store)
    await store.close()
    store = await open_store(path)
    (summary,) = await store.read(run_list.list_runs)
    assert summary.run_id == run_id
    assert (summary.status, summary.strategy, summary.title) == ("done", "direct", "capitals")
    assert (summary.answer, summary.calls, summary.completion_tokens) == ("Paris it is", 1, 3)
    assert summary.seconds == 1.5
    assert summary.started_at > 1_700_000_000
    assert await store.read(runs.load_spec, run_id) == samples.template_spec()
    assert await store.read(runs.load_manifest, run_id) == {"threads": 2}


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
    assert (await store.read(run_list.list_runs))[0].status == "running"
    with pytest.raises(UsageError, match="being worked on"):
        await store.reopen_run(run_id)
    with pytest.raises(UsageError, match="no run 77"):
        await store.reopen_run(77)
    await store.close()
    store = await open_store(path)
    assert (await store.read(run_list.list_runs))[0].status == "done"  # as its log tells


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
    (summary,) = await store.read(run_list.list_runs)
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
    assert await other.search(run_list.list_runs, wanted=RunFilter(text="only here")) != ()


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
    while page := await store.read(run_list.list_runs, before_id=before, limit=3):
        found += [summary.run_id for summary in page]
        before = found[-1]
    assert found == sorted(ids, reverse=True)


async def test_the_list_is_filtered_by_text_strategy_and_group(store: HistoryStore) -> None:
    first = await samples.done_run(store, "about whales", "a whale is large")
    spec = samples.template_spec(strategy="cot", group="g1")
    second = await samples.done_run(store, "about ants", "an ant is small", spec)
    await samples.done_run(store, "about owls", "owls fly")

    async def ids(before_id: int | None = None, **filters: Any) -> list[int]:
        found = await store.search(run_list.list_runs, before_id, wanted=RunFilter(**filters))
        return [summary.run_id for summary in found]

    assert await ids(text="whal") == [first]
    assert await ids(text="about is") == [second, first]
    assert await ids(text="about is", before_id=second) == [first]
    assert await ids(strategy="cot") == [second]
    assert await ids(group="g1") == [second]
    assert await ids(text="about", strategy="cot") == [second]
    assert await ids(text="about", group="g2") == []


async def test_a_deleted_run_can_be_restored(store: HistoryStore) -> None:
    run_id = await samples.done_run(store)
    await store.write(run_list.hide, [run_id])
    assert await store.read(run_list.list_runs) == ()
    assert await store.search(run_list.list_runs, wanted=RunFilter(text="capital")) == ()
    assert await samples.find(store, "capital") == ()
    await store.write(run_list.show, [run_id])
    assert [summary.run_id for summary in await store.read(run_list.list_runs)] == [run_id]
    assert len(await samples.find(store, "capital")) == 1


async def test_an_unknown_run_is_a_sentence(store: HistoryStore) -> None:
    with pytest.raises(UsageError, match="There is no run 99"):
        await store.read(runs.load_spec, 99)
    with pytest.raises(UsageError, match="There is no run 99"):
        await store.read(runs.load_manifest, 99)
    assert await store.events(99) == []


async def test_the_error_of_a_failed_run_is_in_the_list(store: HistoryStore) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    error = DiskFullError("No room.").to_wire()
    (logged,) = samples.log(run_id, [samples.finished("", "failed", error=error)])
    store.append(run_id, [logged])
    await store.finish_run(run_id, fold(RunState(), logged))
    (summary,) = await store.read(run_list.list_runs)
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
    assert (await store.read(run_list.list_runs))[0].title == "t�"
    assert await store.read(runs.load_spec, run_id) == samples.chat_spec("half �")


async def test_the_status_says_when_it_was_saved(store: HistoryStore) -> None:
    seen = []
    store.on_status(seen.append)
    await store.write(session.set_state, "a", 1)
    assert seen[-1] == store.status
    assert store.status.saved_at is not None
    assert store.status.problem == ""


@shared_file
async def test_the_version_grows_with_own_and_foreign_writes(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    start = await store.data_version()
    assert await store.data_version() == start
    await store.write(session.set_state, "a", 1)
    after_own = await store.data_version()
    assert after_own > start
    other = await open_store(path)
    await other.write(session.set_state, "b", 1)
    assert await store.data_version() > after_own


async def test_closing_ends_own_runs_as_interrupted(path: Path, open_store: OpenStore) -> None:
    store = await open_store(path)
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    store.append(run_id, samples.log(run_id, [samples.started("q"), samples.received("half an")]))
    await store.close()
    store = await open_store(path)
    state = fold_all(await store.events(run_id))
    assert (state.status, state.output) == ("interrupted", "half an")
    assert (await store.read(run_list.list_runs))[0].status == "interrupted"
    assert len(await samples.find(store, "half")) == 1


@shared_file
async def test_a_run_of_a_living_program_is_left_alone(
    store: HistoryStore, path: Path, open_store: OpenStore
) -> None:
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    other = await open_store(path)
    assert (await other.read(run_list.list_runs))[0].status == "running"
    await other.close()
    assert (await store.read(run_list.list_runs))[0].run_id == run_id
    assert (await store.read(run_list.list_runs))[0].status == "running"


async def test_a_comparison_is_one_row_of_a_folded_list(store: HistoryStore) -> None:
    alone = await samples.done_run(store)
    grouped = samples.template_spec(group="g")
    members = [await samples.done_run(store, spec=grouped) for _ in range(3)]
    (first, second) = await store.read(run_list.list_runs, fold=True)
    assert (first.run_id, first.members) == (members[-1], 3)
    assert (second.run_id, second.members) == (alone, 1)
    only = await store.read(run_list.list_runs, wanted=RunFilter(compared=True), fold=True)
    assert [run.run_id for run in only] == [members[-1]]
    hidden = await store.write(run_list.hide, [], ["g"])
    assert sorted(hidden) == members
    assert [run.run_id for run in await store.read(run_list.list_runs, fold=True)] == [alone]
    await store.write(run_list.show, hidden)
    assert len(await store.read(run_list.list_runs)) == 4


async def test_answers_are_judged_by_what_was_expected(store: HistoryStore) -> None:
    right = await samples.done_run(store, output="Paris")
    wrong = await samples.done_run(store, output="Rome", spec=samples.template_spec(group="g"))
    unknown = await samples.done_run(store, output="Oslo")
    await store.write(run_list.expect, "Paris", [right])
    await store.write(run_list.expect, "Paris", group="g")
    judged = {run.run_id: run.is_right for run in await store.read(run_list.list_runs)}
    assert judged == {right: True, wrong: False, unknown: None}
    found = await store.read(run_list.list_runs, wanted=RunFilter(is_right=False))
    assert [run.run_id for run in found] == [wrong]
    await store.write(run_list.expect, "", [right])
    assert await store.read(run_list.list_runs, wanted=RunFilter(is_right=True)) == ()


async def test_a_run_of_one_prompt_today_without_what_was_cancelled(store: HistoryStore) -> None:
    other = samples.template_spec(prompt=TemplatePrompt("/prompts/other.prompty", "Hi", {}))
    run_id = await samples.done_run(store)
    await samples.done_run(store, spec=other)
    now = time.time()
    wanted = RunFilter(prompt="/prompts/greet.prompty", since=now - 3600, without_cancelled=True)
    assert [run.run_id for run in await store.read(run_list.list_runs, wanted=wanted)] == [run_id]
    assert await store.read(run_list.list_runs, wanted=RunFilter(since=now + 3600)) == ()


async def test_a_comparison_that_was_cut_short_keeps_what_is_done_in_it(
    store: HistoryStore,
) -> None:
    spec = samples.template_spec(group="g")
    done = await samples.done_run(store, spec=spec)
    cancelled = await samples.done_run(store, spec=spec)  # the newest, which represents all folded
    await store.write(
        lambda connection: connection.execute(
            update(tables.run).where(tables.run.c.id == cancelled).values(status="cancelled")
        )
    )
    wanted = RunFilter(without_cancelled=True)
    found = await store.read(run_list.list_runs, wanted=wanted, fold=True)
    assert [each.run_id for each in found] == [done]


async def test_a_run_made_again_is_compared_with_the_one_before(store: HistoryStore) -> None:
    first = await samples.done_run(store, output="Paris")
    same = await samples.done_run(store, output="Paris")
    other = await samples.done_run(store, output="Rome")
    assert await store.read(run_list.earlier_alike, first) is None
    assert await store.read(run_list.earlier_alike, same) == (first, True)
    assert await store.read(run_list.earlier_alike, other) == (same, False)
