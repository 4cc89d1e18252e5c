"""Which columns of a table fill which inputs of a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from workbench.domain.prompts.datasets import DataFile, loose_key
from workbench.domain.prompts.prompt import InputField


class DataFit(msgspec.Struct, frozen=True, kw_only=True):
    """A data set and what it can do for a prompt.

    ``columns`` are empty where they are not known without reading the whole file; ``fills`` are the
    inputs that have a column. It ``serves`` where one of them needs a value, or none does.
    """

    file: DataFile
    columns: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()
    serves: bool = False


def columns_of(columns: Iterable[str], inputs: Sequence[InputField]) -> dict[str, str]:
    """The column of each input that has one.

    Names are compared without regard to case, blanks, "-" and "_" where none is the same; of
    several columns the first counts.
    """
    given = list(columns)
    loose = {loose_key(column): column for column in reversed(given)}
    found = {
        field.name: field.name if field.name in given else loose.get(loose_key(field.name), "")
        for field in inputs
    }
    return {name: column for name, column in found.items() if column}


def needed_of(inputs: Sequence[InputField]) -> list[str]:
    """The inputs that must be given a value."""
    return [field.name for field in inputs if field.required and field.default is None]


def said_of_fit(fills: Iterable[str], inputs: Sequence[InputField]) -> str:
    """One line: how many inputs are filled, and which."""
    filled = list(fills)
    if not inputs:
        return "This prompt has no inputs."
    if not filled:
        return f"Fills none of the inputs ({', '.join(field.name for field in inputs)})."
    noun = "input" if len(inputs) == 1 else "inputs"
    return f"Fills {len(filled)} of {len(inputs)} {noun}: {', '.join(filled)}"
