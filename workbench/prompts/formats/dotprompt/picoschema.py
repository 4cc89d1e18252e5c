"""Inputs as a Picoschema or JSON schema, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.domain.prompts.prompt import InputField, InputType
from workbench.domain.runs.spec import Json

_KEY = re.compile(
    r"(?P<name>[^(?]+)(?P<optional>\?)?(?:\((?P<kind>[^,)]*)(?:,(?P<note>.*))?\))?", re.DOTALL
)
_TYPES: dict[str, InputType] = {
    "string": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "array": "array",
    "object": "object",
}


def fields_of_schema(schema: Json, default: Json, notes: list[str]) -> list[InputField]:
    """The inputs that a schema describes; ``default`` holds values by name."""
    defaults: dict[str, Json] = default if isinstance(default, dict) else {}
    fields: list[InputField] = []
    if isinstance(schema, str):
        notes.append(f"The schema “{schema[:60]}” is a reference and is left out.")
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            fields = _of_json_schema(properties, schema.get("required"), defaults)
        else:
            fields = [
                field
                for key, described in schema.items()
                if (field := _of_pico(str(key), described, defaults, notes)) is not None
            ]
    known = {each.name for each in fields}
    for name, value in defaults.items():
        if name not in known:
            fields.append(InputField(name=name, type=_type_of(value), default=value))
    return fields


def _of_json_schema(
    properties: dict[str, Json], required: Json, defaults: dict[str, Json]
) -> list[InputField]:
    needed = required if isinstance(required, list) else []
    fields = []
    for name, schema in properties.items():
        described: dict[str, Json] = schema if isinstance(schema, dict) else {}
        choices = described.get("enum")
        default = defaults.get(name, described.get("default"))
        fields.append(
            InputField(
                name=name,
                type=_TYPES.get(_first(described.get("type")), "string"),
                description=str(described.get("description") or ""),
                default=default,
                required=name in needed and default is None,
                choices=tuple(map(str, choices)) if isinstance(choices, list) else (),
            )
        )
    return fields


def _of_pico(
    key: str, described: Json, defaults: dict[str, Json], notes: list[str]
) -> InputField | None:
    match = _KEY.fullmatch(key.strip())
    if match is None or match["name"].strip() == "":
        notes.append(f"“{key[:60]}” of the schema names no input and is left out.")
        return None
    name, kind = match["name"].strip(), (match["kind"] or "").strip()
    description = (match["note"] or "").strip()
    choices: tuple[str, ...] = ()
    found: InputType = "object"
    if kind == "enum":
        found = "string"
        choices = tuple(map(str, described)) if isinstance(described, list) else ()
    elif kind in {"array", "object"}:
        found = _TYPES[kind]
    elif isinstance(described, str):
        word, _, rest = described.partition(",")
        found = _TYPES.get(word.strip(), "string")
        description = description or rest.strip()
    default = defaults.get(name)
    return InputField(
        name=name,
        type=found,
        description=description,
        default=default,
        required=not match["optional"] and default is None,
        choices=choices,
    )


def schema_of_fields(
    fields: Sequence[InputField], values: Mapping[str, Json], notes: list[str]
) -> dict[str, Json]:
    """``schema`` and ``default`` of a Dotprompt head."""
    schema: dict[str, Json] = {}
    for each in fields:
        if each.type in {"file", "image"}:
            notes.append(f"The input {each.name} is a text there, not a {each.type}.")
        note = " ".join(each.description.split())
        optional = "" if each.required else "?"
        kind = each.type if each.type in _TYPES else "string"
        if each.choices:
            schema[f"{each.name}{optional}(enum{_after(note)})"] = list(each.choices)
        elif kind == "array":
            schema[f"{each.name}{optional}(array{_after(note)})"] = "any"
        elif kind == "object":
            schema[f"{each.name}{optional}(object{_after(note)})"] = {"(*)": "any"}
        else:
            schema[f"{each.name}{optional}"] = f"{kind}{_after(note)}"
    found: dict[str, Json] = {"schema": schema}
    known = {each.name for each in fields}
    default = {name: value for name, value in values.items() if name in known}
    return found | ({"default": default} if default else {})


def _after(note: str) -> str:
    return f", {note.replace(')', '').replace('(', '')}" if note else ""


def _first(kind: Any) -> str:
    return str(kind[0]) if isinstance(kind, list) and kind else str(kind)


def _type_of(value: Json) -> InputType:
    kinds: list[tuple[type, InputType]] = [
        (bool, "boolean"), (int, "integer"), (float, "number"), (list, "array"), (dict, "object"),
    ]  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "string")
