"""Messages as OpenAI's chat API takes them: a list, or an object with "messages"."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.errors import FormatError
from workbench.domain.prompts.exchange import Exported, FormatInfo, ImportedPrompt
from workbench.domain.runs.spec import Json
from workbench.domain.text import Role
from workbench.prompts.formats.format import PromptFormat, Source, SourceFile
from workbench.prompts.formats.prompt_text import Turn, prompt_text
from workbench.prompts.formats.template_ast import Text
from workbench.prompts.front_matter.keys import options_of, read_head, sampling_of
from workbench.prompts.front_matter.model_options import OPTIONS

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
}
_SENT = frozenset(OPTIONS.values())
"""Options that the format has; others are llama.cpp's own."""
_LOST = {"tool_calls", "function_call", "audio", "refusal"}


def messages_of(value: Json) -> list[Json] | None:
    """The list of messages that a JSON value is or holds; None where there is none."""
    if isinstance(value, dict):
        value = value.get("messages")
    if isinstance(value, list) and value and all(_is_message(each) for each in value):
        return value
    return None


def _is_message(value: Json) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("role"), str):
        return False
    return any(key in value for key in ("content", "tool_calls", "function_call"))


def content_text(content: Json, notes: list[str]) -> str:
    """The text of a message's content; parts that are no text leave a note and a place."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        notes.append("A content that is neither text nor parts is left out.")
        return ""
    texts = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            texts.append(part["text"])
        else:
            kind = str(part.get("type", "part")) if isinstance(part, dict) else "part"
            notes.append(f"A part of the kind {kind[:40]} has no equal: its place is marked.")
            texts.append(f"[{kind[:40]}]")
    return "\n".join(texts)


def role_of(name: Json, notes: list[str]) -> Role | None:
    """A role by its name; None for one that has no equal, with a note."""
    role = ROLES.get(str(name).lower())
    if role is None:
        notes.append(f"A message of the role {str(name)[:40]} has no equal and is left out.")
    elif str(name).lower() == "developer":
        notes.append("The role developer is system here.")
    return role


def _read(file: SourceFile) -> list[ImportedPrompt]:
    found = messages_of(file.value)
    if found is None:
        raise FormatError(file.name, 'it holds no list of messages with "role" and "content".')
    notes: list[str] = []
    turns = []
    for message in found:
        assert isinstance(message, dict)
        role = role_of(message["role"], notes)
        notes += [f"“{key}” of a message is left out." for key in _LOST & message.keys()]
        text = content_text(message.get("content"), notes).strip("\n").rstrip()
        if role is not None and text:
            turns.append(Turn(role, (Text(text),)))
    if not turns:
        raise FormatError(file.name, "none of its messages has text.")
    extra = _model(file.value, notes)
    text = prompt_text(file.stem, turns, extra=extra)
    return [ImportedPrompt(name=file.stem, text=text, notes=tuple(dict.fromkeys(notes)))]


def _model(value: Json, notes: list[str]) -> dict[str, Json]:
    """The model and its options of a whole request, as front matter holds them."""
    if not isinstance(value, dict):
        return {}
    model: dict[str, Json] = {}
    if isinstance(value.get("model"), str):
        model["id"] = value["model"]
    options = sampling_of(value)
    if isinstance(value.get("seed"), int):
        options["seed"] = value["seed"]
    if options:
        model["options"] = options
    notes += [f"“{key}” is left out." for key in ("tools", "response_format") if key in value]
    return {"model": model} if model else {}


def _write(source: Source) -> Exported:
    notes = []
    if source.document.inputs:
        notes.append("Variables are filled with the sample values: the format has none.")
    if source.rows:
        notes.append("The data set is not part of the messages.")
    request: dict[str, Any] = {}
    options = options_of(read_head(source.text, source.name))
    if options.model:
        request["model"] = options.model
    request["messages"] = [
        {"role": message.role, "content": message.text} for message in source.messages
    ]
    request |= {key: value for key, value in options.sampling.items() if key in _SENT}
    if options.seed is not None:
        request["seed"] = options.seed
    content = json.dumps(request, ensure_ascii=False, indent=2) + "\n"
    return Exported(content=content.encode(), suffix=".json", notes=tuple(notes))


OPENAI = PromptFormat(
    info=FormatInfo(
        id="openai",
        title="OpenAI messages",
        suffixes=(".json",),
        description="Chat messages as JSON, filled in.",
    ),
    detect=lambda file: file.suffix == ".json" and _holds_messages(file),
    read=_read,
    write=_write,
    rendered=True,
)


def _holds_messages(file: SourceFile) -> bool:
    try:
        return messages_of(file.value) is not None
    except FormatError:
        return False
