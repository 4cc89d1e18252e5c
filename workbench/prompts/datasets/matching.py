"""Ranks data sets for a prompt: by the names of its columns, then by its own."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from workbench.domain.errors import DataSetError, SandboxError
from workbench.domain.prompts.datasets import EXPECTED, DataFile, loose_key
from workbench.domain.prompts.matching import DataFit, columns_of, needed_of
from workbench.domain.prompts.prompt import InputField
from workbench.processes.pool import SandboxPool
from workbench.prompts.datasets.reading import (
    delimiter_of,
    json_lines,
    parse_job,
    read_beginning,
)
from workbench.prompts.datasets.shapes import MMLU_COLUMNS, in_shape, is_mmlu_table, shape_of

BEGINNING_BYTES = 64 * 1024
WHOLE_BYTES = 512 * 1024
"""JSON and YAML have no beginning that can be read alone; larger files have unknown columns."""
_ROWS = 50
_BATCH_CHARACTERS = 4 * 1024 * 1024
_SECONDS = 5.0
_WHOLE = frozenset({".json", ".yaml", ".yml"})
_SAME_LETTERS = 5
"""Words that begin alike mean the same: summarise, summarisation."""


def beginning_of(file: DataFile) -> str:
    """As much of a file as its columns need, "" where that cannot be read or is too much."""
    whole = PurePath(file.path).suffix.lower() in _WHOLE
    if whole and file.bytes > WHOLE_BYTES:
        return ""
    try:
        text = read_beginning(Path(file.path), WHOLE_BYTES if whole else BEGINNING_BYTES)
    except DataSetError:
        return ""
    cut = not whole and file.bytes > BEGINNING_BYTES
    return text[: text.rfind("\n") + 1] if cut else text


async def read_columns(
    pool: SandboxPool, files: Sequence[tuple[str, str]]
) -> list[tuple[str, ...]]:
    """The columns of data sets, none where they cannot be read.

    Args:
        pool: where they are read.
        files: path and beginning of each.
    """
    columns: list[tuple[str, ...]] = []
    for batch in _batches(files):
        try:
            found = await pool.call(
                "workbench.prompts.datasets.matching:columns_job", batch, deadline_seconds=_SECONDS
            )
        except SandboxError:
            found = [()] * len(batch)
        columns += map(tuple, found)
    return columns


def _batches(files: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    for file in files:
        if batch and sum(len(text) for _, text in batch) + len(file[1]) > _BATCH_CHARACTERS:
            yield batch
            batch = []
        batch.append(file)
    if batch:
        yield batch


def columns_job(files: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The columns of several files; runs in a sandbox process."""
    return [_columns(path, text) for path, text in files]


def _columns(path: str, text: str) -> list[str]:
    suffix = PurePath(path).suffix.lower()
    found: dict[str, None] = {}
    try:
        if suffix in {".csv", ".tsv"}:
            mark = delimiter_of(text, suffix)
            names = next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])
            if is_mmlu_table([names]):
                return list(MMLU_COLUMNS)
            return [name.strip() for name in names if name.strip()]
        if suffix in _WHOLE:
            return list(parse_job(text, path).columns)
        shape = ""
        for number, row in enumerate(itertools.islice(json_lines(text, path), _ROWS)):
            shape = shape_of([row]) if number == 0 else shape
            shaped = in_shape(row, shape)
            found |= dict.fromkeys(shaped if isinstance(shaped, dict) else ())
    except (DataSetError, csv.Error):
        pass  # opening the file says what is wrong with it
    return list(found)


def ranked(
    files: Iterable[tuple[DataFile, tuple[str, ...]]],
    inputs: Sequence[InputField],
    prompt: str,
    clues: Iterable[str] = (),
) -> tuple[DataFit, ...]:
    """The data sets, the one that fits a prompt best first.

    The inputs that need a value and get one count most, then all that are filled; where that is the
    same, words that the file's name shares with the prompt's place and name, then columns that
    nothing uses, then the user's own before those that ship, and one in a folder of its own, such
    as "held-out", after the one next to it.

    Args:
        files: data sets with their columns.
        inputs: of the prompt.
        prompt: its path.
        clues: more texts about the prompt: its title, the sample set that is chosen.
    """
    needed = set(needed_of(inputs))
    place = PurePath(prompt)
    stem, folder = place.name.partition(".")[0], place.parent.name
    about = [_words(stem), _words(folder), _words(" ".join(clues))]

    def order(fit: DataFit) -> tuple[object, ...]:
        used = set(columns_of(fit.columns, inputs).values())
        idle = [name for name in fit.columns if name not in used and name not in EXPECTED]
        name = fit.file.path.rpartition("/")[2].partition(".")[0]
        return (
            -len(needed.intersection(fit.fills)),
            -len(fit.fills),
            loose_key(PurePath(name).name) != loose_key(stem),
            *(-_shared(_words(name), words) for words in about),
            len(idle),
            fit.file.shipped,
            fit.file.path.count("/"),
        )

    fits = []
    for file, columns in files:
        fills = tuple(columns_of(columns, inputs))
        serves = not needed.isdisjoint(fills) if needed else bool(fills)
        fits.append(DataFit(file=file, columns=columns, fills=fills, serves=serves))
    return tuple(sorted(fits, key=order))


def _words(text: str) -> list[str]:
    plain = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return [word for word in plain.split() if len(word) > 2]


def _shared(words: Sequence[str], others: Sequence[str]) -> int:
    return sum(any(_alike(word, other) for other in others) for word in words)


def _alike(one: str, other: str) -> bool:
    short = min(len(one), len(other), _SAME_LETTERS)
    return one == other or (short >= 4 and one[:short] == other[:short])
