"""Reads files of other programs in the sandbox and puts what they hold into the history.

First everything is read, into a nameless temporary file, so that of a conversation that is there
more than once the newest counts; then each is saved in a transaction of its own. Nothing but one
conversation at a time is in memory.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, Any

import msgspec

from workbench.domain.errors import FormatError, SandboxError
from workbench.domain.transcripts import (
    Card,
    Found,
    ImportedItem,
    ImportProgress,
    ImportReport,
    Skipped,
    Transcript,
)
from workbench.history.chats import imported
from workbench.service.core import Core
from workbench.service.transcripts.files import Source, sources
from workbench.transcripts import archives
from workbench.transcripts.sniffing import Sniffed
from workbench.transcripts.splitting import Scan

_JOBS = "workbench.transcripts.jobs"
_SECONDS = 60.0
_BATCH_BYTES = 4 * 1024 * 1024
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
            gathered = _Gathered(spool)
            await self._read(paths, gathered, tell)
            if not gathered.items:
                gathered.skip_all(paths)
            await self._save(gathered, tell)
        return ImportReport(items=tuple(gathered.items), cancelled=self._stopped)

    # --- reading --------------------------------------------------------------------------------

    async def _read(self, paths: list[str], gathered: _Gathered, tell: OnProgress) -> None:
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
        self, source: Source, local: _Local, gathered: _Gathered, tell: OnProgress
    ) -> None:
        known = msgspec.convert(
            await self._job("sniff_job", local.path, source.name, sorted(local.companions)), Sniffed
        )
        if known.reason:
            if source.sought or known.reason not in _QUIET:
                gathered.skip(source, known.reason)
            return
        if known.container == "records":
            await self._read_records(source, local, known, gathered, tell)
            return
        found = await self._job(
            "file_job", local.path, source.name, known.format, known.container, local.companions
        )
        gathered.add(source, known.format, found)

    async def _read_records(
        self, source: Source, local: _Local, known: Sniffed, gathered: _Gathered, tell: OnProgress
    ) -> None:
        total = await asyncio.to_thread(lambda: Path(local.path).stat().st_size)
        scan = Scan(mode=known.mode, position=known.start)
        while scan.state == "more" and not self._stopped:
            found = await self._job("scan_job", local.path, msgspec.to_builtins(scan))
            scan = msgspec.convert(found, Scan)
            for batch in _batches(scan.spans):
                async for each in self._records(source, local, known.format, batch):
                    gathered.add(source, known.format, each)
            done = min(scan.position, total)
            tell(ImportProgress(doing="reading", name=source.shown, done=done, total=total))
        if scan.state == "cut":
            reason = f"the file is cut off at byte {scan.position:,}: what comes before it was read"
            gathered.skip(source, reason, known.format)

    async def _records(
        self, source: Source, local: _Local, name: str, batch: list[tuple[int, int]]
    ) -> AsyncIterator[list[bytes]]:
        """What some values hold; where all at once are too much, one after another."""
        try:
            yield await self._job("records_job", local.path, source.name, name, batch)
        except SandboxError as error:
            if len(batch) == 1:
                yield [_encode(Skipped(reason=str(error).rstrip("."), source=name))]
                return
            for each in batch:
                async for found in self._records(source, local, name, [each]):
                    yield found

    async def _job(self, name: str, *args: Any) -> Any:
        return await self._pool.call(f"{_JOBS}:{name}", *args, deadline_seconds=_SECONDS)

    # --- saving ---------------------------------------------------------------------------------

    async def _save(self, gathered: _Gathered, tell: OnProgress) -> None:
        total = len(gathered.places)
        for done, place in enumerate(gathered.places):
            if self._stopped:
                return
            found = await asyncio.to_thread(gathered.load, place)
            title = found.name if isinstance(found, Card) else found.title
            tell(ImportProgress(doing="saving", name=title, done=done, total=total))
            item = await self._saved(found)
            if place.copies > 1:
                warnings = tuple(sorted({*item.warnings, "other_copies"}))
                item = msgspec.structs.replace(item, warnings=warnings)
            gathered.items[place.item] = msgspec.structs.replace(item, file=place.file)
        tell(ImportProgress(doing="saving", done=total, total=total))

    async def _saved(self, found: Transcript | Card) -> ImportedItem:
        if isinstance(found, Card):
            return await self._store.write(imported.save_card, found)
        return await self._store.write(imported.save_transcript, found)


class _Local(msgspec.Struct, frozen=True):
    path: str
    companions: dict[str, str]


class _Place(msgspec.Struct):
    """Where something that was read lies in the spool, and which line of the report is its."""

    offset: int
    length: int
    rank: tuple[float, int]
    item: int
    file: str
    copies: int = 1


class _Gathered:
    """What was read, in a file, and the report as it grows."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        self._end = 0
        self.items: list[ImportedItem] = []
        self._by_id: dict[tuple[str, str], _Place] = {}
        self._skipped: set[tuple[str, str, str]] = set()

    @property
    def places(self) -> list[_Place]:
        """All that is to be saved, in the order of the report."""
        return sorted(self._by_id.values(), key=lambda each: each.item)

    def skip(self, source: Source, reason: str, format_name: str = "") -> None:
        """Note a file that cannot be read."""
        item = ImportedItem(
            outcome="skipped", title=source.shown, file=source.shown, kind="file",
            format=format_name, reason=reason,
        )  # fmt: skip
        self.items.append(item)

    def skip_all(self, paths: list[str]) -> None:
        """Note that there was nothing in what the user named."""
        for path in paths:
            name = Path(path).name
            source = Source(path=path, name=name, shown=name)
            self.skip(source, "no conversations were found in it")

    def add(self, source: Source, format_name: str, found: list[bytes]) -> None:
        """Keep what a reader gave; of one conversation the newest, then the longest, then last."""
        for data in found:
            each = _decode(data)
            if isinstance(each, Skipped):
                self._note(source, format_name, each)
                continue
            key, rank = _rank(each)
            place = self._by_id.get(key)
            if place is not None:
                place.copies += 1
                if rank < place.rank:
                    continue
                place.rank, place.file = rank, source.shown
            else:
                place = _Place(0, 0, rank, len(self.items), source.shown)
                self._by_id[key] = place
                self.items.append(ImportedItem(outcome="skipped", title="", reason="cancelled"))
            title = each.name if isinstance(each, Card) else each.title
            self.items[place.item] = ImportedItem(
                outcome="skipped", title=title, file=source.shown, format=format_name,
                reason="cancelled before it was saved",
            )  # fmt: skip
            place.offset, place.length = self._end, len(data)
            self._spool.seek(self._end)
            self._spool.write(data)
            self._end += len(data)

    def _note(self, source: Source, format_name: str, each: Skipped) -> None:
        key = (each.source, each.source_id, each.reason)
        if each.source_id and key in self._skipped:
            return
        if each.source == "card" and not source.sought:
            return  # of the pictures in a folder, few are cards
        self._skipped.add(key)
        item = ImportedItem(
            outcome="skipped",
            title=each.title or source.shown,
            file=source.shown,
            format=each.source or format_name,
            warnings=each.warnings,
            reason=each.reason,
        )
        self.items.append(item)

    def load(self, place: _Place) -> Transcript | Card:
        """What lies at a place."""
        self._spool.seek(place.offset)
        found = _decode(self._spool.read(place.length))
        assert not isinstance(found, Skipped)
        return found


_encode = msgspec.msgpack.encode
_decoder: msgspec.msgpack.Decoder[Found] = msgspec.msgpack.Decoder(Transcript | Card | Skipped)


def _decode(data: bytes) -> Found:
    return _decoder.decode(data)


def _rank(found: Transcript | Card) -> tuple[tuple[str, str], tuple[float, int]]:
    if isinstance(found, Card):
        return ("card", f"{found.name} {found.raw}"), (0.0, 0)
    key = (found.source, found.source_id)
    return key, (found.updated_at or 0.0, len(found.messages))


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
