"""promptfoo's configurations as sets: what means the same is a check, the rest is not imported."""

from __future__ import annotations

import pytest

from workbench.domain.errors import SetFileError
from workbench.domain.evaluation.checks import Check, CheckSet, NotImported
from workbench.domain.evaluation.evaluation_set import Goal
from workbench.evaluation.sets.jobs import read_job

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
    assert (found.name, found.notes) == ("Greetings", ())
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
    rubric = ada.checks[2]
    assert isinstance(rubric, NotImported)
    assert rubric.kind == "llm-rubric"
    assert (bo.values, cy.values) == ({"name": "Bo"}, {"name": "Cy"})
    assert bo.checks[1] == Check(metric="contains", expected=("hello", "hi"))
    kinds = [each.kind for each in bo.checks if isinstance(each, NotImported)]
    assert kinds == ["regex", "equals"]
    assert bo.checks[4] == CheckSet(
        checks=(Check(metric="starts_with", expected=("Hi",)),), threshold=0.5
    )


def test_tests_of_a_table_next_to_it_are_read():
    text = "prompts: ['Say {{q}}']\ntests: file://rows.csv\n"
    rows = b"q,__expected,__threshold\na,equals:b,\nc,similar(0.8):d,0.5\n"
    found = read_job(text, "/f/promptfooconfig.yaml", {"rows.csv": rows})
    first, second = found.rows
    assert first.checks == (Check(metric="exact", params={"alike": "raw"}, expected=("b",)),)
    assert [each.kind for each in second.checks if isinstance(each, NotImported)] == [
        "similar", "__threshold",
    ]  # fmt: skip


def test_a_configuration_without_tests_is_no_set():
    with pytest.raises(SetFileError, match="no test"):
        read_job("prompts: [Hello]\n", "/f/promptfooconfig.yaml")
