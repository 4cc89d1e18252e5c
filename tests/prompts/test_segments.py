"""Segments cover a rendered prompt exactly once, and can be left out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import TemplateError
from workbench.domain.runs.xray import Level
from workbench.domain.text import Message, Place, Span
from workbench.prompts.document import parse_document
from workbench.prompts.inputs import complete
from workbench.prompts.roles import split_messages
from workbench.prompts.segments import SegmentedPrompt, examples, segment, without_examples
from workbench.prompts.source_map.packing import packed, unpacked
from workbench.prompts.template_body import Body, BodyText

SPAN_LEVELS: tuple[Level, ...] = ("line", "paragraph", "block", "variable")
VALUES = {
    "name": "Ada",
    "facts": ["Snow is cold.", "Fire is hot.\n\nVery."],
    "empty": "",
    "yes": True,
    "long": "one\n\ntwo\nuser:\nthree",
}

_LINE = st.sampled_from([
    "Be kind.", "Greet {{ name }}.", "", "   ", "system:", "user:", "# assistant:", "{{ long }}",
    "{% for fact in facts %}", "{% endfor %}", "- {{ fact|default('x') }}", "{% if yes %}",
    "{% if not yes %}", "{% else %}", "{% endif %}", "{{ name }}{{ empty }} {{ name ~ facts[0] }}",
    "{% for f in facts %}{{ loop.index }}. {{ f }}{% endfor %}", "{# a remark #}", "{{ empty }}",
    "{% set x = name %}", "{% macro m(a) %}", "<{{ a|default('') }}>", "{% endmacro %}",
    "{{ m(name) if m is defined }}", "{%- if yes -%} tight {%- endif %}", "\t{{ 1 + 1 }}  ",
])  # fmt: skip
_SOURCES = st.tuples(
    st.sampled_from(["", "---\nname: x\n---\n"]), st.lists(_LINE, max_size=14)
).map(lambda parts: parts[0] + "\n".join(parts[1]))


def rendered(source: str, values: dict[str, object] = VALUES) -> tuple[Message, ...]:
    document = parse_document(source, "x.prompty")
    body = Body(BodyText(document.body, "x.prompty", document.body_line), {}, values)
    pieces = split_messages(body.render(dict(values)), has_roles=document.has_roles)
    return unpacked(packed(pieces))


def cut(source: str, level: Level) -> SegmentedPrompt:
    return segment(parse_document(source, "x.prompty"), rendered(source), level)


def words(text: str) -> list[str]:
    return sorted("".join(text.split()))


@given(_SOURCES, st.sampled_from(SPAN_LEVELS))
def test_segments_cover_everything_once(source: str, level: Level) -> None:
    try:
        messages = rendered(source)
    except TemplateError:
        return
    prompt = cut(source, level)
    every = range(len(prompt.segments))
    assert prompt.without(()) == messages
    assert prompt.without(every) == ()
    assert sorted(prompt.order()) == list(every)
    whole = "".join(message.text for message in messages)
    parts = [prompt.text_of(index) for index in every]
    assert sum(map(len, parts)) == len(whole)
    assert words("".join(parts)) == words(whole)
    assert all(part.strip() for part in parts)
    assert len({each.id for each in prompt.segments}) == len(prompt.segments)
    for index in every:
        left = "".join(message.text for message in prompt.without({index}))
        assert words(left + parts[index]) == words(whole)


@given(_SOURCES, st.sampled_from(SPAN_LEVELS), st.data())
def test_removing_in_steps_is_removing_at_once(source: str, level: Level, data) -> None:
    try:
        prompt = cut(source, level)
    except TemplateError:
        return
    every = range(len(prompt.segments))
    gone = data.draw(st.sets(st.sampled_from(list(every)))) if prompt.segments else set()
    left = prompt.without(gone)
    kept = [prompt.text_of(index) for index in every if index not in gone]
    assert words("".join(m.text for m in left)) == words("".join(kept))
    roles = [message.role for message in prompt.messages]
    assert [m.role for m in prompt.without(gone, keep_empty=True)] == roles
    for message in left:
        assert message.text == message.text.rstrip()
        assert message.text.split("\n")[0].strip()


TEMPLATE = """---
name: Facts
---
system:
You are kind.
Be brief.

