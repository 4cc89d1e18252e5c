"""promptfoo's configurations as sets: what means the same is a check, the rest is not imported."""

from __future__ import annotations

import pytest
import regex

from workbench.domain.errors import SetFileError
from workbench.domain.evaluation.checks import Check, CheckSet, NotImported
from workbench.domain.evaluation.evaluation_set import Goal
from workbench.evaluation.metrics.checking import ensure_usable
from workbench.evaluation.sets.javascript_patterns import NotTranslatableError, translated
from workbench.evaluation.sets.jobs import read_job
from workbench.evaluation.sets.promptfoo_checks import read_check

TEXT = """
description: Greetings
prompts: ["Say hello to {{name}}.", "Greet {{name}}."]
providers: [openai:gpt-4o, {id: "ollama:smol", label: smol}]
defaultTest:
  assert: [{type: not-icontains, value: sorry}]
evaluateOptions: {repeat: 2}
tests:
  - vars: {name: Ada}
    threshold: 0.5
    assert:
      - {type: contains, value: "{{name}}", weight: 2}
      - {type: llm-rubric, value: is polite}
  - vars: {name: [Bo, Cy]}
    assert:
      - {type: contains-any, value: "hello, hi"}
      - {type: regex, value: "^h"}
      - {type: equals, value: "Hi.", transform: output.trim()}
      - {type: assert-set, threshold: 0.5, assert: [{type: starts-with, value: Hi}]}
"""


def test_prompts_and_providers_are_variants_and_each_test_has_its_checks():
    found = read_job(TEXT, "/f/promptfooconfig.yaml")
    assert found.name == "Greetings"
    (note,) = found.notes
    assert note.startswith("llm-rubric is the judge rubric")
    assert len(found.variants) == 4
    assert {each.model for each in found.variants} == {"openai:gpt-4o", "smol"}
    assert len({each.name for each in found.variants}) == 4
    assert (found.repeats, found.goal, found.compared_with) == (2, Goal(passed=1.0), "")
    ada, bo, cy = found.rows
    polite = Check(
        metric="contains", params={"ignore_case": True}, expected=("sorry",), negate=True
    )
    named = Check(metric="contains", expected=("Ada",), weight=2.0)
    assert ada.threshold == 0.5
    assert ada.checks[:2] == (polite, named)
    assert ada.checks[2:] == (
        Check(metric="judge-rubric", params={"criterion": "is polite"}, threshold=0.5),
    )
    assert (bo.values, cy.values) == ({"name": "Bo"}, {"name": "Cy"})
    assert bo.checks[1] == Check(metric="contains", expected=("hello", "hi"))
    kinds = [each.kind for each in bo.checks if isinstance(each, NotImported)]
    assert kinds == ["equals"]
    assert bo.checks[4] == CheckSet(
        checks=(Check(metric="starts_with", expected=("Hi",)),), threshold=0.5
    )


def test_tests_of_a_table_next_to_it_are_read():
    text = "prompts: ['Say {{q}}']\ntests: file://rows.csv\n"
    rows = b"q,__expected,__threshold\na,equals:b,\nc,similar(0.8):d,0.5\n"
    found = read_job(text, "/f/promptfooconfig.yaml", {"rows.csv": rows})
    first, second = found.rows
    assert first.checks == (Check(metric="exact", params={"alike": "raw"}, expected=("b",)),)
    assert second.checks[0] == Check(metric="embedding_similarity", expected=("d",), threshold=0.8)
    assert [each.kind for each in second.checks if isinstance(each, NotImported)] == ["__threshold"]


