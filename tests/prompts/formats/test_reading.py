"""What each format's files become, on files written for these tests."""

from __future__ import annotations

import json

import pytest

from workbench.domain.errors import FormatError
from workbench.prompts.document import parse_document
from workbench.prompts.formats.format import Source, SourceFile
from workbench.prompts.formats.registry import FORMATS, find_format, read_source_file
from workbench.prompts.front_matter.keys import options_of, read_head
from workbench.prompts.render import render


def read(name, content, files=None, wanted=""):
    data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    encoded = {key: value.encode() for key, value in (files or {}).items()}
    return read_source_file(SourceFile(name, data, encoded), wanted)


async def messages(pool, prompt, values=None):
    sample = parse_document(prompt.text, "a.prompty").sample
    found = await render(pool, prompt.text, "a.prompty", {**sample, **(values or {})})
    return [(each.role, each.text) for each in found]


# --- Dotprompt ----------------------------------------------------------------------------------

DOTPROMPT = """\
# a licence
---
model: some/model
config:
  temperature: 0.4
  maxOutputTokens: 50
  stopSequences: [END]
input:
  schema:
    who: string, the person, by name
    tone?(enum, how it sounds): [plain, warm]
    things(array, what to name): string
    extra?(object):
      depth?: integer
  default:
    tone: warm
output: {format: json}
---
{{! nobody reads this }}
{{role "system"}}
Be {{tone}}.
{{#each things}}
- {{this}} of {{@root.who}}{{#if @last}}!{{/if}}
{{else}}
Nothing.
{{/each}}
{{history}}
{{role "user"}}
{{#unless extra}}Hi {{who}}{{else}}Deep {{extra.depth}}{{/unless}}
"""


async def test_dotprompt(pool):
    (prompt,) = read("hello.prompt", DOTPROMPT).prompts
    fields = {each.name: each for each in parse_document(prompt.text, "a.prompty").inputs}
    assert [fields[n].type for n in ("who", "tone", "things", "extra", "history")] == [
        "string", "string", "array", "object", "thread",
    ]  # fmt: skip
    assert fields["who"].description == "the person, by name"
    assert fields["who"].required
    assert (fields["tone"].choices, fields["tone"].default) == (("plain", "warm"), "warm")
    assert prompt.notes == ("“output” of the front matter has no effect here and is left out.",)
    options = options_of(read_head(prompt.text, "a.prompty"))
    assert options.model == "some/model"
    assert options.sampling == {"temperature": 0.4, "max_tokens": 50, "stop": ["END"]}
    past = [{"role": "assistant", "content": "before"}]
    values = {"who": "Ada", "things": ["a", "b"], "history": past}
    assert await messages(pool, prompt, values) == [
        ("system", "Be warm.\n- a of Ada\n- b of Ada!"),
        ("assistant", "before"),
        ("user", "Hi Ada"),
    ]
    values = {"who": "Ada", "things": [], "extra": {"depth": 3}}
    assert await messages(pool, prompt, values) == [
        ("system", "Be warm.\nNothing."),
        ("user", "Deep 3"),
    ]


@pytest.mark.parametrize(
    ("body", "values", "expected"),
    [
        ("Hello   {{~name~}}   you", {"name": "x"}, "Helloxyou"),
        ("Items:{{#each l~}}\n- {{this}}\n{{~/each}}Done", {"l": ["a", "b"]}, "Items:- a- bDone"),
        ("A\n{{~#if s~}}\nB\n{{~/if~}}\nC", {"s": True}, "ABC"),
        ("{{#ifEquals a 5}}same{{else}}not{{/ifEquals}}", {"a": 5}, "same"),
        ('{{#unlessEquals a "x"}}not{{/unlessEquals}}.', {"a": "y"}, "not."),
        ("{{#with u}}{{name}} {{../x}}{{/with}}", {"u": {"name": "n"}, "x": "o"}, "n o"),
        ("{{#each l as |v i|}}{{i}}{{v}} {{/each}}", {"l": ["a", "b"]}, "0a 1b"),
        ("{{#if a}}1{{else if b}}2{{else}}3{{/if}}", {"b": "x"}, "2"),
        ("{{json u}} {{u.a}}", {"u": {"a": 1}}, '{"a": 1} 1'),
        ("\\{{name}} and {{{name}}}", {"name": "<x>"}, "{{name}} and <x>"),
        ("{{my-name}}", {"my_name": "y"}, "y"),
    ],
)
async def test_handlebars_is_read_as_it_is_meant(pool, body, values, expected):
    (prompt,) = read("a.prompt", body).prompts
    assert await messages(pool, prompt, values) == [("user", expected)]


def test_what_handlebars_has_and_we_have_not_stays_as_text_with_a_note():
    (prompt,) = read("a.prompt", "{{> header}} {{media url=pic}} {{shout name}}").prompts
    assert len(prompt.notes) == 3
    assert "{{ '{{' }}> header}}" in prompt.text


