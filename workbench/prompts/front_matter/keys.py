"""The front matter of a prompt file as values, and edits that keep all other bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from workbench.domain.errors import FrontMatterError
from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.runs.spec import Json
from workbench.prompts.document import lines_of, split_front_matter
from workbench.prompts.front_matter.model_options import (
    OPTIONS,
    PLACES,
    name_of,
    options_of_model,
    usable,
)
from workbench.prompts.front_matter.reading import HEAD_CHARACTERS, read_front_matter, read_yaml
from workbench.prompts.front_matter.strategy import with_strategy
from workbench.prompts.front_matter.yaml_loader import PlainDumper, dump_yaml

_ONE_LINE = 1 << 30
"""Characters of a line that is never wrapped."""
REFERENCE = re.compile(r"\$\{(env|file):([^}\n]{1,500})\}", re.IGNORECASE)


def read_head(text: str, path: str) -> dict[str, Json]:
    """All keys of a prompt file's front matter, known or not; an empty mapping where it has none.

    Raises:
        FrontMatterError: the front matter cannot be read.
    """
    front_matter, _, _ = split_front_matter(text, path)
    if front_matter is None:
        return {}
    read_front_matter(front_matter, path)  # says what is wrong, with its line
    values = read_yaml(front_matter)
    return values if isinstance(values, dict) else {}


def options_of(values: Mapping[str, Json]) -> HeadOptions:
    """What front matter says about the model, in either form of the Prompty format."""
    options = with_strategy(options_of_model(values.get("model")), values)
    return msgspec.structs.replace(options, unresolved=references(values))


def sampling_of(options: Mapping[str, Json]) -> dict[str, Json]:
    """Options of a request in other programs' names that have an equal here; others go."""
    return usable({key: value for key, value in options.items() if key in OPTIONS}).sampling


def references(values: Json) -> tuple[str, ...]:
    """All ``${env:...}`` and ``${file:...}`` in the texts of front matter, each once."""
    found: list[str] = []
    waiting = [values]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            found += [match.group() for match in REFERENCE.finditer(each)]
        elif isinstance(each, Mapping):
            waiting += reversed(list(each.values()))
        elif isinstance(each, list):
            waiting += reversed(each)
    return tuple(dict.fromkeys(found))


# --- changes --------------------------------------------------------------------------------


def edit_head(
    text: str, path: str, key: tuple[str, ...], value: Json, *, flow: bool = False
) -> str:
    """A prompt file with one value of its front matter changed, added, or (with None) removed.

    Every other byte stays: comments, quotes, the order of keys, line ends, blank lines. A value on
    the line of its key keeps the comment behind it and its kind of quotes.

    Args:
        text: the whole file.
        path: named in errors.
        key: the names on the way to the value, one for a key of the front matter itself.
        value: the new value.
        flow: write a list in brackets on the line of its key.

    Raises:
        FrontMatterError: the front matter cannot be read, or is written so that one value of it
            cannot be changed alone.
    """
    if _at(read_head(text, path), key) == value:
        return text
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    lines = lines_of(text.removeprefix(mark))
    end = _line_end(lines)
    front_matter, _, body_line = split_front_matter(text, path)
    if front_matter is None:
        written = _written({key[0]: _nested(key[1:], value)}, 0, end, flow=flow)
        return f"{mark}---{end}{''.join(written)}---{end}{text.removeprefix(mark)}"
    first = next(place for place, line in enumerate(lines) if line.strip())
    close = body_line - 2
    changed = _Editor(lines[first + 1 : close], end, path, flow=flow).changed(key, value)
    result = mark + "".join([*lines[: first + 1], *changed, *lines[close:]])
    if len("".join(changed)) > HEAD_CHARACTERS or _at(read_head(result, path), key) != value:
        raise FrontMatterError(f'the value "{".".join(key)}" cannot be changed here.', path, 1)
    return result


def write_options(text: str, path: str, values: Mapping[str, Json]) -> str:
    """A prompt file with model options of its front matter changed, added, or (with None) removed.

    An option keeps the name and the place that it has there; a new one goes to the others. Where
    they are written on one line, that line is written again.

    Args:
        text: the whole file.
        path: named in errors.
        values: by the names that options have here, "seed" among them.

    Raises:
        FrontMatterError: the front matter cannot be read, or not be changed there.
    """
    for name, value in values.items():
        front_matter = read_head(text, path)
        model = front_matter.get("model")
        if isinstance(model, str) and value is None:
            continue
        if isinstance(model, str):
            text = edit_head(text, path, ("model",), {"id": model, "options": {name: value}})
            continue
        text = _with_option(text, path, *_place_of(model, name), value)
    return text


def _place_of(model: Json, name: str) -> tuple[str, str]:
    """The key below "model" and the key there of an option, existing or new.

    Options are new to front matter below "parameters": the newer name would make it front matter of
    the second format, whose inputs mean something else.
    """
    tables = {place: model.get(place) if isinstance(model, dict) else None for place in PLACES}
    for place in reversed(PLACES):  # the newer counts where both have it
        table = tables[place]
        for key in table if isinstance(table, dict) else ():
            if name_of(key) == name:
                return place, key
    return next((place for place in reversed(PLACES) if tables[place]), PLACES[0]), name


