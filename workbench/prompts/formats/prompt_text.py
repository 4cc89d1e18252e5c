"""Prompt files made of messages, and the messages of a prompt file, without rendering it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from workbench.domain.errors import FormatError
from workbench.domain.prompts.prompt import InputField, type_of
from workbench.domain.runs.spec import Json
from workbench.domain.text import Role
from workbench.prompts.document import PromptDocument
from workbench.prompts.formats.jinja_text import read_jinja, write_jinja
from workbench.prompts.formats.template_ast import (
    Each,
    Either,
    Part,
    Parts,
    RoleMark,
    Text,
    Untranslatable,
    Value,
    merged,
    roots,
    tested,
)
from workbench.prompts.front_matter.yaml_loader import PlainDumper, dump_yaml
from workbench.prompts.roles import MARKER

_BLANK_START = re.compile(r"\A(?:[ \t]*\n)+")
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
_FILE_NAME = re.compile(r"[^\w-]+")


@dataclass(frozen=True)
class Turn:
    """A message; or, where ``thread`` is set, the messages of that input."""

    role: Role
    parts: Parts = ()
    thread: str = ""
    source: str = ""
    """Jinja source that is used unchanged in place of ``parts``."""


class _Dumper(PlainDumper):
    """Long texts as blocks."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text.strip() else None
    if _OTHER_BREAKS.search(text):
        style = '"'  # the versions of YAML do not agree on what these are
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def as_yaml(value: object) -> str:
    """A value as YAML lines in the order it has."""
    return dump_yaml(value, dumper=_Dumper)


def prompt_text(
    name: str,
    turns: Iterable[Turn],
    *,
    description: str = "",
    inputs: Sequence[InputField] = (),
    sample: Mapping[str, Json] | None = None,
    extra: Mapping[str, Json] | None = None,
    body_parts: Parts | None = None,
) -> str:
    """A whole prompt file.

    Inputs that the messages use and ``inputs`` does not name are added.

    Args:
        name: what the prompt is called.
        turns: its messages.
        description: what it is for.
        inputs: those that are known.
        sample: sample values.
        extra: further keys of the front matter.
        body_parts: the body with role marks inside of blocks, in place of ``turns``.
    """
    turns = tuple(turns) if body_parts is None else (Turn("user", body_parts),)
    front_matter: dict[str, Any] = {"name": name}
    if description:
        front_matter["description"] = description
    front_matter |= dict(extra or {})
    fields = (*inputs, *_further(turns, {each.name for each in inputs}, sample or {}))
    if fields:
        newer = "model" in front_matter  # such files are of the second format: inputs are optional
        front_matter["inputs"] = {each.name: described(each, say_required=newer) for each in fields}
    if sample:
        front_matter["sample"] = dict(sample)
    body = body_text(turns) if body_parts is None else write_jinja(body_parts)
    return f"---\n{as_yaml(front_matter)}---\n{body}"


def body_text(turns: Iterable[Turn]) -> str:
    """Messages as the body of a prompt file."""
    made: list[str] = []
    for turn in turns:
        if turn.thread:
            made.append(f"{{{{ {turn.thread} }}}}\n")
            continue
        text = unmarked(turn.source) or write_jinja(turn.parts)
        made.append(f"{turn.role}:\n{text.rstrip(chr(10))}\n")
    return "\n".join(made)


