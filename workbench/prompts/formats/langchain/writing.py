"""Writing a prompt as LangChain's hub does."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.prompts.exchange import Exported
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.braces import write_format_string
from workbench.prompts.formats.format import Source
from workbench.prompts.formats.handlebars.writing import write_handlebars
from workbench.prompts.formats.jinja_text import write_jinja
from workbench.prompts.formats.printing import JSON_OF_JINJA
from workbench.prompts.formats.prompt_text import Turn, turns_of, untranslated
from workbench.prompts.formats.template_ast import (
    Parts,
    Untranslatable,
    printed,
    roots,
    with_filters,
)

TITLE = "LangChain"
_CLASSES = {
    "system": "SystemMessagePromptTemplate",
    "user": "HumanMessagePromptTemplate",
    "assistant": "AIMessagePromptTemplate",
}


def write_langchain(source: Source) -> Exported:
    """A chat prompt: format strings where that is enough, else Mustache, else Jinja.

    Raises:
        FormatError: it does more than these can say.
    """
    notes: list[str] = []
    try:
        turns = turns_of(source.document, notes)
        messages = [_message(turn, notes) for turn in turns]
    except Untranslatable as error:
        raise untranslated(source.name, TITLE, error) from None
    names: dict[str, None] = {}
    for turn in turns:
        names |= dict.fromkeys([turn.thread] if turn.thread else roots(turn.parts))
    threads = {turn.thread for turn in turns}
    partial: dict[str, Json] = {
        name: value
        for name, value in source.seen(source.optional).items()
        if name in names and name not in threads
    }
    if partial:
        notes.append("Inputs that need no value are partial variables there.")
    notes += _notes_of_values(turns, source)
    if source.rows:
        notes.append("The data set is not part of the prompt.")
    notes.append("Types and descriptions of the inputs are left out.")
    found = _object(
        "prompts", "chat", "ChatPromptTemplate",
        input_variables=[name for name in names if name not in partial],
        messages=messages,
        **({"partial_variables": partial} if partial else {}),
        metadata={"lc_hub_repo": source.document.name},
    )  # fmt: skip
    content = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    return Exported(content=content.encode(), suffix=".json", notes=tuple(dict.fromkeys(notes)))


def _message(turn: Turn, notes: list[str]) -> dict[str, Any]:
    if turn.thread:
        return _object(
            "prompts", "chat", "MessagesPlaceholder", variable_name=turn.thread, optional=True
        )
    text, language = _text(turn.parts, notes)
    if language == "mustache":
        notes.append("A message with conditions or loops is written as mustache.")
    elif language == "jinja2":
        notes.append(
            "A message is written as jinja2, which LangChain loads only where its init_validator "
            "allows it."
        )
    prompt = _object(
        "prompts", "prompt", "PromptTemplate",
        input_variables=list(roots(turn.parts)), template=text, template_format=language,
    )  # fmt: skip
    return _object("prompts", "chat", _CLASSES[turn.role], prompt=prompt)


def _text(parts: Parts, notes: list[str]) -> tuple[str, str]:
    if _keeps_text(parts):
        plain = with_filters(parts, (), notes)
        try:
            return write_format_string(plain), "f-string"
        except Untranslatable:
            pass
        try:
            return write_handlebars(plain, dialect="mustache"), "mustache"
        except Untranslatable:
            pass
    return write_jinja(parts, trimming=False), "jinja2"


def _keeps_text(parts: Parts) -> bool:
    """Whether filters can be left out: ``trim`` alone seldom changes a value."""
    return all(each.name == "trim" for value in printed(parts) for each in value.filters)


def _notes_of_values(turns: tuple[Turn, ...], source: Source) -> list[str]:
    values = [value for turn in turns for value in printed(turn.parts)]
    special = {each.name for each in source.document.inputs if each.type in {"file", "image"}}
    notes = [
        f"The input {name} is a text there."
        for name in dict.fromkeys(str(value.path[0]) for value in values)
        if name in special
    ]
    if any(value.as_json for value in values):
        notes.append(JSON_OF_JINJA)
    return notes


def _object(*name: str, **arguments: Any) -> dict[str, Any]:
    return {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", *name],
        "kwargs": arguments,
    }