@pytest.mark.parametrize(
    "body", ["{{#if a}}", "{{/if}}", "{{#if a}}{{/each}}", "{{else}}", "{{#odd a b}}x{{/odd}}"]
)
def test_blocks_that_do_not_fit_are_an_error_that_names_them(body):
    with pytest.raises(FormatError, match=r"a\.prompt: it has .* line 1"):
        read("a.prompt", body)


async def test_messages_that_begin_inside_of_a_block_stay_there(pool):
    body = '{{#each turns}}{{role "user"}}{{this.q}}{{role "model"}}{{this.a}}{{/each}}'
    (prompt,) = read("a.prompt", body).prompts
    turns = [{"q": "1?", "a": "1!"}, {"q": "2?", "a": "2!"}]
    found = await messages(pool, prompt, {"turns": turns})
    assert found == [("user", "1?"), ("assistant", "1!"), ("user", "2?"), ("assistant", "2!")]


# --- promptfoo ----------------------------------------------------------------------------------

PROMPTFOO = """\
description: A greeting
prompts:
  - 'Greet {{ name }} in {{lang}}.'
  - file://chat.json
  - file://several.txt
  - file://made.py
  - file://gone.txt
providers: [some:model]
defaultTest:
  vars: {lang: French}
tests:
  - vars: {name: Ada}
    assert:
      - {type: equals, value: Bonjour Ada}
  - vars: {name: [Bob, Cy], lang: German}
    assert:
      - {type: llm-rubric, value: is kind}
"""
FILES = {
    "chat.json": '[{"role": "system", "content": "Speak {{lang}}."},'
    ' {"role": "user", "content": "Say \\"hi\\" to {{name}}'
    "\\n{% if name == 'Ada' %}now{% endif %}\"}]",
    "several.txt": "First {{name}}\n---\nSecond {{name}}\n",
}


async def test_promptfoo(pool):
    found = read("promptfooconfig.yaml", PROMPTFOO, FILES)
    assert found.format == "promptfoo"
    names = [each.name for each in found.prompts]
    assert names == ["promptfooconfig-1", "chat", "several-1", "several-2"]
    first, chat, *_ = found.prompts
    assert await messages(pool, first) == [("user", "Greet Ada in French.")]
    assert await messages(pool, chat, {"name": "Ada"}) == [
        ("system", "Speak French."),
        ("user", 'Say "hi" to Ada\nnow'),
    ]
    assert first.rows == (
        {"lang": "French", "name": "Ada", "expected": "Bonjour Ada"},
        {"lang": "German", "name": "Bob"},
        {"lang": "German", "name": "Cy"},
    )
    reported = " ".join(first.notes)
    assert "made.py is made by a program" in reported
    assert "gone.txt was not found" in reported
    assert "llm-rubric" in reported
    assert "“providers” is left out." in reported


def test_promptfoo_tests_from_a_table():
    config = "prompts: ['{{q}}']\ntests: file://t.csv\n"
    found = read("a.yaml", config, {"t.csv": 'q,__expected\n"a, b",equals: 7\nc,8\n'})
    assert found.prompts[0].rows == (
        {"q": "a, b", "expected": "7"},
        {"q": "c", "expected": "8"},
    )


# --- OpenAI -------------------------------------------------------------------------------------


async def test_openai_messages(pool):
    request = {
        "model": "m-1",
        "temperature": 0.2,
        "seed": 5,
        "messages": [
            {"role": "developer", "content": "Use {{braces}} and\nuser:\nlines."},
            {"role": "user", "content": [{"type": "text", "text": "One"},
                                         {"type": "image_url", "image_url": {"url": "x"}}]},
            {"role": "assistant", "content": None, "tool_calls": []},
            {"role": "tool", "content": "42"},
            {"role": "assistant", "content": "{% raw %} {# no #}"},
        ],
    }  # fmt: skip
    (prompt,) = read("a.json", request).prompts
    assert await messages(pool, prompt) == [
        ("system", "Use {{braces}} and\nuser:\nlines."),
        ("user", "One\n[image_url]"),
        ("assistant", "{% raw %} {# no #}"),
    ]
    reported = " ".join(prompt.notes)
    assert "developer is system" in reported
    assert "image_url" in reported
    assert "role tool" in reported
    options = options_of(read_head(prompt.text, "a.prompty"))
    assert (options.model, options.sampling, options.seed) == ("m-1", {"temperature": 0.2}, 5)


# --- LangChain ----------------------------------------------------------------------------------


def lc(*name, **arguments):
    return {"lc": 1, "type": "constructor", "id": ["langchain", *name], "kwargs": arguments}


def template(text, language="f-string", names=()):
    return lc(
        "prompts", "prompt", "PromptTemplate",
        template=text, template_format=language, input_variables=list(names),
    )  # fmt: skip


