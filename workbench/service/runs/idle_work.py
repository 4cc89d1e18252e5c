"""Work for which no run ever waits."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class IdleWork:
    """Work with the model that is done while no run is at work, and given up when one begins."""

    def __init__(self) -> None:
        self._runs: set[int] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    def run_begins(self, run_id: int) -> None:
        """A run is at work from now on."""
        self._runs.add(run_id)
        self.give_up()

    def run_ends(self, run_id: int) -> None:
        """It is not any more."""
        self._runs.discard(run_id)

    def give_up(self) -> None:
        """End what is being done."""
        for task in self._tasks:
            task.cancel()

    async def do(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Do something; None where a run is at work, or begins before it is done."""
        if self._runs:
            work.close()
            return None
        task = asyncio.create_task(work)
        self._tasks.add(task)
        try:
            await asyncio.wait({task})
        finally:
            self._tasks.discard(task)
            task.cancel()
        return None if task.cancelled() else task.result()
