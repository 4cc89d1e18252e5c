"""Metrics of text: the traps of other programs as values."""

import pytest

from tests.evaluation.metrics.helpers import measured, value
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.scores import Errored, FormatFailure, Score, Undefined
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.text.number_reading import read


@pytest.mark.parametrize(
    ("output", "expected", "alike", "equal"),
    [
        ("Paris", "Paris", "raw", 1),
        ("Paris\n", "Paris", "raw", 0),
        ("Paris\n", "Paris", "trim", 1),
        ("caf\u00e9", "cafe\u0301", "trim", 0),
        ("caf\u00e9", "cafe\u0301", "nfc", 1),
        ("x²", "x2", "nfc", 0),
        ("x²", "x2", "nfkc", 1),
        ("Straße", "STRASSE", "nfc", 0),
        ("Straße", "STRASSE", "casefold", 1),
        ("The Paris!", "paris", "squad", 1),
        ("“Paris”", "Paris", "squad", 0),
        ("co-op", "coop", "squad", 1),
        ("co-op", "co op", "squad", 0),
        ("1,000", "1000", "squad", 1),
        ("in Paris, France", "Paris", "squad", 0),
        ("**(B)**", "b", "answer", 1),
        ("12 eggs", "12.0", "answer", 1),
        ("", "", "nfc", 1),
    ],
)
def test_exact_match_by_the_ladder(output: str, expected: str, alike: str, equal: int) -> None:
    assert value("exact", output, expected, alike=alike) == equal


def test_an_expected_value_that_squad_makes_empty_is_refused() -> None:
    assert isinstance(measured("exact", "the", "A", alike="squad"), Errored)


def test_any_of_several_expected_values_is_enough() -> None:
    assert value("exact", "b", "a", "b") == 1
    assert value("exact", "c", "a", "b") == 0


def test_nothing_expected_is_undefined_and_not_wrong() -> None:
    for metric in ("exact", "contains", "starts_with", "regex", "numeric", "gsm8k", "bbh"):
        assert isinstance(measured(metric, "text"), Undefined), metric


def test_exact_match_of_a_part_of_the_output() -> None:
    text = "Let me see.\nAnswer: 12\n"
    assert value("exact", text, "12", extraction="answer") == 1
    assert value("exact", text, "12") == 0
    assert value("exact", text, "12", extraction="run", given={"answer": "12"}) == 1
    assert (
        value("exact", "<a>7</a>", "7", extraction="regex", extraction_pattern="<a>(.*)</a>") == 1
    )
    for rule in ("answer", "run", "last_number", "answer_line"):
        assert isinstance(measured("exact", "No idea", "12", extraction=rule), FormatFailure), rule
    result = measured("exact", text, "13", extraction="answer")
    assert isinstance(result, Score)
    assert result.detail == {"extracted": "12"}
    assert result.reason == "It is “12”; expected is “13”."


def test_contains() -> None:
    assert value("contains", "It is not so", "no") == 1
    assert value("contains", "It is not so", "no", whole_word=True) == 0
    assert value("contains", "not, no.", "no", whole_word=True) == 1
    assert value("contains", "a C++ program", "C++", whole_word=True) == 1
    assert value("contains", "STRASSE", "straße") == 0
    assert value("contains", "STRASSE", "straße", ignore_case=True) == 1
    assert value("contains", "red and blue", "red", "green") == 1
    assert value("contains", "red and blue", "red", "green", match="all") == 0
    assert value("contains", "red and blue", "red", "blue", match="all") == 1
    assert isinstance(measured("contains", "anything", ""), Undefined)
    assert isinstance(measured("contains", "anything", "a", ""), Undefined)
    assert value("contains", "The year was 1969.", 1969) == 1


def test_starts_with() -> None:
    assert value("starts_with", "10", "1") == 1
    assert value("starts_with", "10", "1", whole_word=True) == 0
    assert value("starts_with", "1 or 2", "1", whole_word=True) == 1
    assert value("starts_with", " yes", "Yes") == 0
    assert value("starts_with", " yes", "Yes", trim=True, ignore_case=True) == 1
    assert value("starts_with", "no", "yes", "no") == 1
    assert isinstance(measured("starts_with", "x", ""), Undefined)


def test_a_pattern_is_searched_anywhere_unless_the_whole_output_is_asked_for() -> None:
    assert value("regex", "the year 1969.", pattern=r"\d{4}") == 1
    assert value("regex", "the year 1969.", pattern=r"\d{4}", whole=True) == 0
    assert value("regex", "A\nb", pattern="^b$") == 0
    assert value("regex", "A\nb", pattern="^b$", lines=True) == 1
    assert value("regex", "A\nb", pattern="a.b", ignore_case=True, dot_all=True) == 1
    assert value("regex", "abc", "^b", "c$") == 1


def test_a_pattern_that_is_not_valid_or_too_slow_is_an_error_and_not_a_failure() -> None:
    with pytest.raises(UsageError, match="not valid"):
        METRICS.get("regex").build({"pattern": "("})
    assert isinstance(measured("regex", "text", "("), Errored)
    assert isinstance(measured("regex", "a" * 60 + "!", r"^(a|a)*$"), Errored)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", "1234.5"),
        ("−3", "-3"),
        ("½", "0.5"),
        ("2½", "2.5"),
        (" 7 ", "7"),
        ("1e3", "1000"),
        ("**42**", "42"),
        ("$18.00.", "18"),
        ("50%", "50"),
        ("12 eggs", "12"),
        ("1_000", None),
        ("nan", None),
        ("inf", None),
        ("five", None),
        ("", None),
        ("1.234,5", None),
        ("1,23", None),
        ("1,2,3", None),
    ],
)
def test_our_own_grammar_of_numbers(text: str, number: str | None) -> None:
    found = read(text)
    assert (None if isinstance(found, str) else float(found.value)) == (
        None if number is None else float(number)
    )


def test_a_decimal_comma_is_read_where_it_is_asked_for() -> None:
    assert value("numeric", "1.234,5", "1234,50", decimal="comma") == 1
    assert value("numeric", "1,23", "1,23", decimal="comma") == 1
    assert value("numeric", "-1.234", "-1234", decimal="comma") == 1
    assert isinstance(measured("numeric", "1,23", "1.23"), FormatFailure)
    assert isinstance(measured("numeric", "1.234,5", "1234.5"), FormatFailure)


def test_tolerances_are_symmetric_and_exact() -> None:
    assert value("numeric", "100", "99", relative=0.01) == 1
    assert value("numeric", "99", "100", relative=0.01) == 1
    assert value("numeric", "0.9", "1", absolute=0.1) == 1
    assert value("numeric", "0.000000000001", "0", relative=0.5) == 0
    assert value("numeric", "0.000000000001", "0", absolute=1e-9) == 1
    assert value("numeric", "1/3", "0.3333", absolute=0.001) == 1
    assert value("numeric", "1e400", "1e400") == 1


def test_a_number_in_a_sentence_and_its_unit() -> None:
    assert value("numeric", "So she has 12 eggs in all, of 15.", "15") == 1
    assert value("numeric", "5 km", "5 miles", extraction="whole") == 0
    assert value("numeric", "5 km", "5", extraction="whole") == 1
    assert isinstance(measured("numeric", "I do not know", "5"), FormatFailure)
    assert isinstance(measured("numeric", "5", "five"), Errored)
