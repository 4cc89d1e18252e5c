"""``core.sheets``: data sets that are edited: opened, searched, saved, and cases added to them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from workbench.domain.errors import DataSetError, FileChangedError, NameTakenError, ReadOnlyError
from workbench.domain.prompts.datasets import DataFile
from workbench.domain.prompts.sheets import AddedCase, Sheet, SheetColumn
from workbench.domain.runs.spec import Json
from workbench.files import name_fault, read_bytes, write_file
from workbench.prompts.datasets.reading import (
    FILE_BYTES,
    ROWS,
    SUFFIXES,
    list_data,
    sandboxed,
)
from workbench.prompts.datasets.sheet_files import (
    TEXT_SUFFIXES,
    cell_text,
    suffix_of,
    write_sheet,
)
from workbench.service.core import Core

_BOM = b"\xef\xbb\xbf"
_MODULE = "workbench.prompts.datasets.sheet_files"
_CHANGED = "it was changed by another program since it was opened: open it again, or save a copy."

Rows = Sequence[dict[str, Json]]


class Sheets:
    """Data sets as they are edited. A file is written whole or not at all."""

    def __init__(self, core: Core) -> None:
        self._pool = core.pool
        self._paths = core.paths
        self._writing = asyncio.Lock()

    async def open(self, path: str) -> Sheet:
        """The rows of a data set as its file has them.

        Raises:
            DataSetError: it cannot be read; with the row's number where one row is wrong.
        """
        content = await asyncio.to_thread(read_bytes, Path(path), FILE_BYTES, DataSetError)
        found = await sandboxed(self._pool, f"{_MODULE}:sheet_job", _decoded(content, path), path)
        return await asyncio.to_thread(self._sheet, path, content, found)

    def _sheet(self, path: str, content: bytes, found: list[Any]) -> Sheet:
        names, packed, note = found
        rows = (
            row if isinstance(row, dict) else dict(zip(names, row, strict=True)) for row in packed
        )
        return Sheet(
            path=path,
            digest=_digest(content),
            columns=tuple(SheetColumn(name, name) for name in names),
            rows=tuple(rows),
            is_text=suffix_of(path) in TEXT_SUFFIXES,
            is_locked=self._is_locked(path),
            note=note,
        )

    def _is_locked(self, path: str) -> bool:
        return Path(path).absolute().is_relative_to(self._paths.shipped_data.absolute())

    async def save(self, sheet: Sheet, columns: Sequence[SheetColumn], rows: Rows) -> Sheet:
        """Write a sheet into its file, in the format that it has.

        Args:
            sheet: as it was opened or last saved.
            columns: as they are now.
            rows: as they are now; those of ``sheet`` that were not changed are the same objects.

        Returns:
            The sheet as it is now.

        Raises:
            FileChangedError: another program wrote the file since.
            ReadOnlyError: it came with the program.
            DataSetError: it cannot be written, or has no row or column, or too many.
        """
        if sheet.is_locked:
            raise ReadOnlyError(sheet.path, "it came with the program: save a copy.")
        async with self._writing:
            content = await asyncio.to_thread(_read_for_change, sheet.path, sheet.digest)
            new = await asyncio.to_thread(_written, content, sheet, sheet.path, columns, rows)
            await asyncio.to_thread(_write, sheet.path, new)
        return msgspec.structs.replace(
            sheet, digest=_digest(new), columns=tuple(columns), rows=tuple(rows)
        )

    async def save_copy(
        self, sheet: Sheet, columns: Sequence[SheetColumn], rows: Rows, path: str
    ) -> Sheet:
        """Write a sheet into a new file and go on with that; its ending says the format.

        Raises:
            NameTakenError: there is such a file.
            DataSetError: it cannot be written.
        """
        if suffix_of(path) not in SUFFIXES:
            raise DataSetError(path, f"a data set ends in one of {', '.join(sorted(SUFFIXES))}.")
        async with self._writing:
            if await asyncio.to_thread(Path(path).exists):
                raise NameTakenError(path, "there is a file of this name.")
            new = await asyncio.to_thread(_written, b"", sheet, path, columns, rows)
            await asyncio.to_thread(_write, path, new)
        return await self.open(path)

    async def find(
        self, columns: Sequence[SheetColumn], rows: Rows, words: str
    ) -> tuple[tuple[int, int], ...]:
        """The cells whose text has some words in it, in any case: row and column from 0."""
        return await asyncio.to_thread(_find, columns, rows, words.casefold())

    # --- cases ----------------------------------------------------------------------------------

    async def own(self) -> tuple[DataFile, ...]:
        """The data sets of the user's folder: cases can be added to them."""
        return await asyncio.to_thread(list_data, ((self._paths.data_sets, False),))

    def new_path(self, name: str) -> str:
        """Where a new data set of that name is made: JSONL in the user's data folder.

        Raises:
            DataSetError: no file can have that name.
        """
        name = name.strip()
        fault = name_fault(name)
        if fault:
            raise DataSetError(name, f"the name {fault}.")
        file = name if suffix_of(name) in SUFFIXES else f"{name}.jsonl"
        return str(self._paths.data_sets / file)

    async def add_case(
        self, path: str, values: Mapping[str, Json], expected: Json = "", tags: Sequence[str] = ()
    ) -> AddedCase:
        """Append a case to a data set; its rows stay as they are.

        Args:
            path: of the data set, made where it is not there.
            values: of the inputs.
            expected: the right answer, "" where it is not known.
            tags: of the case.

        Raises:
            ReadOnlyError: the data set came with the program.
            DataSetError: it cannot be read or written, or has the same case already.
        """
        if self._is_locked(path):
            raise ReadOnlyError(path, "it came with the program: choose one of your own.")
        case: dict[str, Json] = {k: v for k, v in values.items() if v not in (None, "")}
        if expected not in (None, ""):
            case["expected"] = expected
        if tags:
            case["tags"] = ", ".join(tags)
        if not case:
            raise DataSetError(path, "the case is empty: it needs a value at least.")
        async with self._writing:
            is_new = not await asyncio.to_thread(Path(path).exists)
            before = (
                b""
                if is_new
                else await asyncio.to_thread(read_bytes, Path(path), FILE_BYTES, DataSetError)
            )
            text, number = await sandboxed(
                self._pool, f"{_MODULE}:append_job", _decoded(before, path), case, path
            )
            after = (_BOM if before.startswith(_BOM) else b"") + text.encode("utf-8", "replace")
            if len(after) > FILE_BYTES or number > ROWS:
                raise DataSetError(path, "it is full: begin another data set.")
            await asyncio.to_thread(_write, path, after)
        return AddedCase(
            path=path, number=number, digest=_digest(after), before=before, is_new=is_new
        )

    async def take_back(self, added: AddedCase) -> None:
        """Undo :meth:`add_case`: the file is what it was before.

        Raises:
            FileChangedError: the file was changed since: the row must be removed in it.
            DataSetError: it cannot be written.
        """
        async with self._writing:
            await asyncio.to_thread(_read_for_change, added.path, added.digest)
            if added.is_new:
                await asyncio.to_thread(Path(added.path).unlink, missing_ok=True)
            else:
                await asyncio.to_thread(_write, added.path, added.before)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _decoded(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        reason = f"the file is not UTF-8 text (byte {fault.start:,}): save it as UTF-8 first."
        raise DataSetError(path, reason) from None


def _read_for_change(path: str, digest: str) -> bytes:
    content = read_bytes(Path(path), FILE_BYTES, DataSetError)
    if _digest(content) != digest:
        raise FileChangedError(path, _CHANGED)
    return content


def _written(
    content: bytes, sheet: Sheet, path: str, columns: Sequence[SheetColumn], rows: Rows
) -> bytes:
    """The new content of a sheet's file."""
    names = [each.name for each in columns]
    if not rows or not names:
        raise DataSetError(path, "a data set needs a row and a column at least.")
    if len(rows) > ROWS:
        raise DataSetError(path, f"it has more than {ROWS:,} rows: take a part of it.")
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice or not all(names):
        raise DataSetError(path, f"two columns are called “{twice}”: each needs a name of its own.")
    places = {id(row): number for number, row in enumerate(sheet.rows)}
    same = bool(content) and tuple(columns) == sheet.columns
    kept = [places.get(id(row), -1) if same else -1 for row in rows]
    text = write_sheet(_decoded(content, path), path, columns, rows, kept)
    new = (_BOM if content.startswith(_BOM) else b"") + text.encode("utf-8", "replace")
    if len(new) > FILE_BYTES:
        raise DataSetError(path, "it is larger than what can be read here: take a part of it.")
    return new


def _write(path: str, content: bytes) -> None:
    try:
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_file(place, content)
    except OSError as error:
        reason = error.strerror or error
        raise DataSetError(path, f"it cannot be written ({reason}).") from error


def _find(columns: Sequence[SheetColumn], rows: Rows, words: str) -> tuple[tuple[int, int], ...]:
    if not words:
        return ()
    keys = [each.key for each in columns]
    return tuple(
        (number, place)
        for number, row in enumerate(rows)
        for place, key in enumerate(keys)
        if key in row and words in cell_text(row[key]).casefold()
    )
