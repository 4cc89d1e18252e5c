"""LibreChat's export of one conversation: flat messages with parents, or a tree of them."""

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
    key_of,
    list_of,
    text_of,
    time_of,
    tool_call,
)

_ROOT = "00000000-0000-0000-0000-000000000000"


def _score(sample: Sample) -> float:
    first = sample.first
    if isinstance(first.get("messagesTree"), list):
        return 1.0
    is_named = isinstance(first.get("conversationId"), str)
    return 1.0 if is_named and isinstance(first.get("messages"), list) else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    title = text_of(record.get("title"))
    source_id = key_of(record.get("conversationId")) or ""
    messages = record.get("messagesTree", record.get("messages"))
    if not isinstance(messages, list):
        reason = "messages is not a list"
        yield Skipped(reason=reason, title=title, source="librechat", source_id=source_id)
        return
    builder = TreeBuilder()
    flat = list(_flattened(messages))
    known = {key_of(each.get("messageId")) for each in flat}
    earlier: str | None = None
    for place, message in enumerate(flat):
        node = _node(message, builder, place)
        # An id that ends in "_" was given before there was an answer, which then got another.
        if node.parent is not None and node.parent not in known and node.parent.endswith("_"):
            builder.warn("missing_parent")
            node.parent = earlier
        builder.add(node)
        earlier = node.key
    times = [node.created_at for node in builder.nodes.values() if node.created_at is not None]
    options = dict_of(record.get("options"))
    yield builder.build(
        "librechat",
        source_id,
        title,
        warns_title=True,
        created_at=min(times, default=None),
        updated_at=max(times, default=None),
        system=clean(text_of(options.get("promptPrefix")) or text_of(options.get("system"))),
    )


def _flattened(messages: list[Any]) -> Iterator[dict[str, Any]]:
    waiting = list(reversed(messages))
    while waiting:
        message = waiting.pop()
        if isinstance(message, dict):
            yield message
            waiting += reversed(list_of(message.get("children")))


def _node(message: dict[str, Any], builder: TreeBuilder, place: int) -> Node:
    parent = key_of(message.get("parentMessageId"))
    is_user = bool(message.get("isCreatedByUser"))
    sender = text_of(message.get("sender"))
    node = Node(
        key=key_of(message.get("messageId")) or digest(str(place), text_of(message.get("text"))),
        parent=None if parent == _ROOT else parent,
        role="user" if is_user else "system" if sender.lower() == "system" else "assistant",
        created_at=time_of(message.get("createdAt")),
    )
    if not is_user:
        node.author = text_of(message.get("model")) or sender
    node.text = text_of(message.get("text"))
    if list_of(message.get("content")):
        _read_content(node, message["content"], builder)
    for each in map(dict_of, list_of(message.get("files"))):
        media_type = text_of(each.get("type"))
        kind = "image" if media_type.startswith("image/") else "file"
        name = file_name(each.get("filename"))
        node.parts.append(
            Part(kind="image" if kind == "image" else "file", name=name, media_type=media_type)
        )
    if message.get("unfinished"):
        builder.warn("unfinished_message")
    if message.get("error"):
        node.raw = as_json({"error": True})
    return node


def _read_content(node: Node, content: list[Any], builder: TreeBuilder) -> None:
    texts, thoughts, unknown = [], [], []
    for part in map(dict_of, content):
        kind = part.get("type")
        if kind == "text":
            inner = part.get("text")
            texts.append(text_of(inner) or text_of(dict_of(inner).get("value")))
        elif kind == "think":
            inner = part.get("think")
            thoughts.append(text_of(inner) or text_of(dict_of(inner).get("value")))
        elif kind == "tool_call":
            call = dict_of(part.get("tool_call"))
            node.parts.append(tool_call(call.get("name"), call.get("args"), call.get("output")))
        elif kind == "image_file":
            named = dict_of(part.get("image_file"))
            node.parts.append(Part(kind="image", name=file_name(named.get("filename"))))
        elif kind == "error":
            texts.append(text_of(part.get("error")))
        else:
            builder.warn("unknown_part")
            unknown.append(part)
    node.text = "\n\n".join(each for each in texts if each.strip()) or node.text
    node.reasoning = "\n\n".join(each for each in thoughts if each.strip())
    if unknown:
        node.raw = as_json(unknown)


LIBRECHAT = Reader("librechat", "LibreChat", _score, _read)
