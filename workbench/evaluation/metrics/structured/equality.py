"""When two JSON values are equal: true is not 1, 1 is 1.0, missing is not null."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import Json

RELATIVE = 1e-9
_STEP = re.compile(r"""\.?([^.\[\]"]+)|\[(\d+)\]|\["([^"]*)"\]""")
_NOTHING = object()


def same_json(one: Json, other: Json, *, ordered: bool = True, relative: float = RELATIVE) -> bool:
    """Whether two JSON values are equal.

    Args:
        one: a value.
        other: another one.
        ordered: whether the order of lists counts; that of keys never does.
        relative: how far numbers with decimals may be apart, as a share of the larger one.
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        is_exact = isinstance(one, int) and isinstance(other, int)
        return abs(one - other) <= (0 if is_exact else relative * max(abs(one), abs(other)))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            same_json(value, other[key], ordered=ordered, relative=relative)
            for key, value in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        same = _same_items if ordered else _same_members
        return len(one) == len(other) and same(one, other, relative)
    return type(one) is type(other) and bool(one == other)


def _same_items(one: list[Json], other: list[Json], relative: float) -> bool:
    return all(same_json(a, b, relative=relative) for a, b in zip(one, other, strict=True))


def _same_members(one: list[Json], other: list[Json], relative: float) -> bool:
    left = list(other)
    for each in one:
        for at, candidate in enumerate(left):
            if same_json(each, candidate, ordered=False, relative=relative):
                del left[at]
                break
        else:
            return False
    return True


def value_at(value: Json, path: str) -> tuple[bool, Json]:
    """Whether a value has something at a path, and what.

    Args:
        value: a JSON value.
        path: "a.b[0].c"; a key with such signs in it as ["a.b"], or as it is at the top.

    Raises:
        UsageError: the path cannot be read.
    """
    if isinstance(value, dict) and path in value:
        return True, value[path]
    for step in _steps(path):
        found = _NOTHING
        if isinstance(value, dict) and isinstance(step, str):
            found = value.get(step, _NOTHING)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            found = value[step]
        if found is _NOTHING:
            return False, None
        value = found
    return True, value


def _steps(path: str) -> Iterator[str | int]:
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise UsageError(f"The path “{path[:60]}” cannot be read: write it as a.b[0].c.")
        yield int(match[2]) if match[2] is not None else match[1] or match[3] or ""
        at = match.end()