def unmarked(source: str) -> str:
    """A template in which no line starts a message, its lines ended as a prompt file's are."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    return MARKER.sub(lambda match: "{{ " + repr(match.group()) + " }}", source)


def _further(
    turns: Sequence[Turn], known: set[str], sample: Mapping[str, Json]
) -> list[InputField]:
    found: dict[str, InputField] = {}
    asked = frozenset[str]().union(*(tested(turn.parts) for turn in turns))
    for turn in turns:
        if turn.thread:
            found[turn.thread] = InputField(name=turn.thread, type="thread", required=False)
        for name, kind in roots(turn.parts).items():
            if name not in known and (name not in found or found[name].type == "string"):
                needed = name not in asked
                shown = type_of(sample.get(name))
                typed = shown in {"array", "object"} or (shown == "boolean" and not needed)
                of_type = shown if typed else kind
                found[name] = InputField(name=name, type=of_type, required=needed)  # type: ignore[arg-type]
    return [each for each in found.values() if each.name not in known]


def described(each: InputField, *, say_required: bool = False) -> dict[str, Json]:
    """An input as written in front matter; ``say_required`` marks one that is required."""
    found: dict[str, Json] = {"type": each.type}
    if each.description:
        found["description"] = each.description
    if each.default is not None:
        found["default"] = each.default
    elif not each.required or say_required:
        found["required"] = each.required
    if each.choices:
        found["choices"] = list(each.choices)
    if each.multiline:
        found["multiline"] = True
    return found


def file_name(name: str, fallback: str = "prompt") -> str:
    """A short file name made of any text."""
    found = _FILE_NAME.sub("-", name).strip("-_").lower()[:60].strip("-_")
    return found or fallback


# --- reading a prompt file ----------------------------------------------------------------------


def parts_of(document: PromptDocument, notes: list[str]) -> Parts:
    """The body of a prompt file as parts, its role markers among them.

    Raises:
        Untranslatable: it does more than the parts can say.
    """
    return read_jinja(document.body, notes, trimming=not document.exact, roles=document.has_roles)


def turns_of(document: PromptDocument, notes: list[str]) -> tuple[Turn, ...]:
    """The messages of a prompt file, with what is variable in them.

    Raises:
        Untranslatable: it does more than the parts can say, or messages begin inside of blocks.
    """
    threads = frozenset(each.name for each in document.inputs if each.type == "thread")
    alone: Role = "system" if document.exact else "user"
    return split_turns(parts_of(document, notes), threads, "system", alone)


def split_turns(
    parts: Parts, threads: frozenset[str], before: Role, alone: Role
) -> tuple[Turn, ...]:
    """Parts as messages.

    Args:
        parts: with marks between the messages.
        threads: inputs that are messages themselves.
        before: the role of the text before the first marker.
        alone: the role where there is no mark.

    Raises:
        Untranslatable: a message begins inside of a block.
    """
    if has_inner_marks(parts):
        raise Untranslatable("a message that begins inside of a condition or loop")
    marked = any(isinstance(part, RoleMark) for part in parts)
    turns = [Turn(before if marked else alone)]
    gathered: list[Part] = []

    def finish() -> None:
        turns[-1] = replace(turns[-1], parts=trimmed(merged(gathered)))
        gathered.clear()

    for part in parts:
        if isinstance(part, RoleMark):
            finish()
            turns.append(Turn(part.role))
        elif isinstance(part, Value) and part.path[0] in threads and len(part.path) == 1:
            role = turns[-1].role
            finish()
            turns += [Turn(role, thread=str(part.path[0])), Turn(role)]
        else:
            gathered.append(part)
    finish()
    return tuple(turn for turn in turns if turn.parts or turn.thread)


def trimmed(parts: Parts) -> Parts:
    """A message's parts as rendering trims them: no blank lines before, no white space after."""
    found = list(parts)
    if found and isinstance(found[0], Text):
        found[0] = Text(_BLANK_START.sub("", found[0].text))
    if found and isinstance(found[-1], Text):
        found[-1] = Text(found[-1].text.rstrip())
    return merged(found)


def has_inner_marks(parts: Parts, *, inside: bool = False) -> bool:
    """Whether a message begins inside of a condition or loop."""
    for part in parts:
        if isinstance(part, RoleMark) and inside:
            return True
        if isinstance(part, Either) and has_inner_marks(part.then + part.otherwise, inside=True):
            return True
        if isinstance(part, Each) and has_inner_marks(part.body + part.otherwise, inside=True):
            return True
    return False


def untranslated(path: str, target: str, error: Untranslatable) -> FormatError:
    """The error for a prompt that a format cannot hold."""
    return FormatError(path, f"it has {error}, which {target} cannot hold.")
