"""What an import has read, in a nameless temporary file, and its report as it grows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import msgspec

from workbench.domain.transcripts import (
    NOT_REACHED,
    Card,
    Found,
    ImportedItem,
    Skipped,
    Transcript,
)
from workbench.service.transcripts.files import Source

_FEWEST_SECONDS = 2.0
"""What took less says little of the rest."""


class Place(msgspec.Struct):
    """Where something that was read lies in the spool, and which line of the report is its."""

    offset: int
    length: int
    rank: tuple[float, int]
    item: int
    file: str
    copies: int = 1
    is_branch: bool = False


class Gathered:
    """What was read, in a file, and the report as it grows."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        self._end = 0
        self.items: list[ImportedItem] = []
        self._by_id: dict[tuple[str, str], Place] = {}
        self._skipped: set[tuple[str, str, str]] = set()

    @property
    def count(self) -> int:
        """How many are to be saved."""
        return len(self._by_id)

    @property
    def places(self) -> list[Place]:
        """All that is to be saved, in the order of the report, but branches after their chats."""
        return sorted(self._by_id.values(), key=lambda each: (each.is_branch, each.item))

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
                place = Place(0, 0, rank, len(self.items), source.shown)
                place.is_branch = isinstance(each, Transcript) and bool(each.branch_of)
                self._by_id[key] = place
                self.items.append(ImportedItem(outcome="skipped", title="", reason=NOT_REACHED))
            title = each.name if isinstance(each, Card) else each.title
            self.items[place.item] = ImportedItem(
                outcome="skipped", title=title, file=source.shown, format=format_name,
                reason=NOT_REACHED,
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

    def load(self, places: Sequence[Place]) -> list[Transcript | Card]:
        """What lies at some places."""
        loaded = []
        for place in places:
            self._spool.seek(place.offset)
            found = _decode(self._spool.read(place.length))
            assert not isinstance(found, Skipped)
            loaded.append(found)
        return loaded

    def report(self, place: Place, item: ImportedItem) -> None:
        """Note what became of what lies at a place."""
        warnings = item.warnings
        if place.copies > 1:
            warnings = tuple(sorted({*warnings, "other_copies"}))
        self.items[place.item] = msgspec.structs.replace(item, warnings=warnings, file=place.file)


class Pace:
    """How long something goes on that has come so far."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._began = time.monotonic()

    def seconds_left(self, done: int) -> float | None:
        """An estimate by what was done until now; None while that is too little."""
        taken = time.monotonic() - self._began
        if not done or taken < _FEWEST_SECONDS:
            return None
        return taken / done * max(self._total - done, 0)


_decoder: msgspec.msgpack.Decoder[Found] = msgspec.msgpack.Decoder(Transcript | Card | Skipped)


def _decode(data: bytes) -> Found:
    return _decoder.decode(data)


def _rank(found: Transcript | Card) -> tuple[tuple[str, str], tuple[float, int]]:
    if isinstance(found, Card):
        return ("card", f"{found.name} {found.raw}"), (0.0, 0)
    key = (found.source, found.source_id)
    if found.branch_of:  # other files hold other branches of it: none takes the place of another
        key = (found.source, " ".join((found.source_id, *(each.key for each in found.messages))))
    return key, (found.updated_at or 0.0, len(found.messages))