Use these facts:
{% for fact in facts %}
- {{ fact }}
{% endfor %}
Nothing else.
{% if yes %}
Yes.
{% endif %}
user:
Hello {{ name }}.
"""


def titles(level: Level) -> list[str]:
    return [each.title for each in cut(TEMPLATE, level).segments]


def test_lines_are_the_lines_of_the_file():
    prompt = cut(TEMPLATE, "line")
    assert [each.first_line for each in prompt.segments] == [5, 6, 8, 10, 12, 14, 17]
    (system, user) = prompt.without({1, 3})
    assert system.text == "You are kind.\nUse these facts:\nNothing else.\nYes."
    assert user.text == "Hello Ada."


def test_paragraphs_end_at_blank_lines_and_role_markers():
    assert titles("paragraph") == ["You are kind.", "Use these facts:", "Hello {{ name }}."]
    assert cut(TEMPLATE, "paragraph").without({0, 1})[0].text == "Hello Ada."


def test_blocks_are_statements_and_the_text_between():
    assert titles("block") == [
        "system text",
        "for fact in facts",
        "system text",
        "if yes",
        "user text",
    ]


def test_variables_lose_their_values_alone():
    prompt = cut(TEMPLATE, "variable")
    assert [each.title for each in prompt.segments] == [
        "the template's own text",
        "fact" if any(s.title == "fact" for s in prompt.segments) else "facts",
        "name",
    ]
    assert prompt.without({2})[1].text == "Hello ."


def test_a_message_without_text_is_dropped_unless_roles_must_take_turns():
    prompt = cut(TEMPLATE, "line")
    assert [message.role for message in prompt.without({6})] == ["system"]
    assert [m.role for m in prompt.without({6}, keep_empty=True)] == ["system", "user"]


def test_examples_are_items_of_lists_and_are_rendered_anew():
    source = TEMPLATE.replace("- {{ fact }}", "{{ loop.index }}. {{ fact }}")
    document = parse_document(source, "x.prompty")
    values = complete(document, VALUES)
    found = examples(document, values)
    assert [each.segment.id for each in found] == ["facts[0]", "facts[1]"]
    assert [each.segment.first_line for each in found] == [9, 9]
    fewer = without_examples(values, found[:1])
    text = rendered(source, fewer)[0].text
    assert "1. Fire is hot." in text
    assert "Snow" not in text
    assert values["facts"] == VALUES["facts"]


@pytest.mark.parametrize("source", ["{% if %}", "{{ x", "{% for a in name %}{{ a }}{% endfor %}"])
def test_what_has_no_examples_has_none(source: str):
    assert examples(parse_document(source, "x.md"), VALUES) == ()


def test_segments_of_different_lines_never_share_an_id():
    for level in SPAN_LEVELS:
        ids = [each.id for each in cut(TEMPLATE, level).segments]
        assert all(a != b for a, b in itertools.combinations(ids, 2))


def test_passages_are_parts_and_what_is_around_them_is_one():
    spans = (
        Span("From these:\n"),
        Span(
            "Paid in 14 days.", literal=False, line=2, variable="retrieve", place=Place(passage=1)
        ),
        Span("\n\n"),
        Span("Open at nine.", False, 2, "retrieve", Place(passage=2)),
    )
    document = parse_document("From these:\n{{ retrieve('x') }}", "a.j2")
    parts = segment(document, (Message("user", spans),), "passage")
    assert [each.title for each in parts.segments] == [
        "all else", "passage 1: Paid in 14 days.", "passage 2: Open at nine.",
    ]  # fmt: skip
    (left,) = parts.without([1])
    assert left.text == "From these:\n\n\nOpen at nine."


def test_a_prompt_without_passages_has_none_to_leave_out():
    document = parse_document("Hello", "a.j2")
    messages = (Message.literal("user", "Hello"),)
    assert segment(document, messages, "passage").segments == ()
