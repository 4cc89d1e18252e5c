"""How long a large table and a long conversation take to be shown, and what they weigh.

    python -m tests.benchmarks.transcript [MESSAGES]

Shows tables of 50 x 15 and 15 x 50 cells in a message, as an answer, as something that was pasted,
and after a change of the theme. Makes a conversation of 10,000 messages, opens the real window
(without a screen), opens the conversation in it, scrolls to its beginning and through it, and looks
for a word. Prints seconds, the longest gaps in which the window did nothing, and the memory. No
model is loaded.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.large_library import Heart, pause, wait
from tests.benchmarks.machine import slowdown
from tests.benchmarks.real_window import RealWindow, open_window
from workbench.history.chats import conversations, message_tree
from workbench.history.store import HistoryStore
from workbench.settings import Paths

MESSAGES = 10_000
_ROUNDS = 5
_OPENINGS = 10
TABLES = ((50, 15), (15, 50))
"""Rows and columns."""
_ANSWER = (
    "Here is **one way** to do it, number {0}:\n\n1. Take `part {0}`\n2. Turn it twice\n\n"
    "```python\nfor step in range({0}):\n    print(step)\n```\n\nThat is all there is to say."
)


def table(rows: int, columns: int) -> str:
    """A table as a model writes it, about 10 KB."""
    head = "|" + "|".join(f" column {at} " for at in range(columns)) + "|\n"
    rule = "|" + "---|" * columns + "\n"
    cells = (
        "|" + "|".join(f" cell {row} {at} " for at in range(columns)) + "|\n" for row in range(rows)
    )
    return head + rule + "".join(cells)


async def fill(path: Path, number: int) -> None:
    """A conversation of that many messages."""
    store = HistoryStore(path)
    await store.open()
    made = await store.write(conversations.insert_conversation, "A long conversation")
    parent: int | None = None

    def insert(connection: object) -> None:
        nonlocal parent

        for at in range(number):
            mine = at % 2 == 0
            text = f"Question {at}: how?\nAnd why?" if mine else _ANSWER.format(at)
            parent = message_tree.insert_message(
                connection,  # type: ignore[arg-type]
                conversation_id=made.conversation_id,
                parent_id=parent,
                role="user" if mine else "assistant",
                text=text,
            )

    await store.write(insert)
    await store.close()


def own_seconds(work: Callable[[], object]) -> float:
    """The processor's seconds that a piece of work takes on this thread."""
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def show_table(rows: int, columns: int) -> None:
    """Time a table in the widgets of a message: each case by itself, the median of several."""
    from workbench.ui.markdown.body import MarkdownBody  # noqa: PLC0415 - for the window's process

    text = table(rows, columns)

    def draw(each: MarkdownBody) -> None:
        each.fit(696)
        layout = each.layout()
        assert layout is not None
        layout.activate()  # as in the window, where a text gets its width before it is painted
        each.grab()

    def body() -> MarkdownBody:
        made = MarkdownBody("Answer")
        made.resize(696, 400)
        made.fit(696)
        made.show()
        return made

    def seconds(show: Callable[[MarkdownBody], object], before: str = "") -> float:
        found = []
        for _ in range(_ROUNDS):
            each = body()
            each.set_markdown(before)
            found.append(own_seconds(lambda each=each: (show(each), draw(each))))  # type: ignore[misc]
            each.close()
        return statistics.median(found)

    answer = seconds(lambda each: each.set_markdown(text))
    pasted = seconds(lambda each: each.set_plain(text))
    themed = seconds(lambda each: each.widgets[0]._show(), text)  # type: ignore[union-attr]
    print(
        f"table of {rows} x {columns} ({len(text):,} characters): as an answer "
        f"{answer * 1000:.0f} ms, pasted {pasted * 1000:.0f} ms, "
        f"after a change of theme {themed * 1000:.0f} ms (laid out and painted)"
    )


def open_once(panel: Any, conversation: int, number: int) -> tuple[float, float, float]:
    """Open a conversation from an empty one: seconds until its end is painted, how many of them
    are the processor's, and until it is whole."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - for the window's process

    def until(done: Callable[[], object]) -> float:
        while not done():
            QApplication.processEvents()
            time.sleep(0.0005)
        panel.transcript.viewport().repaint()
        return time.perf_counter() - begun

    panel.model.start_new()
    pause(500)
    begun, processor = time.perf_counter(), time.process_time()
    panel.model.open(conversation)
    painted = until(lambda: panel.transcript.views)
    processor = time.process_time() - processor
    return painted, processor, until(lambda: len(panel.transcript.messages) == number)


def show_conversation(shown: RealWindow, number: int) -> None:
    """Open the conversation, scroll and search; print gaps and memory."""
    from workbench.ui.panels import PANELS  # noqa: PLC0415 - for the window's process

    window, bridge, _ = shown
    process = psutil.Process()
    window.go("chat")
    panel = window.panels["chat"]
    heart = Heart()
    bridge.start()
    wait(lambda: panel.model.conversations and len(window.panels) == len(PANELS))
    pause(4000)  # the other workspaces are made meanwhile
    print(f"window on Chat: {heart.worst()}")
    before = process.memory_info().rss
    conversation = panel.model.conversations[0].conversation_id
    processor = time.process_time()
    print(
        f"{number:,} messages: the end painted, of it the processor's, and all of them there (ms)"
    )
    for _ in range(_OPENINGS):
        print(
            "  "
            + ", ".join(f"{each * 1000:.0f}" for each in open_once(panel, conversation, number))
        )
        pause(700)
    print(f"  {(time.process_time() - processor) / _OPENINGS:.2f} s of the processor each")
    grown = (process.memory_info().rss - before) / 2**20
    print(f"  {grown:.0f} MB more, {len(panel.transcript.views)} with a widget")
    print(f"  {heart.worst()}")
    bar = panel.transcript.verticalScrollBar()
    for step in range(40):
        bar.setValue(bar.maximum() * (40 - step) // 40)
        pause(30)
    bar.setValue(0)
    pause(500)
    print(f"scrolled to the beginning: {heart.worst()}")
    for _ in range(100):
        bar.setValue(bar.value() + 120)
        pause(15)
    print(f"read on for 100 turns of the wheel: {heart.worst()}")
    panel.finding.open()
    panel.finding.bar.field.setText(f"number {number - 1}:")
    pause(500)
    print(f"found far away ({panel.finding.bar.count.text()}): {heart.worst()}")
    grown = (process.memory_info().rss - before) / 2**20
    print(f"memory after all that: {grown:.0f} MB more; {len(panel.transcript.views)} widgets")


def main() -> None:
    """Make the conversation and open the window on it."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="workbench-transcript-") as home:
        places = Paths.default(Path(home))
        places.create()
        asyncio.run(fill(places.database, number))
        shown = open_window(places)
        for rows, columns in TABLES:
            show_table(rows, columns)
        show_conversation(shown, number)
        print(f"a second of the processor is worth {1 / slowdown():.2f} s")
        shown.close()


if __name__ == "__main__":
    main()
