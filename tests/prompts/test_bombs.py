"""S1 to S3: hostile templates end with one sentence, at the right line, and the next one works."""

import contextlib

import jinja2
import pytest

from workbench.domain.errors import TemplateError, TemplateLimitError
from workbench.domain.text import Message
from workbench.processes.pool import SandboxPool
from workbench.prompts.chat.formatting import format_chat
from workbench.prompts.jinja.environment import ALLOWED_GLOBALS, chat_environment
from workbench.prompts.render import render
from workbench.prompts.source_map.tracing import TracingEnvironment

FIRST_LINES = "one\ntwo\n"
BOMB_LINE = 3
BOMBS = {
    "nested loops": (
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
    ),
    "repeated text": "{{ 'a' * 10**9 }}",
    "repeated list": "{{ range(99999)|list * 99999 }}",
    "center": "{{ 'a'|center(10**9) }}",
    "indent": "{{ 'a\\nb'|indent(10**9) }}",
    "percent width": "{{ '%1000000000d' % 1 }}",
    "percent format filter": "{{ '%1000000000d'|format(1) }}",
    "format method": "{{ '{:>1000000000}'.format(1) }}",
    "nested format": "{{ '{:>{w}}'.format(1, w=10**9) }}",
    "doubling": (
        "{% set n = namespace(x='a' * 99) %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}"
        "{% endfor %}"
    ),
    "doubling lists": (
        "{% set n = namespace(x=[1]) %}{% for i in range(40) %}{% set n.x = n.x + n.x %}"
        "{% endfor %}"
    ),
    "printing shared lists": (
        "{% set n = namespace(x=[1]) %}{% for i in range(40) %}{% set n.x = [n.x, n.x] %}"
        "{% endfor %}{{ n.x }}"
    ),
    "json of shared lists": (
        "{% set n = namespace(x=[1]) %}{% for i in range(40) %}{% set n.x = [n.x, n.x] %}"
        "{% endfor %}{{ n.x|tojson }}"
    ),
    "squaring": (
        "{% set n = namespace(x=3) %}{% for i in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}"
    ),
    "power": "{{ 10 ** (10 ** 8) }}",
    "power of float": "{{ 10.0 ** 400 }}",
    "range": "{% for i in range(10**9) %}x{% endfor %}",
    "long output": "{% for i in range(99999) %}" + "x" * 50 + "{% endfor %}",
    "macro recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "loop recursion": "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "block recursion": "{% block b %}{{ self.b() }}{% endblock %}",
    "join": "{{ range(99999)|join('x' * 9999) }}",
    "replace": "{{ 'x'|replace('x', 'y' * 9999999)|replace('y', 'z' * 9999) }}",
    "wordwrap": "{{ ('a' * 9999999)|wordwrap(1) }}",
    "map center": "{{ ['a']|map('center', 10**9)|list }}",
    "doubling set blocks": (
        "{% set x %}ab{% endset %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40 + "{{ x }}"
    ),
    "doubling empty set blocks": (
        "{% set x %}{% endset %}"
        + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40
        + "{{ x * (10 ** 8) ~ 1 / 0 }}"
    ),
    "many pieces through a macro": (
        "{% macro m() %}{% for i in range(900) %}{{ i }}{% endfor %}{% endmacro %}"
        "{% for i in range(99999) %}{{ m()|trim|indent(2) }}{% endfor %}"
    ),
    "brackets": "{{ " + "(" * 300 + "1" + ")" * 300 + " }}",
    "long sum": "{{ 1" + " + 1" * 5000 + " }}",
    "deep ifs": "{% if 1 %}" * 600 + "{% endif %}" * 600,
    "deep loops": "{% for i in [1] %}" * 30 + "{% endfor %}" * 30,
}
ESCAPES = {
    "class": "{{ ''.__class__ }}",
    "mro": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr filter": "{{ ''|attr('__class__') }}",
    "attr format": "{{ ('{0.__class__}'|attr('format'))('') }}",
    "format string": "{{ '{0.__class__.__mro__}'.format('') }}",
    "format map": "{{ '{a.__class__}'.format_map({'a': ''}) }}",
    "indirect format": "{% set f = '{0.__class__}'.format %}{{ f('') }}",
    "map attribute": "{{ ['']|map(attribute='__class__')|list|string|length / 0 }}",
    "macro globals": "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "lipsum": "{{ lipsum.__globals__ }}",
    "cycler": "{{ cycler.__init__.__globals__ }}",
    "joiner": "{{ joiner.__init__.__globals__ }}",
    "namespace": "{{ namespace.__init__.__globals__ }}",
    "self": "{{ self._TemplateReference__context }}",
    "generator frame": "{{ (x for x in [])|list }}",
    "change a list": "{{ items.append(1) }}",
    "change a mapping": "{{ mapping.update({'a': 1}) }}",
    "block environment": "{% block b %}{{ self.b.__func__ }}{% endblock %}",
    "open": "{{ open('/etc/passwd').read() }}",
    "import": "{{ __import__('os') }}",
    "include a file": "{% include '/etc/passwd' %}",
    "include upwards": "{% include '../../pyproject.toml' %}",
}


