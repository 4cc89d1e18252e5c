"""A data folder as it is after years: thousands of prompts and chats, a hundred thousand runs.

    python -m tests.benchmarks.full_folder FOLDER [PROMPTS] [RUNS] [CHATS]

The texts are pieces of the prompts that ship, so that words are as common and as rare as they are
in such texts: about 1.5 KB a run. Every eighth run answers in a chat, and so do the newest ones.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.benchmarks.job import ROOT
from tests.benchmarks.large_library import make_prompts
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.history.file.database import Database
from workbench.history.file.driver import load_driver
from workbench.history.search.indexing import Indexer
from workbench.service import Workbench
from workbench.settings import Paths

PROMPTS, RUNS, CHATS = 5_000, 100_000, 3_000
_TURNS = 4
_EVERY = 8
_WORDS = (
    *("chalk", "zebra", "quilt", "river", "stone", "apple"),
    *("seven", "count", "answer", "solve", "reason", "bridge"),
)


class Texts:
    """Pieces of the prompts that ship."""

    def __init__(self) -> None:
        files = sorted((ROOT / "prompts").rglob("*.prompty"))
        self._words = " ".join(path.read_text("utf-8") for path in files).split()
        self._chance = random.Random(7)

    def piece(self, most: int) -> str:
        """Words that follow each other, at most so many and at least a third of that."""
        length = self._chance.randrange(most // 3, most)
        start = self._chance.randrange(len(self._words) - length)
        return " ".join(self._words[start : start + length])


async def one_run(paths: Paths) -> None:
    """A history with one run and copies of it."""
    core = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["Answer: 5"]))
    await core.open()
    model = paths.data / "pretend.gguf"
    model.write_bytes(b"")
    await core.models.load(str(model))
    spec = RunSpec(prompt=TemplatePrompt("x.prompty", "user:\nCount."))
    await core.runs.wait(await core.runs.start(spec))
    await core.close()


def fill_history(path: Path, number: int) -> None:
    """Copies of the first run under other numbers, each with words of its own to be found by."""
    texts = Texts()
    with closing(load_driver().connect(str(path))) as connection, connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(run)")]
        rest = ", ".join(name for name in columns if name not in ("id", "title"))
        connection.executemany(
            f"INSERT INTO run (id, title, {rest}) SELECT ?, ?, {rest} FROM run WHERE id = 1",
            ((place + 2, f"Word problem {place}") for place in range(number)),
        )

        def rows() -> Iterator[tuple[int, str, str, str]]:
            for place in range(number):
                words = " ".join(_WORDS[(place * step) % len(_WORDS)] for step in (1, 3, 5, 7))
                prompt, output = (
                    f"{words} {texts.piece(200)}",
                    f"{texts.piece(150)} Answer: {place}",
                )
                yield place + 2, f"Word problem {place}", prompt, output

        connection.executemany(
            "INSERT INTO run_text (run_id, title, prompt, output) VALUES (?, ?, ?, ?)", rows()
        )


def fill_index(path: Path) -> None:
    """Index everything, as the program does by itself while it is open."""
    indexer = Indexer()
    with closing(Database(path)) as database:
        goes_on = True
        while goes_on:
            with database.write_index() as connection:
                goes_on = indexer.step(connection)


def fill_chats(path: Path, number: int, runs: int) -> None:
    """Chats of four turns whose answers are runs: the newest ones, and every eighth."""
    texts = Texts()
    now = time.time()
    wanted = number * _TURNS
    newest = range(runs + 1, max(runs + 1 - wanted // _TURNS, 1), -1)
    answers = iter([*newest, *range(newest[-1] - 1, 1, -_EVERY)])
    with closing(load_driver().connect(str(path))) as connection, connection:
        message = connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()[0]
        for chat in range(number):
            at = now - (number - chat) * 60
            opening = texts.piece(9)
            cursor = connection.execute(
                "INSERT INTO conversation (title, created_at, updated_at) VALUES (?, ?, ?)",
                (f"Talk {chat}: {opening}", at, at),
            )
            parent = None
            for turn in range(_TURNS * 2):
                message += 1
                run_id = next(answers, None) if turn % 2 else None
                connection.execute(
                    "INSERT INTO message (id, conversation_id, parent_id, role, created_at, "
                    "run_id, text) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        message,
                        cursor.lastrowid,
                        parent,
                        "assistant" if turn % 2 else "user",
                        at + turn,
                        run_id,
                        texts.piece(150 if turn % 2 else 40),
                    ),
                )
                parent = message
            connection.execute(
                "UPDATE conversation SET leaf_id = ? WHERE id = ?", (parent, cursor.lastrowid)
            )


def make_folder(home: Path, prompts: int = PROMPTS, runs: int = RUNS, chats: int = CHATS) -> Paths:
    """The whole folder; one that is there already is taken as it is."""
    paths = Paths.default(home)
    if not paths.database.exists():
        paths.create()
        make_prompts(home / "prompts", prompts)
        asyncio.run(one_run(paths))
        fill_history(paths.database, runs)
        fill_chats(paths.database, chats, runs)
        fill_index(paths.database)
    return paths


def main() -> None:
    """Make the folder."""
    begun = time.perf_counter()
    numbers = (int(each) for each in sys.argv[2:])
    paths = make_folder(Path(sys.argv[1]), *numbers)
    megabytes = paths.database.stat().st_size / 2**20
    print(f"{paths.database}: {megabytes:,.0f} MB in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
