"""The text is never altered, and every character knows where it comes from."""

import jinja2
from hypothesis import given
from hypothesis import strategies as st

from workbench.templates.environment import prompt_environment
from workbench.templates.tracing import Piece, TracingEnvironment, pieces

INCLUDED = {"part.md": "<{{ a }}|{% if b %}b{% endif %}>\n"}
VALUES = {"a": "A\nsystem:\n", "b": True, "items": [1, "two", None], "m": {"k": "v"}, "empty": ""}

# Templates are put together from whole parts, so that most of them are valid.
_TEXT = st.text(alphabet="ab \n\t:#-é\u2028\ufeff{}%", max_size=12).filter(
    lambda text: (
        not any(mark in text for mark in ("{{", "{%", "{#", "#}", "%}", "}}"))
        and not text.endswith("{")
        and not text.startswith(("}", "%", "#"))
    )
)
_PRINT = st.sampled_from([
    "{{ a }}", "{{ a|upper }}", "{{- a -}}", "{{ 'text' }}", "{{ a ~ m.k }}", "{{ 1 + 2 }}",
    "{{ items|join(',') }}", "{{ empty }}", "{{ none }}", "{{ m['k'] }}", "{{ a|e }}",
    "{{ a|safe }}", "{# comment #}", "{%- set x = a|trim -%}{{ x }}", "{{ [a, b] }}",
    "{% set y %}in {{ a }}{% endset %}{{ y }}", "{{ loop is defined }}",
    "{% include 'part.md' %}", "{% raw %}{{ a }}\n{% endraw %}",
])  # fmt: skip


def _wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    around = st.sampled_from([
        ("{% if b %}", "{% endif %}"),
        ("{%- if not b -%}x{% else %}\n", "{% endif %}\n"),
        ("{% for i in items %}\n{{ i }}", "{{ loop.index }}{% endfor %}\n"),
        ("{% for i in items if i %}", "{% break %}{% endfor %}"),
        ("{% filter upper %}", "{% endfilter %}"),
        ("{% with z = a %}{{ z }}", "{% endwith %}"),
        ("{% macro f(p) %}{{ p }}", "{% endmacro %}{{ f(a) }}{{ f('x')|trim }}"),
        ("{% macro g() %}[{{ caller() }}]{% endmacro %}{% call g() %}", "{% endcall %}"),
    ])  # fmt: skip
    return st.tuples(around, inner).map(lambda part: part[0][0] + part[1] + part[0][1])


_TEMPLATES = st.recursive(
    st.one_of(_TEXT, _PRINT),
    lambda inner: st.one_of(_wrapped(inner), st.lists(inner, max_size=4).map("".join)),
    max_leaves=12,
)


def _pieces(source: str, included: dict[str, str] | None = None) -> list[Piece]:
    environment = TracingEnvironment(included or {})
    return list(pieces(environment.from_string(source), VALUES))


@given(_TEMPLATES)
def test_pieces_join_to_what_jinja_renders(source: str) -> None:
    try:
        expected = prompt_environment(INCLUDED).from_string(source).render(VALUES)
    except jinja2.TemplateError:
        return
    assert "".join(piece.text for piece in _pieces(source, INCLUDED)) == expected


@given(_TEMPLATES)
def test_literal_pieces_stand_on_their_line(source: str) -> None:
    if "include" in source or "macro" in source:
        return
    try:
        found = _pieces(source)
    except jinja2.TemplateError:
        return
    lines = source.replace("\r\n", "\n").split("\n")
    for piece in found:
        if piece.literal:
            assert piece.text.rstrip("\n") in lines[piece.line - 1]


def test_literals_values_lines_and_variables() -> None:
    source = "one\ntwo {{ a }}!\n{% if b %}\nfour {{ m.k|upper }}\n{% endif %}\nend"
    assert [tuple(piece) for piece in _pieces(source)] == [
        ("one\n", True, 1, ""),
        ("two ", True, 2, ""),
        ("A\nsystem:\n", False, 2, "a"),
        ("!\n", True, 2, ""),
        ("four ", True, 4, ""),
        ("V", False, 4, "m"),
        ("\n", True, 4, ""),
        ("end", True, 6, ""),
    ]


def test_names_lead_back_to_the_input_behind_them() -> None:
    source = (
        "{% for i in items %}{{ i }}{% endfor %}{% set x = a|trim %}{{ x }}"
        "{% set n = namespace(v=m) %}{{ n.v.k }}{% with w = m.k %}{{ w }}{% endwith %}"
        "{{ a ~ m.k }}{{ 'x' }}{{ range(2)|list }}"
    )
    found = [piece.variable for piece in _pieces(source)]
    assert found == ["items", "items", "items", "a", "m", "m", "", "", ""]


def test_what_a_macro_or_a_block_makes_is_a_value() -> None:
    for source in (
        "{% macro f() %}literal{% endmacro %}{{ f() }}",
        "{% set x %}literal{% endset %}{{ x }}",
        "{% filter upper %}literal{% endfilter %}",
        "{{ 'literal' }}",
    ):
        assert [piece.literal for piece in _pieces(source) if piece.text] == [False], source


def test_included_text_is_the_authors_own_and_stands_on_the_including_line() -> None:
    found = _pieces("one\n{% include 'part.md' %}\nthree", INCLUDED)
    assert {piece.line for piece in found[1:-1]} == {2}
    assert [(p.text, p.literal) for p in found[1:3]] == [("<", True), ("A\nsystem:\n", False)]
    assert tuple(found[-1]) == ("three", True, 3, "")


def test_values_are_not_changed_by_being_traced() -> None:
    source = "{{ [a]|first is string }}{{ (a ~ '') == a }}{{ a|length }}"
    assert (
        "".join(p.text for p in _pieces(source)) == f"TrueTrue{len('A' + chr(10) + 'system:') + 1}"
    )
