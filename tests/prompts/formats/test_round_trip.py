"""What goes out to another format and comes back renders the same messages."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.prompts.formats import crafting
from workbench.domain.errors import FormatError, TemplateError, WorkbenchError
from workbench.domain.text import Message
from workbench.prompts.document import parse_document
from workbench.prompts.formats.braces import (
    read_forge,
    read_format_string,
    write_forge,
    write_format_string,
)
from workbench.prompts.formats.handlebars.reading import read_handlebars
from workbench.prompts.formats.handlebars.writing import write_handlebars
from workbench.prompts.formats.jinja_text import read_jinja, write_jinja
from workbench.prompts.formats.template_ast import Parts, Untranslatable
from workbench.prompts.inputs import complete
from workbench.prompts.roles import split_messages
from workbench.prompts.template_body import Body, BodyText

often = settings(max_examples=100)


def rendered(text: str) -> list[tuple[str, str]]:
    """Role and text of each message, as the sandbox would make them."""
    document = parse_document(text, "made.prompty")
    values = complete(document, crafting.VALUES)
    text = BodyText(document.body, "made.prompty", document.body_line)
    body = Body(text, {}, set(values), exact=document.exact)
    found = split_messages(body.render(values), has_roles=True)
    return [(each.role, "".join(piece.text for piece in each.pieces)) for each in found]


def plain(source: str, *, trimming: bool = True) -> str:
    """A Jinja template's text, with or without the trimming of blocks."""
    body = Body(BodyText(source, "made"), {}, set(), exact=not trimming)
    return "".join(piece.text for piece in body.render(dict(crafting.VALUES)))


@given(crafting.blocks)
@often
def test_jinja_means_the_parts_with_and_without_trimming(parts: Parts):
    trimmed = write_jinja(parts)
    bare = write_jinja(parts, trimming=False)
    assert plain(trimmed) == plain(bare, trimming=False)
    assert plain(write_jinja(read_jinja(trimmed, []))) == plain(trimmed)
    assert plain(write_jinja(read_jinja(bare, [], trimming=False))) == plain(trimmed)


@given(crafting.blocks)
@often
def test_handlebars_and_back(parts: Parts):
    try:
        source = write_handlebars(parts)
    except Untranslatable:
        assume(False)
    notes: list[str] = []
    assert plain(write_jinja(read_handlebars(source, notes))) == plain(write_jinja(parts))
    assert notes == []


@given(crafting.simple_blocks)
@often
def test_mustache_and_back(parts: Parts):
    try:
        source = write_handlebars(parts, dialect="mustache")
    except Untranslatable:
        assume(False)
    known = frozenset(crafting.VALUES)
    found = read_handlebars(source, [], dialect="mustache", known=known)
    assert plain(write_jinja(found)) == plain(write_jinja(parts))


@given(crafting.values_only)
@often
def test_format_strings_and_back(parts: Parts):
    source = write_format_string(parts)
    assert source.format(**crafting.VALUES) == plain(write_jinja(parts))
    assert plain(write_jinja(read_format_string(source, []))) == plain(write_jinja(parts))


@given(crafting.values_only)
@often
def test_chainforge_and_back(parts: Parts):
    try:
        source = write_forge(parts)
    except Untranslatable:
        assume(False)
    assert plain(write_jinja(read_forge(source, []))) == plain(write_jinja(parts))


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("dotprompt", "a.prompt"), ("promptfoo", "a.yaml"), ("langchain", "a.json"),
     ("prompty", "a.prompty")],
)  # fmt: skip
@given(made=crafting.turns(crafting.blocks))
@often
def test_a_prompt_comes_back_from_a_format(wanted: str, name: str, made):
    text = crafting.prompt_of(made)
    before = _or_nothing(text)
    try:
        content = crafting.exported(text, wanted)
    except FormatError:
        assume(False)
    assert rendered(crafting.imported(content, wanted, name)) == before


@given(st.lists(crafting.values_only, min_size=1, max_size=2))
@often
def test_a_prompt_comes_back_from_chainforge(made):
    roles = ["user"] if len(made) == 1 else ["system", "user"]
    turns = [crafting.Turn(role, parts) for role, parts in zip(roles, made, strict=True)]
    text = crafting.prompt_of(turns)
    before = _or_nothing(text)
    try:
        content = crafting.exported(text, "chainforge")
    except FormatError:
        assume(False)
    assert rendered(crafting.imported(content, "chainforge", "a.cforge")) == before


@given(crafting.turns(crafting.blocks))
@often
def test_messages_come_back_from_json(made):
    before = _or_nothing(crafting.prompt_of(made))
    messages = tuple(Message.value(role, text) for role, text in before)
    text = crafting.prompt_of(made)
    content = crafting.exported(text, "openai", messages)
    assert rendered(crafting.imported(content, "openai", "a.json")) == before


@given(st.text(max_size=60), st.text(max_size=60))
@often
def test_any_text_stays_the_same_text_in_messages(first: str, second: str):
    made = [("user", first), ("assistant", second)]
    messages = tuple(Message.value(role, text) for role, text in made)
    empty = "---\nname: x\n---\nHi"
    try:
        found = crafting.imported(crafting.exported(empty, "openai", messages), "openai", "a.json")
    except FormatError:
        assert not (first.strip() and second.strip()) or "\0" in first + second
        return
    except UnicodeEncodeError:
        assume(False)
    clean = [(r, t.replace("\r\n", "\n").replace("\r", "\n")) for r, t in made]
    shown = [(r, t) for r, t in clean if t.strip("\n").rstrip()]
    assert [(r, t.strip()) for r, t in rendered(found)] == [(r, t.strip()) for r, t in shown]


def _or_nothing(text: str) -> list[tuple[str, str]]:
    """What a prompt renders to; a made-up one that renders to nothing is left out."""
    try:
        before = rendered(text)
    except TemplateError as error:  # pragma: no cover - the parts are always sound
        raise AssertionError(f"{error}\n{text}") from error
    assume(bool(before))
    return before


def test_errors_are_of_the_program():
    assert issubclass(FormatError, WorkbenchError)
