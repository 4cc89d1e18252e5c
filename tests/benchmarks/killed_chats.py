"""kill -9 at random moments of chatting, editing, deleting and importing.

    python -m tests.benchmarks.killed_chats [--kills 200] [--model]

A process with the whole core sends, edits, regenerates, inserts, deletes, undoes, erases and
imports in one data folder, and says what was acknowledged. It is killed, what it has left is looked
at, and the next one goes on there. After each kill: SQLite's own checks find nothing, everything
that was acknowledged is there, and nothing that it started lives on. Printed is how old the oldest
piece of text was that was lost. The answers are made up, or with ``--model`` the starter model's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import psutil

from tests.benchmarks.chatting import Worker, export_of, write_export
from tests.benchmarks.kills import waited
from workbench.domain.runs.events import RunFinished
from workbench.history.file.driver import load_driver
from workbench.history.store import HistoryStore
from workbench.settings import Paths

STREAM_SECONDS = 0.25
"""How old lost text may be."""
_START_SECONDS = 120.0
_LATEST = 2.0
"""Seconds after the start at which a process is killed at the latest."""
_EARLY = 0.08
"""The share of kills that come while the core opens."""
_LEFT_SECONDS = 15.0
"""How long what was started by a killed process may take to notice."""


@dataclass
class Known:
    """What was acknowledged by all processes until now."""

    saved: dict[int, tuple[str, int]] = field(default_factory=dict)
    """The word in each message, and its conversation."""
    erased: set[int] = field(default_factory=set)
    """Conversations that are to be erased, whether or not that was acknowledged."""
    imported: bool = False


@dataclass
class Outcome:
    """What one kill cost."""

    doing: str = ""
    problems: list[str] = field(default_factory=list)
    lost_text: float = 0.0
    denied: float = 0.0
    """Of these, in which its threads had no processor."""
    received: int = 0
    acknowledged: int = 0
    left: int = 0
    refused: list[str] = field(default_factory=list)


def kill_once(folder: Path, seed: int, known: Known, *, model: bool) -> Outcome:
    """Let a process work for a while, kill it, and look."""
    chance = random.Random(-seed)
    child, reader = _start(folder, seed, model=model)
    reports: list[list[Any]] = []
    ready = threading.Event()

    def read() -> None:
        with os.fdopen(reader) as lines:
            for line in lines:
                reports.append(json.loads(line))
                if reports[-1][1] == "ready":
                    ready.set()

    thread = threading.Thread(target=read)
    thread.start()
    denied: list[tuple[float, float]] = []
    if chance.random() < _EARLY:
        time.sleep(chance.uniform(0.0, 0.4))
    elif not ready.wait(_START_SECONDS):
        raise RuntimeError("the core did not open again")
    else:
        end = time.monotonic() + chance.uniform(0.0, _LATEST * (6 if model else 1))
        while time.monotonic() < end:
            denied.append((time.monotonic(), _denied(child)))
            time.sleep(0.02)
    started = _children(child)
    denied.append((time.monotonic(), _denied(child)))
    killed = time.monotonic()
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    thread.join()
    outcome = Outcome(left=_wait_for(started))
    if not os.WIFSIGNALED(status):
        written = (folder / "errors.txt").read_text(errors="replace")
        outcome.problems.append(f"it ended by itself: {written[-3000:]}")
    before = [each for each in reports if each[0] <= killed]
    asyncio.run(_look(folder, before, killed, known, outcome))
    since = killed - outcome.lost_text
    earlier = [seconds for at, seconds in denied if at <= since] or [denied[0][1]]
    outcome.denied = denied[-1][1] - earlier[-1]
    return outcome


def _start(folder: Path, seed: int, *, model: bool) -> tuple[int, int]:
    """A process that works, which shares the imports, and where it says what it did."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    os.close(reader)
    null = os.open(os.devnull, os.O_RDWR)
    errors = os.open(folder / "errors.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number, place in enumerate((null, null, errors)):
        os.dup2(place, number)
    try:
        asyncio.run(Worker(folder, seed, writer, model=model).work())
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def _denied(process: int) -> float:
    """Seconds for which threads of a process could have gone on and had no processor."""
    with contextlib.suppress(OSError):
        return waited(process, [int(each.name) for each in Path(f"/proc/{process}/task").iterdir()])
    return 0.0


def _children(process: int) -> list[psutil.Process]:
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.Error:
        return []


def _wait_for(started: list[psutil.Process]) -> int:
    """How many processes live on after their parent was killed."""
    _, left = psutil.wait_procs(started, timeout=_LEFT_SECONDS)
    return len(left)


async def _look(
    folder: Path, reports: list[list[Any]], killed: float, known: Known, outcome: Outcome
) -> None:
    outcome.doing = str(reports[-1][1]) if reports else "opening"
    touched: set[int] = set()
    for _, what, *details in reports:
        if what == "saved":
            known.saved[details[0]] = details[1], details[2]
        elif what == "erases":
            known.erased.add(details[0])
        elif what == "imported":
            known.imported = True
        elif what == "touches" and details[0] is not None:
            touched.add(details[0])
        if what == "refused":
            outcome.refused.append(details[0])
        outcome.acknowledged += what in ("saved", "deleted", "undone", "imported", "erased")
    path = Paths.default(folder).database
    if not path.exists():
        return
    _check_file(path, known, outcome)
    store = HistoryStore(path)
    await store.open()
    try:
        await _check_text(store, reports, killed, outcome)
    finally:
        await store.close()


def _check_file(path: Path, known: Known, outcome: Outcome) -> None:
    with closing(load_driver().connect(str(path))) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            outcome.problems.append(f"integrity: {found[:3]}")
        if connection.execute("PRAGMA foreign_key_check").fetchall():
            outcome.problems.append("foreign keys")
        rows = connection.execute("SELECT id, conversation_id, text FROM message").fetchall()
        texts = {each: (conversation, text) for each, conversation, text in rows}
        for each, (word, conversation) in list(known.saved.items()):
            if each in texts and word in texts[each][1]:
                continue
            if each not in texts and conversation in known.erased:
                del known.saved[each]
                continue
            outcome.problems.append(f"message {each} with {word!r} is not there")
        ends = connection.execute(
            "SELECT count(*) FROM conversation c WHERE leaf_id IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM message m WHERE m.id = c.leaf_id AND m.conversation_id = c.id)"
        ).fetchone()
        if ends != (0,):
            outcome.problems.append(f"{ends[0]} conversations end nowhere")
        twice = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM conversation WHERE source <> '' "
            "GROUP BY source, source_id HAVING count(*) > 1)"
        ).fetchone()
        if twice != (0,):
            outcome.problems.append(f"{twice[0]} conversations were imported twice")
        halves = connection.execute(
            "SELECT count(*) FROM conversation c WHERE source <> '' AND "
            "(SELECT count(*) FROM message m WHERE m.conversation_id = c.id) < 8"
        ).fetchone()
        if halves != (0,):
            outcome.problems.append(f"{halves[0]} conversations were imported in part")


