"""Previewing a prompt with inputs that have no value yet."""

from __future__ import annotations

import pytest

from workbench.domain.errors import TemplateSyntaxError, UndefinedVariableError
from workbench.domain.runs.spec import Json
from workbench.processes.pool import SandboxPool
from workbench.prompts.placeholders import render_unfilled
from workbench.prompts.render import render

HEAD = """---
inputs:
  topic: string
  tone: {type: string, choices: [kind, short]}
  style: {type: string, default: plain}
  notes: {type: array}
  words: {type: number}
---
"""


async def shown(
    pool: SandboxPool, body: str, values: dict[str, Json], head: str = HEAD
) -> tuple[str, tuple[str, ...]]:
    messages, missing = await render_unfilled(pool, head + body, "t.prompty", values, sources={})
    return "\n".join(message.text for message in messages), missing


async def test_names_stand_for_what_has_no_value(pool: SandboxPool) -> None:
    text, missing = await shown(pool, "{{ topic }}, {{ tone }}, {{ style }}", {"tone": "kind"})
    assert text == "‹topic›, kind, plain"
    assert missing == ("topic", "notes", "words")


async def test_nothing_is_missing_where_all_is_given(pool: SandboxPool) -> None:
    values: dict[str, Json] = {"topic": "tea", "tone": "short", "notes": [], "words": 3}
    assert await shown(pool, "{{ topic }}", values) == ("tea", ())


async def test_a_list_has_one_item_with_the_parts_that_are_read(pool: SandboxPool) -> None:
    body = "{% for n in notes %}{{ n.place }}: {{ n['text'] }}{% endfor %}"
    text, _ = await shown(pool, body, {})
    assert text == "‹place›: ‹text›"
    text, _ = await shown(pool, "{% for n in notes %}- {{ n }}{% endfor %}", {})
    assert text == "- ‹notes›"


async def test_a_name_that_the_head_does_not_have_is_shown_too(pool: SandboxPool) -> None:
    text, missing = await shown(pool, "{{ author }} on {{ topic }}", {"topic": "tea"})
    assert text == "‹author› on tea"
    assert "author" in missing


async def test_a_misspelt_name_is_still_an_error(pool: SandboxPool) -> None:
    with pytest.raises(UndefinedVariableError, match=r"topc is not an input. Did you mean topic\?"):
        await shown(pool, "{{ topc }}", {"topic": "tea", "tone": "kind", "notes": [], "words": 1})


async def test_what_cannot_go_on_without_a_value_says_so(pool: SandboxPool) -> None:
    with pytest.raises(UndefinedVariableError) as caught:
        await shown(pool, "{{ words + 1 }}", {"topic": "tea"})
    assert "words" in caught.value.names


async def test_a_broken_template_is_told_as_it_is(pool: SandboxPool) -> None:
    with pytest.raises(TemplateSyntaxError):
        await shown(pool, "{{ topic", {})


async def test_a_run_never_gets_a_stand_in(pool: SandboxPool) -> None:
    with pytest.raises(UndefinedVariableError):
        await render(pool, HEAD + "{{ topic }}", "t.prompty", {})
