"""Whatever the grammar of a schema allows fits the schema; what is not enforced is named."""

from __future__ import annotations

import contextlib
import json
import random

import jsonschema
import pytest

from workbench.domain.errors import GrammarError
from workbench.engine.constraints.constraint import read_constraint
from workbench.engine.constraints.job import read_job
from workbench.engine.constraints.json_schema import grammar_of_schema
from workbench.processes.pool import SandboxPool

from .deriving import allows, derive

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
    "enum with type": {"enum": ["yes", 3, 12], "type": "integer", "minimum": 5},
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
    "any of with properties": {
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
    "pattern of everything": {"pattern": r"^.[^a]\\\"$"},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "fraction": {"type": "number", "minimum": 0.1, "maximum": 0.9},
    "around nought": {"type": "number", "minimum": -0.5, "maximum": 0.5},
    "open bounds": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    "open and closed": {"minimum": 2, "exclusiveMinimum": 1.5, "maximum": 3, "type": "number"},
    "time stamp": {"type": "integer", "minimum": 10**15},
    "whole as decimals": {"type": "array", "maxItems": 2.0, "minItems": 1.0, "items": {"const": 0}},
    "text of 2.0 to 4.0": {"type": "string", "minLength": 2.0, "maxLength": 4.0},
    "recursive through all of": {
        "$ref": "#/$defs/Node",
        "$defs": {
            "Node": {
                "type": "object",
                "properties": {
                    "child": {"allOf": [{"$ref": "#/$defs/Node"}], "description": "below"},
                    "v": {"type": "integer"},
                },
                "required": ["v"],
            }
        },
    },
    "a reference and more": {
        "$ref": "#/$defs/n",
        "maximum": 5,
        "$defs": {"n": {"type": "integer", "minimum": 3}},
    },
    "items and places": {"allOf": [{"prefixItems": [{"minimum": 3}]}], "items": {"minimum": 5}},
    "two lists of places": {
        "allOf": [
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
            {"items": {"type": ["integer", "string"], "maximum": 4}, "minItems": 3},
        ]
    },
    "no more places": {"type": "array", "prefixItems": [{"type": "null"}, False]},
    "keys by a pattern": {
        "type": "object",
        "patternProperties": {"^x-[a-z]+$": {"type": "integer"}},
        "additionalProperties": False,
    },
    "declared keys and a pattern": {
        "properties": {"x-a": {"minimum": 2}, "b": {"type": "null"}},
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": False,
        "required": ["x-a"],
    },
    "a required key of a pattern": {
        "type": "object",
        "patternProperties": {"^k": {"type": "integer"}},
        "additionalProperties": False,
        "required": ["k1"],
    },
    "other keys": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "ab": {"type": "null"}, 'q"': {"type": "null"}},
        "additionalProperties": {"type": "integer"},
    },
    "others of both": {
        "allOf": [
            {"properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "integer"}},
            {"properties": {"b": {"minimum": 7}}, "type": "object"},
        ],
        "required": ["a", "b"],
    },
    "at most": {"type": "object", "additionalProperties": {"type": "null"}, "maxProperties": 2},
    "multiples": {"type": "integer", "multipleOf": 12, "minimum": 100},
    "long text": {"type": "string", "maxLength": 5000},
    "enough keys": {"additionalProperties": {"type": "null"}, "minProperties": 2},
    "open and bound": {
        "type": "object",
        "patternProperties": {"^a": {"type": "null"}},
        "additionalProperties": {"type": "integer"},
    },
    "impossible twice": {
        "properties": {"a": {"$ref": "#/$defs/n"}, "b": {"$ref": "#/$defs/n"}, "c": {"const": 1}},
        "$defs": {"n": False},
    },
}
OLDER = {
    "tuple": {"type": "array", "items": [{"type": "integer"}, {"type": "string"}]},
    "tuple and more": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "items": [{"type": "integer"}],
        "additionalItems": {"type": "null"},
        "minItems": 3,
        "type": "array",
    },
    "open by a boolean": {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "number",
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": 2,
    },
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_answer_fits(name):
    schema = SCHEMAS[name]
    made = grammar_of_schema(json.dumps(schema))
    chance = random.Random(7)
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    texts = {text for _ in range(60) if (text := derive(made.grammar, chance)) is not None}
    assert texts
    for text in texts:
        validator.validate(json.loads(text))
        assert text == text.strip()
    assert made.unbound == ()


