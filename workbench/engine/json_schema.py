"""JSON schemas (draft 2020-12, and what draft 7 wrote differently) as GBNF grammars.

The converter that comes with llama-cpp-python lets raw line breaks into strings, drops what stands
beside ``type: [...]`` or ``anyOf``, mixes up references of the same last name and nests counted
repetition so deep that the grammar cannot be used. Here every answer that the grammar allows fits
the schema, but for keywords that are named in :attr:`SchemaGrammar.unbound`. Some values that would
fit are left out: properties stand in the order of the schema, and an object with declared
properties has no others.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any
from urllib.parse import unquote

import jsonschema
import msgspec

from workbench.domain.errors import GrammarError
from workbench.engine.number_grammar import integers, numbers
from workbench.engine.pattern_grammar import UnsupportedPatternError, pattern_to_gbnf
from workbench.engine.schema_merging import (
    TYPES,
    ContradictionError,
    Schema,
    are_told_apart,
    branches_of,
    kinds_of,
    merge,
)
from workbench.engine.schema_rules import FORMATS, NEEDS, RULES

MAX_CHARACTERS = 64 * 1024
_MOST_VISITS = 5_000
_MOST_DEPTH = 100
_MOST_COUNT = 2000
"""llama.cpp counts no further."""

_SAYS_NOTHING = frozenset(
    (
        *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
        *("$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "type"),
    )
)
_UNUSABLE_NAME = re.compile(r"[^A-Za-z0-9-]+")


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
        schema = json.loads(text)
        if not isinstance(schema, dict):
            raise GrammarError('A JSON schema is an object, for example {"type": "object"}.')
        jsonschema.Draft202012Validator.check_schema(schema)
        return _Converter(schema).convert()
    except json.JSONDecodeError as error:
        raise GrammarError(
            f"The JSON schema is no JSON: line {error.lineno}, column {error.colno}: {error.msg}.",
            line=error.lineno,
        ) from None
    except jsonschema.SchemaError as error:
        place = "/".join(str(part) for part in error.absolute_path)
        raise _unusable(f"{f'at {place}: ' if place else ''}{error.message}") from None
    except ContradictionError as error:
        raise _unusable(f"nothing can fit it: {error}") from None
    except RecursionError:
        raise GrammarError("The JSON schema is nested too deeply: make it flatter.") from None


def grammar_of_schema_job(text: str) -> dict[str, Any]:
    """:func:`grammar_of_schema` for the sandbox."""
    found: dict[str, Any] = msgspec.to_builtins(grammar_of_schema(text))
    return found


def _unusable(reason: str) -> GrammarError:
    return GrammarError(f"The JSON schema cannot be used: {reason}.")


class _Converter:
    """Makes a rule for each part of a schema."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._rules: dict[str, str] = {}
        self._references: dict[str, str] = {}
        self._unbound: set[str] = set()
        self._visits = 0
        self._depth = 0

    def convert(self) -> SchemaGrammar:
        lines = [f"root ::= {self._visit(self._root, 'answer')}"]
        lines += [f"{name} ::= {rule}" for name, rule in self._rules.items()]
        return SchemaGrammar("\n".join(lines) + "\n", tuple(sorted(self._unbound)))

    # --- names ------------------------------------------------------------------------------

    def _add(self, hint: str, rule: str) -> str:
        """A rule of a name like ``hint``; one that says the same is used again."""
        name = self._free_name(hint, rule)
        self._rules[name] = rule
        return name

    def _free_name(self, hint: str, rule: str = "") -> str:
        base = _UNUSABLE_NAME.sub("-", hint)[:40].strip("-") or "part"
        name, count = base, 1
        while self._is_taken(name, rule):
            count += 1
            name = f"{base}-{count}"
        return name

    def _is_taken(self, name: str, rule: str) -> bool:
        if name == "root" or name in RULES or name in self._references.values():
            return True
        return name in self._rules and self._rules[name] != rule

    def _use(self, name: str) -> str:
        """One of the fixed rules, and what it needs."""
        if name not in self._rules:
            self._rules[name] = RULES[name]
            for other in NEEDS.get(name, ()):
                self._use(other)
        return name

    # --- schemas ----------------------------------------------------------------------------

    def _visit(self, schema: Schema | bool, name: str) -> str:
        """An expression for what fits ``schema``."""
        self._visits += 1
        self._depth += 1
        if self._visits > _MOST_VISITS or self._depth > _MOST_DEPTH:
            raise GrammarError(
                "The JSON schema is too large or nested too deeply: make it simpler."
            )
        try:
            return self._expression(schema, name)
        finally:
            self._depth -= 1

    def _expression(self, schema: Schema | bool, name: str) -> str:
        if schema is False:
            raise ContradictionError("a part of it is “false”")
        if schema is True or not schema.keys() - (_SAYS_NOTHING - {"type"}):
            return self._use("value")
        if "$ref" in schema:
            return self._reference(schema)
        for keyword in ("allOf", "anyOf", "oneOf"):
            if keyword in schema:
                return self._combined(schema, keyword, name)
        if "enum" in schema or "const" in schema:
            return self._literals(schema)
        kinds = kinds_of(schema)
        if len(kinds) > 1:
            one_kind = [{**schema, "type": kind} for kind in kinds]
            return self._choice([self._visit(each, name) for each in one_kind], name)
        if not kinds:
            raise ContradictionError(f"there is no type left in {name}")
        return self._of_kind(kinds[0], schema, name)

    def _choice(self, parts: list[str], name: str) -> str:
        return parts[0] if len(parts) == 1 else self._add(name, " | ".join(parts))

    def _of_kind(self, kind: str, schema: Schema, name: str) -> str:
        if kind == "object":
            return self._object(schema, name)
        if kind == "array":
            return self._array(schema, name)
        if kind == "string":
            return self._string(schema, name)
        if kind in ("integer", "number"):
            return self._number(schema, kind, name)
        return self._use(kind)

    def _reference(self, schema: Schema) -> str:
        self._note_others(schema, {"$ref"})
        pointer = schema["$ref"]
        if pointer not in self._references:
            # The name is known before its rule is made: the rule may refer to itself.
            name = self._free_name(pointer.rsplit("/", 1)[-1].strip("#") or "whole")
            self._references[pointer] = name
            self._rules[name] = ""
            body = self._visit(self._resolve(pointer), f"{name}-body")
            self._rules[name] = body
        return self._references[pointer]

    def _resolve(self, pointer: str) -> Schema | bool:
        if pointer != "#" and not pointer.startswith("#/"):
            raise GrammarError(
                f"The JSON schema refers to {pointer}: only parts of itself can be referred to, "
                "such as #/$defs/name."
            )
        found: Any = self._root
        for part in pointer.split("/")[1:]:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            elif isinstance(found, dict) and key in found:
                found = found[key]
            else:
                raise GrammarError(f"The JSON schema refers to {pointer}, which is not in it.")
        if not isinstance(found, dict | bool):
            raise GrammarError(f"The JSON schema refers to {pointer}, which is no schema.")
        return found

    def _combined(self, schema: Schema, keyword: str, name: str) -> str:
        """All of several schemas, or one of them, together with what stands beside them."""
        base = {key: value for key, value in schema.items() if key != keyword}
        if keyword == "allOf":
            for part in schema["allOf"]:
                base = merge(base, self._whole(part))
            return self._visit(base, name)
        branches = branches_of(schema[keyword], base, self._whole)
        if keyword == "oneOf" and not are_told_apart([self._whole(part) for part in branches]):
            self._unbound.add("oneOf")
        made, last = [], ContradictionError(f"“{keyword}” is empty")
        for index, branch in enumerate(branches):
            try:
                made.append(self._visit(branch, f"{name}-{index + 1}"))
            except ContradictionError as error:
                last = error
        if not made:
            raise last
        return self._choice(made, name)

    def _whole(self, schema: Schema | bool) -> Schema | bool:
        """The schema that a reference means, with what stands beside the reference."""
        for _ in range(_MOST_DEPTH):
            if not isinstance(schema, dict) or "$ref" not in schema:
                return schema
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            schema = merge(beside, self._resolve(schema["$ref"]))
        raise GrammarError("The JSON schema has references that lead in a circle.")

    def _literals(self, schema: Schema) -> str:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        beside = {key: value for key, value in schema.items() if key != "$defs"}
        fits = jsonschema.Draft202012Validator(beside).is_valid
        fitting = [value for value in values if fits(value)]
        if not fitting:
            raise ContradictionError("no value of an “enum” fits what stands beside it")
        return "(" + " | ".join(_literal(value) for value in fitting) + ")"

    # --- kinds of values --------------------------------------------------------------------

    def _object(self, schema: Schema, name: str) -> str:
        properties = {
            key: value for key, value in schema.get("properties", {}).items() if value is not False
        }
        required = schema.get("required", [])
        others = schema.get("additionalProperties", True)
        for key in required:
            if key not in properties and (
                others is False or schema.get("properties", {}).get(key) is False
            ):
                raise ContradictionError(f"the property {key} is required and not allowed")
            properties.setdefault(key, others)
        used = {"properties", "required", "additionalProperties"}
        if schema.get("minProperties", 0) <= len(required):
            used.add("minProperties")
        if properties and schema.get("maxProperties", math.inf) >= len(properties):
            used.add("maxProperties")
        self._note_others(schema, used)
        if properties:
            return self._members(properties, set(required), name)
        self._use("ws")
        if others is False or schema.get("maxProperties") == 0:
            return '"{" ws "}"'
        value = self._visit(others, f"{name}-value")
        member = self._add(f"{name}-member", f'{self._use("string")} ":" ws {value}')
        return self._add(name, f'"{{" ws ({member} ("," ws {member})* ws)? "}}"')

    def _members(self, properties: dict[str, Any], required: set[str], name: str) -> str:
        """Members in their order; before the first there is no comma."""
        self._use("ws")
        after = first = ""
        for key, schema in reversed(properties.items()):
            needed = key in required
            try:
                value = self._visit(schema, f"{name}-{key}")
            except ContradictionError:
                if needed:
                    raise
                continue
            member = f'{_literal(key)} ":" ws {value}'
            begun = f"{member} {after}".strip()
            if needed:
                first = begun
            else:
                first = f"({begun} | {first})" if first else f"({begun})?"
                first = first if len(first) < 200 else self._add(f"{name}-from-{key}", first)
            follows = f'"," ws {member}'
            follows = follows if needed else f"({follows})?"
            after = self._add(f"{name}-after-{key}", f"{follows} {after}".strip())
        inside = f"{first} ws" if first else ""
        return self._add(name, f'"{{" ws {inside} "}}"')

    def _array(self, schema: Schema, name: str) -> str:
        front = schema.get("prefixItems")
        rest = schema.get("items", True)
        if front is None and isinstance(rest, list):
            front, rest = rest, schema.get("additionalItems", True)
        front = front or []
        used = {"items", "prefixItems", "minItems", "maxItems"}
        if isinstance(schema.get("items"), list):
            used.add("additionalItems")
        self._note_others(schema, used)
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        if most is not None and least > most:
            raise ContradictionError("“minItems” is above “maxItems”")
        front = front if most is None else front[:most]
        parts = [self._visit(each, f"{name}-{index + 1}") for index, each in enumerate(front)]
        more_least = max(0, least - len(parts))
        more_most = None if most is None else most - len(parts)
        if rest is False or (front and "items" not in schema and not more_least):
            if more_least:
                raise ContradictionError("“minItems” asks for more items than there may be")
            more_most = 0
        self._use("ws")
        return self._add(name, self._row(parts, rest, more_least, more_most, name))

    def _row(
        self, parts: list[str], rest: Schema | bool, least: int, most: int | None, name: str
    ) -> str:
        """``parts``, then ``least`` to ``most`` more; commas between."""
        front = ' "," ws '.join(parts)
        if most == 0:
            return f'"[" ws {front} ws "]"' if parts else '"[" ws "]"'
        item = self._visit(rest, f"{name}-item")
        more = self._add(f"{name}-more", f'"," ws {item}')
        if parts:
            return f'"[" ws {front} {more}{self._times(least, most, "maxItems")} ws "]"'
        times = self._times(max(least - 1, 0), None if most is None else most - 1, "maxItems")
        inside = f"{item} {more}{times} ws"
        return f'"[" ws {inside} "]"' if least else f'"[" ws ({inside})? "]"'

    def _times(self, least: int, most: int | None, keyword: str) -> str:
        """A counted repetition; what llama.cpp cannot count is left open and named."""
        if least > _MOST_COUNT:
            raise _unusable(f"it asks for {least:,} at least, and {_MOST_COUNT:,} can be counted")
        if most is not None and most > _MOST_COUNT:
            self._unbound.add(keyword)
            most = None
        if most is None:
            return "*" if least == 0 else f"{{{least},}}"
        return f"{{{least},{most}}}"

    def _string(self, schema: Schema, name: str) -> str:
        used = {"minLength", "maxLength"}
        inside = ""
        if "pattern" in schema:
            try:
                inside = pattern_to_gbnf(schema["pattern"])
                used = {"pattern"}
            except UnsupportedPatternError:
                inside = ""
        elif schema.get("format") in FORMATS:
            inside = FORMATS[schema["format"]]
            used = {"format"}
        self._note_others(schema, used)
        if "char*" in inside:
            self._use("char")
        if inside:
            return self._add(name, f'"\\"" ({inside}) "\\""')
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        if most is not None and least > most:
            raise ContradictionError("“minLength” is above “maxLength”")
        if not least and most is None:
            return self._use("string")
        return self._add(
            name, f'"\\"" {self._use("char")}{self._times(least, most, "maxLength")} "\\""'
        )

    def _number(self, schema: Schema, kind: str, name: str) -> str:
        low, high = schema.get("minimum"), schema.get("maximum")
        used = {"minimum", "maximum"}
        if kind == "integer":
            used |= {"exclusiveMinimum", "exclusiveMaximum"}
            low = _highest(low, schema.get("exclusiveMinimum"))
            high = _lowest(high, schema.get("exclusiveMaximum"))
        low = None if low is None else math.ceil(low)
        high = None if high is None else math.floor(high)
        self._note_others(schema, used)
        if low is None and high is None:
            return self._use(kind)
        found = integers(low, high) if kind == "integer" else numbers(low, high)
        if not found:
            raise ContradictionError("no number lies between “minimum” and “maximum”")
        return self._add(name, found)

    def _note_others(self, schema: Schema, used: set[str]) -> None:
        """Remember keywords that are not enforced; those for other kinds of values say nothing."""
        kinds = kinds_of(schema) if "$ref" not in schema else list(TYPES)
        meant = set().union(*(TYPES[kind] for kind in kinds)) | _GENERAL
        self._unbound |= (schema.keys() & meant) - used - _SAYS_NOTHING


_GENERAL = frozenset(("not", "if", "then", "else", "$dynamicRef", "unevaluatedProperties"))


def _literal(value: Any) -> str:
    """A JSON value as GBNF text, as it is usually written."""
    written = json.dumps(value, ensure_ascii=False)
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _highest(low: float | None, above: float | None) -> float | None:
    if above is None:
        return low
    return math.floor(above) + 1 if low is None else max(low, math.floor(above) + 1)


def _lowest(high: float | None, below: float | None) -> float | None:
    if below is None:
        return high
    return math.ceil(below) - 1 if high is None else min(high, math.ceil(below) - 1)
