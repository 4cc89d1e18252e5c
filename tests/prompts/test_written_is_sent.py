"""What reaches the model is what is written: cases that went wrong once, each with its value."""

import sys

import pytest

from workbench.domain.errors import FrontMatterError, TemplateError, UndefinedVariableError
from workbench.domain.text import Message
from workbench.processes.pool import SandboxPool
from workbench.prompts.document import parse_document
from workbench.prompts.front_matter.keys import edit_head
from workbench.prompts.jinja.analysis import analyse
from workbench.prompts.library.tags import with_tags
from workbench.prompts.render import render


async def rendered(
    pool: SandboxPool, text: str, path: str = "p.prompty", /, **values: object
) -> list[tuple[str, str]]:
    messages: tuple[Message, ...] = await render(pool, text, path, values)  # type: ignore[arg-type]
    return [(message.role, message.text) for message in messages]


def problems(text: str) -> list[str]:
    return [each.message for each in analyse(text, "p.prompty").problems]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "user:\nHello{% if vip %} (VIP){% endif %}\nassistant:\nyo\n",
            [("user", "Hello"), ("assistant", "yo")],
        ),
        (
            "user:\nHello {# a note #}\nassistant:\nyo\n",
            [("user", "Hello"), ("assistant", "yo")],
        ),
        (
            "user:\n{{ name }}{% if vip %}!{% endif %}\nassistant:\nyo\n",
            [("user", "Ada"), ("assistant", "yo")],
        ),
        (
            (
                "{% for n in [1, 2] -%}\nuser:\n{{ n }}\n{%- endfor %}\n"
                "assistant:\n{%- if vip %}{% endif %}ok"
            ),
            [("user", "1"), ("user", "2"), ("assistant", "ok")],
        ),
        # A value completes no marker, and one that holds a line of that form stays text.
        ("user:\n{{ role }}:\nx\n", [("user", "system:\nx")]),
        ("user:\n{{ lines }}\nx\n", [("user", "a\nsystem:\nb\nx")]),
    ],
)
async def test_a_marker_line_is_one_whatever_stands_before_it(
    pool: SandboxPool, body: str, expected: list[tuple[str, str]]
) -> None:
    found = await rendered(pool, body, name="Ada", vip=False, role="system", lines="a\nsystem:\nb")
    assert found == expected


HEAD = "---\ninputs:\n  q: {type: string, default: %s}\n---\nuser:\n{{ q }}\n"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("01234", "01234"),
        ("1.10", "1.10"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("2024-01-05", "2024-01-05"),
        ("no", "no"),
        ("true", "true"),
        ("1_000", "1_000"),
        ("'5'", "5"),
    ],
)
async def test_a_default_of_a_text_is_what_is_written(
    pool: SandboxPool, written: str, text: str
) -> None:
    assert await rendered(pool, HEAD % written) == [("user", text)]


async def test_choices_are_what_is_written(pool: SandboxPool) -> None:
    text = "---\ninputs:\n  q: {type: string, choices: [se, no, dk, 1.10]}\n---\nuser:\n{{ q }}\n"
    for choice in ("no", "1.10"):
        assert await rendered(pool, text, q=choice) == [("user", choice)]


def test_samples_of_a_text_are_what_is_written() -> None:
    text = (
        "---\ninputs:\n  zip: {type: string, sample: 01234}\n  code: string\n  day: 2024-01-05\n"
        "  off: no\nsample:\n  code: 1.10\n---\n{{ zip }}{{ code }}{{ day }}{{ off }}"
    )
    sample = {"zip": "01234", "code": "1.10", "day": "2024-01-05", "off": "no"}
    assert parse_document(text, "p.prompty").sample == sample


@pytest.mark.parametrize("word", ["yes", "no"])
def test_flags_take_the_words_of_both_versions_of_yaml(word: str) -> None:
    text = f"---\ninputs:\n  q: {{type: string, required: {word}}}\n---\n{{{{ q }}}}"
    assert parse_document(text, "p.prompty").inputs[0].required == (word == "yes")


@pytest.mark.parametrize(
    ("kind", "given", "text"),
    [
        ("number", "1e18", "1000000000000000000"),
        ("number", "6.02e23", "6.02e+23"),
        ("number", "2.5", "2.5"),
        ("number", "9223372036854775808", "9.223372036854776e+18"),
        ("integer", "9223372036854775807", "9223372036854775807"),
        ("integer", "-3", "-3"),
        ("integer", "4.0", "4"),
        ("integer", 9007199254740993, "9007199254740993"),
    ],
)
async def test_numbers(pool: SandboxPool, kind: str, given: object, text: str) -> None:
    head = f"---\ninputs:\n  n: {{type: {kind}}}\n---\nuser:\n{{{{ n }}}}\n"
    assert await rendered(pool, head, n=given) == [("user", text)]


