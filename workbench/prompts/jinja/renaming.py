"""Renames an input: in the body and front matter of a file, and in files that share it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import yaml
from jinja2 import nodes

from workbench.domain.errors import FrontMatterError, UsageError
from workbench.domain.errors import TemplateSyntaxError as UnreadableError
from workbench.prompts.document import parse_document, split_front_matter
from workbench.prompts.front_matter.nodes import input_keys
from workbench.prompts.front_matter.reading import RESERVED
from workbench.prompts.includes import names_of_included
from workbench.prompts.jinja.diagnosis import parse
from workbench.prompts.jinja.environment import BoundedEnvironment, prompt_environment
from workbench.prompts.jinja.value_origins import NOT_VARIABLES
from workbench.prompts.source_map.token_places import Place, composed, token_places

_NAMING = frozenset({"filter", "block", "endblock", "macro", "endmacro", "import"})
"""Words of statements behind which a name is no variable."""
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class SharedFile(NamedTuple):
    """A file of the library: its path, the name by which others include it, its text."""

    path: str
    name: str
    text: str


def new_name(name: str) -> str:
    """A name that an input can have, in the form in which it is kept.

    Raises:
        UsageError: it is none.
    """
    found = composed(name.strip())
    if not found.isidentifier() or found in RESERVED or found in NOT_VARIABLES:
        raise UsageError(
            f"“{found[:60]}” cannot be the name of an input: use letters, digits and _, and no "
            "word that means something in templates."
        )
    return found


def rename_input(text: str, path: str, old: str, new: str) -> str:
    """A prompt file in which an input has another name; every other character stays.

    All variables of that name get the new one, loop variables that hide the input too, so that
    the file renders to the same.

    Args:
        text: the whole file.
        path: its ending says how it is read.
        old: the input's name.
        new: as :func:`new_name` gave it.

    Raises:
        UsageError: the file has something called ``new`` already, or ``old`` is a macro there.
        FrontMatterError, TemplateSyntaxError: it cannot be read, so that not all uses are known.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    document = parse_document(text, path)
    if split_front_matter(text, path)[1] != document.body:
        raise UsageError(f"{path} has a body in another template language: rename it by hand.")
    taken = {field.name for field in document.inputs} | set(document.sample)
    uses = _uses(document.body, path, document.body_line)
    if new in taken or any(use.name == new for use in uses):
        raise UsageError(f"{path} has something called {new} already: choose another name.")
    _refuse_macro(document.body, old, path)
    starts = _line_starts(text)
    changes = [
        (starts[document.body_line - 2 + use.line] + use.column, use.length)
        for use in uses
        if use.name == old
    ]
    if not changes and old not in taken:
        raise UsageError(f"{path} has no variable called {old}.")
    changes += [(starts[line] + column, length) for line, column, length in _keys(text, path, old)]
    for start, length in sorted(changes, reverse=True):
        text = text[:start] + new + text[start + length :]
    return mark + text


def mentions(text: str, path: str, name: str) -> bool:
    """Whether a file has an input or a variable of that name; a file that is unreadable has not."""
    try:
        document = parse_document(text, path)
        uses = _uses(document.body, path, document.body_line)
    except (FrontMatterError, UnreadableError):
        return False
    declared = {field.name for field in document.inputs} | set(document.sample)
    return name in declared or any(use.name == name for use in uses)


def shared_with(path: str, text: str, name: str, files: Iterable[SharedFile]) -> list[SharedFile]:
    """The files that have the same variable, because they include this one or it includes them.

    Directly or through others; the first file of a name is the one that is included.

    Args:
        path: the file that is to be changed.
        text: its text now.
        name: the variable.
        files: all of the library, in the order in which names are looked for.
    """
    known = {file.path: file for file in files}
    by_name: dict[str, str] = {}
    for file in known.values():
        by_name.setdefault(file.name, file.path)
    near: dict[str, set[str]] = {}
    for file in known.values():
        for included in names_of_included(text if file.path == path else file.text):
            other = by_name.get(included)
            if other is not None:
                near.setdefault(file.path, set()).add(other)
                near.setdefault(other, set()).add(file.path)
    found: dict[str, SharedFile] = {}
    waiting, seen = [path], {path}
    while waiting:
        for other in sorted(near.get(waiting.pop(), set()) - seen):
            seen.add(other)
            if mentions(known[other].text, other, name):
                found[other] = known[other]
                waiting.append(other)
    return list(found.values())


class _Use(NamedTuple):
    """A variable in a body: its name composed, its line (from 1) and column (from 0) there."""

    name: str
    line: int
    column: int
    length: int


def _environment() -> BoundedEnvironment:
    return prompt_environment({})


def _uses(body: str, path: str, body_line: int) -> list[_Use]:
    """All variables of a body.

    Raises:
        TemplateSyntaxError: it cannot be read.
    """
    tree, fault = parse(_environment(), body)
    if tree is None:
        assert fault is not None
        line = fault.line + body_line - 1 if fault.line else 0
        raise UnreadableError(fault.reason, path, line, fault.column)
    return [
        _Use(composed(place.value), place.line, place.column - 1, len(place.value))
        for place in _variables(token_places(_environment(), body))
    ]


def _variables(places: Collection[Place]) -> Iterator[Place]:
    """Tokens that name a variable: no attribute, filter, test, or name of an argument."""
    words = [place for place in places if place.kind != "whitespace"]
    depth = 0
    for index, place in enumerate(words):
        if place.kind.endswith("_begin"):
            depth = 0
        elif place.value in {"(", "[", "{"}:
            depth += 1
        elif place.value in {")", "]", "}"}:
            depth -= 1
        if place.kind != "name":
            continue
        before = words[index - 1].value if index else ""
        further = words[index - 2].value if index > 1 else ""
        after = words[index + 1].value if index + 1 < len(words) else ""
        is_test = before == "is" or (before == "not" and further == "is")
        is_argument = depth > 0 and after == "="
        statement = index > 1 and words[index - 2].kind == "block_begin" and before in _NAMING
        if before not in {".", "|"} and not (is_test or is_argument or statement):
            yield place


def _refuse_macro(body: str, name: str, path: str) -> None:
    """UsageError where a macro, or an argument of one, has that name: calls name it, too."""
    tree, _ = parse(_environment(), body)
    assert tree is not None
    macros = list(tree.find_all(nodes.Macro))
    named = {macro.name for macro in macros}
    called: list[nodes.Macro | nodes.CallBlock] = [*macros, *tree.find_all(nodes.CallBlock)]
    named |= {argument.name for block in called for argument in block.args}
    if name in named:
        raise UsageError(
            f"{path} has a macro, or an argument of one, called {name} too: rename that first."
        )


def _keys(text: str, path: str, name: str) -> Iterator[tuple[int, int, int]]:
    """Line and column (from 0) and length of each place where the front matter names an input."""
    front_matter, _, _ = split_front_matter(text, path)
    if front_matter is None:
        return
    root = yaml.compose(front_matter, Loader=yaml.SafeLoader)
    for key in input_keys(root, name):
        # The front matter begins in the second line of the file.
        line, column = key.start_mark.line + 1, key.start_mark.column
        quoted = int(key.style in {"'", '"'})
        yield line, column + quoted, key.end_mark.column - column - 2 * quoted


def _line_starts(text: str) -> list[int]:
    """The offset of each line, whatever ends the lines."""
    lines = _LINES.findall(text)
    return [0, *itertools.accumulate(map(len, lines))]