def _with_option(text: str, path: str, place: str, key: str, value: Json) -> str:
    """One option changed; what is written on one line around it is written again as a whole."""
    try:
        return edit_head(text, path, ("model", place, key), value)
    except FrontMatterError:
        front_matter = read_head(text, path)
    model = front_matter.get("model")
    table = {**_mapping(_mapping(model).get(place)), key: value}
    table = {name: each for name, each in table.items() if each is not None}
    try:
        return edit_head(text, path, ("model", place), table)
    except FrontMatterError:
        return edit_head(text, path, ("model",), {**_mapping(model), place: table})


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _at(values: Json, key: tuple[str, ...]) -> Json:
    for name in key:
        values = values.get(name) if isinstance(values, dict) else None
    return values


def _nested(key: tuple[str, ...], value: Json) -> Json:
    for name in reversed(key):
        value = {name: value}
    return value


def _line_end(lines: list[str]) -> str:
    first = lines[0] if lines else "\n"
    return first[len(first.rstrip("\r\n")) :] or "\n"


def _written(values: Mapping[str, Json], indent: int, end: str, *, flow: bool = False) -> list[str]:
    text = dump_yaml(dict(values), flow=None, width=_ONE_LINE) if flow else dump_yaml(dict(values))
    return [" " * indent + line + end for line in text.splitlines()]


class _Editor:
    """The lines of front matter, changed in one place."""

    def __init__(self, lines: list[str], end: str, path: str, *, flow: bool = False) -> None:
        self._lines = lines
        self._end = end
        self._flow = flow
        self._path = path
        plain = "".join(line.rstrip("\r\n") + "\n" for line in lines)
        try:
            self._root = yaml.compose(plain, Loader=yaml.SafeLoader)
        except yaml.YAMLError:  # libyaml, which read it before, takes a little more
            reason = "a value of this front matter cannot be changed alone: edit it yourself."
            raise FrontMatterError(reason, path, 1) from None

    def changed(self, key: tuple[str, ...], value: Json) -> list[str]:
        node, stop = self._root, len(self._lines)
        for depth, name in enumerate(key):
            if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
                return self._added({name: _nested(key[depth + 1 :], value)}, 0, stop)
            if not isinstance(node, yaml.MappingNode) or node.flow_style:
                raise FrontMatterError(
                    f'the value "{".".join(key)}" cannot be changed alone here: write '
                    "the front matter as one line for each key.",
                    self._path,
                    node.start_mark.line + 2,
                )
            found = self._pair(node, name)
            if found is None:
                indent = node.value[0][0].start_mark.column
                if value is None:
                    return self._lines
                return self._added({name: _nested(key[depth + 1 :], value)}, indent, stop)
            own, below, stop = (*found, self._stop(node, name, stop))
            if depth == len(key) - 1:
                return self._replaced(own, below, stop, name, value)
            node = below
        raise AssertionError(key)

    @staticmethod
    def _pair(node: yaml.MappingNode, name: str) -> tuple[yaml.Node, yaml.Node] | None:
        return next((pair for pair in node.value if str(pair[0].value) == name), None)

    def _stop(self, node: yaml.MappingNode, name: str, stop: int) -> int:
        """The line after the last one of a value, without blank ones and comments behind it."""
        keys = [own for own, _ in node.value]
        place = next(i for i, own in enumerate(keys) if str(own.value) == name)
        if place + 1 < len(keys):
            stop = keys[place + 1].start_mark.line
        first = keys[place].start_mark.line
        while stop > first + 1:
            line = self._lines[stop - 1]
            inside = len(line) - len(line.lstrip()) > keys[place].start_mark.column
            if line.strip() and not (line.lstrip().startswith("#") and not inside):
                break
            stop -= 1
        return stop

    def _added(self, values: Mapping[str, Json], indent: int, stop: int) -> list[str]:
        while stop > 0 and not self._lines[stop - 1].strip():
            stop -= 1
        new = _written(values, indent, self._end, flow=self._flow)
        return [*self._lines[:stop], *new, *self._lines[stop:]]

    def _replaced(
        self, own: yaml.Node, below: yaml.Node, stop: int, name: str, value: Json
    ) -> list[str]:
        first, indent = own.start_mark.line, own.start_mark.column
        if value is None:
            new: list[str] = []
        elif self._on_one_line(below, first, value):
            start, end = below.start_mark, below.end_mark
            written = _on_a_line(value, getattr(below, "style", None))
            line, last = self._lines[first], self._lines[end.line]
            new = [line[: start.column] + written + last[end.column :]]
        else:
            new = _written({name: value}, indent, self._end, flow=self._flow)
        return [*self._lines[:first], *new, *self._lines[stop:]]

    def _on_one_line(self, below: yaml.Node, line: int, value: Json) -> bool:
        """Whether a value begins on the line of its key, and the new one fits in its place."""
        if below.start_mark.line != line or below.start_mark.index == below.end_mark.index:
            return False
        if isinstance(value, list):
            plain = isinstance(below, yaml.ScalarNode) and below.end_mark.line == line
            return self._flow and (plain or getattr(below, "flow_style", False))
        return (
            isinstance(below, yaml.ScalarNode)
            and below.end_mark.line == line
            and isinstance(value, str | int | float)
            and "\n" not in str(value)
        )


def _on_a_line(value: Json, style: Any) -> str:
    """A value of one line as YAML, in the quotes that it had."""
    quotes = style if isinstance(value, str) and style in {"'", '"'} else None
    text: str = yaml.dump(
        [value], Dumper=PlainDumper, allow_unicode=True, default_style=quotes,
        default_flow_style=True, width=_ONE_LINE,
    )  # fmt: skip
    return text.strip().removeprefix("[").removesuffix("]")