HARD = {
    name: BOMBS[name] for name in ("nested loops", "center", "doubling", "long output", "brackets")
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
async def test_a_bomb_ends_with_its_line_and_the_next_template_works(
    pool: SandboxPool, bomb: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        await render(pool, FIRST_LINES + bomb, "bomb.md", {})
    if "longer than a second" not in str(caught.value):  # a child that is killed tells no line
        assert caught.value.line == BOMB_LINE
    assert "\n" not in str(caught.value)
    assert (await render(pool, "ok", "next.md", {}))[0].text == "ok"


async def test_what_nothing_interrupts_is_killed(pool: SandboxPool) -> None:
    source = (
        "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(40) %}"
        "{% set n.x = [n.x, n.x] %}{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}"
    )
    with pytest.raises(TemplateLimitError, match="longer than a second"):
        await render(pool, source, "bomb.md", {})
    assert (await render(pool, "ok", "next.md", {}))[0].text == "ok"


async def test_an_endless_include_is_stopped(pool: SandboxPool) -> None:
    sources = {"a.md": "x{% include 'b.md' %}", "b.md": "y{% include 'a.md' %}"}
    with pytest.raises(TemplateLimitError, match="without end"):
        await render(pool, "{% include 'a.md' %}", "bomb.md", {}, sources=sources)


@pytest.mark.parametrize("payload", ESCAPES.values(), ids=ESCAPES.keys())
async def test_no_way_out_of_a_prompt(pool: SandboxPool, payload: str) -> None:
    with pytest.raises(TemplateError):
        await render(pool, payload, "escape.md", {"items": [1], "mapping": {}})


@pytest.mark.parametrize("payload", [*ESCAPES.values(), *HARD.values()], ids=[*ESCAPES, *HARD])
async def test_no_way_out_of_a_chat_format(pool: SandboxPool, payload: str) -> None:
    """What a chat format may do without an error must at least show nothing of the program."""
    text = ""
    with contextlib.suppress(TemplateError):
        segments = await format_chat(pool, payload, (Message.literal("user", "hello"),))
        text = "".join(segment.text for segment in segments)
    assert "<class" not in text
    assert "<built-in" not in text
    assert "globals" not in text


def test_templates_see_only_what_is_allowed() -> None:
    assert set(TracingEnvironment({}).globals) == ALLOWED_GLOBALS == {"range", "dict", "namespace"}
    assert set(chat_environment().globals) == ALLOWED_GLOBALS


def test_the_loader_knows_no_files() -> None:
    for environment in (TracingEnvironment({}), chat_environment()):
        assert isinstance(environment.loader, jinja2.DictLoader)
        assert environment.loader.list_templates() == []
