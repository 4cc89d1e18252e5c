"""What each column of the cases is, and the set with another use of a column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

import msgspec

from workbench.domain.evaluation.evaluation_set import Columns
from workbench.domain.prompts.datasets import EXPECTED, loose_key
from workbench.domain.prompts.matching import columns_of
from workbench.domain.prompts.prompt import InputField

Kind = Literal["", "id", "input", "expected", "also", "tags", "weight", "split", "group"]
SORTING: tuple[Kind, ...] = ("id", "expected", "tags", "weight", "split", "group")
"""Kinds that one column has."""
CHOICES: tuple[Kind, ...] = ("id", "expected", "also", "tags", "weight", "split", "group")
TITLES: dict[Kind, str] = {
    "": "not used",
    "id": "case name",
    "input": "input",
    "expected": "expected",
    "also": "also expected",
    "tags": "tag",
    "weight": "weight",
    "split": "split",
    "group": "group",
}
ICONS: dict[Kind, str] = {"expected": "target", "also": "target", "tags": "tag", "input": "dot"}


class Use(NamedTuple):
    """What a column is for; ``name`` is that of an input."""

    kind: Kind = ""
    name: str = ""

    @property
    def title(self) -> str:
        """The words for it."""
        return f"input {self.name}" if self.kind == "input" else TITLES[self.kind]


def uses_of(there: Sequence[str], columns: Columns, inputs: Sequence[InputField]) -> dict[str, Use]:
    """What each column is for, by what the set names, else by the usual names.

    Args:
        there: the columns of the cases.
        columns: what the set names.
        inputs: of all its prompts.
    """
    found = dict.fromkeys(there, Use())
    free = [column for column in there if column not in columns.unused]
    bound = columns_of(free, inputs) | columns.inputs
    for name, column in bound.items():
        if column in found:
            found[column] = Use("input", name)
    taken = {field.name for field in inputs} | set(columns.inputs.values())
    usual = [column for column in free if column not in taken]
    for kind in SORTING:
        column = getattr(columns, kind) or _usual(kind, usual)
        if column in found and found[column].kind != "input":
            found[column] = Use(kind)
    found |= {column: Use("also") for column in columns.also_expected if column in found}
    return found


def _usual(kind: Kind, there: Sequence[str]) -> str:
    loose = {loose_key(name): name for name in reversed(there)}
    if kind == "group":
        return ""
    names = EXPECTED if kind == "expected" else (kind,)
    return next((loose[name] for name in names if name in loose), "")


def with_use(columns: Columns, column: str, use: Use) -> Columns:
    """What the set names after a column got another use."""
    freed = {kind: "" for kind in SORTING if getattr(columns, kind) == column}
    inputs = {name: each for name, each in columns.inputs.items() if each != column}
    unused = tuple(each for each in columns.unused if each != column)
    also = tuple(each for each in columns.also_expected if each != column)
    found = msgspec.structs.replace(
        columns, inputs=inputs, unused=unused, also_expected=also, **freed
    )
    if use.kind == "also":
        return msgspec.structs.replace(found, also_expected=(*also, column))
    if use.kind == "input":
        return msgspec.structs.replace(found, inputs=found.inputs | {use.name: column})
    if use.kind:
        return msgspec.structs.replace(found, **{use.kind: column})
    return msgspec.structs.replace(found, unused=(*unused, column))


def unbound(
    inputs: Sequence[InputField], uses: dict[str, Use]
) -> tuple[list[InputField], list[InputField]]:
    """Inputs without a column: those that need a value, and those that have one of their own."""
    bound: Collection[str] = {use.name for use in uses.values() if use.kind == "input"}
    left = [field for field in inputs if field.name not in bound]
    needed = [field for field in left if field.required and field.default is None]
    return needed, [field for field in left if field not in needed]
