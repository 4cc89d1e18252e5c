"""What the Prompty format's own conformance vectors ask for, on files written for these tests.

The cases follow spec/vectors (parse, render, load) of the format's repository, MIT licence; texts
are our own. Heads here name their template engine, which asks for the format to the letter.
"""

from __future__ import annotations

import pytest

from workbench.domain.errors import FrontMatterError, UndefinedVariableError
from workbench.prompts.document import parse_document
from workbench.prompts.render import render

HEAD = "---\nname: case\ntemplate: jinja2\n---\n"


async def messages(pool, body, values=None, head=HEAD):
    found = await render(pool, head + body, "case.prompty", values or {})
    return [(message.role, message.text) for message in found]


PARSED = {
    "one system message": ("system:\nBe brief.", [("system", "Be brief.")]),
    "three roles": (
        "system:\nBe brief.\n\nuser:\nHello\n\nassistant:\nGood day.",
        [("system", "Be brief."), ("user", "Hello"), ("assistant", "Good day.")],
    ),
    "several lines": ("user:\nOne.\nTwo.\nThree.", [("user", "One.\nTwo.\nThree.")]),
    "turns": (
        "user:\nA\n\nassistant:\nB\n\nuser:\nC",
        [("user", "A"), ("assistant", "B"), ("user", "C")],
    ),
    "no marker is a system message": ("Only text here", [("system", "Only text here")]),
    "only line breaks are dropped": (
        "system:\n  \n  Be kind.  \n  \n\nuser:\n  Hi  ",
        [("system", "  \n  Be kind.  \n  "), ("user", "  Hi  ")],
    ),
    "an empty message stays": ("system:\n\nuser:\nHi", [("system", ""), ("user", "Hi")]),
    "a role in a sentence": (
        "system:\nThe user: she said so\n\nuser:\nHi",
        [("system", "The user: she said so"), ("user", "Hi")],
    ),
    "markdown": (
        "system:\n# Head\n\n**bold**\n\n- one\n- two\n\nuser:\nHi",
        [("system", "# Head\n\n**bold**\n\n- one\n- two"), ("user", "Hi")],
    ),
    "blank lines between": ("system:\nA\n\n\n\nuser:\nB", [("system", "A"), ("user", "B")]),
    "a block of code": (
        "assistant:\nSee:\n```python\nprint(1)\n```\n\nuser:\nThanks",
        [("assistant", "See:\n```python\nprint(1)\n```"), ("user", "Thanks")],
    ),
    "colons in text": (
        "system:\nA tip: smile.\n\nuser:\nIt is 3:30",
        [("system", "A tip: smile."), ("user", "It is 3:30")],
    ),
    "attributes": (
        'user[name="Ada", id=7]:\nHi\n\n  # Assistant[nonce=a1]:\nHello',
        [("user", "Hi"), ("assistant", "Hello")],
    ),
}


@pytest.mark.parametrize("case", PARSED)
async def test_markers(pool, case):
    body, expected = PARSED[case]
    assert await messages(pool, body) == expected


RENDERED = {
    "two values and a number": ("{{a}} {{b}} is {{n}}", {"a": "X", "b": "Y", "n": 3}, "X Y is 3"),
    "a condition": ("{% if p %}yes{% else %}no{% endif %}", {"p": True}, "yes"),
    "a false one": ("{% if p %}yes{% else %}no{% endif %}", {"p": False}, "no"),
    "a loop keeps its blanks": (
        "Got: {% for i in l %}{{i}} {% endfor %}", {"l": ["a", "b"]}, "Got: a b ",
    ),
    "inside a value": ("{{u.name}} ({{u.mail}})", {"u": {"name": "A", "mail": "m"}}, "A (m)"),
    "an unknown name is empty": ("Hello {{who}}!", {}, "Hello !"),
    "no escaping": ("{{c}}", {"c": "<b>x</b>"}, "<b>x</b>"),
    "white space": ("one\n  two\n    three", {}, "one\n  two\n    three"),
    "lines of blocks stay": ("a\n{% if true %}\nb\n{% endif %}\nc", {}, "a\n\nb\n\nc"),
    "upper": ("{{ n | upper }}", {"n": "abc"}, "ABC"),
    "default": ('{{n|default("you")}}', {}, "you"),
    "a comment": ("Hello{# no #} you", {}, "Hello you"),
    "trim": ("{{ n | trim }}.", {"n": "  x "}, "x."),
    "join": ("{{ l | join(', ') }}", {"l": ["a", "b"]}, "a, b"),
    "length": ("{{ l | length }}", {"l": [1, 2, 3]}, "3"),
}  # fmt: skip


@pytest.mark.parametrize("case", RENDERED)
async def test_jinja(pool, case):
    body, values, expected = RENDERED[case]
    assert await messages(pool, body, values) == [("system", expected)]


MUSTACHE = {
    "a value": ("Hello {{name}}!", {"name": "Ada"}, "Hello Ada!"),
    "a section": ("{{#show}}Seen{{/show}}.", {"show": True}, "Seen."),
    "an inverted one": ("{{^show}}Hidden{{/show}}.", {"show": False}, "Hidden."),
    "a list": ("{{#l}}{{.}} {{/l}}", {"l": ["a", "b", "c"]}, "a b c "),
}


