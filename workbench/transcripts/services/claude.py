"""Claude's data export: ``conversations.json``; newer ones name the parent of each message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Found, Part, Skipped
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import (
    as_json,
    clean,
    dict_of,
    digest,
    file_name,
    int_of,
    joined,
    key_of,
    list_of,
    text_of,
    time_of,
    tool_call,
)

_ROOT = "00000000-0000-4000-8000-000000000000"


def _score(sample: Sample) -> float:
    return 1.0 if isinstance(sample.first.get("chat_messages"), list) else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    title = text_of(record.get("name"))
    source_id = key_of(record.get("uuid")) or ""
    messages = record.get("chat_messages")
    if not isinstance(messages, list) or not messages:
        reason = "there are no messages in it" if messages == [] else "chat_messages is not a list"
        yield Skipped(reason=reason, title=title, source="claude", source_id=source_id)
        return
    builder = TreeBuilder()
    has_parents = any("parent_message_uuid" in dict_of(each) for each in messages)
    for place, each in enumerate(messages):
        if not isinstance(each, dict):
            builder.warn("unknown_block")
            continue
        node = _node(each, builder, place)
        if has_parents:
            parent = key_of(each.get("parent_message_uuid"))
            node.parent = None if parent == _ROOT else parent
        else:
            node.parent = builder.last
        builder.add(node)
    yield builder.build(
        "claude",
        source_id,
        title,
        leaf=key_of(record.get("current_leaf_message_uuid")),
        warns_title=True,
        created_at=time_of(record.get("created_at")),
        updated_at=time_of(record.get("updated_at")),
        pinned=bool(record.get("is_starred")),
    )


def _node(message: dict[str, Any], builder: TreeBuilder, place: int) -> Node:
    key = key_of(message.get("uuid")) or digest(str(place), text_of(message.get("text")))
    node = Node(key=key, parent=None, role=message.get("sender") or "assistant")
    node.created_at = time_of(message.get("created_at"))
    if node.created_at is None:
        builder.warn("timestamp_missing")
    content = message.get("content")
    if isinstance(content, list) and content:
        _read_blocks(node, content, builder)
    else:
        node.text = text_of(message.get("text"))
    for each in map(dict_of, list_of(message.get("attachments"))):
        node.parts.append(
            Part(
                kind="file",
                name=file_name(each.get("file_name")),
                media_type=text_of(each.get("file_type")),
                size=int_of(each.get("file_size")),
                text=clean(text_of(each.get("extracted_content"))),
            )
        )
    for each in map(dict_of, [*list_of(message.get("files")), *list_of(message.get("files_v2"))]):
        name = file_name(each.get("file_name"))
        if name not in {part.name for part in node.parts}:
            node.parts.append(Part(kind="file", name=name))
    return node


def _read_blocks(node: Node, blocks: list[Any], builder: TreeBuilder) -> None:
    """Texts, thoughts, and calls with their results: those without ids pair in order."""
    texts, thoughts, unknown = [], [], []
    calls: list[dict[str, Any]] = []
    for block in map(dict_of, blocks):
        match block.get("type"):
            case "text":
                texts.append(text_of(block.get("text")))
            case "thinking":
                thoughts.append(text_of(block.get("thinking")))
            case "tool_use":
                calls.append({"block": block, "result": None})
            case "tool_result":
                _pair(calls, block)
            case "image" | "document":
                node.parts.append(Part(kind="image", name=file_name(block.get("file_name"))))
            case _:
                builder.warn("unknown_block")
                unknown.append(block)
    node.text = "\n\n".join(each for each in texts if each.strip())
    node.reasoning = "\n\n".join(each for each in thoughts if each.strip())
    for call in calls:
        result = joined(dict_of(call["result"]).get("content"), "\n")
        node.parts.append(tool_call(call["block"].get("name"), call["block"].get("input"), result))
    if unknown:
        node.raw = as_json(unknown)


def _pair(calls: list[dict[str, Any]], result: dict[str, Any]) -> None:
    wanted = key_of(result.get("tool_use_id"))
    for call in calls:
        if call["result"] is None and key_of(call["block"].get("id")) == wanted:
            call["result"] = result
            return
    calls.append({"block": {"name": result.get("name"), "input": ""}, "result": result})


CLAUDE = Reader("claude", "Claude", _score, _read)
