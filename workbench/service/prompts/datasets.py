"""Data sets, and whatever else fills the inputs of a prompt: files, images, earlier runs."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from workbench import files
from workbench.domain.errors import DataSetError, UsageError
from workbench.domain.prompts.datasets import (
    DataFile,
    DataPage,
    DataRow,
    DataSet,
    Filled,
    ImageSize,
)
from workbench.domain.prompts.matching import DataFit
from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json, TemplatePrompt
from workbench.domain.views import RunSummary
from workbench.history.runs.runs import load_spec
from workbench.prompts import input_files
from workbench.prompts.datasets import matching, row_values
from workbench.prompts.datasets import reading as datasets
from workbench.service.core import Core
from workbench.service.history import History

_KEPT = 3
_PAGE = 200
_RUNS_READ = 1_024
_BATCH = 256


class DataSets:
    """Data sets, and the values that their rows give to inputs."""

    def __init__(self, core: Core, history: History) -> None:
        self._pool = core.pool
        self._paths = core.paths
        self._store = core.store
        self._history = history
        self._tables: dict[tuple[str, int, int], DataSet] = {}
        self._columns: dict[tuple[str, int, int], tuple[str, ...]] = {}

    async def all(self) -> tuple[DataFile, ...]:
        """The data sets of the user's folder, then those that come with the program."""
        folders = ((self._paths.data_sets, False), (self._paths.shipped_data, True))
        return await asyncio.to_thread(datasets.list_data, folders)

    async def matching(
        self, prompt: str, inputs: Sequence[InputField], clues: Sequence[str] = ()
    ) -> tuple[DataFit, ...]:
        """All data sets, the one that fits a prompt best first.

        Args:
            prompt: its path.
            inputs: what it takes.
            clues: more texts about it: its title, the sample set that is chosen.
        """
        files = await self.all()
        states = await asyncio.to_thread(lambda: [_state(Path(file.path)) for file in files])
        keys = [(file.path, *state) for file, state in zip(files, states, strict=True)]
        new = [(f, key) for f, key in zip(files, keys, strict=True) if key not in self._columns]
        texts = await asyncio.to_thread(
            lambda: [(f.path, matching.beginning_of(f)) for f, _ in new]
        )
        found = await matching.read_columns(self._pool, texts)
        self._columns |= {key: columns for (_, key), columns in zip(new, found, strict=True)}
        known = [(f, self._columns[key]) for f, key in zip(files, keys, strict=True)]
        return matching.ranked(known, inputs, prompt, clues)

    async def read(self, path: str) -> DataSet:
        """A whole data set; the last few stay in memory.

        Args:
            path: the file, or a name as :meth:`all` has it.

        Raises:
            DataSetError: the file cannot be read.
        """
        path = await asyncio.to_thread(self._file_of, path)
        key = (path, *await asyncio.to_thread(_state, Path(path)))
        if key not in self._tables:
            text = await asyncio.to_thread(
                files.read_text, Path(path), datasets.FILE_BYTES, DataSetError, "utf-8-sig"
            )
            self._tables[key] = await datasets.parse_data(self._pool, text, path)
            for old in list(self._tables)[:-_KEPT]:
                del self._tables[old]
        return self._tables[key]

    def _file_of(self, name: str) -> str:
        """The file that is meant; a name alone is looked up in the folders of data sets."""
        if os.path.exists(name):  # noqa: PTH110 - false for names that no file can have
            return name
        for folder in (self._paths.data_sets, self._paths.shipped_data):
            if os.path.isfile(folder / name):  # noqa: PTH113
                return str(folder / name)
        return name

    async def page(
        self, path: str, offset: int = 0, limit: int = _PAGE, words: str = ""
    ) -> DataPage:
        """Some rows of a data set.

        Args:
            path: the file, or the name of a data set.
            offset: rows to pass over, of those that match.
            limit: most rows.
            words: all of them must occur somewhere in a row, in any case; "" lets all by.

        Raises:
            DataSetError: the file cannot be read.
        """
        data = await self.read(path)
        return await asyncio.to_thread(_page, data, offset, limit, words)

    async def row(self, path: str, number: int) -> dict[str, Json]:
        """A row by its number, from 1.

        Raises:
            DataSetError: the file cannot be read.
            UsageError: there is no such row.
        """
        data = await self.read(path)
        if not 1 <= number <= len(data.rows):
            raise UsageError(f"{path} has rows 1 to {len(data.rows):,}, no row {number:,}.")
        return data.rows[number - 1]

    async def apply_row(self, row: dict[str, Json], inputs: Sequence[InputField]) -> Filled:
        """What a row gives to the inputs of a prompt."""
        return row_values.fill(row, inputs)

    async def earlier_inputs(self, path: str, limit: int = 50) -> DataPage:
        """What recent runs of a prompt were given, newest first; equal values are listed once.

        A row's number is the run's id, its note says when, how and with what answer it ran.
        """
        rows: dict[str, DataRow] = {}
        before: int | None = None
        title = Path(path).stem
        for _ in range(_RUNS_READ // _BATCH):
            runs = await self._history.list_runs(before_id=before, limit=_BATCH)
            for run in (each for each in runs if each.title == title):
                prompt = (await self._store.read(load_spec, run.run_id)).prompt
                if isinstance(prompt, TemplatePrompt) and prompt.path == path and prompt.variables:
                    key = json.dumps(prompt.variables, sort_keys=True)
                    rows.setdefault(key, DataRow(run.run_id, prompt.variables, _note(run)))
                if len(rows) >= limit:
                    break
            if len(runs) < _BATCH or len(rows) >= limit:
                break
            before = runs[-1].run_id
        found = tuple(rows.values())
        columns = tuple(dict.fromkeys(name for row in found for name in row.values))
        return DataPage(
            path="", name="Earlier runs", columns=columns, total=len(found), matched=len(found),
            rows=found,
        )  # fmt: skip

    async def read_input_file(self, path: str) -> str:
        """The text of a file for an input, at most 1 MB of UTF-8 (DataSetError otherwise)."""
        return await asyncio.to_thread(input_files.read_text, Path(path))

    async def read_image_size(self, path: str) -> ImageSize:
        """The name and size of an image file (DataSetError where it is none)."""
        return await asyncio.to_thread(input_files.read_image_size, Path(path))


def _state(path: Path) -> tuple[int, int]:
    """What changes when a file does; one that is not there has none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _page(data: DataSet, offset: int, limit: int, words: str) -> DataPage:
    wanted = words.casefold().split()
    numbered = enumerate(data.rows, 1)
    found = [(n, row) for n, row in numbered if not wanted or _matches(row, wanted)]
    rows = tuple(DataRow(number, row) for number, row in found[offset : offset + limit])
    return DataPage(
        path=data.path, name=data.name, columns=data.columns, total=len(data.rows),
        matched=len(found), rows=rows, shape=data.shape,
    )  # fmt: skip


def _matches(row: dict[str, Json], words: Sequence[str]) -> bool:
    text = json.dumps(list(row.values()), ensure_ascii=False).casefold()
    return all(word in text for word in words)


def _note(run: RunSummary) -> str:
    when = time.strftime("%d %b %H:%M", time.localtime(run.started_at))
    answer = " ".join((run.answer or run.status).split())
    return f"{when} · {answer}"
