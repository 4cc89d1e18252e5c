"""Tags of a prompt file, written into its head; every other byte stays as it is."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

import msgspec
import yaml

from workbench.domain.errors import LibraryError
from workbench.templates.document import parse_document, split_front_matter

_PLAIN = re.compile(r"[^\W_][\w .+/-]*(?<! )")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "none", "y", "n"})
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
MOST_CHARACTERS = 60


class _Place(NamedTuple):
    """First and last line of the tags, counted in the file from 0.

    ``column`` is where they end in the last, 0 where nothing after them is kept.
    """

    first: int
    last: int
    column: int


def with_tags(text: str, path: str, tags: tuple[str, ...]) -> str:
    """The text of a prompt file with other tags.

    Args:
        text: the whole file.
        path: its ending says what a head looks like.
        tags: all tags it shall have; none takes the line out.

    Raises:
        FrontMatterError: its head cannot be read.
        LibraryError: a tag cannot be one, or the head has them in a form that cannot be changed.
    """
    before = parse_document(text, path)
    if before.tags == tags:
        return text
    line = f"tags: [{', '.join(_written(tag, path) for tag in tags)}]" if tags else ""
    changed = _changed(text, path, line)
    after = parse_document(changed, path)
    expected = msgspec.structs.replace(
        before,
        tags=tags,
        body_line=after.body_line,
        input_lines=after.input_lines,
        has_front_matter=after.has_front_matter,
    )
    if after != expected:
        raise LibraryError(path, "its tags have a form that only you can change: edit its head.")
    return changed


def tag_of(text: str) -> str:
    """A tag as a person typed it: one line, without "#" and commas."""
    return " ".join(text.replace(",", " ").split()).removeprefix("#").strip()


def _written(tag: str, path: str) -> str:
    if not tag or len(tag) > MOST_CHARACTERS or not tag.isprintable():
        raise LibraryError(path, f'"{tag[:20]}" cannot be a tag: use a word or a few.')
    plain = _PLAIN.fullmatch(tag) and not tag[0].isdigit() and tag.casefold() not in _WORDS
    return tag if plain else json.dumps(tag, ensure_ascii=False)


def _changed(text: str, path: str, line: str) -> str:
    head, _, body_line = split_front_matter(text, path)
    end = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    if head is None:
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        body = text.removeprefix("\ufeff")
        return f"{mark}---{end}{line}{end}---{end}{body}" if line else text
    lines = _LINES.findall(text)
    place = _place_of_tags(head, path)
    if place is not None:
        rest = lines[place.last][place.column :].rstrip("\r\n") if place.column else ""
        lines[place.first : place.last + 1] = [line + rest + end] if line else []
    elif line:
        lines.insert(body_line - 2, line + end)
    return "".join(lines)


def _place_of_tags(head: str, path: str) -> _Place | None:
    """Where the tags stand, None where there are none."""
    odd = LibraryError(path, "its head has a form that only you can change: edit it.")
    try:
        root = yaml.compose(head, Loader=yaml.SafeLoader)
    except yaml.YAMLError:  # libyaml, which read it before, takes a little more
        raise odd from None
    if root is None:
        return None
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise odd
    for key, value in root.value:
        if key.value == "tags":
            block = isinstance(value, yaml.SequenceNode) and not value.flow_style
            end = value.value[-1].end_mark if block and value.value else value.end_mark
            column = 0 if block else end.column
            return _Place(key.start_mark.line + 1, end.line + 1, column)
    return None
