"""How soon the palette (Ctrl+K) shows what a key has found, in a folder of full size.

    python -m tests.benchmarks.palette [FOLDER] [PROMPTS] [RUNS] [CHATS]

Opens the real window without a screen on 5,000 prompts, 100,000 runs and 3,000 chats (made in
FOLDER where it is not there yet), types words letter by letter with a pause after each, and then
as fast as people type. For each key: milliseconds until the list is painted with what all kinds
have answered, those of the window's own thread, and those of the whole program's processor. Before
that the core is asked alone, kind by kind. No model is loaded.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from tests.benchmarks.full_folder import CHATS, PROMPTS, RUNS, make_folder
from tests.benchmarks.large_library import Heart, pause, wait
from tests.benchmarks.machine import describe_machine, slowdown
from tests.benchmarks.real_window import open_window
from workbench.domain.finding import FoundKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.ui.bridge import Bridge

QUERIES = (
    "word pro",
    "chalk",
    "run 5",
    "zebra ri",
    "the answer",
    "talk 17",
    "tree of th",
    "99,999",
)
_ROUNDS = 2
_FAST_MS = 80


def say(what: str, milliseconds: Sequence[float]) -> None:
    """Print the median and the worst of many keys."""
    most = max(milliseconds)
    over = sum(each > 50 for each in milliseconds)
    print(
        f"{what}: median {statistics.median(milliseconds):.0f} ms, worst {most:.0f} ms; "
        f"{over} of {len(milliseconds)} over 50 ms",
        flush=True,
    )


def ask_core(bridge: Bridge) -> None:
    """The core alone, each kind by itself: the worst milliseconds with its query."""
    for kind in get_args(FoundKind):
        found: list[tuple[float, str]] = []
        for query in QUERIES:
            for end in range(1, len(query) + 1):
                answered: list[object] = []
                begun = time.perf_counter()
                text = query[:end].strip()
                bridge.call(
                    lambda core, text=text, kind=kind: core.finder.find(text, kind),  # type: ignore[misc]
                    answered.append,
                )
                wait(lambda answered=answered: answered)  # type: ignore[misc]
                found.append(((time.perf_counter() - begun) * 1000, text))
        say(f"  the core alone, {kind} (worst {max(found)[1]!r})", [each for each, _ in found])


class Typist:
    """Types into the palette and sees when the list was painted."""

    def __init__(self, window: Any) -> None:
        from PySide6.QtCore import QEvent, QObject  # noqa: PLC0415 - for the window's process

        self.palette = window.palette_box
        self._open = lambda: window.actions_table.trigger("palette.open")
        self.painted = False
        typist = self

        class Eye(QObject):
            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint and not typist.palette._waiting():
                    typist.painted = True
                return False

        self._eye = Eye()
        self.palette.card.installEventFilter(self._eye)
        self.palette.list.viewport().installEventFilter(self._eye)

    def key(self, letter: str) -> tuple[float, float, float]:
        """Type it; milliseconds until the list is painted: wall, this thread, this program."""
        from PySide6.QtTest import QTest  # noqa: PLC0415

        self.painted = False
        begun, own, all_of_it = time.perf_counter(), time.thread_time(), time.process_time()
        QTest.keyClicks(self.palette.box, letter)
        wait(lambda: self.painted and not self.palette._waiting())
        return (
            (time.perf_counter() - begun) * 1000,
            (time.thread_time() - own) * 1000,
            (time.process_time() - all_of_it) * 1000,
        )

    def slowly(self, query: str) -> list[tuple[float, float, float]]:
        """Each letter after the answer to the one before; blanks change nothing."""
        self._open()
        pause(200)
        found = []
        for letter in query:
            took = self.key(letter)
            if letter != " ":
                found.append(took)
            pause(60)
        self.palette.close_box()
        pause(100)
        return found

    def fast(self, query: str) -> float:
        """A letter every 80 ms; milliseconds from the last one to its list."""
        from PySide6.QtTest import QTest  # noqa: PLC0415

        self._open()
        for letter in query[:-1]:
            QTest.keyClicks(self.palette.box, letter)
            pause(_FAST_MS)
        took, _, _ = self.key(query[-1])
        self.palette.close_box()
        pause(100)
        return took


def type_words(window: object) -> None:
    """Type each query several times and print what the keys took."""
    typist = Typist(window)
    typist.slowly("warm")
    heart = Heart()
    keys: list[tuple[float, float, float]] = []
    for query in QUERIES:
        found = [each for _ in range(_ROUNDS) for each in typist.slowly(query)]
        say(f"  {query!r}", [wall for wall, _, _ in found])
        keys += found
    for at, what in enumerate(
        ("a key to the painted list", "of the window's thread", "of all threads")
    ):
        say(what, [each[at] for each in keys])
    print(heart.worst())
    say(
        "typed fast, the last key",
        [typist.fast(query) for _ in range(_ROUNDS) for query in QUERIES],
    )
    print(heart.worst())


def main() -> None:
    """Make the folder where it is missing, and measure."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    numbers = [int(each) for each in sys.argv[2:]]
    numbers += [PROMPTS, RUNS, CHATS][len(numbers) :]
    with tempfile.TemporaryDirectory(prefix="workbench-palette-") as scratch:
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        paths = make_folder(home, *numbers)
        shown = open_window(paths)
        window, bridge, _ = shown
        bridge.start()
        wait(lambda: window._restored)
        window.go("design")
        listing = window.panels["design"].model
        wait(lambda: len(listing.listing.entries) >= numbers[0] and not listing.listing.pending)
        window.make_all()
        pause(3000)
        print(f"{numbers[0]:,} prompts, {numbers[1]:,} runs, {numbers[2]:,} chats")
        ask_core(bridge)
        type_words(window)
        print(f"a second of the processor is worth {1 / slowdown():.2f} s; {describe_machine()}")
        shown.close()


if __name__ == "__main__":
    main()
