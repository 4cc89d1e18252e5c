"""OpenAI's messages: ``{"messages": [...]}`` a line, as for fine-tuning; one branch each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Found, Part, Skipped
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import (
    as_json,
    dict_of,
    digest,
    file_name,
    joined,
    key_of,
    list_of,
    picture,
    text_of,
    time_of,
    tool_call,
)


def _score(sample: Sample) -> float:
    messages = list_of(sample.first.get("messages"))
    return 0.8 if messages and all("role" in dict_of(each) for each in messages) else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    messages = record.get("messages")
    title = text_of(record.get("title"))
    if not isinstance(messages, list) or not messages:
        yield Skipped(reason="there are no messages in it", title=title, source="openai")
        return
    builder = TreeBuilder()
    for message in map(dict_of, messages):
        builder.append(_node(message))
    source_id = key_of(record.get("id")) or digest(as_json(messages) or str(len(messages)))
    yield builder.build(
        "openai", source_id, title, leaf=builder.last, created_at=time_of(record.get("created_at"))
    )


def _node(message: dict[str, Any]) -> Node:
    content = message.get("content")
    node = Node(key="", parent=None, role=message.get("role") or "assistant")
    node.text = joined(content)
    node.reasoning = text_of(message.get("reasoning_content")) or text_of(message.get("reasoning"))
    for part in map(dict_of, list_of(content)):
        match part.get("type"):
            case "image_url":
                node.parts.append(picture(dict_of(part.get("image_url")).get("url")))
            case "input_audio":
                node.parts.append(Part(kind="audio"))
            case "file":
                name = file_name(dict_of(part.get("file")).get("filename"))
                node.parts.append(Part(kind="file", name=name))
    calls = [dict_of(each) for each in list_of(message.get("tool_calls"))]
    if not calls and isinstance(message.get("function_call"), dict):
        calls = [{"function": message["function_call"]}]
    for call in calls:
        function = dict_of(call.get("function"))
        node.parts.append(tool_call(function.get("name"), function.get("arguments")))
    if node.role in {"tool", "function"}:
        node.kind = "tool_result"
    elif calls and not node.text.strip():
        node.kind = "tool_call"
    return node


OPENAI = Reader("openai", "OpenAI messages", _score, _read)