def test_a_configuration_without_tests_is_no_set():
    with pytest.raises(SetFileError, match="no test"):
        read_job("prompts: [Hello]\n", "/f/promptfooconfig.yaml")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"type": "is-json"}, ("json_valid", {}, None)),
        ({"type": "is-json", "value": {"type": "object"}},
         ("json_valid", {"schema": '{"type": "object"}'}, None)),
        ({"type": "contains-json"}, ("json_valid", {"where": "anywhere"}, None)),
        ({"type": "levenshtein", "value": "ab"}, ("edit_distance", {"most_edits": 5}, None)),
        ({"type": "levenshtein", "value": "ab", "threshold": 0},
         ("edit_distance", {"most_edits": 5}, None)),
        ({"type": "latency", "threshold": 500}, ("latency", {}, 0.5)),
        ({"type": "word-count", "value": {"max": 9}},
         ("length", {"unit": "words", "least": 0, "most": 9}, None)),
        ({"type": "character-count", "value": 4},
         ("length", {"unit": "characters", "least": 4, "most": 4}, None)),
        ({"type": "ends-with", "value": "a.b"}, ("regex", {"pattern": "a\\.b\\Z"}, None)),
        ({"type": "rouge-n", "value": "a"}, ("rouge", {"kind": "1", "measure": "recall"}, 0.75)),
        ({"type": "bleu", "value": ["a", "b"], "threshold": 0},
         ("bleu", {"tokenizer": "none", "case": "lc", "smoothing": "none"}, 0.0)),
        ({"type": "perplexity", "threshold": 5}, ("perplexity", {}, 5.0)),
        ({"type": "perplexity-score", "threshold": 0.5}, ("perplexity_score", {}, 0.5)),
        ({"type": "model-graded-closedqa", "value": "It is brief."},
         ("judge-claim", {"criterion": "It is brief."}, 0.5)),
        ({"type": "equals", "value": {"a": [1]}},
         ("json_equal", {"where": "whole", "relative": 0.0}, None)),
        ({"type": "not-finish-reason", "value": "length"},
         ("finish_reason", {"reasons": ["length"]}, None)),
    ],
)  # fmt: skip
def test_checks_that_have_an_equal(given, wanted):
    found = read_check(given, {})
    assert isinstance(found, Check)
    assert (found.metric, found.params, found.threshold) == wanted
    ensure_usable(CheckSet(checks=(found,)))


@pytest.mark.parametrize(
    "given",
    [
        {"type": "contains-json", "value": {"type": "object"}},
        {"type": "is-json", "value": "file://schema.json"},
        {"type": "regex", "value": "\\p{L}+"},
        {"type": "rouge-n", "value": "file://a.txt"},
        {"type": "rouge-l", "value": "a"},
        {"type": "meteor", "value": "a"},
        {"type": "perplexity"},
        {"type": "equals", "value": {"a": "{{b}}"}},
        {"type": "llm-rubric", "value": "Short.", "rubricPrompt": "Grade it."},
        {"type": "llm-rubric", "value": {"any": "object"}},
        {"type": "javascript", "value": "output.length < 3"},
        {"type": "word-count", "value": "many"},
    ],
)
def test_checks_without_an_equal_are_not_imported(given):
    assert isinstance(read_check(given, {}), NotImported)


def test_what_is_computed_by_other_rules_is_noted_once():
    notes: list[str] = []
    for value in ("a", "b"):
        read_check({"type": "not-rouge-n", "value": value}, {}, notes=notes)
    read_check({"type": "rouge-l", "value": "a"}, {}, notes=notes)
    read_check({"type": "contains", "value": "a"}, {}, notes=notes)
    (note,) = notes
    assert note.startswith("rouge-n is ROUGE-1 recall")


def test_a_prompt_for_rubrics_is_not_imported():
    text = TEXT.replace(
        "threshold: 0.5\n    assert", "options: {rubricPrompt: Grade.}\n    assert", 1
    )
    ada, *others = read_job(text, "/f/promptfooconfig.yaml").rows
    assert NotImported(kind="options.rubricPrompt") in ada.checks
    assert not any(NotImported(kind="options.rubricPrompt") in each.checks for each in others)


def test_a_check_whose_score_differs_is_not_imported_where_scores_count():
    given = {"type": "levenshtein", "value": "ab"}
    assert isinstance(read_check(given, {}, is_graded=True), NotImported)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("^a$", "a", True),
        ("^a$", "a\n", False),
        (r"\d+", "٣", False),
        (r"^\w+$", "é", False),
        (r"a\sb", "a\u00a0b", True),
        ("a.b", "a\rb", False),
        (r"(?<x>a)\k<x>", "aa", True),
        (r"[\d\s.]$", "1.", True),
        (r"[[]", "[", True),
        (r"\u00e9", "é", True),
    ],
)
def test_patterns_of_javascript_mean_the_same(pattern, text, matches):
    assert (regex.search(translated(pattern), text) is not None) is matches


@pytest.mark.parametrize("pattern", [r"\p{L}", "[^]", "(?i:a)", r"[\S]", "a\\"])
def test_patterns_without_an_equal_are_refused(pattern):
    with pytest.raises(NotTranslatableError):
        translated(pattern)
