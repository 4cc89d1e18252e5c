"""How far a sweep is, on the error stream: a line that counts cells and says the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

import click

from workbench.cli.terminal import show_line
from workbench.domain.evaluation.cells import Cell, SweepEstimate
from workbench.domain.text import count_text, rough_seconds

_EVERY_SECONDS = 0.2
_STEPS = 10
"""Without a terminal a line is written for each tenth."""


class SweepProgress:
    """Follows the cells of a sweep.

    Args:
        name: of the set.
        cells: as they are before the work.
        estimate: what it will take.
    """

    def __init__(self, name: str, cells: Iterable[Cell], estimate: SweepEstimate) -> None:
        self._name = name
        self._waiting = {cell.id for cell in cells if cell.key and not cell.is_finished}
        self._total = len(self._waiting)
        self._failed = 0
        self._began = time.monotonic()
        self._shown = 0.0
        self._step = 0
        self._live = sys.stderr.isatty()
        if estimate.cached:
            cached = count_text(estimate.cached, "cell")
            click.echo(f"{name}: {cached} cached, {estimate.to_run:,} to run", err=True)

    def __call__(self, cell: Cell) -> None:
        """Take the news of a cell."""
        if not cell.is_over or cell.id not in self._waiting:
            return
        self._waiting.discard(cell.id)
        self._failed += cell.state == "failed"
        now = time.monotonic()
        if self._live:
            if now - self._shown >= _EVERY_SECONDS:
                self._shown = now
                show_line(self._line(now))
        elif (step := _STEPS * self._done // self._total) > self._step:
            self._step = step
            click.echo(self._line(now), err=True)

    @property
    def _done(self) -> int:
        return self._total - len(self._waiting)

    def _line(self, now: float) -> str:
        failed = f", {self._failed:,} failed" if self._failed else ""
        left = (now - self._began) / self._done * len(self._waiting)
        time_left = f", {rough_seconds(left)} left" if self._waiting else ""
        return f"{self._name}: {self._done:,} of {self._total:,} cells{failed}{time_left}"

    def measured(self, done: int, total: int) -> None:
        """Take how many questions to judges and metrics have an answer."""
        now = time.monotonic()
        if self._live and (done == total or now - self._shown >= _EVERY_SECONDS):
            self._shown = now
            show_line(f"{self._name}: {done:,} of {total:,} questions to judges and metrics")

    def finish(self) -> None:
        """Take the line away."""
        if self._live and self._shown:
            show_line("")
