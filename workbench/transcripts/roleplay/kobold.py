"""KoboldAI Lite's stories: one text in chunks, whose turns are between marks, and its branches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Found, Part, Skipped
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import clean, dict_of, digest, list_of, text_of

_MARK = re.compile(r"\s*\{\{\[(INPUT|OUTPUT|SYSTEM)(_END)?\]\}\}\s*")
_PICTURE = re.compile(r"\[<\|([ph])\|.*?\|[ph]?\|?>\]", re.DOTALL)
_ROLES = {"INPUT": "user", "OUTPUT": "assistant", "SYSTEM": "system"}
_CHAT = 3


def _score(sample: Sample) -> float:
    first = sample.first
    if "prompt" in first and ("actions" in first or "gamestarted" in first):
        return 1.0
    return 0.9 if {"ga", "ca"} <= set(first) else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    settings = dict_of(record.get("savedsettings"))
    builder = TreeBuilder()
    stories = [_chunks(record)]
    stories += [each for each in list_of(record.get("altbranches")) if isinstance(each, list)]
    ends: list[str | None] = []
    for story in stories:
        text = "".join(text_of(each) for each in story)
        ends.append(_add_story(builder, text, settings))
    if not builder.nodes:
        yield Skipped(reason="there is no text in it", title=given.stem, source="kobold")
        return
    note = text_of(record.get("authorsnote")) or text_of(record.get("authornote"))
    lore = list_of(record.get("worldinfo")) or list_of(record.get("cwi"))
    yield builder.build(
        "kobold",
        digest(*(text_of(each) for each in stories[0])),
        leaf=ends[0],
        first_of="",
        system=clean(text_of(record.get("memory")) or text_of(record.get("cm"))),
        note=clean(note),
        lore=len(lore),
    )


def _chunks(record: dict[str, Any]) -> list[Any]:
    actions = record.get("actions", record.get("ga"))
    if isinstance(actions, dict):  # the second form numbers them
        numbered = dict_of(actions.get("actions")) or actions
        rows = sorted(
            (int(key), dict_of(each).get("Selected Text"))
            for key, each in numbered.items()
            if str(key).isdecimal()
        )
        actions = [text for _, text in rows]
    first = record.get("prompt", record.get("ca"))
    return [first if isinstance(first, str) else "", *list_of(actions)]


def _add_story(builder: TreeBuilder, text: str, settings: dict[str, Any]) -> str | None:
    """Add the turns of a text; those that an earlier one has are its too."""
    parent: str | None = None
    for role, words in _turns(text, settings):
        node = Node(key="", parent=parent, role=role, text=words)
        pictures = _PICTURE.findall(words)
        if pictures:
            node.text = _PICTURE.sub("", words)
            node.parts += [Part(kind="image") for _ in pictures]
        node.key = builder.made_key(node)
        if node.key not in builder.nodes:
            builder.add(node)
        parent = node.key
    return parent


def _turns(text: str, settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    marks = list(_MARK.finditer(text))
    if not marks:
        yield from _chat_turns(text, settings)
        return
    before = text[: marks[0].start()]
    if before.strip():
        yield "assistant", before
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        words = text[mark.end() : end]
        if words.strip() and not mark[2]:
            yield _ROLES[mark[1]], words


def _chat_turns(text: str, settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Lines that begin with a name; a story without any is one text of the model."""
    user = text_of(settings.get("chatname"))
    others = [each for each in text_of(settings.get("chatopponent")).split("||$||") if each]
    if settings.get("opmode") != _CHAT or not (user and others):
        if text.strip():
            yield "assistant", text.strip("\n")
        return
    names = "|".join(re.escape(each) for each in (user, *others))
    pieces = re.split(rf"(?:^|\n)({names}): ?", text)
    if pieces[0].strip():
        yield "assistant", pieces[0].strip()
    for name, words in zip(pieces[1::2], pieces[2::2], strict=False):
        if words.strip():
            yield "user" if name == user else "assistant", words.strip("\n")


KOBOLD = Reader("kobold", "KoboldAI Lite", _score, _read)
