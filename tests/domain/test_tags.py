"""Finding the tags of a template, whole and half typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.prompts.tags import (
    body_start,
    find_blocks,
    find_tags,
    is_in_front_matter,
    tag_at,
    text_in_quotes,
)


def _shown(text: str) -> list[tuple[str, str, bool]]:
    return [(tag.kind, text[tag.start : tag.end], tag.closed) for tag in find_tags(text)]


def test_every_kind_of_tag_is_found_whole() -> None:
    text = "a {{ b }} {%- if c -%} {# d #} {% raw %}{{ e }}{% endraw %}"
    assert _shown(text) == [
        ("expression", "{{ b }}", True),
        ("statement", "{%- if c -%}", True),
        ("comment", "{# d #}", True),
        ("raw", "{% raw %}{{ e }}{% endraw %}", True),
    ]


@pytest.mark.parametrize(
    "tag",
    [
        '{{ "}}" }}',
        "{{ '{{' ~ x }}",
        "{{ {'a': {'b': 1}}['a'] }}",
        "{{ a\n| trim\n}}",
        "{% set x = {'a': '%}'} %}",
        "{{- x -}}",
    ],
)
def test_a_tag_ends_where_jinja_ends_it(tag: str) -> None:
    assert [shown for _, shown, _ in _shown(f"x {tag} y")] == [tag]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("{{ na\nnext {{ b }}", "{{ na"),
        ("{% if \n{% endif %}", "{% if "),
        ("{{ 'open }}\nx", "{{ 'open }}"),
        ("{# never", "{# never"),
        ("{% raw %}x", "{% raw %}"),
    ],
)
def test_a_tag_that_is_being_typed_ends_with_its_line(text: str, tag: str) -> None:
    assert _shown(text)[0][1] == tag


def test_statements_that_belong_together() -> None:
    text = "{% for a in b %}{% if c %}{% elif d %}{% else %}{% endif %}{% else %}{% endfor %}"
    blocks = find_blocks(text, find_tags(text))
    assert [[tag.word for tag in block.tags] for block in blocks] == [
        ["if", "elif", "else", "endif"],
        ["for", "else", "endfor"],
    ]


def test_only_a_set_without_value_has_an_end() -> None:
    text = "{% set a = 1 %}{% set b %}x{% endset %}"
    (block,) = find_blocks(text, find_tags(text))
    assert [tag.word for tag in block.tags] == ["set", "endset"]


def test_the_body_starts_behind_the_head() -> None:
    assert body_start("---\na: b\n---\nx") == len("---\na: b\n---\n")
    assert body_start("---\na: b\n---") == len("---\na: b\n---")
    assert body_start("---\nnever closed\n") == 0
    assert body_start("x\n---\n---\n") == 0
    assert body_start("\n \n---\na: b\n---\nx") == len("\n \n---\na: b\n---\n")
    assert body_start("+++\na = 1\n+++\nx") == len("+++\na = 1\n+++\n")


def test_a_head_that_is_not_closed_yet_is_a_head() -> None:
    inside = [is_in_front_matter("---\na:\n", each) for each in (0, 3, 4, 7)]
    assert inside == [False, True, True, True]
    assert not is_in_front_matter("a\n---\n", 6)
    closed = "---\na: b\n---\nx"
    assert is_in_front_matter(closed, len(closed) - 2)
    assert not is_in_front_matter(closed, len(closed) - 1)


def test_the_tag_at_a_cursor() -> None:
    text = "a {{ b }} c {{ d"
    tags = find_tags(text)
    inside = [bool(tag_at(tags, offset)) for offset in range(len(text) + 1)]
    assert inside == [4 <= n < 9 or n >= 14 for n in range(len(text) + 1)]


def test_quotes_that_are_open() -> None:
    text = """{{ "a'b" ~ 'c\\'d"""
    assert text_in_quotes(text, 0, 6) == ('"', 4)
    assert text_in_quotes(text, 0, 9) == ("", 0)
    assert text_in_quotes(text, 0, len(text)) == ("'", 12)


@given(st.text(alphabet="{}%#-+'\"\\() \nabraw.endif", max_size=80))
def test_tags_are_in_order_and_never_overlap(text: str) -> None:
    end = 0
    for tag in find_tags(text):
        assert end <= tag.start < tag.end <= len(text)
        end = tag.end
    find_blocks(text, find_tags(text))


def test_hostile_text_takes_time_that_grows_with_its_length_alone() -> None:
    for part in ("{{ ", "{{ (\n", "{{ ({{\n", "{% raw %}\n", "{# \n", "{{ '\n", "{% if\n", "}}"):
        tags = find_tags(part * 30_000)  # with time that grows as the square it would not end
        find_blocks(part * 30_000, tags)
