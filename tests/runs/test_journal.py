"""The log of a run: what is shown of it, and in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from workbench.domain.errors import StoreError
from workbench.domain.runs.events import LoggedEvent, NoteAdded
from workbench.domain.runs.run_state import RunState
from workbench.runs.journal import Journal


class SlowDisk:
    """A store whose writes end when the test says so."""

    def __init__(self) -> None:
        self.writes: list[asyncio.Future[None]] = []

    def append(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        pass

    def keep_tokens(self, sample: object) -> None:
        pass

    async def append_now(self, run_id: int, events: Sequence[LoggedEvent]) -> None:
        self.writes.append(asyncio.get_running_loop().create_future())
        await self.writes[-1]

    async def finish_run(self, run_id: int, state: RunState) -> None:
        pass


def note(text: str) -> NoteAdded:
    return NoteAdded(text=text)


async def test_events_are_shown_in_order_though_one_waits_for_the_disk() -> None:
    disk, shown = SlowDisk(), []
    journal = Journal(1, disk, lambda logged: shown.append(logged.seq))
    journal.add(note("a"))
    first = asyncio.create_task(journal.add_now(note("b")))
    await asyncio.sleep(0)
    journal.add(note("c"))
    second = asyncio.create_task(journal.add_now(note("d")))
    await asyncio.sleep(0)
    journal.add(note("e"))
    assert shown == [0]
    disk.writes[1].set_result(None)
    await second
    assert shown == [0]
    disk.writes[0].set_result(None)
    await first
    assert shown == [0, 1, 2, 3, 4]


async def test_what_could_not_be_kept_is_not_shown_and_holds_nothing_up() -> None:
    disk, shown = SlowDisk(), []
    journal = Journal(1, disk, lambda logged: shown.append(logged.seq))
    lost = asyncio.create_task(journal.add_now(note("a")))
    await asyncio.sleep(0)
    journal.add(note("b"))
    disk.writes[0].set_exception(StoreError("The disk is full."))
    with pytest.raises(StoreError):
        await lost
    assert shown == [1]
