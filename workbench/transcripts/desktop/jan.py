"""Jan's threads: ``messages.jsonl`` with ``thread.json`` in the same folder. No branches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Found, Part
from workbench.transcripts.reader import BAD_LINE, Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import (
    as_json,
    clean,
    dict_of,
    digest,
    file_name,
    joined,
    key_of,
    list_of,
    picture,
    split_thoughts,
    text_of,
    time_of,
    tool_call,
)

THREAD = "thread.json"


def _score(sample: Sample) -> float:
    is_message = any(
        dict_of(each).get("object") == "thread.message" or "thread_id" in dict_of(each)
        for each in sample.records
    )
    if sample.is_lines and is_message:
        return 1.0
    return 0.9 if sample.name == "messages.jsonl" and THREAD in sample.companions else 0.0


def _read(given: Input) -> Iterator[Found]:
    builder = TreeBuilder()
    thread = _thread(given, builder)
    thread_id = key_of(thread.get("id")) or ""
    for place, line in enumerate(given.lines):
        if line is BAD_LINE or not isinstance(line, dict):
            builder.warn("bad_line")
            continue
        thread_id = thread_id or key_of(line.get("thread_id")) or ""
        builder.add(_node(line, builder, place))
    assistant = dict_of(next(iter(list_of(thread.get("assistants"))), None))
    model = text_of(dict_of(assistant.get("model")).get("id"))
    for node in builder.nodes.values():
        if node.role == "assistant":
            node.author = node.author or model
    metadata = dict_of(thread.get("metadata"))
    yield builder.build(
        "jan",
        thread_id,
        text_of(thread.get("title")) or text_of(metadata.get("title")),
        leaf=builder.last,
        warns_title=True,
        created_at=time_of(thread.get("created")),
        updated_at=time_of(thread.get("updated")),
        system=clean(text_of(assistant.get("instructions"))),
        pinned=bool(metadata.get("is_favorite") or metadata.get("isFavorite")),
    )


def _thread(given: Input, builder: TreeBuilder) -> dict[str, Any]:
    data = given.companions.get(THREAD)
    if data is None:
        return {}
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        builder.warn("bad_thread_json")
        return {}
    return found


def _node(message: dict[str, Any], builder: TreeBuilder, place: int) -> Node:
    role = text_of(message.get("role")) or "assistant"
    key = key_of(message.get("id")) or digest(str(place), as_json(message.get("content")))
    node = Node(key=key, parent=builder.last, role=role)
    created = message.get("created_at", message.get("created"))
    node.created_at = time_of(created) or time_of(message.get("completed_at"))
    if node.created_at is None:
        builder.warn("timestamp_missing")
    texts = []
    for part in map(dict_of, list_of(message.get("content"))):
        kind = part.get("type", part.get("type_"))
        inner = part.get("text")
        if kind == "image_url":
            node.parts.append(picture(dict_of(part.get("image_url")).get("url")))
        elif kind in {"file", "input_file"}:
            node.parts.append(Part(kind="file", name=file_name(part.get("name"))))
        elif inner is not None:
            texts.append(text_of(inner) or text_of(dict_of(inner).get("value")))
        else:
            builder.warn("unknown_part")
            node.raw = as_json(part)
    node.text = "\n".join(texts) or text_of(message.get("content"))
    if role == "assistant":
        node.reasoning, node.text = split_thoughts(node.text)
    metadata = dict_of(message.get("metadata"))
    for call in map(dict_of, list_of(metadata.get("tool_calls"))):
        function = dict_of(dict_of(call.get("tool")).get("function"))
        result = joined(dict_of(call.get("response")).get("content"), "\n")
        node.parts.append(tool_call(function.get("name"), function.get("arguments"), result))
    return node


JAN = Reader("jan", "Jan", _score, _read, container="lines", companions=(THREAD,))
