"""Prompt files and parts of them, made up, for tests of the formats."""

from __future__ import annotations

from hypothesis import strategies as st

from workbench.prompts.document import parse_document
from workbench.prompts.formats.format import Source, SourceFile
from workbench.prompts.formats.prompt_text import Turn, prompt_text
from workbench.prompts.formats.registry import find_format, read_source_file
from workbench.prompts.formats.template_ast import Each, Either, Parts, Test, Text, Value, merged

VALUES = {
    "name": "Ada",
    "tone": "kind {{ not }} {this}",
    "flag": "",
    "deep": {"city": "Rome", "key": "k"},
    "items": ["one", "two {x}", "three"],
    "rows": [{"title": "A", "note": "n"}, {"title": "B", "note": ""}],
}
"""Values for all inputs that made-up prompts have."""

_WORDS = st.text(st.sampled_from("ab .,:{}%#\\\"'\n-é<>|&"), min_size=1, max_size=12)
texts = _WORDS.map(Text)
_plain = st.sampled_from(["name", "tone"]).map(lambda name: Value((name,)))
_deep = st.sampled_from([("deep", "city"), ("deep", "key"), ("items", 1)]).map(Value)
_truth = st.builds(Test, st.sampled_from([("name",), ("flag",)]), st.booleans())
_same = st.builds(
    Test, st.just(("name",)), st.booleans(), st.none(), st.sampled_from([("Ada",), ("x",), ("",)])
)


def _some(parts: st.SearchStrategy, most: int = 4) -> st.SearchStrategy[Parts]:
    return st.lists(parts, min_size=1, max_size=most).map(merged)


def _tests(*, same: bool) -> st.SearchStrategy[Test]:
    return st.one_of(_truth, _same) if same else _truth


def conditions(inner: st.SearchStrategy, *, same: bool) -> st.SearchStrategy[Either]:
    return st.builds(Either, _tests(same=same), _some(inner), st.one_of(st.just(()), _some(inner)))


def loops(inner: st.SearchStrategy, *, otherwise: bool) -> st.SearchStrategy[Each]:
    item = st.sampled_from([Value(("row", "title")), Value(("row", "note"))])
    body = st.tuples(item, _some(st.one_of(inner, item))).map(
        lambda pair: merged([*pair[1], pair[0]])
    )
    rest = st.one_of(st.just(()), _some(texts)) if otherwise else st.just(())
    return st.builds(Each, st.just(("rows",)), st.just("row"), body, rest)


values_only = _some(st.one_of(texts, _plain), 6)
"""What format strings and ChainForge can say."""
simple_blocks = _some(
    st.one_of(texts, _plain, conditions(st.one_of(texts, _plain), same=False),
              loops(st.one_of(texts, _plain), otherwise=False)), 6,
)  # fmt: skip
"""What Mustache can say, apart from braces as text."""
blocks = _some(
    st.one_of(texts, _plain, _deep, conditions(st.one_of(texts, _plain, _deep), same=True),
              loops(st.one_of(texts, _plain), otherwise=True)), 6,
)  # fmt: skip
"""What Handlebars and Jinja can say."""


def turns(parts: st.SearchStrategy[Parts]) -> st.SearchStrategy[list[Turn]]:
    role = st.sampled_from(["system", "user", "assistant"])
    return st.lists(st.builds(Turn, role, parts), min_size=1, max_size=4)


def prompt_of(made: list[Turn]) -> str:
    """A whole prompt file, with sample values for the inputs that it has."""
    return prompt_text("made up", made)


def exported(text: str, wanted: str, messages: tuple = ()) -> bytes:
    source = Source("made.prompty", text, parse_document(text, "made.prompty"), messages=messages)
    return find_format(wanted).write(source).content


def imported(content: bytes, wanted: str, name: str) -> str:
    found = read_source_file(SourceFile(name, content), wanted)
    return found.prompts[0].text
