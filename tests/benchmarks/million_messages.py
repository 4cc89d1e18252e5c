"""Full-text search in a history of a million messages.

    python -m tests.benchmarks.million_messages [MESSAGES] [--json FILE]

Makes conversations of synthetic text (words by Zipf's law, 240 characters on average, one message
in twenty in Chinese), indexes them as a migration does, and prints what a page of hits takes: the
newest 50 alone, and with counts, kinds, days and marked texts, as the window asks for it.
"""

from __future__ import annotations

import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from tests.benchmarks.machine import describe_machine
from workbench.domain.searching import SearchFilter
from workbench.history.file.database import Database
from workbench.history.search import finding, indexing, table
from workbench.history.search.indexing import Indexer

MESSAGES = 1_000_000
_WORDS = 40_000
_IN_CHAT = 40
_PAGE = 50
_TIMES = 5
_FIRST = 1.6e9
_SECONDS = 120
_LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
_HANZI = [chr(0x4E00 + place * 7) for place in range(1500)]
_PLANTED = "xylographer"


def vocabulary(chance: random.Random) -> list[str]:
    """Different words, the common ones short."""
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        length = chance.randint(2, 4) if len(words) < 200 else chance.randint(4, 11)
        letters = chance.choices(_LETTERS, weights=range(len(_LETTERS), 0, -1), k=length)
        words["".join(letters)] = None
    return list(words)


def texts(words: list[str], count: int, chance: random.Random) -> Iterator[str]:
    """Messages: 42 words on average, one in twenty of Chinese characters."""
    weights = list(itertools.accumulate(1 / (place + 2.7) for place in range(len(words))))
    for number in range(count):
        if number % 20 == 7:
            yield "".join(chance.choices(_HANZI, k=chance.randint(20, 120)))
            continue
        length = min(int(chance.expovariate(1 / 40)) + 3, 400)
        text = " ".join(chance.choices(words, cum_weights=weights, k=length))
        yield f"{text} {_PLANTED}" if number % 40_000 == 11 else text


def fill(path: Path, words: list[str], count: int) -> None:
    """Conversations of forty messages, answers by three models, a tag on one in a hundred."""
    Database(path).close()
    chance = random.Random(6)
    with closing(Database(path)) as database, database.write() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        chats = (count + _IN_CHAT - 1) // _IN_CHAT
        raw.executemany(
            "INSERT INTO conversation (id, title, created_at, updated_at) VALUES (?, ?, ?, ?)",
            (
                (chat + 1, f"{words[chat % 900]} {chat}", at, at)
                for chat in range(chats)
                for at in (_FIRST + chat * _IN_CHAT * _SECONDS,)
            ),
        )
        raw.executemany(
            "INSERT INTO message (conversation_id, role, created_at, text, author, parent_id) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    number // _IN_CHAT + 1,
                    "assistant" if number % 2 else "user",
                    _FIRST + number * _SECONDS,
                    text,
                    f"model-{number % 3}" if number % 2 else "",
                    number if number % _IN_CHAT else None,
                )
                for number, text in enumerate(texts(words, count, chance))
            ),
        )
        raw.execute("UPDATE conversation SET leaf_id = id * ?", (_IN_CHAT,))
        raw.execute(
            "INSERT INTO tag (kind, item_id, name) "
            "SELECT 'conversation', id, 'support' FROM conversation WHERE id % 100 = 3"
        )
        table.make_again(raw)


def index(path: Path) -> dict[str, float]:
    """Index as the window does, without a pause: seconds on the clock and of the processor."""
    began, used, longest = time.monotonic(), time.thread_time(), 0.0
    indexer = Indexer()
    with closing(Database(path)) as database:
        goes_on = True
        while goes_on:
            step = time.monotonic()
            with database.write_index() as connection:
                goes_on = indexer.step(connection)
            longest = max(longest, time.monotonic() - step)
    return {
        "seconds": time.monotonic() - began,
        "processor_seconds": time.thread_time() - used,
        "longest_step": longest,
    }


