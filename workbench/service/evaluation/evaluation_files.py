"""What can be evaluated: files of sets, their drafts, evaluations of the history, data sets."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from workbench import files
from workbench.domain.errors import DataSetError, SetFileError, UsageError
from workbench.domain.evaluation.evaluation_set import EvaluationSet
from workbench.domain.evaluation.listing import EvaluationListing, ListedData, ListedEvaluation
from workbench.domain.evaluation.results import EvaluationSummary
from workbench.history.evaluation import evaluations as kept
from workbench.service.core import Core
from workbench.service.prompts.datasets import DataSets
from workbench.service.prompts.library import Library

_DRAFTS = "evaluation_drafts"
_DRAFT = "evaluation_draft:"
_SUFFIXES = (".yaml", ".yml")
_LOOKED_AT = 64 * 1024
"""Bytes of a file that are searched for the keys of a set."""
_MOST_FILES = 5_000
_SHOWN_BYTES = 16 * 1024 * 1024
_KEYS = re.compile(r"^(variants|checks|prompts|providers|tests)\s*:", re.MULTILINE)
_HELD_OUT = re.compile(r"^held_out\s*:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_NAME = re.compile(r"^name\s*:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)


class _Head(NamedTuple):
    """What lists show of the set in a file; ``held_out`` is a path, "" for none."""

    name: str
    held_out: str


class EvaluationFiles:
    """Lists what can be evaluated, and keeps what was changed and not saved yet."""

    def __init__(self, core: Core, library: Library, datasets: DataSets) -> None:
        self._store = core.store
        self._shipped = core.paths.shipped_evaluations
        self._library = library
        self._datasets = datasets
        self._heads: dict[tuple[str, int, int], _Head | None] = {}
        """What the set in a file is called and names, None where it is none."""
        self._rows: dict[tuple[str, int, int], int | None] = {}
        self._drafts: dict[str, str] | None = None
        """Names of the sets with a draft by their paths; None until they were read."""
        self._kept: dict[str, EvaluationSet | None] = {}
        """Drafts of this session: writing them takes its time."""

    async def listing(self) -> EvaluationListing:
        """Evaluations, files of sets and drafts, each once, and the data sets."""
        summaries = await self._store.read(kept.list_evaluations)
        folders = [folder.path for folder in await self._library.folders()]
        heads = await asyncio.to_thread(self._find_files, (*folders, str(self._shipped)))
        files = {path: head.name for path, head in heads.items()}
        held_out = {head.held_out for head in heads.values()}
        drafts = await self._draft_names()
        return EvaluationListing(
            evaluations=_joined(summaries, files, drafts, str(self._shipped)),
            data_sets=tuple(
                ListedData(
                    path=each.path,
                    name=each.name,
                    shipped=each.shipped,
                    rows=self._rows.get(_state(each.path)),
                )
                for each in await self._datasets.all()
                if each.path not in held_out  # they belong to the rows of their set
            ),
        )

    async def count_rows(self, path: str) -> int | None:
        """How many rows a data set has; None where it cannot be read. Counted once."""
        state = await asyncio.to_thread(_state, path)
        if state not in self._rows:
            try:
                self._rows[state] = len((await self._datasets.read(path)).rows)
            except DataSetError:
                self._rows[state] = None
        return self._rows[state]

    def _find_files(self, folders: Iterable[str]) -> dict[str, _Head]:
        """The sets in folders, by their files."""
        found: dict[str, _Head] = {}
        for path in _yaml_files(folders):
            state = _state(path)
            if state not in self._heads:
                self._heads[state] = _head_of(path)
            head = self._heads[state]
            if head is not None:
                found[path] = head
        return found

    async def definition(self, evaluation_id: int) -> EvaluationSet:
        """The set of an evaluation of the history, also where its file is gone.

        Raises:
            UsageError: there is no such evaluation.
            SetFileError: what is kept of it cannot be read.
        """
        text = await self._store.read(kept.load_definition, evaluation_id)
        if text is None:
            raise UsageError(f"There is no evaluation {evaluation_id} in the history.")
        try:
            return msgspec.json.decode(text, type=EvaluationSet)
        except (msgspec.MsgspecError, ValueError) as error:
            raise SetFileError(f"what the history keeps of it cannot be read ({error}).") from error

    async def lines_around(self, path: str, line: int, around: int) -> tuple[tuple[int, str], ...]:
        """Numbers and texts of some lines of a file; none where it cannot be read.

        Args:
            path: of the file.
            line: the one in the middle, from 1.
            around: lines before and after it.
        """

        def read() -> tuple[tuple[int, str], ...]:
            try:
                text = files.read_text(Path(path), _SHOWN_BYTES, _refused, "utf-8-sig")
            except UsageError:
                return ()
            lines = text.splitlines()
            first = max(line - around, 1)
            return tuple(enumerate(lines[first - 1 : line + around], start=first))

        return await asyncio.to_thread(read)

    def moved(self, given: EvaluationSet, path: str) -> EvaluationSet:
        """A set as it is written into another file: what its paths mean stays the same."""
        old, new = Path(given.path).parent, Path(path).parent
        if old == new:
            return msgspec.structs.replace(given, path=path)

        def moved(name: str, *, is_data: bool) -> str:
            if not name:
                return name
            place = Path(os.path.normpath(old / name))
            if is_data and not place.exists():  # by its name in the folder of data sets
                return name
            return str(place.relative_to(new)) if place.is_relative_to(new) else str(place)

        return msgspec.structs.replace(
            given,
            path=path,
            data=moved(given.data, is_data=True),
            held_out=moved(given.held_out, is_data=True),
            variants=tuple(
                msgspec.structs.replace(each, prompt=moved(each.prompt, is_data=False))
                for each in given.variants
            ),
        )

    # --- drafts ---------------------------------------------------------------------------------

    async def _draft_names(self) -> dict[str, str]:
        drafts = self._drafts
        if drafts is None:
            drafts = self._drafts = dict(await self._store.state_as(_DRAFTS, dict[str, str], {}))
        return drafts

    async def draft(self, path: str) -> EvaluationSet | None:
        """What was changed of a set and not saved; None for nothing."""
        if path not in self._kept:
            self._kept[path] = await self._store.state_as(_DRAFT + path, EvaluationSet, None)
        return self._kept[path]

    async def keep_draft(self, changed: EvaluationSet) -> None:
        """Keep a set that is not saved, under its path."""
        self._kept[changed.path] = changed
        drafts = await self._draft_names()
        if drafts.get(changed.path) != changed.name:
            drafts[changed.path] = changed.name
            await self._store.keep_state(_DRAFTS, dict(drafts))
        await self._store.keep_state(_DRAFT + changed.path, msgspec.to_builtins(changed))

    async def discard_draft(self, path: str) -> None:
        """Forget what was changed of a set; its file stays as it is."""
        drafts = await self._draft_names()
        if path in drafts:
            del drafts[path]
            self._kept[path] = None
            await self._store.keep_state(_DRAFTS, dict(drafts))
            await self._store.keep_state(_DRAFT + path, None)


def _joined(
    summaries: Iterable[EvaluationSummary],
    files: dict[str, str],
    drafts: dict[str, str],
    shipped: str,
) -> tuple[ListedEvaluation, ...]:
    """Each path once: drafts that were never evaluated, the history, and files not evaluated."""
    newest: dict[str, EvaluationSummary] = {}
    for each in summaries:
        newest.setdefault(each.path, each)
    new = [path for path in drafts if path not in newest]
    order = dict.fromkeys((*new, *newest, *sorted(files, key=lambda path: files[path])))
    return tuple(
        ListedEvaluation(
            path=path,
            name=drafts.get(path) or files.get(path) or newest[path].name,
            is_file=path in files,
            has_draft=path in drafts,
            shipped=Path(path).is_relative_to(shipped),
            summary=newest.get(path),
        )
        for path in order
    )


def _yaml_files(folders: Iterable[str]) -> Iterator[str]:
    left = _MOST_FILES
    for folder in folders:
        for place, inner, names in os.walk(folder):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            for name in sorted(names):
                if name.lower().endswith(_SUFFIXES):
                    left -= 1
                    if left < 0:
                        return
                    yield str(Path(place, name).absolute())


def _head_of(path: str) -> _Head | None:
    """What a set is called and names; None where a file looks like no set."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(_LOOKED_AT).decode("utf-8", "replace")
    except OSError:
        return None
    keys = set(_KEYS.findall(text))
    if not ({"variants", "checks"} <= keys or {"prompts", "providers"} <= keys):
        return None
    name, held_out = _NAME.search(text), _HELD_OUT.search(text)
    kept = os.path.normpath(Path(path).parent / held_out[1]) if held_out else ""
    return _Head(name[1] if name else Path(path).stem, kept)


def _refused(path: str, reason: str) -> SetFileError:
    return SetFileError(reason, path)


def _state(path: str) -> tuple[str, int, int]:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return path, 0, 0
    return path, found.st_mtime_ns, found.st_size
