"""Formatting never changes what a prompt renders to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.domain.errors import TemplateError, TemplateSyntaxError
from workbench.prompts.document import parse_document
from workbench.prompts.jinja.formatting import format_template
from workbench.prompts.roles import split_messages
from workbench.prompts.source_map.packing import packed, unpacked
from workbench.prompts.template_body import Body, BodyText

VALUES: dict[str, Any] = {"a": "x  ", "b": [1, 2], "c": "", "d": {"k": 3}}


def _rendered(text: str, path: str = "t.prompty") -> object:
    document = parse_document(text, path)
    body = Body(BodyText(document.body, path, document.body_line), {}, VALUES)
    try:
        pieces = split_messages(body.render(VALUES), has_roles=document.has_roles)
    except TemplateError as error:
        return type(error)
    return [(message.role, message.text) for message in unpacked(packed(pieces))]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{a|trim}}", "{{ a | trim }}"),
        ("{{  a   |  join( ', ' )  }}", "{{ a | join(', ') }}"),
        ("{%-if a==1-%}x{%endif%}", "{%- if a == 1 -%}x{% endif %}"),
        ("{{ f( a,b ) }}", "{{ f(a, b) }}"),
        ("{{ -1 }}{{ a[1:-1] }}", "{{ -1 }}{{ a[1:-1] }}"),
        ("{{ 'a|b  c'|trim }}", "{{ 'a|b  c' | trim }}"),
        ("{{ a\n   |trim }}", "{{ a\n   | trim }}"),
        ("{% raw %}{{a}}{% endraw %}", "{% raw %}{{a}}{% endraw %}"),
        ("{# a|b   \n c #}", "{# a|b\n c #}"),
        ("user:   \nHi   \n\nassistant:\nYes", "user:\nHi\n\nassistant:\nYes"),
        ("{{ {'a': 1}['a'] }}", "{{ {'a': 1}['a'] }}"),
    ],
)
def test_what_it_tidies(before: str, after: str) -> None:
    assert format_template(before, "t.prompty") == after


def test_blanks_that_the_model_would_get_stay() -> None:
    text = "user:\nA line break:  \nnext {{ a }}  \nlast"
    assert format_template(text, "t.prompty") == text


def test_the_head_is_left_as_it_is() -> None:
    head = "---\nname:   x   \ninputs: {a:   string}\n---\n"
    assert format_template(f"{head}{{{{a}}}}", "t.prompty") == f"{head}{{{{ a }}}}"


def test_a_prompt_that_cannot_be_read_is_not_touched() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        format_template("---\nname: x\n---\n{% if %}", "t.prompty")
    assert caught.value.line == 4


def test_the_shipped_prompts_are_tidy() -> None:
    for path in sorted(Path("prompts").rglob("*.prompty")):
        text = path.read_text("utf-8")
        assert _rendered_tokens(format_template(text, str(path))) == _rendered_tokens(text)


def _rendered_tokens(text: str) -> str:
    """A text without the blanks inside of its tags."""
    return "".join(text.split())


_BLANKS = st.sampled_from(["", " ", "  ", "\n", " \n ", "\t"])
_EXPRESSIONS = st.sampled_from(
    ["a", "a|trim", "b | join( ',' )", "d.k", "a~c", "-1", "b[0]", "'x  |'", "a if c else b",
     "d['k']+1", "a == c", "{'q': 1}", "b|length>1", "missing", "(a)", "a  is   defined"]
)  # fmt: skip
_PROSE = st.sampled_from(
    ["x", "x  ", "\n", "  \n", "user:\n", "\nuser:   \n", "\nassistant:\nyes  \n", "  ", "it's ",
     "\n\n", " y \n", "\nsystem:\n", "}", "{", "%}"]
)  # fmt: skip


@st.composite
def _tag(draw: st.DrawFn, inner: str) -> str:
    left, right = draw(st.sampled_from(["", "-"])), draw(st.sampled_from(["", "-"]))
    return f"{left}{draw(_BLANKS)}{inner}{draw(_BLANKS)}{right}"


@st.composite
def _piece(draw: st.DrawFn, depth: int = 0) -> str:
    kind = draw(st.sampled_from(["prose"] * 4 + ["expression"] * 3 + ["comment", "raw", "block"]))
    if kind == "expression":
        return "{{" + draw(_tag(draw(_EXPRESSIONS))) + "}}"
    if kind == "comment":
        return "{#" + draw(_BLANKS) + "c  \n" + "#}"
    if kind == "raw":
        return "{% raw %}{{a}}  \n{% endraw %}"
    if kind == "block" and depth < 2:
        inner = "".join(draw(st.lists(_piece(depth + 1), max_size=3)))
        begin, end = draw(
            st.sampled_from(
                [
                    ("if a", "endif"),
                    ("for x in b", "endfor"),
                    ("set q", "endset"),
                    ("macro m( )", "endmacro"),
                    ("filter upper", "endfilter"),
                ]
            )
        )
        return f"{{%{draw(_tag(begin))}%}}{inner}{{%{draw(_tag(end))}%}}"
    return draw(_PROSE)


_TEMPLATES = st.lists(_piece(), max_size=8).map("".join)


@given(_TEMPLATES, st.sampled_from(["t.prompty", "t.md"]))
@example("{{ a }}   \nuser:\nx", "t.prompty")
@example("{% set q %}x  \nuser:\ny{% endset %}{{ q }}", "t.prompty")
def test_what_is_rendered_stays_the_same(text: str, path: str) -> None:
    try:
        tidy = format_template(text, path)
    except TemplateSyntaxError:
        return
    assert _rendered(tidy, path) == _rendered(text, path)
    assert format_template(tidy, path) == tidy


@given(st.text(alphabet="{}%#|.:-'\"() \nabifendforset_1~=+<>", max_size=60))
def test_any_text_is_formatted_or_refused(text: str) -> None:
    try:
        tidy = format_template(text, "t.md")
    except TemplateSyntaxError:
        return
    assert format_template(tidy, "t.md") == tidy