async def _check_text(
    store: HistoryStore, reports: list[list[Any]], killed: float, outcome: Outcome
) -> None:
    last: dict[int, int] = {}
    pieces: Iterator[tuple[float, int, int]] = (
        (each[0], each[2], each[3]) for each in reports if each[1] == "received"
    )
    for at, run_id, seq in pieces:
        outcome.received += 1
        if run_id not in last:
            events = await store.events(run_id)
            # Text that was joined with what came after it has the place of the last.
            last[run_id] = max(
                (each.seq for each in events if not isinstance(each.event, RunFinished)),
                default=10**9 if not events else -1,  # erased with its conversation
            )
        if last[run_id] < seq:
            outcome.lost_text = max(outcome.lost_text, killed - at)


def report(outcomes: list[Outcome], *, timed: bool = True) -> bool:
    """Print what the kills cost; whether all is well, the age of lost text too if timed."""
    problems = [each for outcome in outcomes for each in outcome.problems]
    lost = sorted((each.lost_text for each in outcomes), reverse=True)
    received = sum(each.received for each in outcomes)
    acknowledged = sum(each.acknowledged for each in outcomes)
    changes = f"{acknowledged:,} changes acknowledged, {received:,} pieces of text"
    print(f"{len(outcomes)} kills; {changes}")
    moments: dict[str, int] = {}
    for each in outcomes:
        moments[each.doing] = moments.get(each.doing, 0) + 1
    print("  last report before the kill: " + ", ".join(f"{k} {v}" for k, v in moments.items()))
    print(f"  problems: {len(problems)} {problems[:5]}")
    refused = {each for outcome in outcomes for each in outcome.refused}
    print(f"  refused: {sorted(refused)[:5]}")
    print(f"  processes left: {sum(each.left for each in outcomes)}")
    print(f"  oldest text lost: {', '.join(f'{each * 1000:.0f} ms' for each in lost[:5])}")
    for each in outcomes:
        if each.lost_text > STREAM_SECONDS:
            print(f"  {each.lost_text * 1000:.0f} ms, without a processor {each.denied * 1000:.0f}")
    print(f"  kills over {STREAM_SECONDS * 1000:.0f} ms: {sum(x > STREAM_SECONDS for x in lost)}")
    left = any(each.left for each in outcomes)
    return not problems and not left and (not timed or max(lost, default=0.0) <= STREAM_SECONDS)


@click.command()
@click.option("--kills", default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--model", is_flag=True, help="The starter model's answers in place of made-up ones.")
@click.option("--untimed", is_flag=True, help="Lost text is no fault, however old it was.")
def main(kills: int, seed: int, model: bool, untimed: bool) -> None:
    """Kill as often as asked and print the result."""
    outcomes: list[Outcome] = []
    known = Known()
    with tempfile.TemporaryDirectory(prefix="workbench-kills-") as name:
        folder = Path(name)
        write_export(export_of(folder))
        for number in range(kills):
            outcomes.append(kill_once(folder, seed * 10_000 + number, known, model=model))
            if outcomes[-1].problems:
                print(number, outcomes[-1], flush=True)
                known = Known()
            if (number + 1) % 20 == 0:
                report(outcomes)
    sys.exit(0 if report(outcomes, timed=not untimed) else 1)


if __name__ == "__main__":
    main()
