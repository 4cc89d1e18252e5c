"""Inputs in a file's front matter, and the values that fill them."""

import pytest

from workbench.domain.errors import TemplateError, UndefinedVariableError
from workbench.domain.runs.spec import Json
from workbench.prompts.document import parse_document
from workbench.prompts.inputs import complete


def _complete(inputs: str, values: dict[str, Json]) -> dict[str, Json]:
    text = f"---\ninputs:\n{inputs}\n---\n"
    return complete(parse_document(text, "t.prompty"), values)


def test_all_forms_of_the_format_are_read() -> None:
    text = """---
name: All forms
description: Every way to describe an input
tags: [a, b]
inputs:
  by_type: string
  by_alias: int
  by_sample: Jane
  by_number: 1.5
  by_list: [1, 2]
  by_object: {street: Main}
  full: {type: number, description: d, default: 2, sample: 3}
  typed_by_default: {default: true}
  chosen: {type: string, enum: [x, y]}
  long:
    type: string
    sample: |
      one
      two
sample:
  by_type: given
---
body"""
    document = parse_document(text, "t.prompty")
    assert (document.name, document.tags, document.body, document.body_line) == (
        "All forms", ("a", "b"), "body", 23,
    )  # fmt: skip
    types = {field.name: field.type for field in document.inputs}
    assert types == {
        "by_type": "string", "by_alias": "integer", "by_sample": "string", "by_number": "number",
        "by_list": "array", "by_object": "object", "full": "number",
        "typed_by_default": "boolean", "chosen": "string", "long": "string",
    }  # fmt: skip
    fields = {field.name: field for field in document.inputs}
    assert (fields["full"].description, fields["full"].default, fields["full"].required) == (
        "d", 2, False,
    )  # fmt: skip
    assert fields["chosen"].choices == ("x", "y")
    assert fields["long"].multiline
    assert document.sample == {
        "by_sample": "Jane", "by_number": 1.5, "by_list": [1, 2], "by_object": {"street": "Main"},
        "full": 3, "long": "one\ntwo\n", "by_type": "given",
    }  # fmt: skip
    assert document.input_lines["by_alias"] == 7


def test_inputs_as_a_list() -> None:
    document = parse_document("---\ninputs: [a, {name: b, type: integer}]\n---\n", "t.prompty")
    assert [(field.name, field.type) for field in document.inputs] == [
        ("a", "string"), ("b", "integer"),
    ]  # fmt: skip


def test_dates_and_other_yaml_values_are_plain_text() -> None:
    document = parse_document("---\nsample: {d: 2026-05-12, n: .nan}\n---\n", "t.prompty")
    assert document.sample == {"d": "2026-05-12", "n": "nan"}


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("integer", "5", 5),
        ("integer", "-5", -5),
        ("integer", 5.0, 5),
        ("number", "5", 5),
        ("number", "5.5", 5.5),
        ("number", " 1e3 ", 1000),
        ("boolean", "yes", True),
        ("boolean", "False", False),
        ("boolean", 1, True),
        ("array", '["a", 1]', ["a", 1]),
        ("array", ["a"], ["a"]),
        ("object", '{"a": 1}', {"a": 1}),
        ("string", 5, "5"),
        ("string", ["a"], '["a"]'),
        ("string", "text", "text"),
    ],
)
def test_values_become_the_declared_type(kind: str, given: Json, expected: Json) -> None:
    value = _complete(f"  x: {kind}", {"x": given})["x"]
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("integer", "five"), ("integer", "5.5"), ("integer", True), ("integer", "9" * 30),
        ("number", "nan"), ("number", "inf"), ("number", [1]), ("boolean", "perhaps"),
        ("array", "a, b"), ("array", '{"a": 1}'), ("object", "[1]"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(kind: str, given: Json) -> None:
    with pytest.raises(TemplateError, match="the input x must be"):
        _complete(f"  x: {kind}", {"x": given})


def test_defaults_and_optional_inputs() -> None:
    inputs = (
        "  d: {default: 3}\n  s: {type: string, required: false}\n"
        "  l: {type: array, required: false}\n  n: {type: number, required: false}"
    )
    assert _complete(inputs, {}) == {"d": 3, "s": "", "l": [], "n": None}
    assert _complete(inputs, {"d": "", "n": None}) == {"d": 3, "s": "", "l": [], "n": None}
    assert _complete("  t: {type: string, default: x}", {"t": ""}) == {"t": ""}


@pytest.mark.parametrize("blank", [None, "", "  \n"])
def test_a_required_text_left_blank_is_missing(blank: Json) -> None:
    with pytest.raises(UndefinedVariableError) as caught:
        _complete("  x: string", {"x": blank})
    assert (caught.value.names, caught.value.line) == (("x",), 3)


def test_choices_are_checked() -> None:
    inputs = "  x: {type: string, default: a, choices: [a, b]}"
    assert _complete(inputs, {"x": "b"}) == {"x": "b"}
    with pytest.raises(TemplateError, match="one of a, b"):
        _complete(inputs, {"x": "c"})


def test_further_values_are_passed_on() -> None:
    assert _complete("  x: string", {"x": "1", "more": [2]}) == {"x": "1", "more": [2]}
