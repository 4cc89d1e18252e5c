"""What can be typed at a place, in whole and in half-typed prompts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.prompts.completion import Candidate
from workbench.prompts.jinja import vocabulary
from workbench.prompts.jinja.completion import complete
from workbench.prompts.jinja.environment import prompt_environment

HEAD = """---
inputs:
  question: {type: string, description: The problem.}
  examples: {type: array}
sample:
  examples:
    - {problem: 1 + 1, steps: [one, two], answer: 2}
---
"""
SOURCES = {
    "parts/rules.md": "{% macro rules(count) %}x{% endmacro %}{% set tone = 'plain' %}",
    "parts/intro.md": "Hello",
}


def _at(marked: str, head: str = HEAD) -> tuple[Candidate, ...]:
    """Candidates at ``‸``."""
    text = head + marked
    place = text.index("‸")
    text = text.replace("‸", "")
    return complete(text, place, "t.prompty", values={}, sources=SOURCES).candidates


def _labels(marked: str, head: str = HEAD) -> list[str]:
    return [candidate.label for candidate in _at(marked, head)]


def _taken(marked: str, label: str) -> str:
    """The body after a candidate was taken, what is selected in ‹›."""
    found = next(each for each in _at(marked) if each.label == label)
    text = HEAD + marked.replace("‸", "")
    start, length = found.select
    put = found.text
    put = f"{put[:start]}‹{put[start : start + length]}›{put[start + length :]}"
    return (text[: found.start] + put + text[found.end :])[len(HEAD) :]


def test_inputs_come_first_with_type_and_description() -> None:
    first, second = _at("{{ ‸ }}")[:2]
    assert (first.label, first.kind, first.detail) == ("question", "input", "string · The problem.")
    assert second.label == "examples"


def test_a_prefix_is_replaced_and_decides() -> None:
    assert _labels("{{ que‸ }}") == ["question"]
    assert _taken("{{ que‸ }}", "question") == "{{ question‹› }}"
    assert _taken("{{ que‸", "question") == "{{ question‹›"


def test_what_is_typed_whole_already_is_not_offered() -> None:
    assert _labels("{{ question‸ }}") == []


def test_names_of_statements_are_known_where_they_hold() -> None:
    body = "{% set tone = 'x' %}{% for ex in examples %}{{ ‸ }}{% endfor %}"
    labels = _labels(body)
    assert labels[:4] == ["ex", "tone", "question", "examples"]
    assert "loop" in labels
    after = _labels("{% for ex in examples %}{% endfor %}{{ ‸ }}")
    assert "ex" not in after
    assert "loop" not in after


def test_attributes_come_from_the_sample_values() -> None:
    body = "{% for ex in examples | sort %}{{ ex.‸ }}{% endfor %}"
    assert _labels(body)[:3] == ["problem", "steps", "answer"]
    assert "split()" in _labels("{% for ex in examples %}{{ ex.problem.s‸ }}{% endfor %}")
    assert _labels("{% for k, v in examples[0].items() %}{{ v.‸ }}{% endfor %}")
    assert "items()" in _labels("{% set first = examples[0] %}{{ first.‸ }}")


def test_the_loop_variable_says_what_it_knows() -> None:
    assert "index" in _labels("{% for ex in examples %}{{ loop.‸ }}{% endfor %}")
    assert _labels("{{ loop.‸ }}") == []


def test_filters_and_tests_where_they_belong() -> None:
    assert _labels("{{ question | tr‸ }}")[:2] == ["trim", "truncate"]
    assert _labels("{{ question |‸ }}")[0] == "abs"
    assert "defined" in _labels("{% if question is ‸ %}")
    assert _labels("{% if question is not def‸ %}") == ["defined", "undefined"]
    assert "trim" in _labels("{% filter ‸ %}")


def test_every_filter_and_test_is_described_and_none_is_made_up() -> None:
    environment = prompt_environment({})
    filters = {name for name in environment.filters if name.isidentifier()}
    tests = {name for name in environment.tests if name.isidentifier()}
    assert set(vocabulary.FILTERS) == filters
    assert set(vocabulary.TESTS) == tests


def test_statements_bring_their_end_and_take_the_tag() -> None:
    assert _taken("{% fo‸ %}", "for") == "{% for ‹item› in items %}\n\n{% endfor %}"
    assert _taken("{% fo‸", "for") == "{% for ‹item› in items %}\n\n{% endfor %}"
    assert _taken("{%- i‸ -%}", "if") == "{%- if ‹condition› %}\n\n{% endif %}"


def test_a_statement_before_a_condition_stays_a_word() -> None:
    assert _taken("{% i‸ question %}", "if") == "{% if‹› question %}"


def test_only_the_end_of_an_open_block_is_offered() -> None:
    assert _labels("{% for ex in examples %}{% if ex %}{% end‸ %}")[0] == "endif"
    assert "endfor" not in _labels("{% for ex in examples %}{% if ex %}{% end‸ %}")
    assert "else" not in _labels("{% ‸ %}")
    assert "continue" in _labels("{% for ex in examples %}{% ‸ %}")


def test_files_of_the_library_in_quotes() -> None:
    assert _labels('{% include "‸" %}') == ["parts/rules.md", "parts/intro.md"]
    assert _taken('{% include "parts/in‸" %}', "parts/intro.md") == (
        '{% include "parts/intro.md‹›" %}'
    )
    assert _labels('{{ "parts/‸" }}') == []


def test_what_an_imported_file_defines() -> None:
    assert _labels('{% import "parts/rules.md" as r %}{{ r.‸ }}') == ["rules", "tone"]
    assert _labels('{% from "parts/rules.md" import ru‸ %}') == ["rules"]


def test_prose_offers_messages_and_inputs_only_when_asked_at_a_word() -> None:
    labels = _labels("sys‸")
    assert labels == ["system message"]
    assert _taken("‸", "few-shot examples").startswith("{% for ex in ‹examples› %}")
    assert _taken("Say que‸", "question") == "Say {{ question }}‹›"


def test_new_names_are_the_authors_own() -> None:
    assert _labels("{% set ‸ %}") == []
    assert _labels("{% macro na‸ %}") == []
    assert _labels("{% for ‸ %}") == []
    assert _labels("{% for ex ‸ %}") == ["in"]
    assert _labels("{% for k, v i‸ %}") == ["in"]


@pytest.mark.parametrize("tag", ["{% for ex in exa‸ %}", "{% for k, v in exa‸ %}"])
def test_a_loop_goes_through_inputs(tag: str) -> None:
    assert _labels(tag) == ["examples"]
    assert _labels("{% for ex in ‸ %}")[:2] == ["question", "examples"]
    assert "question" in _labels("{% for ex in examples if q‸ %}")


def test_a_head_without_its_end_offers_its_keys() -> None:
    assert _labels("---\nname: x\ninputs:\n  a:\n    ty‸", head="") == ["type"]
    assert "description" in _labels("---\nname: x\n‸", head="")
    assert "system message" not in _labels("---\nname: x\n‸", head="")


@pytest.mark.parametrize("body", ["{# que‸ #}", "{% raw %}{{ ‸ }}{% endraw %}", "{{ 1‸ }}"])
def test_nothing_where_no_name_can_stand(body: str) -> None:
    assert _labels(body) == []


def test_keys_of_the_head() -> None:
    head = "---\nname: x\n‸\ninputs:\n  a: {t}\n---\n"
    assert "description" in _labels("", head)
    assert "name" not in _labels("", head)
    assert _labels("", "---\ninputs:\n  a: {type: ‸}\n---\n")[0] == "string"


@given(
    st.text(alphabet="{}%#|.:-'\"()[] \nabifendforsetxq_1~=", max_size=60),
    st.integers(0, 60),
    st.sampled_from(["", HEAD, "---\ninputs: [\n---\n"]),
)
def test_half_typed_text_never_raises(text: str, place: int, head: str) -> None:
    whole = head + text
    found = complete(whole, len(head) + place, "t.prompty", values={"q": [{"a": 1}]}, sources={})
    for candidate in found.candidates:
        assert 0 <= candidate.start <= candidate.end <= len(whole)
        for place in (candidate.select, *candidate.tab_stops):
            assert 0 <= sum(place) <= len(candidate.text)


def test_a_snippet_says_what_is_filled_in_next() -> None:
    found = next(each for each in _at("{% fo‸ %}") if each.label == "for")
    assert [found.text[at : at + length] for at, length in (found.select, *found.tab_stops)] == [
        "item",
        "items",
        "",
    ]
    last, _ = found.tab_stops[-1]
    assert found.text[last:].startswith("\n{% endfor %}")


def test_no_snippet_shows_its_marks() -> None:
    for marked in ("{% ‸ %}", "‸", "{{ ‸ }}"):
        assert all("${" not in each.text for each in _at(marked))
