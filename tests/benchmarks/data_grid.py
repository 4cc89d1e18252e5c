"""Edits of a large data set: ``python -m tests.benchmarks.data_grid``.

Opens a sheet of 100,000 rows without a screen, clears a column, pastes, copies, changes a type,
takes it back, and prints how long each took and how long the window was held up at most.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable

import click
from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from workbench.domain.prompts.sheets import Sheet, SheetColumn
from workbench.ui.evaluate.data.sheet_model import SheetModel
from workbench.ui.evaluate.data.sheet_table import SheetTable

COLUMNS = ("question", "number", "expected", "tags", "note")


class Heartbeat(QObject):
    """Notes the longest time between two turns of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def begin(self) -> None:
        """Forget what was."""
        self.longest, self._last = 0.0, time.perf_counter()

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now


def measured(app: QApplication, beat: Heartbeat, sheet: SheetModel, act: Callable[[], None]) -> str:
    """How long an edit took, and the window was held up at most."""
    gc.collect()
    app.processEvents()
    beat.begin()
    started = time.perf_counter()
    act()
    app.processEvents()
    while sheet.slices.is_busy:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    for _ in range(5):
        app.processEvents()
    return f"{1000 * (time.perf_counter() - started):.0f} ms, held up {1000 * beat.longest:.0f} ms"


@click.command()
@click.option("--rows", default=100_000, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(rows: int, rounds: int) -> None:
    """Edit a large sheet and say how long the window was held up."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    sheet = SheetModel()
    table = SheetTable(sheet)
    table.resize(1200, 700)
    columns = tuple(SheetColumn(name, name) for name in COLUMNS)
    given = tuple(
        {"question": f"What is {n}?", "number": n, "expected": str(n), "tags": "a", "note": ""}
        for n in range(rows)
    )
    sheet.load(Sheet(path="a.jsonl", digest="", columns=columns, rows=given))
    table.show()
    app.processEvents()
    gc.disable()  # as the window does, which collects between two events
    text = "\n".join(f"Why {n}?\t{n + 1}\t{n}" for n in range(rows))
    last = rows - 1
    beat = Heartbeat()
    edits: dict[str, Callable[[], None]] = {
        "clear a column": lambda: sheet.clear([(0, 2, last, 2)]),
        "undo it": sheet.undo,
        "paste 3 columns": lambda: sheet.paste_text(text, 0, 0),
        "undo that": sheet.undo,
        "change a type": lambda: sheet.change_kind([(0, 1, last, 1)], "text", print_lost),
        "undo it again": sheet.undo,
        "remove half of the rows": lambda: sheet.remove_rows([*range(rows // 2)]),
        "undo the removal": sheet.undo,
    }
    for turn in range(rounds):
        for title, act in edits.items():
            click.echo(f"round {turn + 1}, {title}: {measured(app, beat, sheet, act)}")


def print_lost(lost: int) -> None:
    """Say how many cells were no value of a type."""
    if lost:
        click.echo(f"{lost:,} cells stayed as before")


if __name__ == "__main__":
    main()
