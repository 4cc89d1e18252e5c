"""The web page of llama.cpp: sessions and their messages a line each, or ``{conv, messages}``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Found, Part, Skipped
from workbench.transcripts.reader import BAD_LINE, Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import (
    as_json,
    clean,
    dict_of,
    file_name,
    key_of,
    list_of,
    picture,
    text_of,
    time_of,
    tool_call,
)

_KINDS = {"TEXT": "file", "PDF": "file", "AUDIO": "audio", "VIDEO": "video", "IMAGE": "image"}


def _score_lines(sample: Sample) -> float:
    first = sample.first
    return (
        1.0
        if first.get("type") == "session" and ("currNode" in first or "harness" in first)
        else 0.0
    )


def _score_records(sample: Sample) -> float:
    first = sample.first
    return (
        1.0
        if isinstance(first.get("conv"), dict) and isinstance(first.get("messages"), list)
        else 0.0
    )


def _read_lines(given: Input) -> Iterator[Found]:
    session: dict[str, Any] = {}
    messages: list[dict[str, Any]] = []
    damaged = False
    for line in given.lines:
        if line is BAD_LINE or not isinstance(line, dict):
            damaged = True
        elif line.get("type") == "session":
            if session:
                yield _conversation(session, messages, damaged=damaged)
            session, messages, damaged = line, [], False
        elif line.get("type") == "message":
            messages.append(dict_of(line.get("message")))
    yield _conversation(session, messages, damaged=damaged)


def _read_record(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    messages = [dict_of(each) for each in list_of(record.get("messages"))]
    yield _conversation(dict_of(record.get("conv")), messages, damaged=False)


def _conversation(
    session: dict[str, Any], messages: list[dict[str, Any]], *, damaged: bool
) -> Found:
    title, source_id = text_of(session.get("name")), key_of(session.get("id")) or ""
    if not messages:
        reason = "there are no messages in it"
        return Skipped(reason=reason, title=title, source="llamacpp", source_id=source_id)
    builder = TreeBuilder()
    if damaged:
        builder.warn("bad_line")
    for message in messages:
        node = _node(message)
        if node is not None:
            builder.add(node)
    times = [node.created_at for node in builder.nodes.values() if node.created_at is not None]
    changed = time_of(session.get("lastModified"))
    return builder.build(
        "llamacpp",
        source_id,
        title,
        leaf=key_of(session.get("currNode")),
        warns_title=True,
        created_at=min(times, default=None),
        updated_at=changed,
        pinned=bool(session.get("pinned")),
    )


def _node(message: dict[str, Any]) -> Node | None:
    key = key_of(message.get("id"))
    if key is None:
        return None
    parent = key_of(message.get("parent"))
    node = Node(
        key=key,
        parent=None if parent == "-1" else parent,
        role=message.get("role") or "assistant",
        text=text_of(message.get("content")),
        reasoning=text_of(message.get("reasoningContent")) or text_of(message.get("thinking")),
        created_at=time_of(message.get("timestamp")),
        children=tuple(str(each) for each in list_of(message.get("children"))),
    )
    node.author = text_of(message.get("model"))
    node.dropped = message.get("type") == "root"
    for call in map(dict_of, _calls(message.get("toolCalls"))):
        function = dict_of(call.get("function"))
        node.parts.append(tool_call(function.get("name"), function.get("arguments")))
    if message.get("type") == "compaction":
        node.kind = "summary"
    elif node.role == "tool":
        node.kind = "tool_result"
    elif node.parts and not node.text.strip():
        node.kind = "tool_call"
    for extra in map(dict_of, list_of(message.get("extra"))):
        node.parts.append(_attachment(extra))
    return node


def _calls(value: Any) -> list[Any]:
    """A list in a file, a text of JSON in the database."""
    if isinstance(value, str) and value.strip():
        try:
            return list_of(json.loads(value))
        except (ValueError, RecursionError):
            return [{"function": {"name": "", "arguments": value}}]
    return list_of(value)


def _attachment(extra: dict[str, Any]) -> Part:
    kind, name = text_of(extra.get("type")), file_name(extra.get("name"))
    if kind in {"IMAGE", "imageFile"}:
        return picture(extra.get("base64Url") or extra.get("base64url"), name)
    known = _KINDS.get(kind, "file")
    text = clean(text_of(extra.get("content")))
    if known in {"audio", "video"}:
        return Part(kind="audio" if known == "audio" else "video", name=name)
    is_known = kind in _KINDS or kind in {"textFile", "context"}
    return Part(kind="file", name=name, text=text if is_known else as_json(extra))


LLAMACPP = Reader("llamacpp", "llama.cpp", _score_lines, _read_lines, container="lines")
LLAMACPP_RECORDS = Reader("llamacpp", "llama.cpp", _score_records, _read_record)
