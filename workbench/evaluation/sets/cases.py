"""From rows to cases: identity, right answers, tags, weight and split of each."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from workbench.domain.evaluation.checks import alternatives
from workbench.domain.evaluation.evaluation_set import (
    SPLITS,
    Columns,
    EvaluationCase,
    SetRow,
    Split,
)
from workbench.domain.evaluation.identity import identity_bytes
from workbench.domain.prompts.datasets import EXPECTED, loose_key
from workbench.domain.runs.spec import Json

_ID, _TAGS, _WEIGHT, _SPLIT = "id", "tags", "weight", "split"
_ID_DIGITS = 12
_SHOWN = 60
CELL_CHARACTERS = 1024 * 1024
"""The most that a value may have; models read far less."""


def missing_columns(columns: Columns, there: Collection[str]) -> list[str]:
    """Columns that a set names and its data do not have."""
    named = [columns.expected, columns.id, columns.tags, columns.weight, columns.split]
    named += [columns.group, *columns.also_expected, *columns.inputs.values()]
    return [name for name in named if name and name not in there]


def build_cases(
    rows: Sequence[SetRow], columns: Columns, inputs: Collection[str]
) -> tuple[EvaluationCase, ...]:
    """A case for each row, in their order.

    A case's identity is its id, else a digest of what it says, so that it stays when other rows
    are added, changed or removed. Of rows with the same identity the first is a case and the others
    are marked as its duplicates.

    Args:
        rows: of a data set or of the set itself.
        columns: what columns are named to be; others are known by their usual names.
        inputs: names of the prompts' inputs, which are not taken for anything else.
    """
    usual = _Usual(columns, inputs)
    first: dict[str, int] = {}
    cases = []
    for number, row in enumerate(rows, start=1):
        case = _case(row, number, usual)
        if case.id in first:
            case = msgspec.structs.replace(
                case, id=f"{case.id}#{number}", duplicate_of=first[case.id]
            )
        else:
            first[case.id] = number
        cases.append(case)
    return tuple(cases)


class _Usual:
    """Finds the column of a purpose: the named one, else the one with the usual name."""

    def __init__(self, columns: Columns, inputs: Collection[str]) -> None:
        self._columns = columns
        self._inputs = {*inputs, *columns.inputs.values()} - {*columns.unused}
        self._taken = self._inputs | {*columns.unused}

    def value(self, row: Mapping[str, Json], named: str, *usual: str) -> Json:
        if named:
            return row.get(named)
        loose = {loose_key(name): name for name in row if name not in self._taken}
        for name in usual:
            found = row.get(loose.get(name, ""))
            if found is not None and found != "":
                return found
        return None

    def expected(self, row: Mapping[str, Json]) -> tuple[Json, ...]:
        first = self.value(row, self._columns.expected, *EXPECTED)
        return alternatives([first, *(row.get(name) for name in self._columns.also_expected)])

    def own(self, row: Mapping[str, Json]) -> dict[str, Json]:
        """What a row says, without what only sorts it."""
        named = (self._columns.tags, self._columns.weight, self._columns.split)
        sorting = {
            each or usual for each, usual in zip(named, (_TAGS, _WEIGHT, _SPLIT), strict=True)
        }
        return {key: value for key, value in row.items() if key not in sorting - self._inputs}

    def id(self, row: Mapping[str, Json]) -> str:
        return _plain(self.value(row, self._columns.id, _ID))

    def tags(self, row: Mapping[str, Json]) -> tuple[str, ...]:
        return tuple(_tags(self.value(row, self._columns.tags, _TAGS)))

    def weight(self, row: Mapping[str, Json]) -> Json:
        return self.value(row, self._columns.weight, _WEIGHT)

    def group(self, row: Mapping[str, Json]) -> str:
        return _plain(row.get(self._columns.group)) if self._columns.group else ""

    def split(self, row: Mapping[str, Json]) -> str:
        return _plain(self.value(row, self._columns.split, _SPLIT))


def _case(row: SetRow, number: int, usual: _Usual) -> EvaluationCase:
    values = row.values
    problems = []
    split, weight = usual.split(values), usual.weight(values)
    kept = loose_key(split)
    known: dict[str, Split] = {loose_key(each): each for each in SPLITS}
    if kept and kept not in known:
        problems.append(f"split is {' or '.join(SPLITS)}, not “{split[:_SHOWN]}”.")
    share = _weight(weight)
    if share is None:
        problems.append(f"weight is a number from 0 on, not “{_plain(weight)[:_SHOWN]}”.")
    problems += [
        f"{name[:_SHOWN]} has {len(value):,} characters, more than the {CELL_CHARACTERS:,} that "
        "a value may have."
        for name, value in values.items()
        if isinstance(value, str) and len(value) > CELL_CHARACTERS
    ]
    return EvaluationCase(
        id=usual.id(values) or _digest(usual.own(values), row),
        number=number,
        values=values,
        expected=usual.expected(values),
        tags=usual.tags(values),
        weight=1.0 if share is None else share,
        split=known.get(kept, "tune"),
        group=usual.group(values),
        checks=row.checks,
        threshold=row.threshold,
        problem=" ".join(problems),
    )


def _digest(values: Mapping[str, Json], row: SetRow) -> str:
    return hashlib.sha256(identity_bytes((values, row.checks))).hexdigest()[:_ID_DIGITS]


def _weight(value: Json) -> float | None:
    """The weight, None where it is no number from 0 on."""
    if value is None or value == "":
        return 1.0
    try:
        weight = float(value)
    except (TypeError, ValueError):
        return None
    return weight if math.isfinite(weight) and weight >= 0 else None


def _tags(value: Json) -> Iterable[str]:
    given = value if isinstance(value, list) else _plain(value).split(",")
    return dict.fromkeys(tag for each in given if (tag := _plain(each).strip()))


def _plain(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    return msgspec.json.encode(value, order="deterministic").decode()