def queries(words: list[str], count: int) -> dict[str, tuple[str, SearchFilter]]:
    """Every query of the design's table: by how common the words are, by beginnings, by filters."""
    top, common, mid, low = words[0], words[2], words[130], words[2_500]
    middle = _FIRST + count * _SECONDS / 2
    month = 30 * 86_400
    everything = SearchFilter()
    long_word = next(word for word in words[200:] if len(word) > 8)
    return {
        "rare word": (_PLANTED, everything),
        "low word": (f"{low} ", everything),
        "mid word": (mid, everything),
        "common word": (common, everything),
        "top word": (top, everything),
        "phrase of two common words": (f"{top}-{common}", everything),
        "top and rare": (f"{top} {_PLANTED}", everything),
        "two common words": (f"{top} {common}", everything),
        "four words": (f"{top} {common} {mid} {low}", everything),
        "1 letter": ("e", everything),
        "beginning of 2 letters": ("et", everything),
        "beginning of 3 letters": (long_word[:3], everything),
        "beginning of 4 letters": (long_word[:4], everything),
        "beginning of 5 letters": (long_word[:5], everything),
        "Chinese, 2 characters": ("".join(_HANZI[3:5]), everything),
        "Chinese, 1 character": (_HANZI[3], everything),
        "nothing": ("qqqqqq", everything),
        "top word, one conversation": (top, SearchFilter(conversation_id=count // _IN_CHAT // 2)),
        "top word, a month of dates": (top, SearchFilter(since=middle, until=middle + month)),
        "top word, one model": (top, SearchFilter(model="model-1")),
        "top word, one role": (top, SearchFilter(role="user")),
        "top word, a tag": (top, SearchFilter(tag="support")),
        "top word, runs (none)": (top, SearchFilter(kinds=("run",))),
        "top word, titles": (top, SearchFilter(part="title")),
        "rare word, tag and model": (_PLANTED, SearchFilter(tag="support", model="model-1")),
    }


def measure(path: Path, words: list[str], count: int) -> list[dict[str, Any]]:
    """Milliseconds of each query, warm, the least of some."""
    rows = []
    with closing(Database(path)) as database, database.read() as connection:
        raw = connection.connection.driver_connection
        for name, (typed, wanted) in queries(words, count).items():
            query = finding.match(typed, wanted)
            assert query is not None
            keys = finding.Keys(raw, query, wanted)
            page = finding.search(connection, typed, wanted, _PAGE)
            best = finding.search(connection, typed, wanted, _PAGE, None, "best")
            row = {
                "query": name,
                "hits": page.count,
                "newest": least(lambda keys=keys: keys.newest(_PAGE)),  # type: ignore[misc]
                "page": least(
                    lambda typed=typed, wanted=wanted: finding.search(  # type: ignore[misc]
                        connection, typed, wanted, _PAGE
                    )
                ),
                "best": least(
                    lambda typed=typed, wanted=wanted: finding.search(  # type: ignore[misc]
                        connection, typed, wanted, _PAGE, None, "best"
                    )
                )
                if best.is_ranked
                else None,
            }
            rows.append(row)
            shown = "too many" if row["best"] is None else f"{row['best']:.1f}"
            print(
                f"| {name} | {page.count:,} | {row['newest']:.2f} | {row['page']:.1f} | {shown} |",
                flush=True,
            )
    return rows


def least(work: Callable[[], object]) -> float:
    """The fewest milliseconds of several tries."""
    found = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return min(found)


@click.command()
@click.argument("messages", type=int, default=MESSAGES)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures there.")
def main(messages: int, file: Path | None) -> None:
    """Make the history, index it, and measure."""
    words = vocabulary(random.Random(1))
    with tempfile.TemporaryDirectory(prefix="workbench-million-") as home:
        path = Path(home) / "history.db"
        began = time.monotonic()
        fill(path, words, messages)
        print(f"made in {time.monotonic() - began:.0f} s, {path.stat().st_size / 1e6:,.0f} MB")
        before = path.stat().st_size
        built = index(path)
        size = (path.stat().st_size - before) / 1e6
        print(
            f"indexed in {built['seconds']:.0f} s ({built['processor_seconds']:.0f} s of the "
            f"processor), {size:,.0f} MB, longest step {built['longest_step'] * 1000:.0f} ms"
        )
        with closing(Database(path)) as database, database.read() as connection:
            assert indexing.state(connection).is_whole
        print("| | hits counted | newest 50 | whole page | best match |\n|---|---|---|---|---|")
        rows = measure(path, words, messages)
    machine = describe_machine()
    print(f"{machine['processor']}, {machine['cores']} cores; load {machine['load']}")
    if file is not None:
        figures = {"machine": machine, "messages": messages, "index": built, "index_mb": size}
        file.write_text(json.dumps({**figures, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
