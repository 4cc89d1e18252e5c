"""An open prompt: which values are the front matter's, and which the user's."""

from __future__ import annotations

from workbench.domain.prompts.prompt import TemplateAnalysis
from workbench.domain.runs.spec import Json
from workbench.ui.design.document import Document


def read(document: Document, sample: dict[str, Json], *, readable: bool = True) -> bool:
    found = TemplateAnalysis(name="", sample=sample, readable=readable)
    return document.take_analysis(document.text, found)


def opened(**values: Json) -> Document:
    return Document("a.prompty", "", "", "", values=dict(values))


def test_a_value_that_nobody_changed_follows_the_head_that_is_being_written() -> None:
    document = opened()
    read(document, {"examples": "ty array"})
    assert document.values == {"examples": "ty array"}
    assert read(document, {})
    assert document.values == {}
    read(document, {"examples": ["one"]})
    assert document.values == {"examples": ["one"]}
    assert read(document, {"examples": ["one", "two"]})
    assert document.values == {"examples": ["one", "two"]}


def test_what_was_typed_or_emptied_stays() -> None:
    document = opened()
    read(document, {"a": "1", "b": "2"})
    document.values = {"a": "mine"}
    assert not read(document, {"a": "3", "b": "4"})
    assert document.values == {"a": "mine"}


def test_a_value_that_was_given_is_nobody_elses() -> None:
    document = opened(a="given")
    read(document, {"a": "given"})
    assert not read(document, {"a": "other"})
    assert document.values == {"a": "given"}


def test_a_head_that_cannot_be_read_takes_nothing_away() -> None:
    document = opened()
    read(document, {"a": "1"})
    assert not read(document, {}, readable=False)
    assert document.values == {"a": "1"}
