"""Open WebUI's export: chats with a mapping of messages.

Parents are right, lists of children are not. Thoughts and calls are items of ``output``, or, in
earlier versions, ``<details>`` in the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Found, Part, Skipped
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import (
    as_json,
    clean,
    dict_of,
    file_name,
    int_of,
    joined,
    key_of,
    list_of,
    picture,
    split_thoughts,
    text_of,
    time_of,
    tool_call,
)

_DETAILS = re.compile(r"<details\b([^>]*)>|</details>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_SUMMARY = re.compile(r"<summary>.*?</summary>", re.DOTALL | re.IGNORECASE)
_READ = {"reasoning", "tool_calls", "code_interpreter"}


def _history(record: dict[str, Any]) -> Any:
    chat = dict_of(record.get("chat")) or record
    return dict_of(chat.get("history")).get("messages")


def _score(sample: Sample) -> float:
    return 1.0 if isinstance(_history(sample.first), dict) else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    chat = dict_of(record.get("chat")) or record
    history = dict_of(chat.get("history"))
    title = text_of(record.get("title")) or text_of(chat.get("title"))
    source_id = key_of(record.get("id")) or key_of(chat.get("id")) or ""
    messages = history.get("messages")
    if not isinstance(messages, dict):
        reason = "history.messages is not an object"
        yield Skipped(reason=reason, title=title, source="openwebui", source_id=source_id)
        return
    builder = TreeBuilder()
    for key, message in messages.items():
        if isinstance(message, dict):
            builder.add(_node(str(key), message, builder))
    params = dict_of(chat.get("params"))
    yield builder.build(
        "openwebui",
        source_id,
        title,
        leaf=key_of(history.get("currentId")),
        warns_title=True,
        created_at=time_of(record.get("created_at")) or time_of(chat.get("timestamp")),
        updated_at=time_of(record.get("updated_at")),
        system=clean(text_of(params.get("system"))),
        pinned=bool(record.get("pinned")),
        tags=_tags(record, chat),
    )


def _tags(record: dict[str, Any], chat: dict[str, Any]) -> tuple[str, ...]:
    found = list_of(dict_of(record.get("meta")).get("tags")) or list_of(chat.get("tags"))
    return tuple(clean(each) for each in found if isinstance(each, str) and each.strip())


def _node(key: str, message: dict[str, Any], builder: TreeBuilder) -> Node:
    children = tuple(each for each in list_of(message.get("childrenIds")) if isinstance(each, str))
    node = Node(
        key=key,
        parent=key_of(message.get("parentId")),
        role=message.get("role") or "assistant",
        created_at=time_of(message.get("timestamp")),
        children=children,
    )
    if node.role == "assistant":
        node.author = text_of(message.get("modelName")) or text_of(message.get("model"))
    node.text = _content(node, message.get("content"))
    if list_of(message.get("output")):
        _read_output(node, message["output"], builder)
    else:
        _read_details(node)
    for each in map(dict_of, list_of(message.get("files"))):
        node.parts.append(_file(each))
    for source in map(dict_of, list_of(message.get("sources"))):
        named = dict_of(source.get("source"))
        address = text_of(named.get("url"))
        kept = clean(address) if address.startswith(("http://", "https://")) else ""
        node.parts.append(Part(kind="source", name=file_name(named.get("name")), url=kept))
    if message.get("error"):
        node.raw = as_json({"error": message["error"]})
    return node


def _content(node: Node, content: Any) -> str:
    for each in map(dict_of, list_of(content)):
        if each.get("type") == "image_url":
            node.parts.append(picture(dict_of(each.get("image_url")).get("url")))
    return joined(content)


def _file(each: dict[str, Any]) -> Part:
    inner = dict_of(each.get("file"))
    name = file_name(each.get("name")) or file_name(inner.get("filename"))
    if each.get("type") == "image":
        return picture(each.get("url"), name)
    text = text_of(dict_of(inner.get("data")).get("content"))
    return Part(kind="file", name=name, size=int_of(each.get("size")), text=clean(text))


def _read_output(node: Node, output: list[Any], builder: TreeBuilder) -> None:
    texts, thoughts, unknown = [], [], []
    calls: dict[str, dict[str, Any]] = {}
    for place, item in enumerate(map(dict_of, output)):
        call_id = key_of(item.get("call_id")) or str(place)
        match item.get("type"):
            case "message":
                texts.append(joined(item.get("content")))
            case "reasoning":
                text = joined(item.get("content"), "\n") or joined(item.get("summary"), "\n")
                thoughts.append(text)
            case "function_call":
                calls.setdefault(call_id, {})["call"] = item
            case "function_call_output":
                calls.setdefault(call_id, {})["result"] = joined(item.get("output"), "\n")
            case _:
                builder.warn("unknown_part")
                unknown.append(item)
    node.text = "\n\n".join(each for each in texts if each.strip()) or node.text
    node.reasoning = "\n\n".join(each for each in thoughts if each.strip())
    for pair in calls.values():
        call = dict_of(pair.get("call"))
        part = tool_call(call.get("name"), call.get("arguments"), pair.get("result", ""))
        node.parts.append(part)
    if unknown:
        node.raw = as_json(unknown)


def _read_details(node: Node) -> None:
    """Take thoughts and calls out of a text; what is nested in them goes with them."""
    if node.role != "assistant":
        return
    thoughts, node.text = split_thoughts(node.text)
    node.reasoning = thoughts
    if "<details" not in node.text:
        return
    kept: list[str] = []
    taken: list[str] = []
    position = depth = begun = 0
    attributes: dict[str, str] = {}
    for mark in _DETAILS.finditer(node.text):
        opens = mark[1] is not None
        if depth:
            depth += 1 if opens else -1
            if depth == 0:
                _take(node, attributes, node.text[begun : mark.start()], taken)
                position = mark.end()
        elif opens:
            found = dict(_ATTRIBUTE.findall(mark[1]))
            if found.get("type") in _READ:
                kept.append(node.text[position : mark.start()])
                attributes, begun, depth = found, mark.end(), 1
                position = mark.start()
    if not taken and not node.parts and not kept:
        return
    kept.append(node.text[position:])
    node.text = "\n\n".join(each.strip() for each in kept if each.strip())
    node.reasoning = "\n\n".join(each for each in (node.reasoning, *taken) if each)


def _take(node: Node, attributes: dict[str, str], body: str, thoughts: list[str]) -> None:
    body = _SUMMARY.sub("", body, count=1).strip()
    lines = [line.removeprefix(">").removeprefix(" ") for line in body.split("\n")]
    text = html.unescape("\n".join(lines).strip())
    if attributes["type"] == "reasoning":
        thoughts.append(text)
        return
    name = attributes.get("name") or attributes["type"]
    arguments = html.unescape(attributes.get("arguments", "")) or text
    node.parts.append(tool_call(name, arguments, html.unescape(attributes.get("result", ""))))


OPENWEBUI = Reader("openwebui", "Open WebUI", _score, _read)
