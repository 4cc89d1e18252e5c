"""Whatever the grammar of a schema allows fits the schema; what is not enforced is named."""

from __future__ import annotations

import json
import random

import jsonschema
import pytest

from workbench.domain.errors import GrammarError
from workbench.engine.grammar import check_grammar
from workbench.engine.json_schema import grammar_of_schema

from .deriving import derive

NODE = {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/n"}}}
SCHEMAS = {
    "anything": {},
    "only words": {"description": "anything goes"},
    "string": {"type": "string"},
    "lengths": {"type": "string", "minLength": 2, "maxLength": 40},
    "integer": {"type": "integer", "minimum": -3, "maximum": 1234},
    "above": {"type": "integer", "exclusiveMinimum": 17},
    "below": {"type": "integer", "exclusiveMaximum": -4.5},
    "number": {"type": "number", "minimum": 0, "maximum": 1},
    "negative number": {"type": "number", "minimum": -20, "maximum": -3},
    "wide number": {"type": "number", "minimum": -2.5},
    "untyped number": {"minimum": 5, "maximum": 7},
    "const": {"const": {"a": ['x"\\\n', None, 1.5]}},
    "enum": {"enum": ["yes", "no", 3, None, 'é"q"', "a\\b"]},
    "enum beside": {"enum": ["yes", 3, 12], "type": "integer", "minimum": 5},
    "types": {"type": ["string", "null", "integer"], "maximum": 9, "maxLength": 3},
    "object": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 9},
            "age": {"type": "integer", "minimum": 0},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3},
        },
        "required": ["age"],
    },
    "all optional": {"properties": {"a": {"type": "null"}, "b": {"type": "boolean"}, "c": {}}},
    "required first": {
        "type": "object",
        "properties": {"a": True, "b": {"type": "null"}},
        "required": ["b", "a"],
        "additionalProperties": False,
    },
    "required but unnamed": {"type": "object", "required": ["x y"]},
    "odd names": {"properties": {'q"\\': {"type": "null"}, "": {"type": "null"}}, "required": [""]},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
    "empty object": {"type": "object", "additionalProperties": False},
    "no property may be": {"properties": {"a": False, "b": {"type": "null"}}},
    "array": {"type": "array"},
    "counted": {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 5},
    "at least": {"type": "array", "items": {"type": "integer"}, "minItems": 3},
    "none": {"type": "array", "maxItems": 0},
    "tuple": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
    "tuple and more": {
        "type": "array",
        "prefixItems": [{"type": "null"}],
        "items": {"type": "boolean"},
        "minItems": 2,
    },
    "recursive": {"$ref": "#/$defs/n", "$defs": {"n": NODE}},
    "itself": {"properties": {"child": {"$ref": "#"}, "n": {"type": "integer"}}},
    "same last name": {
        "properties": {"a": {"$ref": "#/$defs/x/item"}, "b": {"$ref": "#/$defs/y/item"}},
        "required": ["a", "b"],
        "$defs": {"x": {"item": {"type": "integer"}}, "y": {"item": {"type": "null"}}},
    },
    "named like a rule": {
        "properties": {"string": {"$ref": "#/$defs/char"}, "root": {"type": "string"}},
        "$defs": {"char": {"type": "array", "items": {"type": "string"}}},
    },
    "escaped pointer": {"$ref": "#/$defs/a~1b%20c", "$defs": {"a/b c": {"type": "null"}}},
    "any of": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "null"}}]},
    "any of beside": {
        "type": "object",
        "properties": {"kind": {"type": "string"}},
        "required": ["kind"],
        "anyOf": [
            {"properties": {"kind": {"const": "a"}, "size": {"type": "integer"}}},
            {"properties": {"kind": {"const": "b"}}, "required": ["more"]},
        ],
    },
    "one of": {"oneOf": [{"const": 1}, {"const": "1"}]},
    "all of": {
        "allOf": [
            {"properties": {"a": {"type": "number"}}, "required": ["a"]},
            {"$ref": "#/$defs/b"},
            {"properties": {"a": {"maximum": 4}}},
        ],
        "$defs": {"b": {"type": "object", "properties": {"b": {"type": "string"}}}},
    },
    "closed all of": {
        "allOf": [
            {"properties": {"a": {"type": "null"}}, "additionalProperties": False},
            {"properties": {"b": {"type": "null"}, "a": {}}},
        ]
    },
    "pattern": {"type": "string", "pattern": r"^[A-Z]{2}-\d{1,3}(\.[^\s\"]+)?$"},
    "found inside": {"type": "string", "pattern": "ab|c+d"},
    "pattern of everything": {"pattern": r"^.[^a]\W\\\"$"},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_answer_fits(name):
    schema = SCHEMAS[name]
    made = grammar_of_schema(json.dumps(schema))
    rules = check_grammar(made.grammar)
    chance = random.Random(7)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    texts = {derive(rules, chance) for _ in range(150)}
    for text in texts:
        validator.validate(json.loads(text))
        assert text == text.strip()
    assert made.unbound == ()


