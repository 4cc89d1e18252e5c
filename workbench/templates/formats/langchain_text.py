"""Writing a prompt as LangChain's hub does."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.exchange import Exported
from workbench.domain.spec import Json
from workbench.templates.formats.braces import write_format_string
from workbench.templates.formats.format import Source
from workbench.templates.formats.handlebars_text import write_handlebars
from workbench.templates.formats.jinja_text import write_jinja
from workbench.templates.formats.parts import Parts, Untranslatable, roots
from workbench.templates.formats.prompt_text import Turn, turns_of, untranslated

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
    partial: dict[str, Json] = {
        each.name: each.default
        for each in source.document.inputs
        if isinstance(each.default, str | int | float) and each.name in names
    }
    if partial:
        notes.append("Defaults are partial variables there.")
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
    text, language = _text(turn.parts)
    if language != "f-string":
        notes.append(f"A message with conditions or loops is written as {language}.")
    prompt = _object(
        "prompts", "prompt", "PromptTemplate",
        input_variables=list(roots(turn.parts)), template=text, template_format=language,
    )  # fmt: skip
    return _object("prompts", "chat", _CLASSES[turn.role], prompt=prompt)


def _text(parts: Parts) -> tuple[str, str]:
    try:
        return write_format_string(parts), "f-string"
    except Untranslatable:
        pass
    try:
        return write_handlebars(parts, dialect="mustache"), "mustache"
    except Untranslatable:
        return write_jinja(parts, trimming=False), "jinja2"


def _object(*name: str, **arguments: Any) -> dict[str, Any]:
    return {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", *name],
        "kwargs": arguments,
    }
