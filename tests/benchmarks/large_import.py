"""A large export of ChatGPT is imported: how long each phase takes, and what it needs.

    python -m tests.benchmarks.large_import [--megabytes 30]

The conversations are made up, 40 messages each with a branch. Printed are the seconds on the
clock and of the processor while it is read, while it is saved, and until the index has it all,
and the same for a second import, which finds nothing new.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import psutil

from workbench.domain.transcripts import ImportProgress
from workbench.history.search import indexing
from workbench.service import Workbench
from workbench.settings import Paths

MESSAGES = 40
_WORDS = 4000
_LONGEST = 240
_INDEX_SECONDS = 3600.0


def write_large_export(path: Path, megabytes: float, seed: int = 1) -> int:
    """Write an export of about this size; how many conversations are in it."""
    chance = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 11))) for _ in range(_WORDS)]
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        while file.tell() < megabytes * 2**20:
            file.write(",\n" if count else "")
            json.dump(_conversation(count, words, chance), file)
            count += 1
        file.write("]")
    return count


def _conversation(number: int, words: list[str], chance: random.Random) -> dict[str, Any]:
    began = 1.6e9 + number * 3600
    mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "message": None}}
    parent = "root"
    for at in range(MESSAGES):
        name = f"{number:08x}-0000-4000-8000-{at:012x}"
        text = " ".join(chance.choices(words, k=chance.randint(4, _LONGEST)))
        mapping[name] = {
            "id": name,
            "parent": parent,
            "children": [],
            "message": {
                "id": name,
                "author": {"role": "assistant" if at % 2 else "user", "name": None, "metadata": {}},
                "create_time": began + at * 20,
                "content": {"content_type": "text", "parts": [text]},
                "status": "finished_successfully",
                "metadata": {"model_slug": "gpt-4o"} if at % 2 else {},
                "recipient": "all",
            },
        }
        mapping[parent].setdefault("children", []).append(name)
        parent = name if at != MESSAGES // 2 else parent
    return {
        "conversation_id": f"large-{number}",
        "title": f"Conversation {number}: {' '.join(chance.choices(words, k=3))}",
        "create_time": began,
        "update_time": began + MESSAGES * 20,
        "mapping": mapping,
        "current_node": parent,
    }


class Spent:
    """Seconds on the clock and of the processor since the last look, children's too."""

    def __init__(self) -> None:
        self._last = self._now()

    def _now(self) -> tuple[float, float, float]:
        return time.monotonic(), time.process_time(), sum(_children_seconds())

    def lap(self) -> str:
        """What was spent since the last lap."""
        before, self._last = self._last, self._now()
        clock, own, others = (
            after - start for after, start in zip(self._last, before, strict=True)
        )
        return f"{clock:7.1f} s clock  {own:7.1f} s own  {others:7.1f} s sandbox"


def _children_seconds() -> Iterator[float]:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield ended.ru_utime + ended.ru_stime
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times = child.cpu_times()
            yield times.user + times.system


async def _measure(folder: Path, export: Path) -> None:
    core = Workbench(Paths.default(folder))
    await core.open()
    try:
        spent = Spent()
        phase = ""

        def tell(progress: ImportProgress) -> None:
            nonlocal phase
            if phase and progress.doing != phase:
                print(f"{phase:12}{spent.lap()}", flush=True)
            phase = progress.doing

        for _ in range(2):
            phase = ""
            report = await core.importing.run([str(export)], tell)
            print(f"{phase:12}{spent.lap()}  {report.summary}", flush=True)
            end = time.monotonic() + _INDEX_SECONDS
            while time.monotonic() < end:
                if (await core._core.store.read(indexing.state)).is_whole:
                    break
                await asyncio.sleep(0.5)
            print(f"{'indexing':12}{spent.lap()}", flush=True)
    finally:
        await core.close()


@click.command()
@click.option("--megabytes", default=30.0)
@click.option("--export", type=click.Path(path_type=Path), help="An export that is there already.")
def main(megabytes: float, export: Path | None) -> None:
    """Make an export and import it twice."""
    with tempfile.TemporaryDirectory(prefix="large-import-") as name:
        if export is None:
            export = Path(name) / "conversations.json"
            print(f"{write_large_export(export, megabytes):,} conversations")
        print(f"load {os.getloadavg()[0]:.1f}")
        home = Path(name) / "home"
        asyncio.run(_measure(home, export))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        history = Paths.default(home).database.stat().st_size
        print(f"most memory of the program: {peak:.0f} MB")
        print(f"history: {history / 2**20:.0f} MB, export {export.stat().st_size / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