UNBOUND = {
    "multipleOf": {"type": "integer", "multipleOf": 3},
    "uniqueItems": {"type": "array", "uniqueItems": True},
    "not": {"type": "string", "not": {"const": "x"}},
    "if": {"type": "object", "if": {"required": ["a"]}, "then": False},
    "exclusiveMinimum": {"type": "number", "exclusiveMinimum": 0},
    "patternProperties": {"type": "object", "patternProperties": {"^a": {"type": "null"}}},
    "format": {"type": "string", "format": "email"},
    "pattern": {"type": "string", "pattern": "^(?=a).*$"},
    "maxLength": {"type": "string", "maxLength": 5000},
    "oneOf": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "integer", "maximum": 9}]},
    "minProperties": {"type": "object", "minProperties": 2},
}


@pytest.mark.parametrize("keyword", UNBOUND)
def test_what_is_not_enforced_is_named(keyword):
    made = grammar_of_schema(json.dumps(UNBOUND[keyword]))
    assert keyword in made.unbound
    check_grammar(made.grammar)


def test_a_keyword_deep_inside_is_named_and_a_property_of_that_name_is_not():
    inner = {"type": "array", "items": {"type": "integer", "multipleOf": 2}}
    schema = {"properties": {"not": inner, "if": {"type": "null"}}}
    assert grammar_of_schema(json.dumps(schema)).unbound == ("multipleOf",)


BAD = {
    '{"type": ': "line 1, column 10",
    "[]": "is an object",
    '{"type": "nonsense"}': "at type",
    '{"properties": {"a": {"minimum": "x"}}}': "at properties/a/minimum",
    '{"$ref": "https://example.org/schema"}': "only parts of itself",
    '{"$ref": "file:///etc/passwd"}': "only parts of itself",
    '{"$ref": "#/$defs/no"}': "not in it",
    '{"enum": []}': "nothing can fit|non-empty|cannot be used",
    '{"type": "integer", "minimum": 5, "maximum": 4}': "no number lies between",
    '{"type": "string", "minLength": 5, "maxLength": 4}': "minLength",
    '{"type": "array", "items": false, "minItems": 1}': "minItems",
    '{"properties": {"a": false}, "required": ["a"]}': "required and not allowed",
    '{"allOf": [{"type": "string"}, {"type": "null"}]}': "exclude each other",
    '{"anyOf": [{"$ref": "#"}], "type": "object"}': "circle|too large|deeply",
    '{"type": "string", "minLength": 9000}': "at least",
    '{"a": "' + "x" * 70_000 + '"}': "64 KB",
    '{"items": ' * 200 + "{}" + "}" * 200: "nested too deeply",
    '{"items": ' * 5_000 + "{}" + "}" * 5_000: "nested too deeply",
}


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_a_schema_that_cannot_be_used_is_refused_in_one_sentence(text):
    with pytest.raises(GrammarError, match=BAD[text]) as caught:
        grammar_of_schema(text)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_reference_that_only_leads_to_itself_is_refused_before_it_runs():
    text = (
        '{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}'
    )
    with pytest.raises(GrammarError, match="begins with itself"):
        check_grammar(grammar_of_schema(text).grammar)
