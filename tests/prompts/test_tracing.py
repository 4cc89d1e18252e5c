"""The text is never altered, and every character knows where it comes from."""

import re

import jinja2
from hypothesis import given
from hypothesis import strategies as st

from workbench.prompts.jinja.environment import prompt_environment
from workbench.prompts.source_map.tracing import Piece, TracingEnvironment, pieces

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
        ("{% filter trim %} ", "\n{% endfilter %}"),
        ("{% filter indent(2, true) %}", "{% endfilter %}"),
        ("{% filter e %}<", "{% endfilter %}"),
        ("{% filter replace('a', 'bb') %}", "{% endfilter %}"),
        ("{% filter title %}", "{% endfilter %}"),
        ("{% set v %}", "{% endset %}{{ v }}{{ v|trim }}{{ v|indent(3) }}{{ v|e }}{{ v|e|e }}"),
        ("{% set v|upper %}", "{% endset %}{{ v }}{{ v ~ a }}{{ v[1:] }}{{ [v] }}{{ v|tojson }}"),
        ("{% set v %}", "{% endset %}{{ v|replace('a', v) }}{{ v|upper|lower|length }}"),
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
def test_the_authors_text_stands_at_its_place(source: str) -> None:
    """In macros, blocks and includes too; what was changed on the way says so."""
    try:
        found = _pieces(source, INCLUDED)
    except jinja2.TemplateError:
        return
    texts = {"": source, **INCLUDED}
    for piece in found:
        place = piece.place
        if not piece.text or not place.column or place.derived:
            continue
        line = place.template_line if place.template else piece.line
        start = _offset(texts[place.template], line, place.column)
        written = texts[place.template][start : start + place.length]
        assert written == piece.text or (written[:2] == "{{" and written[-2:] == "}}")
        if piece.literal:
            assert written == piece.text


@given(_TEMPLATES)
def test_every_literal_piece_has_a_place(source: str) -> None:
    try:
        found = _pieces(source, INCLUDED)
    except jinja2.TemplateError:
        return
    assert all(piece.place.column for piece in found if piece.literal)


def _offset(text: str, line: int, column: int) -> int:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return starts[line - 1] + column - 1


def test_literals_values_lines_and_variables() -> None:
    source = "one\ntwo {{ a }}!\n{% if b %}\nfour {{ m.k|upper }}\n{% endif %}\nend"
    assert [piece[:4] for piece in _pieces(source)] == [
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
    assert found[-1][:4] == ("three", True, 3, "")


def test_values_are_not_changed_by_being_traced() -> None:
    source = "{{ [a]|first is string }}{{ (a ~ '') == a }}{{ a|length }}"
    assert (
        "".join(p.text for p in _pieces(source)) == f"TrueTrue{len('A' + chr(10) + 'system:') + 1}"
    )


def _places(source: str) -> list[tuple[str, str, tuple[str, ...], int, bool]]:
    return [
        (piece.text, piece.variable, piece.place.blocks, piece.iteration, piece.place.derived)
        for piece in _pieces(source, INCLUDED)
        if piece.text.strip()
    ]


def test_a_macro_is_traced_through_and_its_parameters_lead_to_the_call() -> None:
    source = "{% macro f(p, q) %}[{{ p|trim }} {{ q|upper }}]{% endmacro %}{{ f(m.k, q=a)|trim }}"
    around = ("macro f(p, q)",)
    assert _places(source) == [
        ("[", "", around, 0, False),
        ("v", "m", around, 0, False),
        ("A\nSYSTEM:\n", "a", around, 0, True),
        ("]", "", around, 0, False),
    ]


def test_loops_say_which_pass_the_text_is_of_also_through_a_macro() -> None:
    source = (
        "{% macro f(i) %}<{{ i }}>{% endmacro %}"
        "{% for i in items %}{{ f(i) }}{% for j in [1, 2] %}.{% endfor %}{% endfor %}!"
    )
    found = [(piece.text, piece.iteration) for piece in _pieces(source)]
    one = [("<", 1), ("1", 1), (">", 1), (".", 1), (".", 1)]
    assert found[:5] == one
    assert [passed for _, passed in found] == [1] * 5 + [2] * 5 + [3] * 5 + [0]
    values = [piece for piece in _pieces(source) if piece.text in {"1", "two", "None"}]
    assert {piece.variable for piece in values} == {"items"}


def test_breaks_and_loops_that_call_themselves_do_not_confuse_the_count() -> None:
    source = (
        "{% for i in items %}{% for j in items %}{% break %}{% endfor %}a{% endfor %}"
        "{% for x in [[1], [2]] recursive %}b{{ loop(x) if x is iterable }}{% endfor %}"
        "{% for i in [1, 2] %}{{ loop.last }}c{% endfor %}"
    )
    found = [(p.text, p.iteration) for p in _pieces(source) if p.text in {"a", "b", "c"}]
    assert found[:3] == [("a", 1), ("a", 2), ("a", 3)]
    assert found[-2:] == [("c", 1), ("c", 2)]


def test_filters_keep_the_map_or_say_that_the_text_was_made() -> None:
    source = "{% set y %}  one {{ a }}{% endset %}"
    trimmed = [p[0] for p in _places(source + "{{ y|trim }}")]
    assert trimmed == ["one ", "A\nsystem:"]
    escaped = _places("{% filter e %}<{{ m.k }}>{% endfilter %}")
    assert [(p[0], p[1], p[4]) for p in escaped] == [
        ("&lt;", "", True), ("v", "m", False), ("&gt;", "", True),
    ]  # fmt: skip
    assert [(p[0], p[4]) for p in _places(source + "{{ y|title }}")] == [
        ("  One A\nSystem:\n", True)
    ]


def test_a_place_tells_the_expression_and_the_include() -> None:
    value = next(piece for piece in _pieces("one\ntwo {{ a|upper }}") if piece.variable)
    assert (value.line, value.place.column, value.place.length) == (2, 5, len("{{ a|upper }}"))
    inner = next(p for p in _pieces("one\n{% include 'part.md' %}", INCLUDED) if p.text == "<")
    assert (inner.line, inner.place.template, inner.place.template_line) == (2, "part.md", 1)
    assert inner.place.blocks == ("include part.md",)


def test_templates_cannot_reach_what_is_known_of_a_text() -> None:
    source = "{% set y %}x{% endset %}{{ y.origin is defined }}{{ y._leaves is defined }}"
    assert "".join(piece.text for piece in _pieces(source)) == "FalseFalse"
