"""How values print in other template languages, where that differs from Jinja."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.prompts.document import PromptDocument
from workbench.prompts.formats.template_ast import (
    Each,
    Either,
    Filter,
    Part,
    Parts,
    Test,
    Text,
    Value,
    changed,
    printed,
    tested,
)

JSON_OF_JINJA = "JSON has sorted keys and other signs for quotes and letters beyond ASCII there."
_ITEM = "each_item"


def notes_of_javascript(parts: Iterable[Parts], document: PromptDocument) -> list[str]:
    """Sentences about values that JavaScript writes in another way."""
    types = {each.name: each.type for each in document.inputs}
    notes: dict[str, None] = {}
    for value in (value for each in parts for value in printed(each)):
        name = str(value.path[0])
        kind = types.get(name) if len(value.path) == 1 and not value.filters else None
        if value.as_json:
            notes["JSON has other white space there."] = None
        elif kind == "boolean":
            notes[f"{name} is written true or false there, not True or False."] = None
        elif kind == "number":
            notes[f"{name} is written without a fraction there where it is whole: 2, not 2.0."] = (
                None
            )
        elif kind in {"array", "object"}:
            notes[f"{name} is written in another way there, because it is no text."] = None
    return list(notes)


def notes_of_mappings(parts: Parts, document: PromptDocument) -> list[str]:
    """Sentences about mappings that conditions ask for: Handlebars takes empty ones for true."""
    kinds = {each.name: each.type for each in document.inputs}
    asked = [name for name in sorted(tested(parts)) if kinds.get(name) == "object"]
    return [f"An empty {name} counts as true there." for name in asked]


def joined(parts: Parts) -> Parts:
    """Parts with loops in place of the filter ``join``, for languages without it."""

    def as_loop(value: Value) -> tuple[Part, ...]:
        if value.as_json or not value.filters or value.filters[0].name != "join":
            return (value,)
        between = _separator(value.filters[0])
        if between is None or any(each.name != "trim" for each in value.filters[1:]):
            return (value,)
        body: tuple[Part, ...] = (Value((_ITEM,)),)
        if between:
            last = Test(("loop", "last"), negated=True)
            body = (*body, Either(last, (Text(between),)))
        return (Each(value.path, _ITEM, body),)

    return changed(parts, as_loop)


def _separator(each: Filter) -> str | None:
    if each.named or len(each.arguments) > 1:
        return None
    between = each.arguments[0] if each.arguments else ""
    return between if isinstance(between, str) else None
