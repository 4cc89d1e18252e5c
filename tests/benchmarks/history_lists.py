"""What the lists of History take with each filter.

    python -m tests.benchmarks.history_lists [RUNS]

Makes a history of RUNS runs over a hundred days (strategies, models, comparisons, verdicts, prompts
that run often and seldom), and prints for each filter the milliseconds of the store's own thread
for the first page, folded and not, and for a folded page from the middle.
"""

from __future__ import annotations

import asyncio
import functools
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from tests.benchmarks.full_folder import fill_history, fill_index, one_run
from workbench.domain.views import RunFilter
from workbench.history.file.database import Database
from workbench.history.runs import run_list
from workbench.settings import Paths

T = TypeVar("T")

RUNS = 100_000
PAGE = 256
_DAY = 86_400.0


def vary(path: Path, number: int) -> float:
    """Give the runs strategies, models, days, comparisons, verdicts; gives the time of the last."""
    last = time.time()
    first = last - 100 * _DAY
    with sqlite3.connect(path) as connection:
        connection.execute(
            """UPDATE run SET
            started_at = :first + id * :step,
            strategy = CASE id % 4 WHEN 0 THEN 'cot' WHEN 1 THEN 'debate' ELSE 'direct' END,
            model = CASE WHEN id % 1000 = 0 THEN 'seldom.gguf' ELSE 'often.gguf' END,
            group_key = CASE WHEN id % 10 < 4 THEN 'group' || (id / 10) ELSE '' END,
            status = CASE WHEN id % 7 = 0 THEN 'cancelled' ELSE 'done' END,
            is_right = CASE WHEN id % 10 > 3 THEN NULL WHEN id % 100 = 1 THEN 0 ELSE 1 END""",
            {"first": first, "step": 100 * _DAY / number},
        )
        connection.execute(
            "UPDATE run SET template_id = NULL WHERE id % 2000 <> 0 AND template_id IS NOT NULL"
        )
    return last


def filters(last: float) -> dict[str, RunFilter]:
    """Each chip by itself, and the pairs that people set."""
    return {
        "none": RunFilter(),
        "today": RunFilter(since=last - _DAY),
        "this prompt": RunFilter(prompt="x.prompty"),
        "from Compare": RunFilter(compared=True),
        "right": RunFilter(is_right=True),
        "wrong": RunFilter(is_right=False),
        "without cancelled": RunFilter(without_cancelled=True),
        "strategy": RunFilter(strategy="cot"),
        "seldom model": RunFilter(model="seldom.gguf"),
        "no such model": RunFilter(model="never.gguf"),
        "strategy and model": RunFilter(strategy="direct", model="seldom.gguf"),
        "wrong, cot": RunFilter(is_right=False, strategy="cot"),
        "right, seldom model": RunFilter(is_right=True, model="seldom.gguf"),
        "comparison": RunFilter(group="group77"),
        "words": RunFilter(text="chalk zebra"),
        "number": RunFilter(text="77"),
        "words, wrong": RunFilter(text="chalk", is_right=False),
        "words, seldom model": RunFilter(text="chalk", model="seldom.gguf"),
        "words, no such model": RunFilter(text="chalk", model="never.gguf"),
    }


def measure(path: Path, last: float, number: int) -> None:
    """Print a line a filter."""
    with closing(Database(path)) as database, database.read() as connection:

        def timed(work: Callable[[], T]) -> tuple[float, T]:
            begun = time.thread_time()
            found = work()
            return (time.thread_time() - begun) * 1000, found

        print(f"{'':22} {'rows':>6} {'plain':>8} {'folded':>8} {'middle':>8}  milliseconds")
        for name, wanted in filters(last).items():
            listed = functools.partial(run_list.list_runs, connection, wanted)
            plain, rows = timed(functools.partial(listed, None, PAGE, fold=False))
            folded, _ = timed(functools.partial(listed, None, PAGE, fold=True))
            middle, _ = timed(functools.partial(listed, number // 2, PAGE, fold=True))
            print(f"{name:22} {len(rows):6,} {plain:8.1f} {folded:8.1f} {middle:8.1f}")
        took, names = timed(functools.partial(run_list.models, connection))
        print(f"models: {took:.1f} ms, {len(names)}")


def main() -> None:
    """Make the history and measure."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with tempfile.TemporaryDirectory(prefix="workbench-lists-") as home:
        paths = Paths.default(home)
        asyncio.run(one_run(paths))
        fill_history(paths.database, number)
        last = vary(paths.database, number)
        fill_index(paths.database)
        measure(paths.database, last, number)


if __name__ == "__main__":
    main()
