"""kill -9, a full disk, two programs at once: what was acknowledged is there."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from workbench.domain.errors import DatabaseLockedError
from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import fold_all
from workbench.history.chats import conversations
from workbench.history.file import driver
from workbench.history.file.database import Database
from workbench.history.runs import run_list, runs
from workbench.history.store import HistoryStore

from . import samples
from .conftest import OpenStore, shared_file

ROOT = Path(__file__).parents[2]
KILLS = 20


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(path: Path) -> Iterator[Start]:
    """Starts programs that write to the file; none of them outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start_one(*arguments: str) -> subprocess.Popen[str]:
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.history.writer_process", str(path), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(writer)
        return writer

    yield start_one
    for writer in started:
        writer.kill()
        if writer.stdout is not None and not writer.stdout.closed:
            writer.communicate()


def _read_until(stream: IO[str] | None, word: str) -> list[str]:
    """The lines up to the one that begins with ``word``, that one included."""
    assert stream is not None
    lines = []
    for line in stream:
        lines.append(line)
        if line.split()[0] == word:
            return lines
    raise AssertionError("the writer ended by itself")


def _assert_sound(path: Path) -> None:
    with closing(driver.load_driver().connect(str(path))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO text_search (text_search) VALUES ('integrity-check')")


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_nothing_acknowledged(path: Path, start: Start) -> None:
    acknowledged: dict[str, set[int]] = {kind: set() for kind in ("run", "prompt", "text", "chat")}
    starter = start("--serve")
    assert starter.stdin is not None
    assert starter.stdout is not None
    for _ in range(KILLS):
        print("go", file=starter.stdin, flush=True)
        lines = _read_until(starter.stdout, "pid")
        writer = int(lines[-1].split()[1])
        if "open\n" not in lines:
            lines += _read_until(starter.stdout, "open")
        # Not after a time alone: on a busy machine nothing would have been written in it.
        lines += [starter.stdout.readline() for _ in range(random.randrange(8))]
        time.sleep(random.uniform(0.0, 0.05))
        os.kill(writer, signal.SIGKILL)
        lines += _read_until(starter.stdout, "end")
        for line in lines:
            kind, *number = line.split()
            if kind in acknowledged:
                acknowledged[kind].add(int(number[0]))
        _assert_sound(path)
    starter.communicate()
    assert acknowledged["text"]
    asyncio.run(_assert_kept(path, acknowledged))


async def _assert_kept(path: Path, acknowledged: dict[str, set[int]]) -> None:
    store = HistoryStore(path)
    await store.open()
    listed = {
        summary.run_id: summary for summary in await store.read(run_list.list_runs, limit=100_000)
    }
    assert acknowledged["run"] <= set(listed)
    assert {summary.status for summary in listed.values()} <= {"interrupted"}
    assert acknowledged["chat"] <= {
        each.conversation_id for each in await store.read(conversations.list_conversations)
    }
    for run_id in acknowledged["run"]:
        state = fold_all(await store.events(run_id))
        assert state.status == "interrupted"
        assert await store.read(runs.load_spec, run_id) == samples.template_spec()
        if run_id in acknowledged["prompt"]:
            call = state.calls["0/answer"]
            assert call.messages[1].text == f"prompt of {run_id}"
            whole = "".join(f"t{seq} " for seq in range(1, 30))
            assert whole.startswith(state.output)
            if run_id in acknowledged["text"]:
                assert state.output == whole
    await store.close()


@pytest.mark.slow
@shared_file
async def test_a_killed_answer_is_shown_with_its_text(
    path: Path, open_store: OpenStore, start: Start
) -> None:
    writer = start()
    await asyncio.to_thread(_read_until, writer.stdout, "text")
    store = await open_store(path)
    assert {summary.status for summary in await store.read(run_list.list_runs)} == {
        "running"
    }  # it is alive
    writer.kill()
    await asyncio.to_thread(writer.communicate)
    reopened = await open_store(path)
    statuses = {summary.status for summary in await reopened.read(run_list.list_runs)}
    assert statuses == {"interrupted"}
    assert [hit.kind for hit in await samples.find(reopened, "t29", limit=1)] == ["run"]


@pytest.mark.slow
@shared_file
def test_two_programs_write_at_once(path: Path, start: Start) -> None:
    writers = [start() for _ in range(2)]
    for writer in writers:
        for _ in range(10):
            _read_until(writer.stdout, "text")
    ids = []
    for writer in writers:
        writer.kill()
        rest, _ = writer.communicate()
        ids += [int(line.split()[1]) for line in rest.splitlines() if line.startswith("text ")]
    _assert_sound(path)
    with closing(Database(path)) as database, database.read() as connection:
        kept = connection.exec_driver_sql("SELECT id FROM run").scalars().all()
    assert len(kept) >= 20
    assert set(ids) <= set(kept)


@pytest.mark.parametrize("moment", range(5))
async def test_a_copy_taken_while_writing_opens(
    store: HistoryStore, path: Path, open_store: OpenStore, moment: int
) -> None:
    """What a power cut leaves: the bytes of file and -wal at some instant."""
    for number in range(3 * moment):
        await samples.done_run(store, f"q {number}", f"a {number}")
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    prompt = samples.log(run_id, [samples.started("on disk first")])
    await store.append_now(run_id, prompt)
    copy = path.with_name("copy.db")
    # In another process: closing the file in this one would drop SQLite's locks on it.
    await asyncio.to_thread(
        subprocess.run, ["sh", "-c", 'cp "$0" "$1" && cp "$0-wal" "$1-wal"', path, copy], check=True
    )
    other = await open_store(copy)
    assert other.status.recovered == ""
    assert (await other.events(run_id))[:1] == prompt
    assert len(await other.read(run_list.list_runs)) == 3 * moment + 1


_FULL_DISK = """
    import asyncio, json, os, resource, sys
    from pathlib import Path
    from tests.history import samples
    from workbench.domain.errors import DiskFullError
    from workbench.domain.runs.run_state import RunState, fold, fold_all
    from workbench.history.runs import run_list
    from workbench.history.store import HistoryStore
    from workbench.history.writing import queue

    queue.RETRY_SECONDS = 0.05

    def limit(size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    async def main():
        path = Path(sys.argv[1])
        store = HistoryStore(path)
        await store.open()
        before = await samples.done_run(store)
        run_id = await store.create_run(samples.template_spec(), title="live", manifest={})
        results = {}
        limit(Path(f"{path}-wal").stat().st_size)
        text = "word " * 2000
        state = RunState()
        events = samples.log(run_id, [samples.started("q"), samples.received(text)])
        events += samples.log(run_id, [samples.call_finished(text), samples.finished(text)], 2)
        try:
            await store.append_now(run_id, events[:1])
        except DiskFullError as error:
            results["append_now"] = str(error)
        store.append(run_id, events[1:])
        for event in events:
            fold(state, event)
        await store.finish_run(run_id, state)
        results["problem"] = store.status.problem
        try:
            await store.create_run(samples.template_spec(), title="next", manifest={})
        except DiskFullError as error:
            results["create_run"] = str(error)
        results["still_readable"] = fold_all(await store.events(run_id)) == state
        listed = await store.read(run_list.list_runs)
        results["listed"] = [each.run_id for each in listed] == [run_id, before]
        limit(resource.RLIM_INFINITY)
        if sys.argv[2] == "retry":
            await store.retry()
        else:
            solved = asyncio.Event()
            store.on_status(lambda status: status.problem or solved.set())
            await asyncio.wait_for(solved.wait(), 60)
        results["after"] = store.status.problem
        await store.close()
        store = HistoryStore(path)
        await store.open()
        results["kept"] = fold_all(await store.events(run_id)) == state
        results["status"] = (await store.read(run_list.list_runs))[0].status
        await store.close()
        print(json.dumps(results))

    asyncio.run(main())
"""


@pytest.mark.parametrize("way", ["retry", "by itself"])
def test_a_full_disk_stops_new_runs_and_loses_nothing(path: Path, way: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_FULL_DISK), str(path), way],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    results = json.loads(result.stdout)
    for where in ("append_now", "problem", "create_run"):
        assert "disk is full" in results[where]
    assert results["still_readable"]
    assert results["listed"]
    assert results["after"] == ""
    assert results["kept"]
    assert results["status"] == "done"
    _assert_sound(path)


@shared_file
async def test_a_held_lock_is_a_sentence_and_the_events_wait(
    path: Path, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "BUSY_MILLISECONDS", 20)
    store = await open_store(path)
    run_id = await store.create_run(samples.template_spec(), title="t", manifest={})
    events: list[ev.LoggedEvent] = samples.log(run_id, [samples.started("q")])

    def hold() -> Callable[[], None]:
        connection = driver.load_driver().connect(str(path), check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")
        return lambda: (connection.rollback(), connection.close())[0]

    release = hold()
    with pytest.raises(DatabaseLockedError, match="in use by another program"):
        await store.append_now(run_id, events)
    assert "in use" in store.status.problem
    assert await store.events(run_id) == events
    release()
    await store.retry()
    assert store.status.problem == ""
    other = await open_store(path)
    assert await other.events(run_id) == events