@pytest.mark.parametrize("case", MUSTACHE)
async def test_mustache(pool, case):
    body, values, expected = MUSTACHE[case]
    head = "---\ntemplate:\n  format: {kind: mustache}\n  parser: {kind: prompty}\n---\n"
    assert await messages(pool, body, values, head) == [("system", expected)]


async def test_a_mustache_body_has_its_lines_where_they_are(pool):
    text = "---\ntemplate: mustache\n---\nuser:\n{{#l}}\n- {{.}}\n{{/l}}\nEnd {{x}}"
    (found,) = await render(pool, text, "m.prompty", {"l": ["a"], "x": "!"})
    assert found.text == "- a\nEnd !"
    assert [span.line for span in found.spans if span.variable == "x"] == [8]


THREAD = HEAD.replace("template", "inputs:\n  - name: past\n    kind: thread\ntemplate")
PAST = [
    {"role": "user", "content": "user:\nbefore"},
    {"role": "assistant", "content": "an answer"},
]


@pytest.mark.parametrize("head", [THREAD, THREAD.replace("template: jinja2\n", "")])
async def test_a_thread_becomes_messages(pool, head):
    body = "system:\nHelp.\n\n{{ past }}\n\nuser:\nHi"
    expected = [("system", "Help."), ("user", "user:\nbefore"), ("assistant", "an answer")]
    assert await messages(pool, body, {"past": PAST}, head) == [*expected, ("user", "Hi")]


async def test_text_around_a_thread_keeps_its_role(pool):
    body = "user:\nBefore.\n{{ past }}\nAfter."
    found = await messages(pool, body, {"past": PAST[1:]}, THREAD)
    assert found == [("user", "Before."), ("assistant", "an answer"), ("user", "After.")]


async def test_a_thread_that_is_empty_leaves_nothing(pool):
    assert await messages(pool, "user:\nHi\n{{ past }}", {}, THREAD) == [("user", "Hi")]


async def test_a_template_can_go_through_a_thread_itself(pool):
    body = "user:\n{% for m in past %}{{ m.role }}>{{ m.content }};{% endfor %}"
    found = await messages(pool, body, {"past": PAST[1:]}, THREAD)
    assert found == [("user", "assistant>an answer;")]


async def test_what_stands_in_a_thread_is_data(pool):
    past = [{"role": "user", "content": "<|im_end|> {{ x }} {% if %}"}]
    found = await render(pool, THREAD + "{{ past }}", "t.prompty", {"past": past})
    assert [message.text for message in found] == ["<|im_end|> {{ x }} {% if %}"]
    assert not any(span.literal for message in found for span in message.spans)


def inputs(text):
    found = parse_document(text, "case.prompty").inputs
    return [(each.name, each.type, each.default, each.required) for each in found]


def test_inputs_as_a_list_as_a_mapping_and_below_properties_are_the_same():
    one = "- name: topic\n  kind: string\n  default: rain\n- name: n\n  kind: integer\n"
    listed = "---\nmodel: m\ninputs:\n" + "".join(f"  {line}\n" for line in one.splitlines())
    below = "---\nmodel: m\ninputs:\n  properties:\n" + "".join(
        f"    {line}\n" for line in one.splitlines()
    )
    mapped = (
        "---\nmodel: m\ninputs:\n  topic: {kind: string, default: rain}\n  n: {kind: integer}\n"
    )
    expected = [("topic", "string", "rain", False), ("n", "integer", None, False)]
    for text in (listed, below, mapped):
        assert inputs(text + "---\nHi") == expected


def test_a_bare_value_is_a_default_in_the_newer_format_and_a_sample_in_the_older():
    newer = parse_document("---\nmodel: m\ninputs:\n  name: Jane\n---\n{{name}}", "a.prompty")
    older = parse_document("---\ninputs:\n  name: Jane\n---\n{{name}}", "a.prompty")
    assert (newer.inputs[0].default, newer.sample) == ("Jane", {})
    assert (older.inputs[0].default, older.sample) == (None, {"name": "Jane"})


async def test_a_required_input_is_asked_for_and_an_optional_one_is_not(pool):
    head = "---\ntemplate: jinja2\ninputs:\n  - name: city\n    kind: string\n    required: true\n"
    with pytest.raises(UndefinedVariableError, match="city"):
        await messages(pool, "{{city}}", head=head + "---\n")
    head = head.replace("true", "false\n    example: Rome")
    assert await messages(pool, "In {{city}}.", head=head + "---\n") == [("system", "In .")]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("---\nname: a\n---\nBody", "Body"),
        ("No head at all", "No head at all"),
        ("---\n---\nBody only", "Body only"),
        ("  ---\nname: a\n---\nBody", "Body"),
        ("+++\nname: a\n+++\nBody", "Body"),
    ],
)
def test_where_the_head_ends(text, body):
    assert parse_document(text, "a.prompty").body == body


@pytest.mark.parametrize("head", ["name: [open", "- a list", "template: erb"])
def test_a_head_that_cannot_be_used_is_said(head):
    with pytest.raises(FrontMatterError):
        parse_document(f"---\n{head}\n---\nHi", "a.prompty")


def test_unknown_keys_are_no_error():
    text = "---\nname: a\ntools: [{name: t, kind: odd}]\noutputs: {x: 1}\nnew: {a: b}\n---\nHi"
    assert parse_document(text, "a.prompty").name == "a"
