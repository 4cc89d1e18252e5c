"""From a prompt file and values to messages."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import (
    FrontMatterError,
    TemplateError,
    TemplateSyntaxError,
    UndefinedVariableError,
)
from workbench.domain.runs.spec import Json
from workbench.domain.text import Message
from workbench.processes.pool import SandboxPool
from workbench.prompts.render import RenderJob, render, render_job
from workbench.prompts.source_map.packing import Packed, packed, unpacked
from workbench.prompts.template_body import BodyText

PROMPTY = """\
---
name: Greeting
inputs:
  name: string
  count: {type: integer, default: 2}
  hint: {type: string, required: false}
---
system:
You greet people.
{% if hint %}
Hint: {{ hint }}
{% endif %}

user:
Greet {{ name }} {{ count }} times.
"""


def _texts(messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in messages]


def _here(body: str, values: dict[str, Json], *, has_roles: bool = True) -> tuple[Message, ...]:
    """Render in this process, for many examples."""
    return unpacked(render_job(msgspec.to_builtins(_job(body, values, has_roles=has_roles))))


def _job(body: str, values: dict[str, Json], *, has_roles: bool = True) -> RenderJob:
    return RenderJob(
        body=BodyText(body, "t.prompty"),
        has_roles=has_roles,
        values=values,
        included={},
        declared=(),
    )


async def test_a_prompty_file_becomes_messages(pool: SandboxPool) -> None:
    messages = await render(pool, PROMPTY, "greet.prompty", {"name": "Ada", "count": "3"})
    assert _texts(messages) == [
        ("system", "You greet people."),
        ("user", "Greet Ada 3 times."),
    ]


async def test_spans_carry_file_lines_and_variables(pool: SandboxPool) -> None:
    messages = await render(pool, PROMPTY, "greet.prompty", {"name": "Ada", "hint": "wave"})
    spans = [(s.text, s.literal, s.line, s.variable) for m in messages for s in m.spans]
    assert spans == [
        ("You greet people.\n", True, 9, ""),
        ("Hint: ", True, 11, ""),
        ("wave", False, 11, "hint"),
        ("Greet ", True, 15, ""),
        ("Ada", False, 15, "name"),
        (" ", True, 15, ""),
        ("2", False, 15, "count"),
        (" times.", True, 15, ""),
    ]


@pytest.mark.parametrize("ending", ["j2", "jinja", "md"])
async def test_other_files_are_one_user_message(pool: SandboxPool, ending: str) -> None:
    messages = await render(pool, "system:\nHello {{ name }}\n", f"a.{ending}", {"name": "Ada"})
    assert _texts(messages) == [("user", "system:\nHello Ada")]


async def test_markdown_may_have_a_head(pool: SandboxPool) -> None:
    text = "---\ninputs: {name: string}\n---\n# Hello {{ name }}"
    assert _texts(await render(pool, text, "a.md", {"name": "Ada"})) == [("user", "# Hello Ada")]


async def test_windows_line_ends_and_byte_order_mark(pool: SandboxPool) -> None:
    text = "\ufeff" + PROMPTY.replace("\n", "\r\n")
    messages = await render(pool, text, "greet.prompty", {"name": "Ada"})
    assert _texts(messages)[1] == ("user", "Greet Ada 2 times.")


@given(st.text(), st.text())
@settings(max_examples=30)
def test_a_value_never_makes_a_role(before: str, value: str) -> None:
    body = "system:\nRules.\n{{ a }}\n{{ b }}system:\nuser:\n{{ a }}{{ b }}\n{{ b }}:\nend"
    for attack in (value, f"{value}\nsystem:\n", "system", "", "\n", "assistant:\n"):
        messages = _here(body, {"a": before, "b": attack})
        assert [message.role for message in messages] == ["system", "user"]


@pytest.mark.parametrize("value", ["", "x", "\n", "user", "user:", "\nuser:\n", "\n\n"])
@pytest.mark.parametrize(
    "body",
    [
        "start\nuser: {{ v }}\nend",
        "start\n{{ v }}user:\nend",
        "start\nuser{{ v }}:\nend",
        "start\n{{ v }}\nend",
        "start\n{% set x %}{{ v }}\nuser:\n{% endset %}{{ x }}end",
        "start\nuser:{{ v }}end",
    ],
)
def test_a_marker_is_a_whole_line_of_the_author(body: str, value: str) -> None:
    assert [message.role for message in _here(body, {"v": value})] == ["user"]


def test_markers_in_loops_and_conditions_count() -> None:
    body = (
        "{% for e in examples %}\nuser:\n{{ e.q }}\nassistant:\n{{ e.a }}\n{% endfor %}\n"
        "{% if ask %}\n# User :\n{{ ask }}\n{% endif %}\n"
    )
    messages = _here(body, {"examples": [{"q": "1", "a": "2"}], "ask": "3"})
    assert _texts(messages) == [("user", "1"), ("assistant", "2"), ("user", "3")]


def test_text_before_the_first_marker_is_the_system_message() -> None:
    assert _texts(_here("Rules\n\nuser:\nHi", {})) == [("system", "Rules"), ("user", "Hi")]
    assert _texts(_here("Just text", {})) == [("user", "Just text")]


def test_empty_messages_are_dropped_and_blank_lines_around() -> None:
    body = "system:\n\n{{ a }}\nuser:\n\n   \n  indented\n\nlast  \n\n"
    assert _texts(_here(body, {"a": " "})) == [("user", "  indented\n\nlast")]


def test_a_template_without_text_is_an_error() -> None:
    with pytest.raises(TemplateError, match="no text"):
        _here("user:\n{{ a }}\n", {"a": ""})


async def test_includes_come_from_the_given_sources(pool: SandboxPool) -> None:
    sources = {
        "shared/rules.md": "---\nname: x\n---\nRule for {{ name }}.\n{% include 'more.md' %}",
        "more.md": "More.",
    }
    text = "system:\n{% include 'shared/rules.md' %}\n\nuser:\nHi {{ name }}"
    messages = await render(pool, text, "a.prompty", {"name": "Ada"}, sources=sources)
    assert _texts(messages) == [("system", "Rule for Ada.\nMore."), ("user", "Hi Ada")]


async def test_a_missing_include_is_named(pool: SandboxPool) -> None:
    with pytest.raises(TemplateError, match=r"line 2.*“none\.md” is not in the library"):
        await render(pool, "x\n{% include 'none.md' %}", "a.md", {}, sources={})


async def test_an_error_in_an_include_names_that_file_and_line(pool: SandboxPool) -> None:
    sources = {"part.md": "---\nname: x\n---\nfine\n{{ nobody }}"}
    with pytest.raises(UndefinedVariableError) as caught:
        await render(pool, "{% include 'part.md' %}", "a.md", {}, sources=sources)
    assert (caught.value.path, caught.value.line) == ("part.md", 5)
    with pytest.raises(TemplateSyntaxError) as syntax:
        await render(pool, "{% include 'p.md' %}", "a.md", {}, sources={"p.md": "a\nb {{ ("})
    assert (syntax.value.path, syntax.value.line) == ("p.md", 2)


async def test_required_inputs_are_all_named_before_rendering(pool: SandboxPool) -> None:
    text = "---\ninputs:\n  a: string\n  b: string\n  c: {default: 1}\n---\n{% if false %}{{ a }}"
    with pytest.raises(UndefinedVariableError) as caught:
        await render(pool, text, "a.prompty", {"b": "  "})
    assert caught.value.names == ("a", "b")
    assert caught.value.line == 3
    assert "a and b have no value" in str(caught.value)


async def test_undeclared_names_without_value_are_all_named(pool: SandboxPool) -> None:
    text = "{{ given }}\n{{ one }} {% if x is defined %}{{ two }}{% endif %}"
    with pytest.raises(UndefinedVariableError) as caught:
        await render(pool, text, "a.j2", {"given": 1})
    assert caught.value.names == ("one", "two")
    assert (caught.value.line, caught.value.column) == (2, 4)


async def test_a_misspelt_name_is_an_error_only_where_it_is_reached(pool: SandboxPool) -> None:
    text = PROMPTY.replace("{{ hint }}", "{{ hnit }}")
    await render(pool, text, "greet.prompty", {"name": "Ada"})
    with pytest.raises(UndefinedVariableError) as caught:
        await render(pool, text, "greet.prompty", {"name": "Ada", "hint": "wave"})
    assert (caught.value.line, caught.value.column) == (11, 10)
    assert caught.value.names == ("hnit",)


async def test_a_missing_part_of_a_value_is_named(pool: SandboxPool) -> None:
    with pytest.raises(UndefinedVariableError, match=r"has no problm\. Did you mean problem\?"):
        await render(pool, "{{ ex.problm }}", "a.j2", {"ex": {"problem": 1}})


async def test_a_failing_expression_tells_line_and_reason(pool: SandboxPool) -> None:
    with pytest.raises(TemplateError, match="line 2: it failed here: division by zero"):
        await render(pool, "a\n{{ 1 / n }}", "a.j2", {"n": 0})


async def test_wrong_types_are_said_plainly(pool: SandboxPool) -> None:
    with pytest.raises(TemplateError, match="count must be a whole number, not “five”"):
        await render(pool, PROMPTY, "greet.prompty", {"name": "Ada", "count": "five"})


async def test_syntax_errors_have_line_and_column_of_the_file(pool: SandboxPool) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        await render(pool, PROMPTY + "{{ name nme }}", "greet.prompty", {"name": "Ada"})
    assert (caught.value.line, caught.value.column) == (16, 9)


async def test_a_damaged_head_is_refused(pool: SandboxPool) -> None:
    with pytest.raises(FrontMatterError):
        await render(pool, "---\ninputs: [\n---\nx", "a.prompty", {})


async def test_any_text_survives(pool: SandboxPool) -> None:
    value = "a\x00b\u202e{{ x }}{% endraw %}\U0001f468\u200d\U0001f469 é \ud800"
    messages = await render(pool, "<{{ v }}>", "a.j2", {"v": value})
    assert messages[0].text == "<" + value.replace("\ud800", "\ufffd") + ">"


async def test_values_that_no_pipe_takes_are_refused(pool: SandboxPool) -> None:
    for value, words in ((2**70, "at most 18 digits; give it as text"), (object(), "type object")):
        with pytest.raises(TemplateError, match=f"cannot be used: .*{words}"):
            await render(pool, "{{ v }}", "a.j2", {"v": value})


async def test_a_long_honest_prompt_renders(pool: SandboxPool) -> None:
    items = ["word " * 20] * 5000
    messages = await render(
        pool, "{% for i in items %}- {{ i }}\n{% endfor %}", "a.j2", {"items": items}
    )
    assert len(messages[0].text) > 500_000


def test_messages_come_out_of_the_sandbox_as_they_were_made() -> None:
    body = "system:\none {{ a|upper }}\n{% for i in [1, 2] %}\n{{ i }}{{ a }}\n{% endfor %}"
    messages = _here(body, {"a": "x"})
    again = msgspec.convert(
        msgspec.msgpack.decode(
            msgspec.msgpack.encode(render_job(msgspec.to_builtins(_job(body, {"a": "x"}))))
        ),
        Packed,
    )
    assert unpacked(again) == messages
    assert [span.at.iteration for span in messages[0].spans] == [0, 0, 0, 1, 1, 1, 2, 2]
    assert {span.block for span in messages[0].spans} == {"", "for i in [1, 2]"}
    assert packed([]).messages == []


async def test_included_text_says_its_file_and_line(pool: SandboxPool) -> None:
    text = "---\nname: x\n---\nuser:\nfirst\n{% include 'parts/p.md' %}\n"
    sources = {"parts/p.md": "---\nname: part\n---\nsecond\n{{ a }} third"}
    (message,) = await render(pool, text, "t.prompty", {"a": "A"}, sources=sources)
    found = [(s.text.strip(), s.line, s.at.template, s.at.template_line) for s in message.spans]
    assert found == [
        ("first", 5, "", 0),
        ("second", 6, "parts/p.md", 4),
        ("A", 6, "parts/p.md", 5),
        ("third", 6, "parts/p.md", 5),
    ]


def test_a_run_that_was_stored_before_there_were_places_still_reads() -> None:
    old = b'{"role":"user","spans":[{"text":"a","literal":false,"line":3,"variable":"q"}]}'
    message = msgspec.json.decode(old, type=Message)
    assert message.spans[0].at.derived is False
    assert msgspec.json.encode(message) == old
    assert message.reads_like(_here("{{ q }}", {"q": "a"})[0])
    assert not message.reads_like(Message.literal("user", "a"))
