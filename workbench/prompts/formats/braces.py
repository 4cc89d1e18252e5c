"""Templates with single braces: Python's format strings (LangChain) and ChainForge's."""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Iterator

from workbench.prompts.formats.template_ast import (
    Part,
    Parts,
    Path,
    Text,
    Untranslatable,
    Value,
    merged,
    usable_name,
)

_STEP = re.compile(r"[.\[\]]+")
_BLANK_REST = re.compile(r"[ \t]*\n")


def read_format_string(source: str, notes: list[str]) -> Parts:
    """A Python format string as parts; formats such as ``:.2f`` are left out, with a note.

    Raises:
        Untranslatable: the braces do not fit together.
    """
    made: list[Part] = []
    try:
        for text, field, spec, conversion in string.Formatter().parse(source):
            made.append(Text(text))
            if field is None:
                continue
            if spec or conversion:
                notes.append(f"How {{{field}}} is formatted has no equal and is left out.")
            made.append(Value(_field_path(field, notes)))
    except ValueError as error:
        raise Untranslatable(f"braces that do not fit together ({error})") from None
    return merged(made)


def _field_path(field: str, notes: list[str]) -> Path:
    first, *rest = _STEP.split(field)
    steps = [step for step in rest if step]
    return (_named(first, notes), *(int(s) if re.fullmatch(r"\d{1,9}", s) else s for s in steps))


def _named(name: str, notes: list[str]) -> str:
    usable = usable_name(name)
    note = f"The variable {name} is called {usable} here."
    if usable != name and note not in notes:
        notes.append(note)
    return usable


def write_format_string(parts: Parts) -> str:
    """Parts as a Python format string; only texts and plain variables can be written.

    Raises:
        Untranslatable: there is something else.
    """
    return "".join(
        part.text.replace("{", "{{").replace("}", "}}")
        if isinstance(part, Text)
        else f"{{{_plain(part)}}}"
        for part in parts
    )


def read_forge(
    source: str, notes: list[str], *, escapes: bool = True, known: Collection[str] | None = None
) -> Parts:
    r"""A ChainForge template as parts: ``{name}``, with ``\{`` and ``\}`` as braces.

    ``{=name}`` sets something of the model and is left out; ``{#name}`` becomes ``name``.

    Args:
        source: the template.
        notes: gets a sentence for what is lost.
        escapes: False for texts in which the backslash stays, as it does in system messages.
        known: the names that are variables; None where all are.
    """
    made: list[Part] = []
    position = 0
    for start, end in _spans(source):
        if start < position:
            continue
        name = source[start + 1 : end]
        made.append(_unescaped(source[position:start], escapes=escapes))
        position = end + 1
        if name.startswith("="):
            notes.append(f"{{{name}}} sets the model and is left out.")
            rest = _BLANK_REST.match(source, position)
            position = rest.end() if rest else position
        elif "{" in name or (known is not None and name not in known):
            made.append(_unescaped(source[start : end + 1], escapes=escapes))
        else:
            if name.startswith("#"):
                notes.append(f"{{{name}}} is taken as {{{name[1:]}}}.")
            made.append(Value((_named(name.removeprefix("#"), notes),)))
    made.append(_unescaped(source[position:], escapes=escapes))
    return merged(made)


def _spans(source: str) -> Iterator[tuple[int, int]]:
    """Find variables by ChainForge's rules: its braces from the first to the last.

    A backslash escapes the brace behind it, a line break ends an open group, and ``{}`` is none.
    """
    start = -1
    for place, sign in enumerate(source):
        if place and source[place - 1] == "\\":
            continue
        if start < 0 and sign == "{":
            start = place
        elif sign == "\n":
            start = -1
        elif start >= 0 and sign == "}":
            if start + 1 < place:
                yield start, place
            start = -1


def _unescaped(text: str, *, escapes: bool) -> Text:
    return Text(text.replace("\\{", "{").replace("\\}", "}") if escapes else text)


def write_forge(parts: Parts, *, escapes: bool = True) -> str:
    """Parts as a ChainForge template; only texts and plain variables can be written.

    Args:
        parts: what to write.
        escapes: False for texts in which a backslash would stay, as it does in system messages.

    Raises:
        Untranslatable: there is something else.
    """
    out = ""
    if not escapes:
        return _unescaped_forge(parts)
    for part in parts:
        if isinstance(part, Text):
            text = re.sub(r"[{}]", r"\\\g<0>", part.text)
            if re.search(r"\\\\[{}]", text):
                raise Untranslatable("a backslash just before a brace")
            out += text
        else:
            if out.endswith("\\"):
                raise Untranslatable("a backslash just before a value")
            out += f"{{{_plain(part)}}}"
    return out


def _unescaped_forge(parts: Parts) -> str:
    """The same where braces cannot be escaped: only such texts in which they mean nothing."""
    names = {_plain(part) for part in parts if isinstance(part, Value)}
    out = "".join(part.text if isinstance(part, Text) else f"{{{_plain(part)}}}" for part in parts)
    found = [out[start + 1 : end] for start, end in _spans(out)]
    meant = [_plain(part) for part in parts if not isinstance(part, Text)]
    if [name for name in found if name in names] != meant:
        raise Untranslatable("braces in a system message")
    return out


def _plain(part: Part) -> str:
    if not isinstance(part, Value):
        raise Untranslatable("a condition or loop")
    if part.as_json:
        raise Untranslatable("a value written as JSON")
    if len(part.path) != 1 or part.path[0] == "loop":
        raise Untranslatable("a value inside of another")
    return str(part.path[0])
