"""A YAML mapping with its lines: keys are taken one by one, and what is left over is a mistake."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TypeVar

import yaml

from workbench.domain.errors import SetFileError
from workbench.domain.runs.spec import Json
from workbench.prompts.front_matter.reading import read_yaml
from workbench.prompts.front_matter.yaml_loader import load_yaml

T = TypeVar("T")

CHARACTERS = 4 * 1024 * 1024
VALUES = 200_000
_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class Item:
    """A value of a file and where it is written.

    Args:
        value: plain JSON values.
        node: the same in the syntax tree.
        path: of the file, for errors.
    """

    def __init__(self, value: Json, node: yaml.Node, path: str) -> None:
        self.value = value
        self.node = node
        self.path = path

    @property
    def line(self) -> int:
        """Where it is written, from 1."""
        return int(self.node.start_mark.line) + 1

    def refused(self, reason: str) -> SetFileError:
        """The error that says what is wrong with this value, with its line."""
        return SetFileError(reason, self.path, self.line)

    def items(self, what: str) -> list[Item]:
        """The values of a list."""
        if not isinstance(self.value, list) or not isinstance(self.node, yaml.SequenceNode):
            raise self.refused(f"{what} must be a list.")
        pairs = zip(self.value, self.node.value, strict=True)
        return [Item(value, node, self.path) for value, node in pairs]

    def mapping(self, what: str) -> Mapping:
        """The keys of a mapping."""
        if not isinstance(self.value, dict) or not isinstance(self.node, yaml.MappingNode):
            raise self.refused(f"{what} must be lines of the form “name: value”.")
        return Mapping(self, what)

    def text(self, what: str) -> str:
        """A text; a number or true is taken as it is written."""
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, int | float) and isinstance(self.node, yaml.ScalarNode):
            return str(self.node.value)
        raise self.refused(f"{what} must be a text.")

    def of(self, kind: type[T], what: str) -> T:
        """A value of a type; "3" is no number."""
        value = self.value
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        raise self.refused(f"{what} must be {_NAMES.get(kind, kind.__name__)}.")


class Mapping:
    """The keys of a mapping that no one has taken yet.

    Args:
        item: the mapping.
        what: it is, for errors ("A variant").
    """

    def __init__(self, item: Item, what: str) -> None:
        self.item = item
        self._what = what
        self._known: list[str] = []
        self._left: dict[str, Item] = {}
        self._lines: dict[str, int] = {}
        assert isinstance(item.node, yaml.MappingNode)
        for key, node in item.node.value:
            name, line = str(key.value), int(key.start_mark.line) + 1
            if name in self._left:
                reason = f"“{name}” is here twice (also in line {self._lines[name]})."
                raise SetFileError(reason, item.path, line)
            if name in item.value:  # a key that is no text has another name there
                self._left[name] = Item(item.value[name], node, item.path)
            self._lines[name] = line

    def take(self, name: str) -> Item | None:
        """The value of a key, None where it is missing or empty."""
        self._known.append(name)
        found = self._left.pop(name, None)
        return None if found is None or found.value is None else found

    def text(self, name: str, default: str = "") -> str:
        """The text of a key."""
        found = self.take(name)
        return default if found is None else found.text(f"“{name}”")

    def number(self, name: str, kind: type[T], default: T) -> T:
        """The number of a key."""
        found = self.take(name)
        return default if found is None else found.of(kind, f"“{name}”")

    def rest(self) -> Iterator[tuple[str, Item]]:
        """All keys that were not taken."""
        left, self._left = self._left, {}
        yield from left.items()

    def finish(self) -> None:
        """Refuse keys that no one knows (SetFileError)."""
        for name in self._left:
            near = difflib.get_close_matches(name, self._known, 1)
            hint = f"Did you mean “{near[0]}”?" if near else f"It has: {', '.join(self._known)}."
            reason = f"{self._what} has no “{name}”. {hint}"
            raise SetFileError(reason, self.item.path, self._lines[name])


def read_tree(text: str, path: str) -> Item:
    """The one value of a YAML text with its lines.

    Raises:
        SetFileError: it is no YAML, empty, or too large.
    """
    if len(text) > CHARACTERS:
        reason = f"it has more than {CHARACTERS:,} characters: put the rows into a data set."
        raise SetFileError(reason, path)
    try:
        node, _ = load_yaml(text)
        value = read_yaml(text, VALUES)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"it is not valid YAML: {error.problem or error.context}."
        raise SetFileError(reason, path, mark.line + 1 if mark else 0) from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise SetFileError(f"it cannot be used: {reason}.", path) from None
    except RecursionError:
        raise SetFileError("it is nested too deeply.", path) from None
    if node is None or value is None:
        raise SetFileError("the file is empty: it needs “variants” at least.", path)
    return Item(value, node, path)
