"""LangChain's prompts as JSON: what its hub and ``dumps`` write, and the older ``save``.

Objects are read by the last part of their "id"; nothing is imported or called.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from workbench.domain.errors import FormatError
from workbench.domain.prompts.exchange import FormatInfo, ImportedPrompt
from workbench.domain.prompts.prompt import InputField, type_of
from workbench.domain.runs.spec import Json
from workbench.domain.text import Role
from workbench.prompts.formats.braces import read_format_string
from workbench.prompts.formats.format import PromptFormat, SourceFile
from workbench.prompts.formats.handlebars.reading import read_handlebars
from workbench.prompts.formats.jinja_text import read_jinja
from workbench.prompts.formats.langchain.writing import TITLE, write_langchain
from workbench.prompts.formats.openai_messages import content_text, role_of
from workbench.prompts.formats.prompt_text import Turn, prompt_text, trimmed
from workbench.prompts.formats.template_ast import (
    Each,
    Part,
    Parts,
    Text,
    UnreadableTemplate,
    Untranslatable,
    Value,
    merged,
    usable_name,
)

_MESSAGES: dict[str, Role] = {
    "SystemMessagePromptTemplate": "system",
    "HumanMessagePromptTemplate": "user",
    "AIMessagePromptTemplate": "assistant",
    "SystemMessage": "system",
    "HumanMessage": "user",
    "AIMessage": "assistant",
}
_CHAINS = frozenset({"RunnableSequence", "RunnableBinding"})
_EXAMPLES = "examples"
_HTML = re.compile(r"(?<!\{)\{\{\s*[\w.]")
"""A value in Mustache that is written as HTML."""


def _kind(value: Json) -> str:
    """The class that an object is of, "" where it is none."""
    if isinstance(value, dict):
        name = value.get("id")
        if value.get("lc") == 1 and isinstance(name, list) and name:
            return str(name[-1])
        old = value.get("_type")
        return {
            "prompt": "PromptTemplate", "few_shot": "FewShotPromptTemplate",
            "chat": "ChatPromptTemplate",
        }.get(str(old), "")  # fmt: skip
    return ""


def _is_unwritten(value: Json) -> bool:
    return isinstance(value, dict) and value.get("type") == "not_implemented"


def _arguments(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        return {}
    given = value.get("kwargs", value)
    return given if isinstance(given, dict) else {}


def _read(file: SourceFile) -> list[ImportedPrompt]:
    reader = _Reader(file.name)
    value = reader.saved_prompt(file.value)
    turns = reader.prompt(value)
    arguments = _arguments(value)
    metadata = arguments.get("metadata")
    name = file.stem
    if isinstance(metadata, dict) and isinstance(metadata.get("lc_hub_repo"), str):
        name = str(metadata["lc_hub_repo"])
    if not any(turn.parts or turn.thread or turn.source for turn in turns):
        raise FormatError(file.name, "it holds no prompt with text.")
    text = prompt_text(name, turns, inputs=reader.inputs(arguments))
    return [ImportedPrompt(name=name, text=text, notes=tuple(dict.fromkeys(reader.notes)))]


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path
        self.notes: list[str] = []
        self._examples: dict[str, Json] = {}
        self._threads: set[str] = set()

    def inputs(self, arguments: dict[str, Json]) -> list[InputField]:
        """Inputs that the file knows more of than their name."""
        found = [
            InputField(name=name, type="array", default=rows)
            for name, rows in self._examples.items()
        ]
        partial = arguments.get("partial_variables")
        if isinstance(partial, dict):
            for name, value in partial.items():
                if usable_name(name) in self._threads:
                    continue
                if value is None:
                    found.append(InputField(name=usable_name(name), required=False))
                elif not _kind(value):
                    found.append(
                        InputField(name=usable_name(name), type=type_of(value), default=value)
                    )
                else:
                    self.notes.append(f"The value of {name} is a program's and is left out.")
        return found

    def saved_prompt(self, value: Json) -> Json:
        """The prompt of what was saved with its model, or came from LangSmith's API."""
        while isinstance(value, dict):
            arguments = _arguments(value)
            steps = [arguments.get("first"), arguments.get("bound")]
            if "manifest" in value and not _kind(value):
                value = value["manifest"]
            elif _kind(value) in _CHAINS and any(map(_kind, steps)):
                self.notes.append("What follows the prompt (its model, a parser) is left out.")
                value = next(step for step in steps if _kind(step))
            else:
                return value
        return value

    def prompt(self, value: Json) -> tuple[Turn, ...]:
        """The messages of any prompt object."""
        kind, arguments = _kind(value), _arguments(value)
        if _is_unwritten(value):
            raise FormatError(self._path, "LangChain could not write this prompt as JSON.")
        if kind == "PromptTemplate":
            return (self._turn("user", value),)
        if kind == "FewShotPromptTemplate":
            return (Turn("user", trimmed(self._few_shot(arguments))),)
        if kind in {"ChatPromptTemplate", "StructuredPrompt"}:
            if kind == "StructuredPrompt":
                self.notes.append("The schema of the answer is left out.")
            messages = arguments.get("messages")
            turns: list[Turn] = []
            for each in messages if isinstance(messages, list) else []:
                turns += self._message(each)
            return tuple(turns)
        raise FormatError(self._path, f"it is no prompt of LangChain ({kind or 'unknown kind'}).")

    def _message(self, value: Json) -> list[Turn]:
        kind, arguments = _kind(value), _arguments(value)
        if isinstance(value, list) and len(value) == 2:
            role = role_of(value[0], self.notes)
            short: dict[str, Json] = {"template": value[1], "template_format": "f-string"}
            return [Turn(role, trimmed(self._template(short)))] if role else []
        if kind == "MessagesPlaceholder":
            name = usable_name(str(arguments.get("variable_name") or "history"))
            self._threads.add(name)
            return [Turn("user", thread=name)]
        if kind == "FewShotChatMessagePromptTemplate" and not _is_unwritten(value):
            return self._few_shot_chat(arguments)
        named = kind in {"ChatMessagePromptTemplate", "ChatMessage"}
        found = role_of(arguments.get("role"), self.notes) if named else _MESSAGES.get(kind)
        if found is None:
            self.notes.append(f"A message of the kind {kind or 'unknown'} is left out.")
            return []
        if _kind(arguments.get("prompt")) == "PromptTemplate":
            return [self._turn(found, arguments["prompt"])]
        if "prompt" in arguments:
            content = self._content(arguments["prompt"])
        else:
            content = (Text(content_text(arguments.get("content"), self.notes)),)
        return [Turn(found, trimmed(content))]

    def _content(self, prompt: Json) -> Parts:
        """The parts of a message's content: a template, or a list of templates and images."""
        pieces = prompt if isinstance(prompt, list) else [prompt]
        made: list[Part] = []
        for index, piece in enumerate(pieces):
            if index:
                made.append(Text("\n"))
            if _kind(piece) == "PromptTemplate":
                made += self._template(_arguments(piece))
            else:
                self.notes.append("A part that is no text has no equal: its place is marked.")
                made.append(Text("[image]"))
        return merged(made)

    def _turn(self, role: Role, template: Json) -> Turn:
        """One template as a message; Jinja that is more than the parts can say stays as it is."""
        arguments = _arguments(template)
        source = arguments.get("template")
        if arguments.get("template_format") == "jinja2" and isinstance(source, str):
            try:
                return Turn(role, trimmed(read_jinja(source, self.notes, trimming=False)))
            except UnreadableTemplate:
                pass  # Reading its parts finds the fault.
            except Untranslatable:
                self.notes.append("White space around blocks can differ a little.")
                return Turn(role, source=source.strip("\n").rstrip())
        return Turn(role, trimmed(self._template(arguments)))

    def _template(self, arguments: dict[str, Json]) -> Parts:
        source, language = arguments.get("template"), arguments.get("template_format", "f-string")
        if not isinstance(source, str):
            raise FormatError(self._path, "a template in it is no text.")
        names = arguments.get("input_variables")
        known = frozenset(map(str, names)) if isinstance(names, list) else frozenset[str]()
        try:
            if language == "jinja2":
                return read_jinja(source, self.notes, trimming=False)
            if language == "mustache":
                if _HTML.search(source):
                    self.notes.append(
                        "LangChain writes &lt; for < in {{...}}, and so on; here values stay as "
                        "they are."
                    )
                return read_handlebars(source, self.notes, dialect="mustache", known=known)
            if language == "f-string":
                return read_format_string(source, self.notes)
        except Untranslatable as error:
            raise FormatError(
                self._path, f"a template has {error}, which cannot be read."
            ) from None
        raise FormatError(self._path, f"templates of the format {language} cannot be read.")

    def _few_shot(self, arguments: dict[str, Json]) -> Parts:
        separator = str(arguments.get("example_separator", "\n\n"))
        language = arguments.get("template_format", "f-string")

        def outer(key: str) -> Parts:
            text = arguments.get(key) or ""
            return self._template({"template": text, "template_format": language})

        rows = arguments.get("examples")
        if not isinstance(rows, list):
            self.notes.append("Examples that a program chooses are left out.")
            rows = []
        example = self._template(_arguments(arguments.get("example_prompt")))
        prefix, suffix = outer("prefix"), outer("suffix")
        name = self._keep_examples(rows)
        body = merged([*_of_item(example, "example"), Text(separator)])
        start: list[Part] = [*prefix, Text(separator)] if prefix else []
        return merged([*start, Each((name,), "example", body), *suffix])

    def _keep_examples(self, rows: list[Json]) -> str:
        name = _EXAMPLES if not self._examples else f"{_EXAMPLES}_{len(self._examples) + 1}"
        self._examples[name] = rows
        return name

    def _few_shot_chat(self, arguments: dict[str, Json]) -> list[Turn]:
        rows = arguments.get("examples")
        found = self.prompt(arguments.get("example_prompt"))
        if not isinstance(rows, list):
            self.notes.append("Examples that a program chooses are left out.")
            return []
        return [
            Turn(turn.role, trimmed(_filled(turn.parts, row)))
            for row in rows
            for turn in found
            if isinstance(row, dict)
        ]


def _of_item(parts: Parts, item: str) -> list[Part]:
    """Parts whose variables are taken out of a loop's item."""
    return [
        msgspec.structs.replace(part, path=(item, *part.path)) if isinstance(part, Value) else part
        for part in parts
    ]


def _filled(parts: Parts, row: dict[str, Json]) -> Parts:
    """Parts with the values of an example in place of its variables."""
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Value) and len(part.path) == 1 and part.path[0] in row:
            made.append(Text(str(row[str(part.path[0])])))
        else:
            made.append(part)
    return merged(made)


def _detect(file: SourceFile) -> bool:
    value: Any = file.mapping()
    return file.suffix in {".json", ".yaml", ".yml"} and bool(
        _kind(value) or _kind(value.get("manifest")) or value.get("type") == "not_implemented"
    )


LANGCHAIN = PromptFormat(
    info=FormatInfo(
        id="langchain",
        title=TITLE,
        suffixes=(".json",),
        description="Prompts of the LangChain hub: plain, chat, and few-shot.",
    ),
    detect=_detect,
    read=_read,
    write=write_langchain,
)
