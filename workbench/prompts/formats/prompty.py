"""The program's own prompt files: Prompty, and plain Jinja or Markdown as one message."""

from __future__ import annotations

import re

from workbench.domain.prompts.exchange import Exported, FormatInfo, ImportedPrompt
from workbench.domain.prompts.prompt import InputField, type_of
from workbench.domain.runs.spec import Json
from workbench.prompts.document import parse_document, split_front_matter
from workbench.prompts.formats.format import PromptFormat, Source, SourceFile
from workbench.prompts.formats.jinja_text import read_jinja, untrimmed
from workbench.prompts.formats.printing import JSON_OF_JINJA
from workbench.prompts.formats.prompt_text import as_yaml, has_inner_marks, untranslated
from workbench.prompts.formats.template_ast import Parts, RoleMark, Untranslatable, texts
from workbench.prompts.front_matter.keys import read_head
from workbench.prompts.roles import MARKER

_TITLE = "Prompty"
_SUFFIXES = (".prompty", ".j2", ".jinja", ".jinja2", ".md")
_TEMPLATE = {"format": {"kind": "jinja2"}, "parser": {"kind": "prompty"}}
_KINDS = {"number": "float", "file": "string"}
_JSON = re.compile(r"\|\s*tojson\b")
_UNKNOWN = re.compile(r"\{%[-+]?\s*(include|import|from|extends|break|continue)\b")


def _read(file: SourceFile) -> list[ImportedPrompt]:
    text = file.data.decode("utf-8", "replace") if file.text else file.text
    document = parse_document(text, file.name)
    notes = () if document.body.strip() else ("The prompt has no text.",)
    return [ImportedPrompt(name=file.stem, text=text, suffix=file.suffix, notes=notes)]


def _write(source: Source) -> Exported:
    """A file for Prompty itself: its names of the front matter's keys, its way with white space."""
    notes: list[str] = []
    if source.rows:
        notes.append("The data set is not part of the file.")
    document = source.document
    front_matter = read_head(source.text, source.name)
    if document.exact and isinstance(front_matter.get("template"), dict):
        return Exported(content=source.text.encode(), suffix=".prompty", notes=tuple(notes))
    try:
        # A Mustache body is Jinja in the document.
        raw = split_front_matter(source.text, source.name)[1]
        body = raw if document.exact else _body(source, notes)
    except Untranslatable as error:
        raise untranslated(source.name, _TITLE, error) from None
    front_matter = {"name": document.name, **front_matter, "template": _template(front_matter)}
    if document.inputs:
        front_matter["inputs"] = {
            each.name: _described(each, source.values) for each in document.inputs
        }
        front_matter.pop("sample", None)
    text = f"---\n{as_yaml(front_matter)}---\n{body}"
    return Exported(content=text.encode(), suffix=".prompty", notes=tuple(notes))


def _template(front_matter: dict[str, Json]) -> Json:
    """Prompty 2 takes the engine's name inside of a mapping only."""
    given = front_matter.get("template")
    return {**_TEMPLATE, "format": {"kind": given}} if isinstance(given, str) else _TEMPLATE


def _described(each: InputField, values: dict[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = {"kind": _KINDS.get(each.type, each.type)}
    if each.type == "array":
        value = values.get(each.name)
        first = value[0] if isinstance(value, list) and value else ""
        kind = type_of(first)
        found["items"] = {"kind": _KINDS.get(kind, kind)}
    if each.description:
        found["description"] = each.description
    if each.default is not None:
        found["default"] = each.default
    elif each.required:
        found["required"] = True
    if each.choices:
        found["enumValues"] = list(each.choices)
    if each.multiline:
        found["multiline"] = True
    if each.name in values and values[each.name] != each.default:
        found["example"] = values[each.name]
    return found


def _body(source: Source, notes: list[str]) -> str:
    """The body for an engine that trims nothing and takes a text without markers as system.

    Raises:
        Untranslatable: it does what that engine does not.
    """
    document = source.document
    other = _UNKNOWN.search(document.body)
    if other:
        raise Untranslatable(f"“{other[1]}”", document.body.count("\n", 0, other.start()) + 1)
    body = untrimmed(document.body)
    try:
        parts = read_jinja(document.body, [], roles=document.has_roles)
    except Untranslatable:  # more than the parts can say, and so no way to look closer
        parts = ()
    if any(MARKER.search(text) for text in texts(parts)):
        raise Untranslatable("a line as text that would start a message there")
    if _JSON.search(document.body):
        notes.append(JSON_OF_JINJA)
    notes += [
        f"The input {each.name} is an image there, not a text."
        for each in document.inputs
        if each.type == "image"
    ]
    if parts and not _has_marks(parts):
        return f"user:\n{body}"
    marked = document.has_roles and MARKER.search(document.body)
    return body if marked else f"user:\n{body}"


def _has_marks(parts: Parts) -> bool:
    return has_inner_marks(parts) or any(isinstance(part, RoleMark) for part in parts)


PROMPTY = PromptFormat(
    info=FormatInfo(
        id="prompty",
        title=_TITLE,
        suffixes=_SUFFIXES,
        description="The program's own format; written so that Prompty 2 reads it.",
    ),
    detect=lambda file: file.suffix in _SUFFIXES,
    read=_read,
    write=_write,
)
