"""Reads files of other programs in the sandbox and puts what they hold into the history.

First everything is read, into a nameless temporary file, so that of a conversation that is there
more than once the newest counts; then they are saved, a few in a transaction. Nothing but these few
conversations is in memory.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.errors import FormatError, SandboxError
from workbench.domain.transcripts import (
    Card,
    ImportProgress,
    ImportReport,
    Skipped,
    Transcript,
)
from workbench.history.chats import imported
from workbench.processes.pool import SandboxPool
from workbench.service.core import Core
from workbench.service.transcripts.files import Source, sources
from workbench.service.transcripts.gathered import Gathered, Pace, Place
from workbench.transcripts import archives
from workbench.transcripts.sniffing import Sniffed
from workbench.transcripts.splitting import Scan

_JOBS = "workbench.transcripts.jobs"
_SECONDS = 60.0
_BATCH_BYTES = 4 * 1024 * 1024
_LARGE_BYTES = 16 * 1024 * 1024
"""From this size on a file is read by two processes that do nothing else."""
_AT_ONCE = 2
SAVE_SECONDS = 0.04
"""How long what is typed may wait for conversations that are saved together."""
_SAVED_BYTES = 1024 * 1024
_SAVED_TOGETHER = 32
"""Conversations that are handed to the history at once, at most."""
_QUIET = ("format not recognised", "nothing to import", "empty file")
"""Reported of a file that the user named, not of each in a folder or an archive."""

OnProgress = Callable[[ImportProgress], None]


class Importing:
    """Conversations of other programs into the history."""

    def __init__(self, core: Core) -> None:
        self._pool = core.pool
        self._store = core.store
        self._stopped = False

    def stop(self) -> None:
        """Leave off after what is being done; what was saved stays. To be called on the loop."""
        self._stopped = True

    async def run(self, paths: list[str], on_progress: OnProgress | None = None) -> ImportReport:
        """Import files and folders.

        Args:
            paths: files of any known format, archives, or folders with such files.
            on_progress: called on the loop thread a few times a second.

        Returns:
            What became of each conversation. One that cannot be read never stops the others.

        Raises:
            StoreError: the history cannot be written.
        """
        self._stopped = False
        tell = on_progress or (lambda _progress: None)
        with tempfile.TemporaryFile(prefix="workbench-import-") as spool:
            gathered = Gathered(spool)
            await self._read(paths, gathered, tell)
            if not gathered.items:
                gathered.skip_all(paths)
            await self._save(gathered, tell)
        return ImportReport(items=tuple(gathered.items), cancelled=self._stopped)

    # --- reading --------------------------------------------------------------------------------

    async def _read(self, paths: list[str], gathered: Gathered, tell: OnProgress) -> None:
        with tempfile.TemporaryDirectory(prefix="workbench-import-") as folder:
            left = archives.TOTAL_BYTES
            for source in await asyncio.to_thread(sources, paths):
                if self._stopped:
                    return
                tell(ImportProgress(doing="reading", name=source.shown))
                if source.fault:
                    gathered.skip(source, source.fault)
                    continue
                try:
                    local, size = await self._local(source, Path(folder), left)
                    left -= size
                    await self._read_file(source, local, gathered, tell)
                except FormatError as error:
                    gathered.skip(source, error.reason.rstrip("."))
                except SandboxError as error:
                    gathered.skip(source, str(error).rstrip("."))
                except OSError as error:
                    gathered.skip(source, f"it cannot be read ({error.strerror or error})")

    async def _local(self, source: Source, folder: Path, left: int) -> tuple[_Local, int]:
        """A file that can be opened: itself, or what is unpacked of an archive."""
        if not source.member:
            return _Local(source.path, dict(source.companions)), 0
        path, target = Path(source.path), folder / "member"
        size = await asyncio.to_thread(
            archives.unpack, path, source.member, target, left, lambda: self._stopped
        )
        others = {}
        for name, member in source.companions:
            place = folder / name
            size += await asyncio.to_thread(archives.unpack, path, member, place, left - size)
            others[name] = str(place)
        return _Local(str(target), others), size

    async def _read_file(
        self, source: Source, local: _Local, gathered: Gathered, tell: OnProgress
    ) -> None:
        known = msgspec.convert(
            await _job(self._pool, "sniff_job", local.path, source.name, sorted(local.companions)),
            Sniffed,
        )
        if known.reason:
            if source.sought or known.reason not in _QUIET:
                gathered.skip(source, known.reason)
            return
        if known.container == "records":
            await self._read_records(source, local, known, gathered, tell)
            return
        found = await _job(
            self._pool, "file_job", local.path, source.name, known.format, known.container,
            local.companions,
        )  # fmt: skip
        gathered.add(source, known.format, found)

    async def _read_records(
        self, source: Source, local: _Local, known: Sniffed, gathered: Gathered, tell: OnProgress
    ) -> None:
        total = await asyncio.to_thread(lambda: Path(local.path).stat().st_size)
        scan = Scan(mode=known.mode, position=known.start)
        pace = Pace(total)
        waiting: deque[asyncio.Task[list[bytes]]] = deque()
        async with self._readers(total) as (pool, ahead):
            try:
                while scan.state == "more" and not self._stopped:
                    found = await _job(pool, "scan_job", local.path, msgspec.to_builtins(scan))
                    scan = msgspec.convert(found, Scan)
                    for batch in _batches(scan.spans):
                        work = _records(pool, local, source.name, known.format, batch)
                        waiting.append(asyncio.create_task(work))
                        while len(waiting) > ahead:
                            gathered.add(source, known.format, await waiting.popleft())
                    done = min(scan.position, total)
                    left = pace.seconds_left(done)
                    tell(
                        ImportProgress(
                            doing="reading", name=source.shown, done=done, total=total,
                            found=gathered.count, seconds_left=left,
                        )
                    )  # fmt: skip
                while waiting and not self._stopped:
                    gathered.add(source, known.format, await waiting.popleft())
            finally:
                for task in waiting:
                    task.cancel()
        if scan.state == "cut":
            reason = f"the file is cut off at byte {scan.position:,}: what comes before it was read"
            gathered.skip(source, reason, known.format)

    @asynccontextmanager
    async def _readers(self, size: int) -> AsyncIterator[tuple[SandboxPool, int]]:
        """Who reads a file of this size, and how many pieces of it are read ahead."""
        if size < _LARGE_BYTES:
            yield self._pool, 0
            return
        pool = SandboxPool(workers=_AT_ONCE)  # previews keep the processes that they have
        try:
            yield pool, _AT_ONCE
        finally:
            await pool.close()

    # --- saving ---------------------------------------------------------------------------------

    async def _save(self, gathered: Gathered, tell: OnProgress) -> None:
        places = gathered.places
        pace, total, done, saved = Pace(sum(each.length for each in places)), len(places), 0, 0
        with self._store.indexing_later():
            while done < total:
                batch = _together(places, done)
                found = await asyncio.to_thread(gathered.load, batch)
                while found:
                    if self._stopped:
                        return
                    left = pace.seconds_left(saved)
                    tell(_saving(found[0], done, total, left))
                    items = await self._store.write(imported.save_some, found, SAVE_SECONDS)
                    for place, item in zip(batch, items, strict=False):
                        gathered.report(place, item)
                        saved += place.length
                    done += len(items)
                    del batch[: len(items)], found[: len(items)]
        tell(ImportProgress(doing="saving", done=total, total=total))


class _Local(msgspec.Struct, frozen=True):
    path: str
    companions: dict[str, str]


_encode = msgspec.msgpack.encode


async def _job(pool: SandboxPool, name: str, *args: Any) -> Any:
    return await pool.call(f"{_JOBS}:{name}", *args, deadline_seconds=_SECONDS)


async def _records(
    pool: SandboxPool, local: _Local, name: str, format_name: str, batch: list[tuple[int, int]]
) -> list[bytes]:
    """What some values hold; where all at once are too much, one after another."""
    try:
        found: list[bytes] = await _job(pool, "records_job", local.path, name, format_name, batch)
    except SandboxError as error:
        if len(batch) == 1:
            return [_encode(Skipped(reason=str(error).rstrip("."), source=format_name))]
        found = []
        for each in batch:
            found += await _records(pool, local, name, format_name, [each])
    return found


def _saving(
    next_one: Transcript | Card, done: int, total: int, left: float | None
) -> ImportProgress:
    name = next_one.name if isinstance(next_one, Card) else next_one.title
    return ImportProgress(doing="saving", name=name, done=done, total=total, seconds_left=left)


def _together(places: list[Place], begin: int) -> list[Place]:
    """What is handed to the history at once: a megabyte, or one that is larger."""
    size, end = 0, begin
    while end < len(places) and end - begin < _SAVED_TOGETHER:
        size += places[end].length
        if end > begin and size > _SAVED_BYTES:
            break
        end += 1
    return places[begin:end]


def _batches(spans: tuple[tuple[int, int], ...]) -> list[list[tuple[int, int]]]:
    """Values that are read together: a few megabytes, or one that is larger."""
    found: list[list[tuple[int, int]]] = []
    size = 0
    for span in spans:
        length = span[1] - span[0]
        if not found or size + length > _BATCH_BYTES:
            found.append([])
            size = 0
        found[-1].append(span)
        size += length
    return found
