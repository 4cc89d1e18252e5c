"""JSON schemas (draft 2020-12, and what earlier ones wrote differently) as llguidance takes them.

llguidance makes grammars of them. What it reads otherwise than people who write schemas mean it is
put right first: a schema without "type" is of the kind that its keywords speak of, an object with
declared properties has others only where the schema speaks of them, 29 February needs a leap year,
and a keyword that it cannot keep is left out and named in :attr:`SchemaGrammar.unbound`.
"""

from __future__ import annotations

import json
from typing import Any, cast

import jsonschema
import msgspec
from llguidance import LLMatcher

from workbench.domain.errors import GrammarError
from workbench.engine.constraints.lark import HEADER, quoted
from workbench.engine.constraints.schema_reading import Prepared, unusable

MAX_CHARACTERS = 64 * 1024
_OLDER = jsonschema.Draft7Validator
"""Tried where a schema does not say its draft and is none of the newest: its tuples are lists."""
_NO_FORMATS = jsonschema.FormatChecker(())
"""A pattern is ECMA-262's, which Python does not know whole, so it is not checked as Python's."""
_DATA = frozenset(("const", "enum", "default", "examples"))
_OPTIONS = {
    "whitespace_pattern": "( |\\n[ \\t]{0,20})",
    "lenient": True,
    "json_allowed_escapes": 'nrbtf\\"',
}
"""At most 20 blanks follow a line break; with \\uXXXX a declared key could be written twice."""
_UNSATISFIABLE = "Unsatisfiable schema: "
_WARNINGS = {
    "oneOf not": "oneOf",
    "Unknown format": "format",
    "min/maxProperties": "minProperties",
}
"""How llguidance begins to say what it does not enforce."""


class SchemaGrammar(msgspec.Struct, frozen=True):
    """A grammar for a schema, and the schema's keywords that it does not enforce."""

    grammar: str
    unbound: tuple[str, ...] = ()


def grammar_of_schema(text: str) -> SchemaGrammar:
    """The grammar of a JSON schema, given as JSON text.

    Raises:
        GrammarError: it is no JSON, no schema, refers elsewhere, or nothing can fit it.
    """
    if len(text) > MAX_CHARACTERS:
        raise GrammarError("The JSON schema is longer than 64 KB: make it shorter.")
    try:
        schema = _read(text)
        if not isinstance(schema, dict):
            raise GrammarError('A JSON schema is an object, for example {"type": "object"}.')
        prepared = Prepared(_checked(schema))
    except jsonschema.SchemaError as error:
        place = "/".join(str(part) for part in error.absolute_path)
        raise unusable(f"{f'at {place}: ' if place else ''}{error.message}") from None
    except RecursionError:
        raise GrammarError("The JSON schema is nested too deeply: make it flatter.") from None
    written = quoted(json.dumps({**prepared.schema, "x-guidance": _OPTIONS}))
    grammar = f"{HEADER}start: %json {written}\n"
    return SchemaGrammar(grammar, tuple(sorted(prepared.unbound | _warnings(grammar))))


def _warnings(grammar: str) -> set[str]:
    """The keywords that llguidance will not enforce.

    Raises:
        GrammarError: it makes no grammar of the schema.
    """
    is_error, messages = LLMatcher.validate_grammar_with_warnings(grammar)
    if is_error:
        parts = messages[0].strip().splitlines()[0].partition("JSON schema: ")
        reason = (parts[2] or parts[0]).rstrip(".:")
        if reason.startswith(_UNSATISFIABLE):
            reason = f"nothing can fit it: {reason.removeprefix(_UNSATISFIABLE)}"
        raise unusable(reason)
    found: set[str] = set()
    for message in messages:
        text = message.removeprefix("WARNING: ")
        if text.startswith("Unimplemented keys: "):
            found |= set(json.loads(text.partition(": ")[2]))
        else:
            known = [name for start, name in _WARNINGS.items() if text.startswith(start)]
            found.add(known[0] if known else text)
    return found


def _read(text: str) -> Any:
    def refuse(constant: str) -> Any:
        raise GrammarError(f"The JSON schema is no JSON: {constant} is no number in it.")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise GrammarError(
            f"The JSON schema is no JSON: line {error.lineno}, column {error.colno}: {error.msg}.",
            line=error.lineno,
        ) from None
    except ValueError:
        raise GrammarError("The JSON schema has a number with too many digits.") from None


def _checked(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as draft 2020-12 writes it.

    Raises:
        jsonschema.SchemaError: it is none of any draft.
    """
    newest = jsonschema.Draft202012Validator
    dialect: Any = jsonschema.validators.validator_for(schema, default=newest)
    try:
        dialect.check_schema(schema, format_checker=_NO_FORMATS)
    except jsonschema.SchemaError:
        try:
            _OLDER.check_schema(schema, format_checker=_NO_FORMATS)
        except jsonschema.SchemaError:
            pass
        else:
            return cast("dict[str, Any]", _modern(schema))
        raise
    return schema if dialect is newest else cast("dict[str, Any]", _modern(schema))


def _modern(part: Any) -> Any:
    """What older drafts wrote differently: lists of items, and booleans that open a bound."""
    if isinstance(part, list):
        return [_modern(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {
        key: value if key in _DATA else _modern(value)
        for key, value in part.items()
        if key != "$schema"
    }
    items = found.get("items")
    if isinstance(items, list) and all(isinstance(each, dict | bool) for each in items):
        found |= {"prefixItems": items, "items": found.pop("additionalItems", True)}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(found.get(exclusive), bool):
            is_open = found.pop(exclusive)
            if is_open and bound in found:
                found[exclusive] = found.pop(bound)
    return found
