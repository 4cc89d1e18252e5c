"""JSON: reading it strictly, types in equality, schemas, fields."""

import json
from typing import Any

import pytest

from tests.evaluation.metrics.helpers import judged, measured, value
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.scores import Errored, FormatFailure, Score, Undefined
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.structured.equality import same_json, value_at
from workbench.evaluation.metrics.structured.reading import NotJsonError, find_json, read


@pytest.mark.parametrize(
    "text",
    [
        *("[NaN]", "[Infinity]", '{"a":1,"a":2}', "1e400", "", "{", "[1] [2]", "{'a': 1}", "[1,]"),
        "[" * 100_000,
        "[" * 200 + "]" * 200,
    ],
)
def test_what_is_not_json(text: str) -> None:
    with pytest.raises(NotJsonError):
        read(text)
    assert value("json_valid", text) == 0
    assert judged(Check(metric="json_valid", negate=True), text).passed is True


def test_json_is_found_in_a_block_or_in_a_text() -> None:
    assert find_json(' {"a": 1}\n', "anywhere") == ({"a": 1}, "whole")
    block = 'Here:\n```json\n{"a": [1]}\n```\nand [2]'
    assert find_json(block, "anywhere") == ({"a": [1]}, "block")
    assert find_json('I say {not} {"a": "}"} end', "anywhere") == ({"a": "}"}, "text")
    for text in ("none", "{ never closed", "[NaN]"):
        with pytest.raises(NotJsonError):
            find_json(text, "anywhere")
    with pytest.raises(NotJsonError):
        find_json(block, "whole")
    assert value("json_valid", block) == 0
    result = measured("json_valid", block, where="anywhere")
    assert isinstance(result, Score)
    assert (result.value, result.detail) == (1, {"place": "block"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": True}, {"a": 1}, False),
        (1, 1.0, True),
        (0, False, False),
        (0.1 + 0.2, 0.3, True),
        (1.0, 1.1, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [2, 1], False),
        ({"a": None}, {}, False),
        (None, None, True),
        ("1", 1, False),
        ([], {}, False),
        (10**30, 10**30 + 1, False),
    ],
)
def test_equality_knows_types(one: Any, other: Any, same: bool) -> None:
    assert same_json(one, other) is same
    assert value("json_equal", json.dumps(one), other if other is not None else "null") == same


def test_the_order_of_lists_can_be_left_out() -> None:
    assert same_json([1, {"a": [2, 3]}], [{"a": [3, 2]}, 1.0], ordered=False)
    assert not same_json([1, 1, 2], [1, 2, 2], ordered=False)
    assert value("json_equal", "[2, 1]", "[1, 2]", ordered=False) == 1


def schema(**keywords: Any) -> str:
    return json.dumps(keywords)


@pytest.mark.parametrize(
    ("text", "wanted", "valid"),
    [
        ("1.0", {"type": "integer"}, 1),
        ("true", {"type": "integer"}, 0),
        ("true", {"const": 1}, 0),
        ("false", {"enum": [0]}, 0),
        ('"no date"', {"format": "date"}, 1),
        ("[1]", {"required": ["a"]}, 1),
        ("[1]", {"type": "object", "required": ["a"]}, 0),
        ('{"a": 1}', {"type": "object", "required": ["a"]}, 1),
        ('"xaby"', {"pattern": "ab"}, 1),
        ("nothing", {}, 0),
    ],
)
def test_schemas_as_draft_2020_12_has_them(text: str, wanted: dict[str, Any], valid: int) -> None:
    assert value("json_valid", text, schema=json.dumps(wanted)) == valid


def test_a_schema_that_cannot_be_used_is_an_error_before_the_run() -> None:
    metric = METRICS.get("json_valid")
    for bad in ("{", schema(type="nothing"), "[1]", "3"):
        with pytest.raises(UsageError, match="schema"):
            metric.build({"schema": bad})
    elsewhere = schema(**{"$ref": "https://example.com/schema.json"})
    with pytest.raises(UsageError, match="not in it"):
        metric.build({"schema": elsewhere})
    inside = schema(**{"$ref": "#/$defs/n", "$defs": {"n": {"type": "number"}}})
    assert value("json_valid", "1", schema=inside) == 1


def test_the_reason_names_the_place() -> None:
    wanted = schema(properties={"a": {"items": {"type": "string"}}})
    result = measured("json_valid", '{"a": ["x", 2]}', schema=wanted)
    assert isinstance(result, Score)
    assert "$.a[1]" in result.reason


def test_paths() -> None:
    data = {"a": {"b": [{"c": 1}, None]}, "x.y": 2, "": 3}
    assert value_at(data, "a.b[0].c") == (True, 1)
    assert value_at(data, "a.b[1]") == (True, None)
    assert value_at(data, "a.b[2]") == (False, None)
    assert value_at(data, "a.c") == (False, None)
    assert value_at(data, "x.y") == (True, 2)
    assert value_at({"z": data}, 'z["x.y"]') == (True, 2)
    assert value_at(data, "a[0]") == (False, None)
    with pytest.raises(UsageError, match="cannot be read"):
        value_at(data, "a[b]")


def test_fields() -> None:
    output = '{"name": "Ann", "age": 41.0, "tags": ["a"], "more": null}'
    wanted = {"name": "Ann", "age": 41, "tags[0]": "b", "zip": None}
    result = measured("json_fields", output, wanted)
    assert isinstance(result, Score)
    assert (result.value, result.passed) == (0.5, False)
    assert result.detail == {"missing": ["zip"], "wrong": ["tags[0]"], "extra": ["more"]}
    assert result.reason == "2 of 4 fields right, missing: zip, wrong: tags[0], extra: more."
    assert value("json_fields", output, {"name": "Ann", "age": 41}) == 1
    assert value("json_fields", output, {"name": "Ann", "age": 41}, strict=True) == 0.5
    assert value("json_fields", output, fields='{"more": null}') == 1
    assert value("json_fields", output, {"name": "Bob"}, {"name": "Ann"}) == 1


def test_fields_with_checks() -> None:
    output = '{"text": "a red car", "price": "$12.00"}'
    wanted = {
        "text": {"$check": "contains", "expected": ["red", "blue"]},
        "price": {"$check": "numeric", "expected": 12},
    }
    assert value("json_fields", output, wanted) == 1
    assert value("json_fields", output, {"text": {"$check": "length", "params": {"most": 3}}}) == 1
    assert value("json_fields", output, {"text": {"$check": "contains", "expected": "x"}}) == 0
    for bad in (
        {"$check": "nothing"},
        {"$check": "contains"},
        {"$check": 1},
        {"$check": "exact", "x": 1},
    ):
        assert isinstance(measured("json_fields", output, {"text": bad}), Errored), bad


def test_fields_of_what_is_not_json() -> None:
    assert isinstance(measured("json_fields", "no", {"a": 1}), FormatFailure)
    assert isinstance(measured("json_equal", "no", {"a": 1}), FormatFailure)
    assert isinstance(measured("json_fields", "{}", {}), Undefined)
    assert isinstance(measured("json_fields", "{}"), Undefined)
    assert isinstance(measured("json_fields", "{}", "[1]"), Errored)
    assert isinstance(measured("json_equal", "{}", "{"), Errored)
    with pytest.raises(UsageError, match="object"):
        METRICS.get("json_fields").build({"fields": "[]"})
