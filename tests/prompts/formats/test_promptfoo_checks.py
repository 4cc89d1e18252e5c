"""Checks of promptfoo's tests: equality is an expected answer, every other check is named."""

import json
from typing import Any

import pytest

from tests.prompts.formats.test_reading import read
from workbench.prompts.formats.promptfoo.assertions import assertion_of_cell


def taken(config: dict[str, Any], **files: str) -> tuple[list[Any], list[str]]:
    """The expected answer of each row, and the notes on what is not imported."""
    given = {"prompts": ["{{q}}"], **config}
    named = {name.replace("_", "."): text for name, text in files.items()}
    (prompt,) = read("a.json", json.dumps(given), named).prompts
    notes = [note for note in prompt.notes if "not imported" in note]
    return [row.get("expected") for row in prompt.rows], notes


def of_table(*lines: str) -> tuple[list[Any], list[str]]:
    return taken({"tests": "file://t.csv"}, t_csv="\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("regex:^a$", "regex"),
        ("similar(0.8):x", "similar"),
        ("similar:cosine(0.8):x", "similar:cosine"),
        ("contains:x", "contains"),
        ("icontains: x", "icontains"),
        ("starts-with:x", "starts-with"),
        ("contains-any:a,b", "contains-any"),
        ("not-equals:x", "not-equals"),
        ("not-contains(0.5):x", "not-contains"),
        ("is-json", "is-json"),
        ("not-is-json", "not-is-json"),
        ("levenshtein(5):x", "levenshtein"),
        ("latency(100)", "latency"),
        ("llm-rubric:is kind", "llm-rubric"),
        ("grade:is kind", "llm-rubric"),
        ("javascript:output > 1", "javascript"),
        ("fn:output > 1", "javascript"),
        ("eval:output > 1", "javascript"),
        ("python:len(output)", "python"),
        ("file://check.py", "file"),
        (" regex:^a$", "regex"),
        ("trajectory:goal-success:x", "trajectory:goal-success"),
    ],
)
def test_a_check_is_never_an_equality_with_its_own_text(cell: str, kind: str) -> None:
    assert assertion_of_cell(cell)["type"] == kind
    assert of_table("q,__expected", f'a,"{cell}"', "b,7") == (
        [None, "7"],
        [f"Check not imported: {kind} (1 test)."],
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("equals: 7", "7"),
        ("equals(0.5):7", "7"),
        ("equals:a:b", "a:b"),
        ("note: this", "note: this"),
        ("regexp:x", "regexp:x"),
        ("10:35", "10:35"),
        ("Contains nuts", "Contains nuts"),
        ("containsx:1", "containsx:1"),
        ("https://example.com", "https://example.com"),
    ],
)
def test_a_cell_without_a_known_type_is_an_equality(cell: str, expected: str) -> None:
    assert of_table("q,__expected", f'a,"{cell}"') == ([expected], [])


def test_the_threshold_of_a_cell_is_kept_and_0_is_one() -> None:
    assert assertion_of_cell("similar(0.8):a (b)") == {
        "type": "similar",
        "threshold": 0.8,
        "value": "a (b)",
    }
    assert assertion_of_cell("levenshtein(0):a")["threshold"] == 0
    assert "threshold" not in assertion_of_cell("levenshtein:a")


def test_all_columns_of_checks_and_settings_are_seen() -> None:
    expected, notes = of_table(
        "q,__expected1,__expected2,__threshold,__metadata:kind,__metric,__description,__config:x",
        "a,contains:x,equals:7,0.5,hard,m,one,",
        "b,equals:8,equals:9,,,,,",
    )
    assert expected == ["7", "8"]
    assert notes == [
        "Check not imported: contains (1 test).",
        "Check not imported: equals (1 test).",
        "Setting not imported: __threshold (1 test).",
        "Setting not imported: __metadata:kind (1 test).",
        "Setting not imported: __metric (1 test).",
        "Setting not imported: __description (1 test).",
    ]


def test_a_byte_order_mark_does_not_hide_the_first_column() -> None:
    assert of_table("\ufeff__expected,q", "7,a") == (["7"], [])


def test_assertions_of_the_default_test_hold_for_every_test() -> None:
    default = {"assert": [{"type": "equals", "value": "7"}, {"type": "regex", "value": "x"}]}
    tests = [
        {"vars": {"q": "a"}},
        {"vars": {"q": "b"}, "assert": [{"type": "equals", "value": "8"}]},
        {"vars": {"q": "c"}, "options": {"disableDefaultAsserts": True}},
    ]
    assert taken({"defaultTest": default, "tests": tests}) == (
        ["7", "8", None],
        ["Check not imported: regex (2 tests).", "Check not imported: equals (1 test)."],
    )
    assert taken({"defaultTest": "file://default.yaml", "tests": tests[:1]})[1] == [
        "Setting not imported: defaultTest in file://default.yaml."
    ]


@pytest.mark.parametrize(
    "check",
    [
        {"type": "contains", "value": "7"},
        {"type": "icontains", "value": "7"},
        {"type": "is-json"},
        {"type": "not-equals", "value": "7"},
        {"type": "equals", "value": {"a": 1}},
        {"type": "equals", "value": None},
        {"type": "equals", "value": "file://expected.txt"},
        {"type": "equals", "value": "{{ q | upper }}"},
        {"type": "equals", "value": "{{ gone }}"},
        {"type": "equals", "value": "7", "transform": "output.trim()"},
        {"type": "equals", "value": "7", "weight": 0},
        {"type": "assert-set", "assert": [{"type": "equals", "value": "7"}]},
    ],
)
def test_what_is_no_plain_equality_is_named(check: dict[str, Any]) -> None:
    expected, notes = taken({"tests": [{"vars": {"q": "a"}, "assert": [check]}] * 2})
    assert set(expected) <= {None}
    assert notes == [f"Check not imported: {check['type']} (2 tests)."]


def test_checks_without_a_type() -> None:
    checks = [{"$ref": "#/assertionTemplates/kind"}, "is kind", {}]
    _, notes = taken({"tests": [{"vars": {"q": "a"}, "assert": checks}]})
    assert notes == [
        "Check not imported: #/assertionTemplates/kind (1 test).",
        "Check not imported: is kind (1 test).",
        "Check not imported: a check without a type (1 test).",
    ]


def test_an_expected_variable_is_its_value() -> None:
    test = {"vars": {"q": "a", "right": "7"}, "assert": [{"type": "equals", "value": "{{right}}"}]}
    assert taken({"tests": [test]}) == (["7"], [])


def test_settings_that_change_what_is_checked() -> None:
    test = {
        "vars": {"q": "a"},
        "assert": [{"type": "equals", "value": "7"}],
        "threshold": 0,
        "metadata": {"kind": "hard"},
        "options": {"transform": "output.trim()"},
    }
    assert taken({"tests": [test]}) == (
        [],
        [
            "Check not imported: equals (1 test).",
            "Setting not imported: options.transform (1 test).",
            "Setting not imported: threshold (1 test).",
            "Setting not imported: metadata (1 test).",
        ],
    )


def test_a_variable_that_is_called_expected_stays_and_the_check_is_named() -> None:
    tests = [
        {"vars": {"q": "a", "expected": "9"}, "assert": [{"type": "equals", "value": value}]}
        for value in ("7", "9")
    ]
    given = {"prompts": ["{{q}} {{expected}}"], "tests": tests}
    expected, notes = taken(given)
    assert expected == ["9", "9"]
    assert notes == ["Check not imported: equals, since a variable is called expected (1 test)."]
