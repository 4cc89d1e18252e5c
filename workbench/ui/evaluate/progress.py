"""How far the cells of an evaluation are, and how long the rest will take."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from workbench.domain.evaluation.cells import Cell, CellId, CellState


class Progress:
    """Counts of cells by their state, kept up as they change.

    Args:
        cells: all of them, by place; read again where one changed.
    """

    def __init__(self, cells: Mapping[CellId, Cell]) -> None:
        self._cells = cells
        self._seen: dict[CellId, CellState] = {place: cell.state for place, cell in cells.items()}
        self._counts = Counter(self._seen.values())
        self._began = 0.0
        self._ended_before = 0
        self._only: frozenset[CellId] | None = None

    def begin(self, only: Collection[CellId] | None = None) -> None:
        """A run of the cells begins, or of some of them."""
        self._only = None if only is None else frozenset(only)
        self._began = time.monotonic()
        self._ended_before = self.over_of_run

    def update(self, changed: Iterable[CellId]) -> None:
        """Count cells again that changed."""
        for place in changed:
            cell = self._cells.get(place)
            if cell is None:
                continue
            self._counts[self._seen[place]] -= 1
            self._seen[place] = cell.state
            self._counts[cell.state] += 1

    @property
    def total(self) -> int:
        """All cells."""
        return len(self._seen)

    @property
    def answered(self) -> int:
        """Cells with a finished run."""
        return self._counts["done"] + self._counts["cached"]

    @property
    def cached(self) -> int:
        """Cells that show a run that was there already."""
        return self._counts["cached"]

    @property
    def failed(self) -> int:
        """Cells that failed."""
        return self._counts["failed"]

    @property
    def total_of_run(self) -> int:
        """Cells of the run that is going on, or of all."""
        return self.total if self._only is None else len(self._only)

    @property
    def over_of_run(self) -> int:
        """Of these, those that have ended: answered or failed."""
        over: tuple[CellState, ...] = ("done", "cached", "failed")
        if self._only is None:
            return sum(self._counts[state] for state in over)
        return sum(self._seen.get(place) in over for place in self._only)

    @property
    def left(self) -> int:
        """Cells of the run that are still to come."""
        return self.total_of_run - self.over_of_run

    def retriable(self) -> list[CellId]:
        """Cells that failed and can be run."""
        cells = self._cells.values()
        return [cell.id for cell in cells if cell.state == "failed" and cell.key]

    def seconds_left(self) -> float | None:
        """How long the rest takes at the speed so far; None before anything has ended."""
        ended = self.over_of_run - self._ended_before
        if not self._began or ended < 1:
            return None
        return (time.monotonic() - self._began) / ended * self.left
