"""Templates with single braces: Python's format strings (LangChain) and ChainForge's."""

from __future__ import annotations

import re
import string

from workbench.templates.formats.parts import (
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
_FORGE = re.compile(r"\\([{}])|(?<!\\)\{([^{}\\]+)\}(?P<line>[ \t]*\n)?")


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


def read_forge(source: str, notes: list[str]) -> Parts:
    r"""A ChainForge template as parts: ``{name}``, with ``\{`` and ``\}`` as braces.

    ``{=name}`` sets something of the model and is left out; ``{#name}`` becomes ``name``.
    """
    made: list[Part] = []
    position = 0
    for match in _FORGE.finditer(source):
        made.append(Text(source[position : match.start()]))
        position = match.end()
        name = match[2]
        if name is None:
            made.append(Text(match[1]))
        elif name.startswith("="):
            notes.append(f"{{{name}}} sets the model and is left out.")
        else:
            made.append(Value((_named(name, notes),)))
            made.append(Text(match["line"] or ""))
    made.append(Text(source[position:]))
    return merged(made)


def write_forge(parts: Parts) -> str:
    """Parts as a ChainForge template; only texts and plain variables can be written.

    Raises:
        Untranslatable: there is something else.
    """
    out = ""
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


def _plain(part: Part) -> str:
    if not isinstance(part, Value):
        raise Untranslatable("a condition or loop")
    if part.as_json:
        raise Untranslatable("a value written as JSON")
    if len(part.path) != 1 or part.path[0] == "loop":
        raise Untranslatable("a value inside of another")
    return str(part.path[0])
