"""Dotprompt (``.prompt``): YAML front matter with a Picoschema, Handlebars with roles."""

from __future__ import annotations

import re

import msgspec

from workbench.domain.errors import FormatError
from workbench.domain.prompts.exchange import Exported, FormatInfo, ImportedPrompt
from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.bounded_reading import read_yaml
from workbench.prompts.formats.dotprompt.picoschema import fields_of_schema, schema_of_fields
from workbench.prompts.formats.format import PromptFormat, Source, SourceFile
from workbench.prompts.formats.handlebars.reading import HISTORY, read_handlebars
from workbench.prompts.formats.handlebars.writing import write_handlebars
from workbench.prompts.formats.printing import joined, notes_of_javascript, notes_of_mappings
from workbench.prompts.formats.prompt_text import (
    Turn,
    as_yaml,
    has_inner_marks,
    parts_of,
    prompt_text,
    split_turns,
    untranslated,
)
from workbench.prompts.formats.template_ast import (
    Parts,
    RoleMark,
    Text,
    Untranslatable,
    usable_name,
    with_filters,
)
from workbench.prompts.front_matter.keys import options_of, read_head

_TITLE = "Dotprompt"
_FENCE = re.compile(
    r"\A(?:[ \t]*(?:#[^\n]*)?\n)*---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_HELPERS = frozenset({HISTORY, "role", "media", "section", "json"})
_CONFIG = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "max_tokens": "maxOutputTokens",
    "stop": "stopSequences",
}


def _read(file: SourceFile) -> list[ImportedPrompt]:
    notes: list[str] = []
    match = _FENCE.match(file.text)
    front_matter = (read_yaml(match[1], file.name) or {}) if match else {}
    body = file.text[match.end() :] if match else file.text
    if not isinstance(front_matter, dict):
        raise FormatError(file.name, "its front matter must be lines of the form “name: value”.")
    given = front_matter.get("input")
    source: dict[str, Json] = given if isinstance(given, dict) else {}
    fields = fields_of_schema(source.get("schema"), source.get("default"), notes)
    try:
        parts = read_handlebars(body, notes)
    except Untranslatable as error:
        raise FormatError(file.name, f"it has {error}, which cannot be read.") from None
    name = str(front_matter.get("name") or file.stem)
    text = prompt_text(
        name,
        _turns(parts),
        description=str(front_matter.get("description") or ""),
        inputs=_renamed(fields, notes),
        extra=_extra(front_matter, notes),
        body_parts=_whole(parts) if has_inner_marks(parts) else None,
    )
    return [ImportedPrompt(name=file.stem, text=text, notes=tuple(notes))]


def _whole(parts: Parts) -> Parts:
    starts = bool(parts) and isinstance(parts[0], RoleMark)
    return parts if starts else (RoleMark("user"), *parts)


def _turns(parts: Parts) -> tuple[Turn, ...]:
    if has_inner_marks(parts):
        return ()
    return split_turns(parts, frozenset({HISTORY}), "user", "user")


def _renamed(fields: list[InputField], notes: list[str]) -> list[InputField]:
    found = []
    for each in fields:
        name = usable_name(each.name)
        if name != each.name:
            notes.append(f"The variable {each.name} is called {name} here.")
        found.append(msgspec.structs.replace(each, name=name))
    return found


def _extra(front_matter: dict[str, Json], notes: list[str]) -> dict[str, Json]:
    model: dict[str, Json] = {}
    if isinstance(front_matter.get("model"), str):
        model["id"] = front_matter["model"]
    if isinstance(front_matter.get("config"), dict):
        model["options"] = front_matter["config"]
    notes += [
        f"“{key}” of the front matter has no effect here and is left out."
        for key in ("output", "tools", "toolDefs", "variant", "ext")
        if key in front_matter
    ]
    return {"model": model} if model else {}


def _write(source: Source) -> Exported:
    notes: list[str] = []
    document = source.document
    threads = {each.name for each in document.inputs if each.type == "thread"}
    for each in document.inputs:
        if each.name in _HELPERS and each.type != "thread":
            raise FormatError(
                source.name, f"Dotprompt has a helper called {each.name}: rename the input."
            )
    try:
        parts = with_filters(joined(parts_of(document, notes)), (), notes)
        notes += notes_of_javascript([parts], document) + notes_of_mappings(parts, document)
        if has_inner_marks(parts):
            body = write_handlebars(parts)
        else:
            turns = split_turns(parts, frozenset(threads), "system", "user")
            body = "".join(_message(turn, notes) for turn in turns)
    except Untranslatable as error:
        raise untranslated(source.name, _TITLE, error) from None
    front_matter: dict[str, Json] = {"name": document.name}
    if document.description:
        front_matter["description"] = document.description
    options = options_of(read_head(source.text, source.name))
    if options.model:
        front_matter["model"] = options.model
    config: dict[str, Json] = {
        _CONFIG[name]: value for name, value in options.sampling.items() if name in _CONFIG
    }
    if config:
        front_matter["config"] = config
    fields = [each for each in document.inputs if each.type != "thread"]
    if fields:
        front_matter["input"] = schema_of_fields(fields, source.values, notes)
    if source.rows:
        notes.append("The data set is not part of a Dotprompt file.")
    text = f"---\n{as_yaml(front_matter)}---\n{body}"
    return Exported(content=text.encode(), suffix=".prompt", notes=tuple(notes))


def _message(turn: Turn, notes: list[str]) -> str:
    if turn.thread:
        if turn.thread != HISTORY:
            notes.append(f"The conversation {turn.thread} is called history there.")
        return "{{history}}\n"
    return write_handlebars((RoleMark(turn.role), *turn.parts, Text("\n")))


DOTPROMPT = PromptFormat(
    info=FormatInfo(
        id="dotprompt",
        title=_TITLE,
        suffixes=(".prompt",),
        description="Handlebars with a typed head, of Genkit and Firebase.",
    ),
    detect=lambda file: file.suffix == ".prompt",
    read=_read,
    write=_write,
)
