"""Writing a prompt as a promptfoo configuration."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.exchange import Exported
from workbench.domain.spec import Json
from workbench.templates.formats.format import Source
from workbench.templates.formats.jinja_text import write_jinja
from workbench.templates.formats.parts import Untranslatable
from workbench.templates.formats.prompt_text import Turn, as_yaml, turns_of, untranslated

TITLE = "promptfoo"
_EXPECTED = ("expected", "answer", "label")


def write_promptfoo(source: Source) -> Exported:
    """One prompt, as a chat, and the data set or the sample values as its tests.

    Raises:
        FormatError: it does more than the format can say.
    """
    notes: list[str] = []
    try:
        turns = turns_of(source.document, notes)
    except Untranslatable as error:
        raise untranslated(source.name, TITLE, error) from None
    notes += [f"The conversation {turn.thread} is left out." for turn in turns if turn.thread]
    turns = tuple(turn for turn in turns if not turn.thread)
    config: dict[str, Any] = {
        "description": source.document.description or source.document.name,
        "prompts": [{"label": source.document.name, "raw": _raw(turns)}],
        "providers": ["echo"],
        "tests": _tests(source),
    }
    notes.append("Name your providers there; types of the inputs are left out.")
    return Exported(content=as_yaml(config).encode(), suffix=".yaml", notes=tuple(notes))


def _raw(turns: tuple[Turn, ...]) -> str:
    texts = [write_jinja(turn.parts, trimming=False, json_filter="dump") for turn in turns]
    if [turn.role for turn in turns] == ["user"]:
        return texts[0]
    messages = [
        {"role": turn.role, "content": text} for turn, text in zip(turns, texts, strict=True)
    ]
    return json.dumps(messages, ensure_ascii=False, indent=2)


def _tests(source: Source) -> list[dict[str, Any]]:
    inputs = {each.name for each in source.document.inputs}
    defaults = source.values
    tests: list[dict[str, Any]] = []
    rows = source.rows or tuple(dict(each) for each in source.samples.values())
    for row in rows or ({},):
        expected = next((row[k] for k in _EXPECTED if k in row and k not in inputs), None)
        variables: dict[str, Json] = {
            key: _listed(value) for key, value in (defaults | row).items() if key in inputs
        }
        test: dict[str, Any] = {"vars": variables}
        if expected is not None:
            test["assert"] = [{"type": "equals", "value": expected}]
        tests.append(test)
    return tests


def _listed(value: Json) -> Json:
    """A list inside of a list: alone it would stand for one test an item."""
    return [value] if isinstance(value, list) else value
