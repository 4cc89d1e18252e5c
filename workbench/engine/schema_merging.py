"""Putting JSON schemas together: what fits the result fits each of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Schema = dict[str, Any]

TYPES: dict[str, frozenset[str]] = {
    "object": frozenset(
        (
            *("properties", "required", "additionalProperties", "patternProperties"),
            *("propertyNames", "minProperties", "maxProperties", "dependentRequired"),
            *("dependentSchemas", "dependencies"),
        )
    ),
    "array": frozenset(
        (
            *("items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"),
            *("contains", "minContains", "maxContains", "unevaluatedItems"),
        )
    ),
    "string": frozenset(("minLength", "maxLength", "pattern", "format")),
    "integer": frozenset(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    ),
    "number": frozenset(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    ),
    "boolean": frozenset(),
    "null": frozenset(),
}
"""The keywords that say something of each kind of value."""
_HIGHEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_LOWEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_IGNORED = ("title", "description", "default", "examples", "$comment", "$schema", "$id")
_MOST_BRANCHES = 200


class ContradictionError(ValueError):
    """No value fits."""


def kinds_of(schema: Schema) -> list[str]:
    """The types that are allowed; without "type", the one that the keywords speak of."""
    wanted = schema.get("type")
    if isinstance(wanted, str):
        return [wanted]
    if wanted is not None:
        # Every integer is a number: one alternative is enough.
        return [kind for kind in wanted if kind != "integer" or "number" not in wanted]
    for kind, keywords in TYPES.items():
        if keywords & schema.keys():
            return ["number"] if kind == "integer" else [kind]
    return [kind for kind in TYPES if kind != "integer"]


def merge(first: Schema | bool, second: Schema | bool) -> Schema:
    """A schema for what fits both.

    Raises:
        ContradictionError: nothing can.
    """
    if first is False or second is False:
        raise ContradictionError("a part of it is “false”")
    first = {} if first is True else first
    found = dict(first)
    for key, value in ({} if second is True else second).items():
        found[key] = _both(key, found[key], value) if key in found else value
    if found.get("additionalProperties") is False and "properties" in found:
        # A property that one of them does not know is not allowed by the other.
        closed = [
            each
            for each in (first, second)
            if isinstance(each, dict) and each.get("additionalProperties") is False
        ]
        known = set(found["properties"]).intersection(
            *(each.get("properties", {}) for each in closed)
        )
        found["properties"] = {
            name: schema for name, schema in found["properties"].items() if name in known
        }
    return found


def _both(key: str, first: Any, second: Any) -> Any:
    """One value of a keyword for two."""
    if first == second or key in _IGNORED:
        return first
    if key not in _TOGETHER:
        raise ContradictionError(f"“{key}” is given twice, differently")
    return _TOGETHER[key](first, second)


def _common_properties(first: Schema, second: Schema) -> Schema:
    both = first.keys() & second.keys()
    return first | second | {name: {"allOf": [first[name], second[name]]} for name in both}


def _both_schemas(first: Schema | bool, second: Schema | bool) -> Schema | bool:
    return False if first is False or second is False else {"allOf": [first, second]}


def _combinations(first: list[Any], second: list[Any]) -> list[Schema]:
    if len(first) * len(second) > _MOST_BRANCHES:
        raise ContradictionError("there are too many combinations")
    return [{"allOf": [one, other]} for one in first for other in second]


def _common_types(first: str | list[str], second: str | list[str]) -> list[str]:
    one = {first} if isinstance(first, str) else set(first)
    other = {second} if isinstance(second, str) else set(second)
    common = one & other
    if ("integer" in one and "number" in other) or ("integer" in other and "number" in one):
        common.add("integer")
    if not common:
        raise ContradictionError("its types exclude each other")
    return sorted(common)


_TOGETHER: dict[str, Callable[[Any, Any], Any]] = {
    "type": _common_types,
    "properties": _common_properties,
    "required": lambda first, second: list(dict.fromkeys((*first, *second))),
    "enum": lambda first, second: [value for value in first if value in second],
    "allOf": lambda first, second: [*first, *second],
    **dict.fromkeys(("$defs", "definitions"), lambda first, second: first | second),
    **dict.fromkeys(("items", "additionalProperties", "propertyNames"), _both_schemas),
    **dict.fromkeys(("anyOf", "oneOf"), _combinations),
    **dict.fromkeys(_HIGHEST, max),
    **dict.fromkeys(_LOWEST, min),
}


def branches_of(
    parts: Sequence[Schema | bool], base: Schema, whole: Callable[[Schema | bool], Schema | bool]
) -> list[Schema | bool]:
    """Each alternative together with what stands beside the alternatives.

    Args:
        parts: the alternatives.
        base: what stands beside them.
        whole: resolves a reference.
    """
    if not base.keys() - {*_IGNORED, "$defs", "definitions"}:
        return list(parts)
    found: list[Schema | bool] = []
    for part in parts:
        try:
            found.append(merge(base, whole(part)))
        except ContradictionError:
            continue
    return found


def are_told_apart(branches: list[Schema | bool]) -> bool:
    """Whether no value can fit two of them, by their types or constants alone."""
    seen: list[set[str]] = []
    for branch in branches:
        if not isinstance(branch, dict):
            return False
        if "const" in branch or "enum" in branch:
            values = [branch["const"]] if "const" in branch else branch["enum"]
            marks = {json.dumps(value, sort_keys=True) for value in values}
        else:
            marks = {f"type {kind}" for kind in kinds_of(branch)}
            marks |= {"type number"} if "type integer" in marks else set()
        seen.append(marks)
    constants = ["const" in each or "enum" in each for each in branches if isinstance(each, dict)]
    if any(constants) and not all(constants):
        return False
    return all(not (a & b) for index, a in enumerate(seen) for b in seen[:index])
