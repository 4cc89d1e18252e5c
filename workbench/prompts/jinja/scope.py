"""Names that have a value at a place of a half-typed template, and their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from workbench.domain.prompts.tags import Tag, assigns
from workbench.domain.runs.spec import Json

UNKNOWN: Any = object()
"""The value of a name without a known sample."""
_FOR = re.compile(r"for\s+(.+?)\s+in\s+(.+?)(?:\s+if\s.*|\s+recursive)?$", re.DOTALL)
_SET = re.compile(r"set\s+([\w\s,]+?)\s*(?:=\s*(.+))?$", re.DOTALL)
_MACRO = re.compile(r"macro\s+(\w+)\s*(\(.*\))?", re.DOTALL)
_WITH = re.compile(r"(\w+)\s*=\s*([^,]+)")
_IMPORT = re.compile(r"import\s+['\"](.+?)['\"]\s+as\s+(\w+)")
_FROM = re.compile(
    r"from\s+['\"](.+?)['\"]\s+import\s+(.+?)(?:\s+with(?:out)? context)?$", re.DOTALL
)
_DEFINED = re.compile(r"\{%[-+]?\s*(?:macro|set)\s+(\w+)\s*(\([^)]*\))?")
_PATH = re.compile(r"([A-Za-z_]\w*)((?:\.\w+(?:\(\))?|\[\d+\]|\[(?:'[^']*'|\"[^\"]*\")\])*)$")
_STEP = re.compile(r"\.(\w+)(\(\))?|\[(\d+)\]|\[['\"]([^'\"]*)['\"]\]")
_KEEPING = frozenset(
    {"sort", "reverse", "list", "unique", "select", "reject", "selectattr", "rejectattr", "shuffle"}
)
"""Filters that give the same items."""


_DEPTH = 50
"""Blocks inside one another in which a name is looked up."""


class Known(NamedTuple):
    """What is known of a name: a line about it, a sample value, the file it was imported from."""

    detail: str
    value: Json = UNKNOWN
    file: str = ""


class Module:
    """The sample value of ``import "file" as name``: what the file defines."""

    def __init__(self, members: Mapping[str, str]) -> None:
        self.members = dict(members)


class Names:
    """Names that statements give, read from the top down to a place.

    Args:
        text: the file.
        tags: its tags.
        position: statements that end behind it do not count.
        samples: values of the inputs, as far as they are known.
        sources: files that can be imported, by name.
    """

    def __init__(
        self,
        text: str,
        tags: Iterable[Tag],
        position: int,
        samples: Mapping[str, Json],
        sources: Mapping[str, str],
    ) -> None:
        self._samples = samples
        self._sources = sources
        self._frames: list[tuple[str, dict[str, Known]]] = [("", {})]
        for tag in tags:
            if tag.kind == "statement" and tag.closed and tag.end <= position:
                self._enter(tag, text[tag.word_start : tag.end - 2].rstrip("-+ \t\n"), text)

    @property
    def opened(self) -> list[str]:
        """The blocks that are open here, the innermost last."""
        return [word for word, _ in self._frames[1:]]

    def known(self) -> dict[str, Known]:
        """All names that statements give here, those of the innermost block first."""
        found: dict[str, Known] = {}
        for _, frame in reversed(self._frames):
            for name, known in frame.items():
                found.setdefault(name, known)
        return found

    def value(self, expression: str) -> Json:
        """The sample value of a name with its attributes, UNKNOWN where there is none."""
        base, *filters = expression.strip().split("|")
        if any(f.split("(")[0].strip() not in _KEEPING for f in filters):
            return UNKNOWN
        path = _PATH.search(base.strip())
        if path is None:
            return UNKNOWN
        frames = (frame for _, frame in reversed(self._frames[-_DEPTH:]))
        known = next((frame[path[1]] for frame in frames if path[1] in frame), None)
        found = known.value if known is not None else self._samples.get(path[1], UNKNOWN)
        for name, called, index, key in _STEP.findall(path[2]):
            found = _step(found, name or key, bool(called), index)
        return found

    def _enter(self, tag: Tag, statement: str, text: str) -> None:
        word = tag.word
        if word.startswith("end") and word not in ("end",):
            self._leave(word.removeprefix("end"))
        elif word == "for":
            self._frames.append((word, self._loop(statement)))
        elif word == "set":
            self._set(statement)
            if not assigns(text, tag):
                self._frames.append((word, {}))
        elif word == "macro":
            self._macro(statement)
        elif word == "with":
            given = {
                name: Known(f"with {value.strip()}", self.value(value))
                for name, value in _WITH.findall(statement)
            }
            self._frames.append((word, given))
        elif word in ("if", "call", "filter", "block"):
            self._frames.append((word, {}))
        else:
            self._import(statement)

    def _leave(self, word: str) -> None:
        if word not in self.opened:
            return
        while len(self._frames) > 1:
            left, names = self._frames.pop()
            if left in ("if", "set", "filter"):
                self._frames[-1][1].update(names)
            if left == word:
                return

    def _loop(self, statement: str) -> dict[str, Known]:
        match = _FOR.match(statement)
        if match is None:
            return {}
        targets = [name.strip(" ()") for name in match[1].split(",")]
        items = self.value(match[2])
        item: Json = items[0] if isinstance(items, (list, str)) and items else UNKNOWN
        if len(targets) == 1:
            return {targets[0]: Known(f"item of {match[2].strip()}", item)}
        values = item if isinstance(item, list) else []
        return {
            name: Known(f"item of {match[2].strip()}", values[i] if i < len(values) else UNKNOWN)
            for i, name in enumerate(targets)
        }

    def _set(self, statement: str) -> None:
        match = _SET.match(statement)
        if match is not None:
            value = match[2] or ""
            for name in match[1].split(","):
                detail = f"set to {value.strip()[:60]}" if value else "set to a text"
                self._frames[-1][1][name.strip()] = Known(detail, self.value(value))

    def _macro(self, statement: str) -> None:
        match = _MACRO.match(statement)
        if match is None:
            return
        arguments = (match[2] or "()")[1:-1]
        self._frames[-1][1][match[1]] = Known(f"macro({arguments})")
        names = [part.split("=")[0].strip() for part in arguments.split(",")]
        given = {name: Known(f"argument of {match[1]}") for name in names if name.isidentifier()}
        self._frames.append(("macro", given))

    def _import(self, statement: str) -> None:
        match = _IMPORT.match(statement)
        if match is not None:
            module: Any = Module(self.defined(match[1]))
            self._frames[-1][1][match[2]] = Known(f"from {match[1]}", module, match[1])
            return
        match = _FROM.match(statement)
        if match is not None:
            for part in match[2].split(","):
                words = part.split()
                if words:
                    self._frames[-1][1][words[-1]] = Known(f"from {match[1]}", UNKNOWN, match[1])

    def defined(self, file: str) -> dict[str, str]:
        """What a file of the library defines: names with the arguments of macros."""
        source = self._sources.get(file, "")
        return dict(_DEFINED.findall(source))


def _step(value: Json, name: str, called: bool, index: str) -> Json:
    """An attribute, a method's result or an item of a sample value."""
    if value is UNKNOWN:
        return UNKNOWN
    if called:
        if isinstance(value, dict) and name in ("items", "values", "keys"):
            if name == "items":
                return [list(pair) for pair in value.items()]
            return list(value) if name == "keys" else list(value.values())
        return UNKNOWN
    if index:
        place = int(index)
        return value[place] if isinstance(value, (list, str)) and place < len(value) else UNKNOWN
    return value.get(name, UNKNOWN) if isinstance(value, dict) else UNKNOWN
