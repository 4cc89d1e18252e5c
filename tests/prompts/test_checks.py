"""Problems reported before a prompt is run: refused access, missing files, unused names."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.domain.errors import TemplateError
from workbench.domain.prompts.prompt import Problem
from workbench.prompts.jinja.analysis import analyse
from workbench.prompts.template_body import Body, BodyText

SOURCES = {"parts/rules.md": "x", "intro.md": "y"}
VALUES: dict[str, Any] = {"a": "text", "b": [1, 2], "d": {"k": 1, "_id": 2, "pop": 3}}


def _problems(body: str, head: str = "") -> tuple[Problem, ...]:
    return analyse(head + body, "t.md", SOURCES).problems


def _marked(text: str, problem: Problem) -> str:
    line = text.split("\n")[problem.line - 1]
    return line[problem.column - 1 : problem.column - 1 + problem.length]


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        ("{{ a.__class__ }}", "__class__"),
        ("x\n{{ a['__class__'] }}", "__class__"),
        ("{{ a | attr('__class__') }}", "__class__"),
        ("{{ b | map(attribute='__class__') | join }}", "__class__"),
        ("{{ ''.__class__.__mro__ }}", "__class__"),
        ("{{ range.__init__ }}", "__init__"),
        ("{% for x in b %}{{ loop._iterable }}{% endfor %}", "_iterable"),
        ("{{ b.append(3) }}", "append"),
        ("{{ d.pop }}", "pop"),
        ("{% set x = d.update({}) %}{{ x }}", "update"),
    ],
)
def test_refused_access_is_told_before_it_is_run(body: str, marked: str) -> None:
    problem = next(p for p in _problems(body) if p.severity == "error")
    assert "refused" in problem.message
    assert _marked(body, problem) == marked
    with pytest.raises(TemplateError):
        Body(BodyText(body, "t.md"), {}, VALUES).render(VALUES)


@pytest.mark.parametrize(
    "body",
    ["{{ d._id }}", "{% set n = namespace(pop=1) %}{{ n.pop }}", "{{ d['k'] }}", "{{ a.upper() }}"],
)
def test_what_the_sandbox_allows_is_no_problem(body: str) -> None:
    assert [p for p in _problems(body) if "refused" in p.message] == []
    Body(BodyText(body, "t.md"), {}, VALUES).render(VALUES)


@pytest.mark.parametrize(
    ("body", "replacement"),
    [
        ("{% include 'intr.md' %}", "intro.md"),
        ("{% import 'rules' as r %}{{ r }}", "parts/rules.md"),
        ("x\n{% extends 'nothing/like/it.txt' %}", ""),
        ('{% from "rules.md" import z %}{{ z }}', "parts/rules.md"),
    ],
)
def test_a_file_that_the_library_does_not_have(body: str, replacement: str) -> None:
    (problem,) = [p for p in _problems(body) if "library" in p.message]
    assert problem.severity == "error"
    assert problem.replacement == replacement
    assert _marked(body, problem) in {"intr.md", "rules", "nothing/like/it.txt", "rules.md"}


def test_files_that_are_there_or_may_be_missing() -> None:
    for body in ("{% include 'intro.md' %}", "{% include 'no.md' ignore missing %}",
                 "{% include a %}"):  # fmt: skip
        assert [p for p in _problems(body) if "library" in p.message] == []
    assert analyse("{% include 'no.md' %}", "t.md").problems == ()


def test_macros_and_variables_that_nothing_uses() -> None:
    body = "{% macro m() %}x{% endmacro %}\n{% set s = 1 %}{% set t = 2 %}{{ t }}"
    found = [(p.message, p.line, _marked(body, p)) for p in _problems(body)]
    assert found == [
        ("The macro m is never called.", 1, "m"),
        ("s is set but never used.", 2, "s"),
    ]


def test_a_file_of_definitions_is_for_others() -> None:
    assert _problems("{% macro m() %}x{% endmacro %}\n{% set s = 1 %}\n") == ()


def test_an_included_file_may_use_what_is_set() -> None:
    assert _problems("{% set s = 1 %}{% include 'intro.md' %}") == ()


def test_a_loop_variable_that_hides_an_input() -> None:
    head = "---\ninputs:\n  a: string\n  b: array\n---\n"
    body = "{{ a }}{% for a in b %}{{ a }}{% endfor %}"
    (problem,) = _problems(body, head)
    assert problem.severity == "warning"
    assert problem.message.startswith("a is an input too")
    assert (problem.line, problem.length) == (6, 1)


@pytest.mark.parametrize(
    ("head", "line", "text"),
    [
        ("---\ninputs:\n  a: string\nname: x\n---\n", 4, "  new: string\n"),
        ("---\ninputs:\n    a: |\n      1\n\n      2\n---\n", 7, "    new: string\n"),
    ],
)
def test_a_name_can_be_added_to_the_inputs(head: str, line: int, text: str) -> None:
    whole = head + "{{ a }}{{ new }}"
    (problem,) = analyse(whole, "t.md").problems
    assert problem.fix is not None
    assert (problem.fix.title, problem.fix.line, problem.fix.text) == ("Add to inputs", line, text)
    lines = whole.split("\n")
    lines.insert(line - 1, text.rstrip("\n"))
    fixed = analyse("\n".join(lines), "t.md")
    assert fixed.problems == ()
    assert [field.name for field in fixed.inputs if field.declared] == ["a", "new"]


@pytest.mark.parametrize("inputs", ["inputs: {a: string}", "inputs: [a]", "inputs: [{name: a}]"])
def test_inputs_that_are_not_one_a_line_are_left_to_the_author(inputs: str) -> None:
    (problem,) = analyse(f"---\n{inputs}\n---\n{{{{ a }}}}{{{{ new }}}}", "t.md").problems
    assert problem.fix is None