async def test_a_langchain_chat(pool):
    chat = lc(
        "prompts", "chat", "ChatPromptTemplate",
        input_variables=["a"],
        messages=[
            lc("prompts", "chat", "SystemMessagePromptTemplate", prompt=template("Be {{x}} {a}.")),
            lc("prompts", "chat", "MessagesPlaceholder", variable_name="past", optional=True),
            lc("prompts", "chat", "HumanMessagePromptTemplate",
               prompt=template("{{#l}}- {{.}}\n{{/l}}{{a}}", "mustache", ["l", "a"])),
            lc("prompts", "chat", "AIMessagePromptTemplate",
               prompt=template("{% if a %}yes{% endif %}", "jinja2")),
        ],
        partial_variables={"a": "kind"},
    )  # fmt: skip
    (prompt,) = read("hub.json", chat).prompts
    past = [{"role": "user", "content": "old"}]
    assert await messages(pool, prompt, {"past": past, "l": ["1", "2"]}) == [
        ("system", "Be {x} kind."),
        ("user", "old"),
        ("user", "- 1\n- 2\nkind"),
        ("assistant", "yes"),
    ]


async def test_langchain_examples(pool):
    few = lc(
        "prompts", "few_shot", "FewShotPromptTemplate",
        prefix="Do {what}.",
        suffix="Q: {q}\nA:",
        examples=[{"q": "1+1", "a": "2"}, {"q": "{2}", "a": "3"}],
        example_prompt=template("Q: {q}\nA: {a}"),
        example_separator="\n\n",
        input_variables=["what", "q"],
    )  # fmt: skip
    (prompt,) = read("few.json", few).prompts
    expected = "Do sums.\n\nQ: 1+1\nA: 2\n\nQ: {2}\nA: 3\n\nQ: 4\nA:"
    assert await messages(pool, prompt, {"what": "sums", "q": "4"}) == [("user", expected)]


async def test_an_older_langchain_file(pool):
    old = {"_type": "prompt", "input_variables": ["x"], "template": "Say {x:>5} {{now}}"}
    (prompt,) = read("old.json", old).prompts
    assert await messages(pool, prompt, {"x": "y"}) == [("user", "Say y {now}")]
    assert "formatted" in prompt.notes[0]


@pytest.mark.parametrize(
    "value",
    [
        {"lc": 1, "type": "not_implemented", "id": ["a", "b"]},
        lc("llms", "openai", "OpenAI", api_key="x"),
        lc("prompts", "prompt", "PromptTemplate", template=3),
        template("{open"),
        template("x", "erb"),
    ],
)
def test_what_langchain_has_that_is_no_prompt_is_refused(value):
    with pytest.raises(FormatError):
        read("a.json", value, wanted="langchain")


# --- ChainForge ---------------------------------------------------------------------------------


async def test_a_chainforge_flow(pool):
    flow = {
        "flow": {
            "nodes": [
                {"id": "p", "type": "prompt", "data": {
                    "title": "Ask it", "prompt": "What is \\{this\\} {thing} in {place}?",
                    "llms": [{"settings": {"system_msg": "Be {mood}."}}]}},
                {"id": "t", "type": "textfields",
                 "data": {"fields": {"f0": "cup", "f1": "\\{x\\}"}}},
                {"id": "tab", "type": "table", "data": {
                    "columns": [{"header": "Place", "key": "c0"}],
                    "rows": [{"c0": "Rome"}, {"c0": "Oslo"}]}},
            ],
            "edges": [
                {"source": "t", "sourceHandle": "output", "target": "p", "targetHandle": "thing"},
                {"source": "tab", "sourceHandle": "Place", "target": "p", "targetHandle": "place"},
            ],
        }
    }  # fmt: skip
    (prompt,) = read("flow.cforge", flow).prompts
    assert prompt.name == "ask-it"
    assert await messages(pool, prompt) == [
        ("system", "Be {mood}."),  # settings of models are no templates there
        ("user", "What is {this} cup in Rome?"),
    ]
    assert len(prompt.rows) == 4
    assert {"thing": "{x}", "place": "Oslo"} in prompt.rows


async def test_a_plain_text_with_braces(pool):
    (prompt,) = read("ask.txt", "Name {n} \\{not\\} {#meta} {=temperature}\nthen stop.").prompts
    found = await messages(pool, prompt, {"n": "one", "meta": "m"})
    assert found == [("user", "Name one {not} m then stop.")]
    assert "temperature" in prompt.notes[0] + prompt.notes[1]


# --- all ----------------------------------------------------------------------------------------


def test_formats_have_their_own_names_and_say_what_they_are():
    infos = [each.info for each in FORMATS]
    assert len({info.id for info in infos}) == len(infos)
    assert all(info.title and info.suffixes and info.description for info in infos)


@pytest.mark.parametrize("wanted", ["dotprompt", "promptfoo", "langchain", "chainforge"])
def test_a_prompt_that_a_format_cannot_hold_is_refused_with_the_line(wanted):
    text = "---\nname: a\n---\nuser:\nHi\n{% macro m(x) %}{{ x }}{% endmacro %}\n{{ m(1) }}"
    source = Source("a.prompty", text, parse_document(text, "a.prompty"))
    with pytest.raises(FormatError, match=r"a\.prompty: it has .*, which .* cannot hold"):
        find_format(wanted).write(source)


def test_a_filter_that_is_lost_is_told():
    text = "---\nname: a\n---\nuser:\n{{ who | upper }}"
    source = Source("a.prompty", text, parse_document(text, "a.prompty"))
    notes = find_format("dotprompt").write(source).notes
    assert any("upper" in note for note in notes)
