"""What a change of theme takes, and how soon the palette has found something.

    python -m tests.benchmarks.window [PROMPTS] [RUNS]

Opens the real window without a screen, shows every workspace once, and changes the theme: seconds
are those of the window's own thread. Then it makes PROMPTS prompts and a history of RUNS runs,
types words into the palette letter by letter, and prints milliseconds from a key until all kinds
have answered, and the longest gap of the window meanwhile. No model is loaded.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.large_library import Heart, make_prompts, pause, wait
from tests.benchmarks.real_window import open_window
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

PROMPTS, RUNS = 5_000, 100_000
QUERIES = ("word pro", "chalk", "run 5", "zebra ri")
_WORDS = (
    "chalk",
    "zebra",
    "quilt",
    "river",
    "stone",
    "apple",
    "seven",
    "count",
    "answer",
    "solve",
    "reason",
    "bridge",
)


def fill_history(path: Path, number: int) -> None:
    """Copies of one run under other numbers, each with words of its own to be found by."""
    with sqlite3.connect(path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(run)")]
        texts = [row[1] for row in connection.execute("PRAGMA table_info(run_text)")]
        rest = ", ".join(name for name in columns if name not in ("id", "title"))
        for place in range(number):
            words = " ".join(_WORDS[(place * step) % len(_WORDS)] for step in (1, 3, 5, 7))
            given = {"id": place + 2, "title": f"Word problem {place}"}
            connection.execute(
                f"INSERT INTO run (id, title, {rest}) SELECT :id, :title, {rest} FROM run "
                "WHERE id = 1",
                given,
            )
            if "prompt" in texts:
                connection.execute(
                    "INSERT INTO run_text (run_id, title, prompt, output) VALUES (?, ?, ?, ?)",
                    (place + 2, given["title"], words, f"Answer: {place}"),
                )


def change_themes() -> None:
    """Print the thread's own time for each change, with all workspaces open."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - for the process with the window

    from workbench.ui.theme import theme  # noqa: PLC0415

    for choice in ("light", "dark", "light", "dark"):
        begun = time.thread_time()
        theme().choose(choice)
        QApplication.processEvents()
        print(f"theme {choice}: {time.thread_time() - begun:.3f} s of the window's thread")
    print(f"  {len(QApplication.allWidgets()):,} widgets")


def main() -> None:
    """Measure both."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    prompts = int(sys.argv[1]) if len(sys.argv) > 1 else PROMPTS
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else RUNS
    with tempfile.TemporaryDirectory(prefix="workbench-window-") as home:
        make_prompts(Path(home) / "prompts", prompts)
        paths = Paths.default(home)
        asyncio.run(_one_run(paths))
        fill_history(paths.database, runs)
        shown = open_window(paths)
        window, bridge, _ = shown
        bridge.start()
        wait(lambda: window._restored)
        for panel_id in window.rail.work:
            window.go(panel_id)
            pause(500)
        change_themes()
        listing = window.panels["design"].model
        wait(lambda: len(listing.listing.entries) >= prompts and not listing.listing.pending)
        type_words(window)
        shown.close()


async def _one_run(paths: Paths) -> None:
    """A history with one run, of which the others are copies."""
    core = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["Answer: 5"]))
    await core.open()
    model = paths.data / "pretend.gguf"
    model.write_bytes(b"")
    await core.models.load(str(model))
    spec = RunSpec(prompt=TemplatePrompt("x.prompty", "user:\nCount."))
    await core.runs.wait(await core.runs.start(spec))
    await core.close()


def type_words(window: object) -> None:
    """Type each query and time each key."""
    heart = Heart()
    palette = window.palette_box  # type: ignore[attr-defined]
    for query in QUERIES:
        window.actions_table.trigger("palette.open")  # type: ignore[attr-defined]
        times = []
        for end in range(1, len(query) + 1):
            if query[end - 1] == " ":
                continue
            palette.box.setText(query[:end])
            times.append(wait(lambda: not palette._waiting()) * 1000)
            pause(60)
        each = ", ".join(f"{t:.0f}" for t in times)
        print(f"palette {query!r}: {each} ms; {len(palette.entries)} lines; {heart.worst()}")
        palette.close_box()


if __name__ == "__main__":
    main()