@pytest.mark.parametrize("name", OLDER)
def test_what_older_drafts_wrote_is_read(name):
    schema = OLDER[name]
    made = grammar_of_schema(json.dumps(schema))
    chance = random.Random(5)
    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
    for _ in range(40):
        text = derive(made.grammar, chance)
        assert text is not None
        validator(schema).validate(json.loads(text))
    assert made.unbound == ()


EXACT = {
    "12345678901234567": {"type": "integer"},
    "1732979012345678901": {"type": "integer", "minimum": 10**15},
    "340282366920938463463374607431768211455": {"type": "number"},
    "0.12345678901234567": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.9},
    "-0.25": {"type": "number", "minimum": -0.5, "maximum": 0.5},
    '"2024-02-29"': {"type": "string", "format": "date"},
    '"2000-02-29T23:59:59.123456789Z"': {"type": "string", "format": "date-time"},
    '"2023-12-31"': {"type": "string", "format": "date"},
    '"F47AC10B-58CC-4372-A567-0E02B2C3D479"': {"type": "string", "format": "uuid"},
    '{"a": "x", "other": 3}': {
        "properties": {"a": {"type": "string"}},
        "additionalProperties": {"type": "integer"},
    },
    '{"x-b": 2}': {"patternProperties": {"^x-": {"minimum": 1}}, "additionalProperties": False},
    '{"d\\"": 1}': {"additionalProperties": {"type": "integer"}},
}


@pytest.mark.parametrize("text", EXACT)
def test_what_a_model_has_to_copy_can_be_written(text):
    schema = EXACT[text]
    assert jsonschema.Draft202012Validator(schema).is_valid(json.loads(text))
    assert allows(grammar_of_schema(json.dumps(schema)).grammar, text)


@pytest.mark.parametrize("text", ['"2023-02-29"', '"1900-02-29"', '"2024-02-30"', '"2024-13-01"'])
def test_a_day_that_is_none_cannot_be_written(text):
    assert not allows(grammar_of_schema('{"type": "string", "format": "date"}').grammar, text)


def test_a_declared_key_is_not_written_again_as_another():
    schema = {"properties": {"name": {"type": "string"}}, "additionalProperties": {"type": "null"}}
    rules = grammar_of_schema(json.dumps(schema)).grammar
    for key, may in (("names", True), ("nam", True), ("", True), ("x", True), ("name", False)):
        assert allows(rules, json.dumps({key: None})) is may
    assert not allows(rules, r'{"n\u0061me": null}')


UNBOUND = {
    "multipleOf": {"type": "integer", "multipleOf": 999983},
    "maximum": {"type": "integer", "maximum": -(10**18)},
    "uniqueItems": {"type": "array", "uniqueItems": True},
    "not": {"type": "string", "not": {"const": "x"}},
    "if": {"type": "object", "if": {"required": ["a"]}, "then": False},
    "format": {"type": "string", "format": "iri"},
    "pattern": {"type": "string", "pattern": "^(?=a).*$"},
    "oneOf": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "integer", "maximum": 9}]},
    "minProperties": {"properties": {"a": {}, "b": {}, "c": {}}, "minProperties": 2},
    "contains": {"type": "array", "contains": {"const": 1}},
    "patternProperties": {
        "type": "object",
        "patternProperties": {"a": {"type": "null"}, "b": {"type": "integer"}},
    },
}
LOOKING = {"type": "string", "pattern": r"^(?!no).*$"}


@pytest.mark.parametrize(
    "schema",
    [
        LOOKING,
        {"type": "object", "properties": {"a": LOOKING}},
        {"enum": ["ab", "c"], "pattern": r"(?<=b)c"},
        {"anyOf": [LOOKING, {"type": "null"}]},
    ],
)
def test_a_pattern_that_cannot_be_kept_is_named_and_does_not_refuse_the_schema(schema):
    assert grammar_of_schema(json.dumps(schema)).unbound == ("pattern",)


@pytest.mark.parametrize("keyword", UNBOUND)
def test_what_is_not_enforced_is_named(keyword):
    made = grammar_of_schema(json.dumps(UNBOUND[keyword]))
    assert keyword in made.unbound
    assert derive(made.grammar, random.Random(3)) is not None


def test_a_keyword_deep_inside_is_named_and_a_property_of_that_name_is_not():
    inner = {"type": "array", "items": {"type": "integer", "not": {"const": 2}}}
    schema = {"properties": {"not": inner, "if": {"type": "null"}}}
    assert grammar_of_schema(json.dumps(schema)).unbound == ("not",)


