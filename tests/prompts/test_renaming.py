"""An input under another name: what is changed, and that it renders to the same."""

import pytest

from workbench.domain.errors import FrontMatterError, TemplateSyntaxError, UsageError
from workbench.processes.pool import SandboxPool
from workbench.prompts.jinja.analysis import analyse
from workbench.prompts.jinja.renaming import SharedFile, new_name, rename_input, shared_with
from workbench.prompts.render import render


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{{ q }} q {{q|upper}} {# q #}", "{{ r }} q {{r|upper}} {# q #}"),
        ("{{ a.q }} {{ a['q'] }} {{ q.q }}", "{{ a.q }} {{ a['q'] }} {{ r.q }}"),
        ("{% if q is q and q is not q %}{{ 'q' }}{% endif %}",
         "{% if r is q and r is not q %}{{ 'q' }}{% endif %}"),
        ("{{ dict(q=q, a=[q]) }}", "{{ dict(q=r, a=[r]) }}"),
        ("{% set q = q or 1 %}{{ q }}", "{% set r = r or 1 %}{{ r }}"),
        ("{% for x in q %}{{ x }}{% else %}{{ q }}{% endfor %}",
         "{% for x in r %}{{ x }}{% else %}{{ r }}{% endfor %}"),
        ("{% with a = 1, q = 2 %}{{ q }}{% endwith %}",
         "{% with a = 1, r = 2 %}{{ r }}{% endwith %}"),
        ("{% set ns = namespace(q=q) %}{% set ns.q = q %}",
         "{% set ns = namespace(q=r) %}{% set ns.q = r %}"),
        ("{% raw %}{{ q }}{% endraw %}{{ q }}", "{% raw %}{{ q }}{% endraw %}{{ r }}"),
        ("{{ q }}\r\n{{ q }}\r\n", "{{ r }}\r\n{{ r }}\r\n"),
        ("---\ninputs:\n  q: string\n  qq: string\nsample: {q: 1, 'qq': 2}\n---\n{{ q }}{{ qq }}",
         "---\ninputs:\n  r: string\n  qq: string\nsample: {r: 1, 'qq': 2}\n---\n{{ r }}{{ qq }}"),
        ("\ufeff\r\n---\r\ninputs: [{name: 'q'}, \"x\"]\r\n---\r\n{{ q }}",
         "\ufeff\r\n---\r\ninputs: [{name: 'r'}, \"x\"]\r\n---\r\n{{ r }}"),
        ("---\ninputs:\n  properties:\n    - name: q\n      kind: string\n---\n{{ q }}",
         "---\ninputs:\n  properties:\n    - name: r\n      kind: string\n---\n{{ r }}"),
    ],
)  # fmt: skip
def test_only_the_variable_has_another_name(before: str, after: str) -> None:
    assert rename_input(before, "p.prompty", "q", "r") == after
    if "name" not in before or "namespace" in before:
        assert rename_input(after, "p.prompty", "r", "q") == before


async def test_the_same_is_rendered(pool: SandboxPool) -> None:
    text = (
        "---\ninputs:\n  q: {type: array, default: [1, 2]}\n---\nuser:\n"
        "{% for x in q if x in q %}{{ loop.index }}{{ x }}{% endfor %}"
        "{% macro m(a, b=q) %}{{ a }}{{ b }}{% endmacro %}{{ m(q) }}\n"
    )
    renamed = rename_input(text, "p.prompty", "q", "longer_name")
    assert await render(pool, renamed, "p.prompty", {}) is not None
    before, after = [
        [message.text for message in await render(pool, each, "p.prompty", {})]
        for each in (text, renamed)
    ]
    assert before == after


@pytest.mark.parametrize("name", ["", "2x", "a b", "self", "none", "loop", "range"])
def test_a_name_must_be_one(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of an input"):
        new_name(name)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{{ q }}{{ r }}", UsageError),
        ("---\ninputs:\n  q: string\n  r: string\n---\n{{ q }}", UsageError),
        ("{% macro q() %}{% endmacro %}{{ q() }}", UsageError),
        ("{% macro m(q) %}{{ q }}{% endmacro %}{{ m(q=q) }}", UsageError),
        ("{{ q }}{% if %}", TemplateSyntaxError),
        ("---\nname: {{ q }}\n---\n{{ q }}", FrontMatterError),
    ],
)
def test_what_cannot_be_renamed_is_left_alone(text: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        rename_input(text, "p.prompty", "q", "r")


def test_files_that_include_each_other_share_their_variables() -> None:
    files = [
        SharedFile("/u/main.prompty", "main.prompty", "{% include 'part.md' %}{{ q }}"),
        SharedFile("/u/part.md", "part.md", "{{ q }}{% include 'deep.md' %}"),
        SharedFile("/u/deep.md", "deep.md", "{{ q }}"),
        SharedFile("/u/other.md", "other.md", "{% include 'deep.md' %}{{ z }}"),
        SharedFile("/u/alone.md", "alone.md", "{{ q }}"),
        SharedFile("/u/macros.md", "macros.md", "{% from 'deep.md' import x %}{{ q }}"),
        SharedFile("/s/deep.md", "deep.md", "{{ q }} of the folder that comes later"),
    ]
    for path in ("/u/main.prompty", "/u/deep.md", "/u/part.md"):
        text = next(file.text for file in files if file.path == path)
        found = {file.path for file in shared_with(path, text, "q", files)}
        assert found | {path} == {"/u/main.prompty", "/u/part.md", "/u/deep.md"}


def test_an_input_that_is_never_used_can_be_removed_or_renamed() -> None:
    head = "---\ninputs:\n  q: string\n  old:\n    type: string\n    default: a\n---\n"
    (unused,) = analyse(head + "{{ q }}", "p.prompty").problems
    assert unused.fix is not None
    assert (unused.fix.title, unused.fix.line, unused.fix.lines) == ("Remove", 4, 3)
    assert unused.other_fix is None
    problems = analyse(head + "{{ q }}{{ entirely }}", "p.prompty").problems
    (unused,) = [each for each in problems if "never used" in each.message]
    assert unused.fix is not None
    assert (unused.fix.title, unused.fix.text) == ("Rename to entirely", "entirely")
    assert unused.other_fix is not None
    assert unused.other_fix.title == "Remove"
