"""SillyTavern's chats: a header line, then a message a line, with other versions as swipes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Found, Part
from workbench.transcripts.reader import BAD_LINE, Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import (
    clean,
    dict_of,
    digest,
    file_name,
    list_of,
    local_time,
    one_line,
    text_of,
    time_of,
)

_STAMP = re.compile(r"(\d+)-(\d+)-(\d+) ?@ ?(\d+)h ?(\d+)m ?(\d+)s(?: ?(\d+)ms)?")
_WORDS = ("%B %d, %Y %I:%M%p", "%B %d, %Y %I:%M %p")


def _score(sample: Sample) -> float:
    if not sample.is_lines:
        return 0.0
    first = sample.first
    if {"user_name", "character_name"} <= set(first) or "chat_metadata" in first:
        return 1.0
    return 0.9 if any("mes" in dict_of(each) for each in sample.records) else 0.0


def _read(given: Input) -> Iterator[Found]:
    builder = TreeBuilder()
    header: dict[str, Any] = {}
    for place, line in enumerate(given.lines):
        if line is BAD_LINE or not isinstance(line, dict):
            builder.warn("bad_line")
        elif "mes" in line:
            _add(builder, line)
        elif place == 0:
            header = line
    metadata = dict_of(header.get("chat_metadata"))
    character = text_of(header.get("character_name")) or _speaker(given)
    created = _time(header.get("create_date"))
    integrity = text_of(metadata.get("integrity"))
    first = next(iter(builder.nodes), "")
    begun = text_of(header.get("create_date"))
    branch_of = one_line(text_of(metadata.get("main_chat")))
    if branch_of and builder.last is not None:
        builder.nodes[builder.last].label = one_line(given.stem)
    yield builder.build(
        "sillytavern",
        # A branch or checkpoint is a copy in a file of its own: what its chat has from the
        # beginning is the same, so that both are one tree. Older versions write no slug.
        digest(integrity or (f"{first} {begun}" if begun else first), ""),
        one_line(given.stem) if branch_of else character,
        branch_of=clean(branch_of),
        leaf=builder.last,
        warns_title=True,
        created_at=created,
        note=clean(text_of(metadata.get("note_prompt"))),
    )


def _speaker(given: Input) -> str:
    for line in given.lines:
        if isinstance(line, dict) and "mes" in line and not line.get("is_user"):
            return text_of(line.get("name"))
    return ""


def _time(value: Any) -> float | None:
    found = time_of(value)
    if found is not None or not isinstance(value, str):
        return found
    stamp = _STAMP.fullmatch(value.strip())
    if stamp is not None:
        numbers = "-".join(str(int(part or 0)) for part in stamp.groups()[:6])
        return local_time(numbers, "%Y-%m-%d-%H-%M-%S")
    return local_time(value, *_WORDS)


def _add(builder: TreeBuilder, line: dict[str, Any]) -> None:
    extra = dict_of(line.get("extra"))
    is_user, hidden = bool(line.get("is_user")), bool(line.get("is_system"))
    written = _time(line.get("send_date"))
    if written is None and line.get("send_date"):
        builder.warn("timestamp_unreadable")
    text = text_of(line.get("mes"))
    texts, current = _versions(line, text, builder)
    parent, shown = builder.last, None
    for place, words in enumerate(texts):
        node = Node(key="", parent=None, role="user" if is_user else "assistant", text=words)
        node.hidden = hidden
        node.created_at = written
        if not is_user:
            node.author = text_of(extra.get("model")) or text_of(line.get("name"))
        if place == current:
            node.reasoning = text_of(extra.get("reasoning"))
            node.parts += _pictures(extra)
        builder.go_on_from(parent)
        builder.append(node)
        if place == current:
            shown = builder.last
    builder.go_on_from(shown)


def _versions(line: dict[str, Any], text: str, builder: TreeBuilder) -> tuple[list[str], int]:
    """All versions of a message, and which one is shown; its text counts where the two differ."""
    swipes = [
        text_of(each) or text_of(dict_of(each).get("message") or dict_of(each).get("mes"))
        for each in list_of(line.get("swipes"))
    ]
    current = line.get("swipe_id")
    if not swipes:
        return [text], 0
    if isinstance(current, bool) or not isinstance(current, int) or not 0 <= current < len(swipes):
        return (
            ([*swipes, text], len(swipes)) if text not in swipes else (swipes, swipes.index(text))
        )
    if swipes[current] != text:
        builder.warn("mes_differs_from_swipe")
        swipes[current] = text
    return swipes, current


def _pictures(extra: dict[str, Any]) -> list[Part]:
    paths = [extra.get("image"), *list_of(extra.get("image_swipes"))]
    names = dict.fromkeys(file_name(path) for path in paths if isinstance(path, str) and path)
    found = [Part(kind="image", name=clean(name)) for name in names]
    files = map(dict_of, [extra.get("file"), *list_of(extra.get("files"))])
    found += [Part(kind="file", name=file_name(x.get("name"))) for x in files if x.get("name")]
    return found


SILLYTAVERN = Reader("sillytavern", "SillyTavern", _score, _read, container="lines")
