"""Writing a prompt as a promptfoo configuration."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from workbench.domain.prompts.exchange import Exported
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.format import Source
from workbench.prompts.formats.jinja_text import write_jinja
from workbench.prompts.formats.printing import notes_of_javascript
from workbench.prompts.formats.prompt_text import Turn, as_yaml, turns_of, untranslated
from workbench.prompts.formats.template_ast import Untranslatable, with_filters

TITLE = "promptfoo"
_FILTERS = frozenset(
    {"abs", "capitalize", "default", "first", "join", "last", "length", "lower"}
    | {"replace", "sum", "title", "trim", "upper", "wordcount"}
)
"""Filters that Nunjucks has too, and that do the same there."""
_SPECIAL = re.compile(r"\A\s*(?:[\[{](?![{%#])|- role:|\w+://)|\A[^\n]*[*/\\.:][^\n]*\Z")
"""Texts that promptfoo takes for something else; a single line with such signs for a path."""
_TAG = re.compile(r"\{[{%#]")
_EXPECTED = ("expected", "answer", "label")


def write_promptfoo(source: Source) -> Exported:
    """One prompt, as a chat, and the data set or the sample values as its tests.

    Raises:
        FormatError: it does more than the format can say.
    """
    notes: list[str] = []
    try:
        turns = turns_of(source.document, notes)
        if turns and all(turn.thread for turn in turns):
            raise Untranslatable("nothing but a conversation")
    except Untranslatable as error:
        raise untranslated(source.name, TITLE, error) from None
    notes += [f"The conversation {turn.thread} is left out." for turn in turns if turn.thread]
    turns = tuple(
        replace(turn, parts=with_filters(turn.parts, _FILTERS, notes))
        for turn in turns
        if not turn.thread
    )
    notes += notes_of_javascript([turn.parts for turn in turns], source.document)
    tests = _tests(source)
    lists = {each.name for each in source.document.inputs if each.type in {"array", "object"}}
    config: dict[str, Any] = {
        "description": source.document.description or source.document.name,
        "prompts": [{"label": source.document.name, "raw": _raw(turns, tests, lists)}],
        "providers": ["echo"],
        "tests": tests,
    }
    notes.append("Name your providers there; types of the inputs are left out.")
    return Exported(content=as_yaml(config).encode(), suffix=".yaml", notes=tuple(notes))


def _raw(turns: tuple[Turn, ...], tests: list[dict[str, Any]], lists: set[str]) -> str:
    texts = [write_jinja(turn.parts, trimming=False, nunjucks=True, lists=lists) for turn in turns]
    if [turn.role for turn in turns] == ["user"] and _is_plain(texts[0], tests):
        return texts[0]
    messages = [
        {"role": turn.role, "content": text} for turn, text in zip(turns, texts, strict=True)
    ]
    return json.dumps(messages, ensure_ascii=False, indent=2)


def _is_plain(text: str, tests: list[dict[str, Any]]) -> bool:
    """Whether a prompt can be written as text and not as a chat.

    As text it is read as JSON, YAML or a file where it looks like one, and templates inside of
    values are filled in.
    """
    values = (value for test in tests for value in test["vars"].values())
    return not _SPECIAL.search(text) and not any(
        isinstance(value, str) and _TAG.search(value) for value in values
    )


def _tests(source: Source) -> list[dict[str, Any]]:
    inputs = {each.name for each in source.document.inputs if each.type != "thread"}
    defaults = source.values
    tests: list[dict[str, Any]] = []
    rows = source.rows or tuple(dict(each) for each in source.samples.values())
    for row in rows or ({},):
        expected = next((row[k] for k in _EXPECTED if k in row and k not in inputs), None)
        variables: dict[str, Json] = {
            key: value for key, value in (defaults | source.seen(row)).items() if key in inputs
        }
        test: dict[str, Any] = {"vars": variables}
        if any(isinstance(value, list) for value in variables.values()):
            test["options"] = {"disableVarExpansion": True}  # else it is one test an item
        if expected is not None:
            test["assert"] = [{"type": "equals", "value": expected}]
        tests.append(test)
    return tests
