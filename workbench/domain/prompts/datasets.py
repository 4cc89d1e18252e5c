"""Named values of a prompt's inputs, and tables from which inputs are filled."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache

import msgspec

from workbench.domain.runs.spec import Json

HEAD_SET = "sample"
"""The set in the front matter of a prompt."""
EXPECTED = ("expected", "answer", "label")
"""Columns of a data set that may hold the right answer, the first that there is."""


class SampleSet(msgspec.Struct, frozen=True):
    """Values of a prompt's inputs under a name; ``own`` ones can be changed."""

    name: str
    values: dict[str, Json]
    own: bool = True


class SampleFile(msgspec.Struct, frozen=True, kw_only=True):
    """The sets of a prompt in its samples file, without the one in its front matter.

    ``path`` is the file of the own ones and ``sha256`` its digest when read, "" where there is no
    such file yet; changing it needs the digest back.
    """

    path: str
    sha256: str = ""
    sets: tuple[SampleSet, ...] = ()


class DataFile(msgspec.Struct, frozen=True, kw_only=True):
    """A data set that can be opened."""

    path: str
    name: str
    bytes: int
    shipped: bool = False


class DataSet(msgspec.Struct, frozen=True, kw_only=True):
    """A table: ``columns`` in the order in which they first appear, a mapping for each row.

    ``shape`` is the benchmark whose rows these are, such as "GSM8K": columns were added then.
    """

    path: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Json], ...]
    shape: str = ""


class DataRow(msgspec.Struct, frozen=True):
    """A row and its number in the data set, from 1; ``note`` says what else is known of it."""

    number: int
    values: dict[str, Json]
    note: str = ""


class DataPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a data set. ``total`` counts all, ``matched`` those that the filter lets by."""

    path: str
    name: str
    columns: tuple[str, ...]
    total: int
    matched: int
    rows: tuple[DataRow, ...]
    shape: str = ""


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What a row gives to the inputs of a prompt.

    ``missing`` are inputs that need a value and get none from this row; ``problems`` are sentences
    about values that do not fit their input; ``expected`` is the right answer, "" where the row
    has none.
    """

    values: dict[str, Json]
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    expected: str = ""


class ImageSize(msgspec.Struct, frozen=True):
    """An image file's name and its size in pixels."""

    name: str
    width: int
    height: int


def expected_of(row: Mapping[str, Json], inputs: Collection[str]) -> str:
    """The expected answer next to the values of inputs, "" where there is none.

    Args:
        row: values by name.
        inputs: names that are inputs, and so no answers.
    """
    loose = {loose_key(column): column for column in row if column not in inputs}
    for name in EXPECTED:
        value = row.get(loose.get(name, ""))
        if value is not None and value != "":
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return ""


@lru_cache(maxsize=4096)
def loose_key(name: str) -> str:
    """A name without regard to case, blanks, "-" and "_"."""
    return "".join(letter for letter in name.casefold() if letter not in " -_")


GENERATED = "generated/"
"""What the names of data sets that were made by rule begin with: their folder."""
GENERATED_LEVELS = 5
"""Difficulties of generated data sets: 1 to this."""


class GeneratedKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of data set that is made by rule; ``levels`` says what each difficulty is."""

    id: str
    title: str
    description: str
    levels: tuple[str, ...]