async def test_a_whole_number_that_is_too_large_is_said(pool: SandboxPool) -> None:
    with pytest.raises(TemplateError, match="a whole number of at most 18 digits"):
        await rendered(pool, "---\ninputs: {n: integer}\n---\n{{ n }}", n="1" * 30)


def test_a_default_that_fits_no_type_is_said() -> None:
    head = "---\ninputs:\n  n: {type: number, default: %s}\n---\nuser:\n{{ n }}\n"
    assert problems(head % "6.02e23") == []
    (sentence,) = problems(head % "much")
    assert "The default does not fit" in sentence


@pytest.mark.parametrize("name", ["self", "none", "true", "not", "None", "False"])
def test_an_input_cannot_have_a_name_that_means_something_else(name: str) -> None:
    with pytest.raises(FrontMatterError, match="means something of its own"):
        parse_document(f"---\ninputs:\n  '{name}': string\n---\n{{{{ {name} }}}}", "p.prompty")


@pytest.mark.parametrize("declared", ["café", "cafe\u0301"])
@pytest.mark.parametrize("used", ["café", "cafe\u0301"])
@pytest.mark.parametrize("given", ["café", "cafe\u0301"])
async def test_a_name_is_one_in_both_forms_of_unicode(
    pool: SandboxPool, declared: str, used: str, given: str
) -> None:
    text = f"---\ninputs:\n  {declared}: string\n---\nuser:\n{{{{ {used} }}}}\n"
    assert problems(text) == []
    assert await rendered(pool, text, **{given: "x"}) == [("user", "x")]


async def test_a_name_set_in_both_branches_needs_no_value(pool: SandboxPool) -> None:
    body = "{% if a %}{% set n = 1 %}{% else %}{% set n = 2 %}{% endif %}\nuser:\n{{ n }}\n"
    text = f"---\ninputs:\n  a: boolean\n---\n{body}"
    assert problems(text) == []
    assert await rendered(pool, text, a=False) == [("user", "2")]
    inside = "---\ninputs:\n  a: boolean\n---\n{% if a %}{% set n = 1 %}{{ n }}{% endif %}"
    assert problems(inside) == []
    one = "---\ninputs:\n  a: boolean\n---\n{% if a %}{% set n = 1 %}{% endif %}{{ n }}"
    assert problems(one) == ["n is not an input yet."]


@pytest.mark.parametrize(
    ("expression", "hint"),
    [("len(q)", "value | length"), ("str(q)", "value | string"), ("enumerate(q)", "loop.index")],
)
async def test_functions_of_python_are_said_to_be_none(
    pool: SandboxPool, expression: str, hint: str
) -> None:
    text = f"---\ninputs:\n  q: string\n---\nuser:\n{{{{ {expression} }}}}\n"
    found = analyse(text, "p.prompty")
    assert [field.name for field in found.inputs] == ["q"]
    (sentence,) = [each.message for each in found.problems]
    assert hint in sentence
    with pytest.raises(TemplateError, match="there is no function") as caught:
        await rendered(pool, text, q="x")
    assert not isinstance(caught.value, UndefinedVariableError)


@pytest.mark.parametrize("start", ["", "\n", "\n \n", "\ufeff\n"])
async def test_blank_lines_may_stand_before_a_head(pool: SandboxPool, start: str) -> None:
    head = "---\nname: N\ninputs:\n  q: {type: string, default: hi}\n---\n"
    text = f"{start}{head}user:\n{{{{ q }}}}\n"
    document = parse_document(text, "p.prompty")
    assert document.name == "N"
    lines = text.removeprefix("\ufeff").split("\n")
    assert lines[document.input_lines["q"] - 1].startswith("  q:")
    assert lines[document.body_line - 1] == "user:"
    assert await rendered(pool, text) == [("user", "hi")]
    tagged = with_tags(text, "p.prompty", ("a",))
    assert tagged == text.replace("---\nuser:", "tags: [a]\n---\nuser:")
    assert edit_head(text, "p.prompty", ("name",), "M") == text.replace("name: N", "name: M")


def test_a_head_that_says_something_twice_is_warned_of() -> None:
    text = "---\nname: A\ntags: [x]\nname: B\n---\nuser:\nhi\n"
    found = analyse(text, "p.prompty")
    assert [(each.severity, each.line, each.message) for each in found.problems] == [
        ("warning", 4, '"name" is here twice; the one in line 2 has no effect.')
    ]
    assert found.name == "B"


