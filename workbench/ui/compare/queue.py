"""In which order the cells of a comparison are run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QObject, Slot

from workbench.domain.runs.spec import RunSpec
from workbench.ui.runs.run_model import RunModel


class Cell(NamedTuple):
    """A run to be made; with ``reuse`` an equal one of the history may be used instead.

    With ``resumes`` it is the run that is shown, and goes on from where it was cut.
    """

    run: RunModel
    spec: RunSpec
    reuse: bool = False
    resumes: bool = False

    def start(self) -> None:
        """Begin."""
        if self.resumes:
            self.run.resume()
        else:
            self.run.start(self.spec, reuse=self.reuse)


class CellQueue(QObject):
    """Starts cells: all at once, or each when the one before has ended."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Cell] = deque()
        self._current: RunModel | None = None

    def run(self, cells: Iterable[Cell], *, one_by_one: bool) -> None:
        """Start cells in their order.

        One by one, each has the machine for itself: where time is what all get the same of,
        runs at the same time would take a part of it.
        """
        if not one_by_one:
            for cell in cells:
                cell.start()
            return
        for cell in cells:
            if not cell.resumes:
                cell.run.wait(cell.spec)
            self._waiting.append(cell)
        if self._current is None or not self._current.busy:
            self._start_next()

    def clear(self) -> None:
        """Start nothing more; the caller stops what waits."""
        self._waiting.clear()

    def _start_next(self) -> None:
        self._current = None
        while self._waiting and self._current is None:
            cell = self._waiting.popleft()
            is_due = cell.run.can_resume if cell.resumes else cell.run.phase == "starting"
            if is_due and cell.run.spec is cell.spec:
                self._current = cell.run
                cell.run.changed.connect(self._on_changed)
                cell.start()

    @Slot()
    def _on_changed(self) -> None:
        run = self._current
        if run is not None and not run.busy:
            run.changed.disconnect(self._on_changed)
            self._start_next()
