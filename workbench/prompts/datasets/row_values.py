"""Fills the inputs of a prompt from a row of a table, or from the values of another run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from workbench.domain.prompts.datasets import Filled, expected_of
from workbench.domain.prompts.matching import columns_of
from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.prompts.inputs import as_type

_NOUNS = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "thread": "a list of messages",
    "image": "an image",
    "file": "text",
}


def fill(row: Mapping[str, Json], inputs: Sequence[InputField]) -> Filled:
    """Give each input the column of its name, in its type.

    Names are compared without regard to case, blanks, "-" and "_" where none is the same. An empty
    cell gives nothing.

    Args:
        row: values by column.
        inputs: of the prompt.
    """
    columns = columns_of(row, inputs)
    values: dict[str, Json] = {}
    problems: list[str] = []
    for field in inputs:
        given = row.get(columns.get(field.name, ""))
        if given is None or (isinstance(given, str) and not given.strip()):
            continue
        try:
            values[field.name] = _fitted(field, given)
        except ValueError:
            shown = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
            wanted = ", ".join(field.choices) if field.choices else _NOUNS.get(field.type, "text")
            problems.append(f"{field.name} takes {wanted}, not “{shown[:60]}”.")
    missing = [
        field.name
        for field in inputs
        if field.required and field.default is None and field.name not in values
    ]
    return Filled(
        values=values,
        missing=tuple(missing),
        problems=tuple(problems),
        expected=expected_of(row, {field.name for field in inputs}),
    )


def _fitted(field: InputField, given: Json) -> Json:
    """The value as the form holds it; ValueError where it does not fit."""
    found = as_type(field.type, given)
    if field.type in {"file", "image"}:
        return given if isinstance(given, dict) else str(given)
    if field.choices:
        near = [choice for choice in field.choices if choice.casefold() == str(found).casefold()]
        if not near:
            raise ValueError
        return near[0]
    if isinstance(found, int | float) and not isinstance(found, bool):
        low, high = field.minimum, field.maximum
        if (low is not None and found < low) or (high is not None and found > high):
            raise ValueError
    return found