CIRCULAR = {
    "$ref": "#/$defs/n",
    "$defs": {"n": {"properties": {"x": {"$ref": "#/$defs/n", "required": ["v"]}}}},
}
BAD = {
    '{"type": ': "line 1, column 10",
    "[]": "is an object",
    '{"type": "nonsense"}': "at type",
    '{"properties": {"a": {"minimum": "x"}}}': "at properties/a/minimum",
    '{"$ref": "https://example.org/schema"}': "only parts of itself",
    '{"$ref": "file:///etc/passwd"}': "only parts of itself",
    '{"$ref": "#/$defs/no"}': "not in it",
    '{"enum": []}': "nothing can fit|non-empty|cannot be used",
    '{"type": "integer", "minimum": 5, "maximum": 4}': "greater than maximum",
    '{"type": "string", "minLength": 5, "maxLength": 4}': "minLength",
    '{"type": "array", "items": false, "minItems": 1}': "nothing can fit it",
    '{"properties": {"a": false}, "required": ["a"]}': "nothing can fit it: required property",
    '{"allOf": [{"type": "string"}, {"type": "null"}]}': "incompatible types",
    '{"type": "number", "minimum": NaN}': "NaN is no number",
    '{"type": "integer", "maximum": ' + "9" * 5000 + "}": "too many digits",
    '{"const": 12345678901234567890}': "more digits than",
    '{"$schema": "http://json-schema.org/draft-07/schema#", "items": [1]}': "at items",
    '{"properties": {"a": {"$ref": "#/$defs/n"}}, "required": ["a"], "$defs": {"n": false}}': (
        "nothing can fit it"
    ),
    json.dumps(CIRCULAR): "circular references",
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


PATTERNS = [
    ({"pattern": "ab|c+d"}, ["xaby", "ccd"], ["xyz"]),
    ({"allOf": [{"pattern": "^a"}, {"pattern": "b$"}], "type": "string"}, ["ab", "axb"], ["a"]),
    ({"pattern": r"^\p{L}{1,9}$"}, ["né"], ["n1", ""]),
    ({"pattern": r"^\w\W$"}, ["a!"], ["éa", "a_"]),
]


@pytest.mark.parametrize(("schema", "fitting", "others"), PATTERNS)
def test_a_text_fits_its_pattern(schema, fitting, others):
    grammar = grammar_of_schema(json.dumps(schema)).grammar
    assert [text for text in fitting if not allows(grammar, f'"{text}"')] == []
    assert [text for text in others if allows(grammar, f'"{text}"')] == []


CLOSED = {
    "declared": {"properties": {"a": {"type": "null"}}},
    "joined": {
        "allOf": [
            {"properties": {"a": {"type": "null"}}, "type": "object"},
            {"$ref": "#/$defs/b"},
        ],
        "$defs": {"b": {"properties": {"b": {"type": "null"}}}},
    },
    "one of several": {
        "type": "object",
        "properties": {"a": {"type": "null"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
}


@pytest.mark.parametrize("name", CLOSED)
def test_an_object_has_no_properties_that_were_not_declared(name):
    grammar = grammar_of_schema(json.dumps(CLOSED[name])).grammar
    assert allows(grammar, '{"a": null}')
    assert not allows(grammar, '{"a": null, "c": null}')


@pytest.mark.parametrize(
    "text",
    [
        '{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}',
        '{"anyOf": [{"$ref": "#"}], "type": "object"}',
        '{"allOf": [{"$ref": "#"}]}',
    ],
)
def test_a_reference_that_only_leads_to_itself_is_refused_before_it_runs(text):
    with pytest.raises(GrammarError, match=r"can never be followed|circular"):
        read_job("", text)


HOSTILE = {
    "two to the twentieth": {
        "allOf": [
            {"anyOf": [{"required": [f"a{index}"]}, {"required": [f"b{index}"]}]}
            for index in range(20)
        ]
    },
    "a nested pattern": {"type": "string", "pattern": "(" * 5000 + ")" * 5000},
    "many remainders": {"allOf": [{"type": "integer", "multipleOf": n} for n in (997, 991, 983)]},
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_schema_made_to_take_long_is_refused_or_read_in_time(name):
    pool = SandboxPool()
    try:
        with contextlib.suppress(GrammarError):
            await read_constraint(pool, grammar="", json_schema=json.dumps(HOSTILE[name]))
    finally:
        await pool.close()