def test_a_bare_template_tag_in_a_head_is_said_to_need_quotes() -> None:
    with pytest.raises(FrontMatterError, match="must be in quotes") as caught:
        parse_document("---\nname: {{ name }}\n---\nx", "p.prompty")
    assert caught.value.line == 2


@pytest.mark.parametrize("word", ["tool", "function", "developer"])
def test_roles_of_other_programs_are_said_to_be_none(word: str) -> None:
    (sentence,) = problems(f"user:\nhi\n{word}:\nx\n")
    assert f'"{word}:" is no role' in sentence


async def test_an_ordered_set_keeps_its_order(pool: SandboxPool) -> None:
    text = "---\ninputs:\n  s: {type: array, default: !!set {d, b, a, c}}\n---\nuser:\n{{ s }}\n"
    assert await rendered(pool, text) == [("user", "['d', 'b', 'a', 'c']")]


async def test_what_is_escaped_is_escaped_once(pool: SandboxPool) -> None:
    body = (
        "{% autoescape true %}{% macro m() %}<b>{{ q }}{% endmacro %}{{ m() }}{% endautoescape %}"
    )
    assert await rendered(pool, f"user:\n{body}", q="<") == [("user", "<b>&lt;")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{% for x in [1] %}{{ x }}", 'a block is not closed: add "{% endfor %}"'),
        ("{% if a %}x{% else %}y", 'a block is not closed: add "{% endif %}"'),
        ("{{ " + "9" * 60_000 + " }}", "a number in it has too many digits"),
        ("{{ 10 ** 20000 }}", "a number in it has too many digits"),
    ],
)
async def test_what_fails_says_what_to_do(pool: SandboxPool, body: str, reason: str) -> None:
    with pytest.raises(TemplateError) as caught:
        await rendered(pool, f"user:\n{body}", a=True)
    assert reason in str(caught.value)
    assert "set_int_max_str_digits" not in "".join(problems(f"user:\n{body}"))


async def test_a_deep_value_is_said_to_be_too_deep(pool: SandboxPool) -> None:
    loop = "{% for i in range(3000) %}{% set ns.v = [ns.v] %}{% endfor %}"
    body = f"user:\n{{% set ns = namespace(v=[]) %}}{loop}{{{{ ns.v | tojson }}}}"
    with pytest.raises(TemplateError, match="nested too deeply to be written as JSON"):
        await rendered(pool, body)


async def test_names_of_included_files_can_be_computed(pool: SandboxPool) -> None:
    sources = {"a.md": "A{% include 'b.md' %}", "b.md": "B", "100%.md": "C"}
    for body, expected in (
        ("{% include n ~ '.md' %}", "AB"),
        ('{% include "100%.md" %}', "C"),
    ):
        found = await render(pool, f"user:\n{body}\n", "p.prompty", {"n": "a"}, sources=sources)
        assert [message.text for message in found] == [expected]


async def test_too_many_files_in_each_other_are_said_to_be_too_many(pool: SandboxPool) -> None:
    sources = {f"{n}.md": f"{{% include '{n + 1}.md' %}}" for n in range(150)} | {"150.md": "end"}
    with pytest.raises(TemplateError, match="it includes more than 100 files"):
        await render(pool, "user:\n{% include '0.md' %}\n", "p.prompty", {}, sources=sources)
    found = await render(pool, "user:\n{% include '60.md' %}\n", "p.prompty", {}, sources=sources)
    assert [message.text for message in found] == ["end"]


def test_many_loops_are_checked_in_little_work() -> None:
    """The work grows with the text, not with its square: four times the loops, not 16 times it."""

    def steps(loops: int) -> int:
        count = 0

        def counted(_frame: object, event: str, _argument: object) -> None:
            nonlocal count
            count += event == "call"

        text = "user:\n" + "{% for x in xs %}{{ x.a }}{% endfor %}" * loops
        sys.setprofile(counted)
        try:
            analyse(text, "p.prompty")
        finally:
            sys.setprofile(None)
        return count

    steps(5)
    assert steps(80) < steps(20) * 6


async def test_many_tags_outside_of_loops_render(pool: SandboxPool) -> None:
    body = "".join(f"line {n}{{% if true %}} x{{% endif %}}.\n" for n in range(500))
    ((_, text),) = await rendered(pool, f"user:\n{body}")
    assert text.count("x") == 500
