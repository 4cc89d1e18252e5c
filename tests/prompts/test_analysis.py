"""The analysis of a template while it is typed: inputs and problems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.prompts.prompt import Problem
from workbench.prompts.jinja.analysis import analyse

HEAD = "---\nname: T\ninputs:\n  question: string\n  hint: {type: string, required: false}\n---\n"


def _problems(text: str, path: str = "t.prompty") -> list[tuple[str, int, int, str]]:
    found = analyse(text, path).problems
    return [(p.severity, p.line, p.column, p.replacement) for p in found]


def _marked(text: str, problem: Problem) -> str:
    line = text.split("\n")[problem.line - 1]
    return line[problem.column - 1 : problem.column - 1 + problem.length]


def test_a_sound_template_has_no_problem() -> None:
    text = HEAD + "system:\nBe brief. {{ hint }}\n\nuser:\n{{ question | trim }}\n"
    analysis = analyse(text, "t.prompty")
    assert analysis.problems == ()
    assert analysis.body_line == 7
    assert [field.name for field in analysis.inputs] == ["question", "hint"]


def test_a_misspelt_name_is_marked_wherever_it_stands() -> None:
    text = HEAD + "{{ question }}{{ hint }}\n{{ hnit }} and {% if hnit %}x{% endif %}"
    problems = analyse(text, "t.prompty").problems
    assert [p.message for p in problems] == ["hnit is not an input. Did you mean hint?"] * 2
    assert [_marked(text, p) for p in problems] == ["hnit", "hnit"]
    assert {p.replacement for p in problems} == {"hint"}


def test_attributes_of_the_same_name_are_left_alone() -> None:
    text = HEAD + "{{ question.hnit }}{{ hint }}\n{{ hnit }}"
    (problem,) = analyse(text, "t.prompty").problems
    assert problem.line == 8


@pytest.mark.parametrize(
    ("body", "marked", "replacement"),
    [
        ("{{ question | trm }}{{ hint }}", "trm", "trim"),
        ("{% if question is nunber %}{{ hint }}{% endif %}", "nunber", "number"),
        ("{{ question }}{{ hint }}{% edif %}", "edif", "endif"),
    ],
)
def test_unknown_words_get_a_replacement(body: str, marked: str, replacement: str) -> None:
    text = HEAD + body
    (problem,) = analyse(text, "t.prompty").problems
    assert problem.severity == "error"
    assert (_marked(text, problem), problem.replacement) == (marked, replacement)


@pytest.mark.parametrize(
    ("body", "line", "column", "words"),
    [
        ("{{ a", 1, 1, "not closed"),
        ("x\n{{ a b }}", 2, 6, "was not expected here"),
        ("{% if a %}\n{% for b in c %}\n{% endfor %}", 1, 4, 'add "{% endif %}"'),
        ("{% for a in b %}{% if c %}{% endfor %}", 1, 30, '"{% endif %}" is expected'),
        ("{% endif %}", 1, 4, "belongs to no block"),
        ("ok {# note", 1, 4, "comment"),
        ("{{ 'text }}", 1, 4, "is not closed"),
        ("{{ a ? b }}", 1, 6, "cannot be used in an expression"),
        ("{{ (a }}", 1, 7, "')' was expected here"),
        ("{{ }}", 1, 4, "something is missing before the end"),
        ("{{ a. }}", 1, 1, 'a name is missing after "."'),
        ("{% raw %}x", 1, 1, "{% endraw %}"),
        ("{% block a %}{% endblock %}\n{% block a %}{% endblock %}", 2, 10, "twice"),
        ("{{ " + "(" * 300, 1, 0, "nested too deeply"),
    ],
)
def test_syntax_errors_are_plain_and_placed(body: str, line: int, column: int, words: str) -> None:
    (problem,) = analyse(body, "t.j2").problems
    assert problem.severity == "error"
    assert words in problem.message
    assert problem.line == line
    assert column in {0, problem.column}
    assert "token" not in problem.message
    assert "Jinja" not in problem.message


def test_undeclared_inputs_come_in_order_of_use() -> None:
    text = (
        "{{ b }}{% for x in rows %}{{ x }}{% endfor %}{{ a | default('') }}{% set c = 1 %}{{ c }}"
    )
    inputs = analyse(text, "t.j2").inputs
    assert [(f.name, f.type, f.required, f.declared) for f in inputs] == [
        ("b", "string", True, False),
        ("rows", "array", True, False),
        ("a", "string", False, False),
    ]


def test_unused_inputs_are_warned_of_at_their_line() -> None:
    assert _problems(HEAD + "{{ question }}") == [("warning", 5, 0, "")]
    assert _problems(HEAD + "{% include 'x.md' %}") == []


def test_words_that_look_like_roles() -> None:
    text = HEAD + "sytem:\n{{ question }}\nHuman:\n{{ hint }}"
    found = analyse(text, "t.prompty").problems
    assert [(p.line, p.replacement) for p in found] == [(7, "system"), (9, "user")]
    assert analyse(text, "t.md").problems == ()


def test_text_before_the_first_role_is_warned_of() -> None:
    text = "{# a note #}\nRules\nuser:\nx"
    assert _problems(text) == [("warning", 1, 0, "")]
    assert _problems("{# a note #}\nuser:\nx") == []


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("name: [", 2),
        ("inputs:\n  q: {type: strin}", 3),
        ("inputs:\n  a b: string", 3),
        ("- a list", 2),
        ("a: &a [1]\n" + "b: [" + "*a, " * 200 + "]", 3),
        ("inputs: 5", 1),
        ("x" * 70_000, 1),
        ("a: " + "[" * 3000, 1),
    ],
)
def test_a_wrong_head_is_one_problem_and_the_body_is_still_checked(head: str, line: int) -> None:
    found = analyse(f"---\n{head}\n---\n{{{{ a", "t.prompty").problems
    assert [p.severity for p in found] == ["error", "error"]
    assert found[0].line == line


def test_aliases_do_not_grow_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (problem,) = analyse("---\n" + "\n".join(lines) + "\n---\n", "t.prompty").problems
    assert "values" in problem.message


def test_a_head_that_never_ends() -> None:
    assert _problems("---\nname: x\n") == [("error", 1, 0, "")]
    assert _problems("---\nA rule, then text.", "t.md") == []


@given(st.text(alphabet="{}%#|.:-'\"() \nabifendforset_1~=", max_size=60))
def test_half_typed_text_never_raises(text: str) -> None:
    for path in ("t.prompty", "t.md"):
        for problem in analyse(text, path).problems:
            assert problem.message
            assert 0 <= problem.line <= text.count("\n") + 1


@given(st.text(max_size=80))
def test_any_head_never_raises(head: str) -> None:
    analyse(f"---\n{head}\n---\nbody", "t.prompty")
