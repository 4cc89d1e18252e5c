"""A JSON schema, written so that llguidance reads it as its author means it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from llguidance import LLMatcher

from workbench.domain.errors import GrammarError
from workbench.engine.constraints.lark import HEADER, quoted

Schema = dict[str, Any]

_KINDS: dict[str, frozenset[str]] = {
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
    "number": frozenset(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    ),
}
"""The keywords that say something of each kind of value."""
_SAYS_NOTHING = frozenset(
    (
        *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"),
        *("$schema", "$id", "$comment", "$defs", "definitions", "$anchor"),
    )
)
_COUNTS = ("Items", "Length", "Properties")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "$defs", "definitions")
_PARTS = ("items", "additionalProperties")
_COMBINING = frozenset(("allOf", "anyOf", "oneOf", "$ref"))
_MOST_DEPTH = 100
Path = tuple[str, ...]
_EXACT = 2**53
"""llguidance keeps numbers as doubles."""
_MOST_MULTIPLE = 1000
"""Most remainders with which the digits of a number are followed; more takes too long."""
_LEAP_YEAR = "[1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00"
_DATE = (
    f"(({_LEAP_YEAR})-02-29|[1-9][0-9]{{3}}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|"
    "(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))"
)
_TIME = (
    r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_FORMATS = {"date": f"^{_DATE}$", "time": f"^{_TIME}$", "date-time": f"^{_DATE}T{_TIME}$"}


def unusable(reason: str) -> GrammarError:
    """The error for a schema that cannot be used."""
    return GrammarError(f"The JSON schema cannot be used: {reason}.")


class Prepared:
    """A schema of draft 2020-12 as llguidance is given it.

    Args:
        root: the schema.

    Attributes:
        schema: the schema to give to llguidance.
        unbound: keywords that were left out of it.

    Raises:
        GrammarError: it is nested too deeply, or refers to what is not in it.
    """

    def __init__(self, root: Schema) -> None:
        self._root = root
        self.unbound: set[str] = set()
        self._joined: set[Path] = set()
        """Where schemas are that are joined with others; only the whole of such is closed."""
        self._find_joined(root, is_joined=False)
        self.schema: Any = self._plain(root, (), is_joined=False)

    # --- references -------------------------------------------------------------------------

    def _find_joined(self, schema: Any, *, is_joined: bool) -> None:
        if not isinstance(schema, dict):
            return
        is_joined = is_joined or _joins(schema)
        if "$ref" in schema:
            target = _path(schema["$ref"])
            if is_joined and target not in self._joined:
                self._joined.add(target)
                self._find_joined(self._at(schema["$ref"]), is_joined=True)
        for key, _, part in _parts(schema):
            self._find_joined(part, is_joined=is_joined and key in _COMBINING)

    def _at(self, pointer: str) -> Any:
        found: Any = self._root
        for key in _path(pointer):
            if isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            elif isinstance(found, dict) and key in found:
                found = found[key]
            else:
                raise GrammarError(f"The JSON schema refers to {pointer}, which is not in it.")
        if not isinstance(found, dict | bool):
            raise GrammarError(f"The JSON schema refers to {pointer}, which is no schema.")
        return found

    # --- schemas ----------------------------------------------------------------------------

    def _plain(self, schema: Any, path: Path, *, is_joined: bool) -> Any:
        if not isinstance(schema, dict):
            return schema
        if len(path) > _MOST_DEPTH:
            raise GrammarError("The JSON schema is nested too deeply: make it flatter.")
        if "$ref" in schema and self._at(schema["$ref"]) is False:
            return False
        is_joined = is_joined or path in self._joined
        joins = _joins(schema)
        found = self._with_plain_parts(schema, path, is_joined=is_joined or joins)
        self._leave_out(found)
        if not found.keys() & {"type", "enum", "const"}:
            kinds = [kind for kind, keywords in _KINDS.items() if keywords & found.keys()]
            if kinds:
                found["type"] = kinds[0]
        if not is_joined:
            self._close(found, schema, joins=joins)
        return found

    def _with_plain_parts(self, schema: Schema, path: Path, *, is_joined: bool) -> Schema:
        found = {
            key: value.copy() if key in _LISTS or key in _MAPS else value
            for key, value in schema.items()
        }
        for key, place, part in _parts(schema):
            inner = is_joined and key in _COMBINING
            if place is None:
                found[key] = self._plain(part, (*path, key), is_joined=inner)
            else:
                found[key][place] = self._plain(part, (*path, key, str(place)), is_joined=inner)
        return found

    def _close(self, found: Schema, schema: Schema, *, joins: bool) -> None:
        """Let an object with declared properties have no others, unless it speaks of them."""
        names, others = self._names(schema, set())
        if others or not (names or "patternProperties" in found):
            return
        if not joins:
            if found.keys() & {"properties", "required", "patternProperties"}:
                known = found.get("properties", {})
                found["properties"] = known | {name: True for name in names if name not in known}
                found["additionalProperties"] = False
                self._leave_out_sizes(found)
            return
        closing = {"properties": dict.fromkeys(names, True), "additionalProperties": False}
        found["allOf"] = [*found.get("allOf", ()), closing]

    def _names(self, schema: Any, seen: set[Path]) -> tuple[dict[str, None], bool]:
        """Declared properties, here or in what it is joined of; whether others are spoken of."""
        if not isinstance(schema, dict):
            return {}, False
        names = dict.fromkeys((*schema.get("properties", ()), *schema.get("required", ())))
        others = "additionalProperties" in schema
        parts = [part for key, _, part in _parts(schema) if key in _COMBINING]
        if "$ref" in schema and _path(schema["$ref"]) not in seen:
            seen.add(_path(schema["$ref"]))
            parts.append(self._at(schema["$ref"]))
        for part in parts:
            more, are_spoken_of = self._names(part, seen)
            names |= more
            patterned = isinstance(part, dict) and "patternProperties" in part
            others = others or are_spoken_of or patterned
        return names, others

    # --- keywords ---------------------------------------------------------------------------

    def _leave_out(self, found: Schema) -> None:
        """Take away what llguidance cannot keep, and write what it reads strictly as it wants."""
        for key, value in tuple(found.items()):
            if key.startswith(("min", "max")) and key.endswith(_COUNTS):
                found[key] = int(value)
            elif key in _BOUNDS and abs(value) > _EXACT:
                self._drop(found, key)
        if "multipleOf" in found and not _can_count(found["multipleOf"]):
            self._drop(found, "multipleOf")
        self._leave_out_texts(found)
        if "patternProperties" in found:
            self._leave_out_patterns(found)
        for key in ("const", "enum"):
            if key in found:
                self._require_exact(found, key)

    def _leave_out_texts(self, found: Schema) -> None:
        if "pattern" in found and not is_usable({"type": "string", "pattern": found["pattern"]}):
            self._drop(found, "pattern")
        if found.get("format") in _FORMATS:
            pattern = _FORMATS[found.pop("format")]
            dated = {"type": "string", "pattern": pattern}
            if "pattern" in found or "enum" in found or "const" in found:
                found["allOf"] = [*found.get("allOf", ()), dated]
            else:
                found["pattern"] = pattern

    def _leave_out_patterns(self, found: Schema) -> None:
        """Keep the patterns of keys that llguidance can read and that do not overlap."""
        kept: Schema = {}
        for pattern, part in found["patternProperties"].items():
            tried = dict.fromkeys([*kept, pattern], True)
            if is_usable({"type": "object", "patternProperties": tried}):
                kept[pattern] = part
            else:
                self.unbound.add("patternProperties")
        found["patternProperties"] = kept

    def _leave_out_sizes(self, found: Schema) -> None:
        """Drop the number of properties where llguidance cannot count those that are optional."""
        least, most = found.get("minProperties", 0), found.get("maxProperties", 1)
        optional = found["properties"].keys() - set(found.get("required", ()))
        if optional and not (least <= 1 and most == 1):
            for key in found.keys() & {"minProperties", "maxProperties"}:
                self._drop(found, key)

    def _require_exact(self, found: Schema, key: str) -> None:
        values = found[key] if key == "enum" else [found[key]]
        exact = [value for value in values if _is_exact(value)]
        if values and not exact:
            raise unusable(f"a number in “{key}” has more digits than can be asked for")
        if key == "enum":
            found[key] = exact

    def _drop(self, found: Schema, key: str) -> None:
        del found[key]
        self.unbound.add(key)


@functools.lru_cache(maxsize=1024)
def _is_usable(text: str) -> bool:
    return not LLMatcher.validate_grammar_with_warnings(f"{HEADER}start: %json {text}\n")[0]


def is_usable(schema: Schema) -> bool:
    """Whether llguidance makes a grammar of a schema."""
    return _is_usable(quoted(json.dumps(schema)))


def _joins(schema: Schema) -> bool:
    """Whether it is made of several schemas that must all fit."""
    combining = schema.keys() & _COMBINING
    if not combining:
        return False
    others = schema.keys() - _SAYS_NOTHING - combining - {"type"}
    return bool(others) or len(combining) > 1 or len(schema.get("allOf", ())) > 1


def _parts(schema: Schema) -> Iterable[tuple[str, Any, Any]]:
    """The schemas in a schema: the keyword, the place under it (None where it is one), the part."""
    for key, value in schema.items():
        if key in _LISTS:
            yield from ((key, index, part) for index, part in enumerate(value))
        elif key in _MAPS:
            yield from ((key, name, part) for name, part in value.items())
        elif key in _PARTS:
            yield key, None, value


def _path(pointer: str) -> Path:
    if pointer != "#" and not pointer.startswith("#/"):
        raise GrammarError(
            f"The JSON schema refers to {pointer}: only parts of itself can be referred to, "
            "such as #/$defs/name."
        )
    return tuple(
        unquote(part).replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]
    )


def _can_count(multiple: float) -> bool:
    """Whether multiples of it can be followed: "0.05" and 12 can, 999983 cannot."""
    digits = f"{multiple:.15f}".replace(".", "").strip("0")
    return multiple <= _MOST_MULTIPLE and len(digits) <= 3


def _is_exact(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_exact(each) for each in value.values())
    if isinstance(value, list):
        return all(_is_exact(each) for each in value)
    return not isinstance(value, int | float) or abs(value) <= _EXACT
