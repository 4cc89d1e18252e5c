"""How long a library of thousands of prompts takes to be there, and whether the window stalls.

    python -m tests.benchmarks.large_library [PROMPTS]

Makes a folder of copies of ``prompts/`` under other names, opens the real window on it (without a
screen) twice, first without what the program remembers and then with it, types into the search
field, and prints seconds and the longest gaps in which the window did nothing. No model is loaded.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.job import ROOT
from tests.benchmarks.real_window import open_window

PROMPTS = 5_000
FOLDERS = 50
BEAT_MS = 10
PATIENCE_SECONDS = 300
QUERIES = ("chalk", "tag:reasoning", "word-problem 17")


class Heart:
    """Beats on the GUI thread; what lies between two beats is a gap.

    On a busy machine much of a gap is time in which the thread was not scheduled: its own part is
    printed too.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer  # noqa: PLC0415 - for the process with the window

        self._gaps: list[tuple[float, float]] = []
        self._own: list[float] = []
        self._begun = self._last = time.perf_counter()
        self._worked = time.thread_time()
        self._timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        worked = time.thread_time()
        self._gaps.append((now - self._last, now - self._begun))
        self._own.append(worked - self._worked)
        self._last, self._worked = now, worked

    def worst(self) -> str:
        """The longest gaps since the last time this was asked, and how many are felt."""
        found, self._gaps = sorted(self._gaps, reverse=True), []
        felt = sum(gap > 0.1 for gap, _ in found)
        longest = ", ".join(f"{gap * 1000:.0f} ms at {at:.1f} s" for gap, at in found[:4])
        own, self._own = sorted(self._own, reverse=True), []
        worked = ", ".join(f"{each * 1000:.0f} ms" for each in own[:4])
        busy = sum(each > 0.1 for each in own)
        return (
            f"gaps: {longest}; {felt} of more than 100 ms; "
            f"the thread worked for {worked}; {busy} of more than 100 ms"
        )


def make_prompts(folder: Path, number: int) -> None:
    """Copies of the prompts that ship, each with another name and text, in folders."""
    originals = [path.read_text("utf-8") for path in sorted((ROOT / "prompts").rglob("*.prompty"))]
    names = [path.stem for path in sorted((ROOT / "prompts").rglob("*.prompty"))]
    for place in range(number):
        below = folder / f"shelf {place % FOLDERS:02}"
        below.mkdir(parents=True, exist_ok=True)
        text = originals[place % len(originals)]
        name = f"{names[place % len(names)]} {place}"
        (below / f"{name}.prompty").write_text(
            text.replace("name: ", f"name: {place} ", 1) + f"\nNumber {place}.\n", "utf-8"
        )


def pause(milliseconds: int) -> None:
    """Let the window work. Not ``QTest.qWait``, which keeps Python from every other thread."""
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415 - for the process with the window

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait(happened: Callable[[], object]) -> float:
    """Let the window work until something has happened; how many seconds that took."""
    begun = time.perf_counter()
    while not happened():
        pause(3)
        if time.perf_counter() - begun > PATIENCE_SECONDS:
            raise TimeoutError("the window did not get where it should")
    return time.perf_counter() - begun


def show_window(label: str, number: int) -> None:
    """Open the window on WORKBENCH_HOME, wait for all heads, search, and close it again."""
    from workbench.settings import Paths  # noqa: PLC0415 - for the process with the window

    shown = open_window(Paths.default())
    window, bridge, _ = shown
    window.go("design")
    design = window.panels["design"]
    wait(window.isVisible)
    begun = time.perf_counter()
    heart = Heart()
    bridge.start()
    listing = lambda: design.model.listing  # noqa: E731
    wait(lambda: len(listing().entries) >= number)
    rows = time.perf_counter() - begun
    wait(lambda: not listing().pending)
    whole = time.perf_counter() - begun
    pause(1000)
    print(f"{label}: rows after {rows:.2f} s, all heads after {whole:.2f} s", flush=True)
    print(f"  {heart.worst()}", flush=True)
    search(design.library)
    print(f"  {heart.worst()}", flush=True)
    shown.close()


def search(library: object) -> None:
    """Type into the search field and time each key until the list shows what was found."""
    from PySide6.QtTest import QTest  # noqa: PLC0415 - for the process with the window

    library.open_search()
    for query in QUERIES:
        seconds: list[float] = []
        library.search.clear()
        pause(300)
        for letter in query:
            if letter == " ":  # changes nothing that is looked for
                QTest.keyClicks(library.search, letter)
                continue
            shown: list[str] = []
            library.tree.library.modelReset.connect(lambda shown=shown: shown.append(""))
            QTest.keyClicks(library.search, letter)
            seconds.append(wait(lambda shown=shown: shown))
            pause(300)
        rows = len(library.tree.library.result.hits)
        each = ", ".join(f"{second * 1000:.0f}" for second in seconds)
        print(
            f"  {query!r}: {each} ms from a key to {rows:,} rows; "
            f"median {statistics.median(seconds) * 1000:.0f}"
        )


def main() -> None:
    """Make the folder and open the window on it, each time in a process of its own."""
    if "--window" in sys.argv:
        show_window(sys.argv[-2], int(sys.argv[-1]))
        return
    number = int(sys.argv[1]) if len(sys.argv) > 1 else PROMPTS
    with tempfile.TemporaryDirectory(prefix="workbench-large-") as home:
        make_prompts(Path(home) / "prompts", number)
        environment = os.environ | {"WORKBENCH_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        for label in ("first start", "second start"):
            subprocess.run(
                [sys.executable, "-m", __spec__.name, "--window", label, str(number)],
                cwd=ROOT,
                env=environment,
                check=True,
            )


if __name__ == "__main__":
    main()
