"""ChatGPT's data export: ``conversations.json``, one file or several.

Nodes of one conversation are a mapping in no order. Thoughts are messages of their own and belong
to the answer that follows; calls of tools and their results are shown closed.
"""

from __future__ import annotations

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
    key_of,
    list_of,
    text_of,
    time_of,
    tool_call,
)

_CITATION = re.compile("\ue200[^\ue200\ue201]*\ue201")
_NO_TEXT = {"reasoning_recap"}
_HIDDEN = {"user_editable_context", "model_editable_context"}


def _score(sample: Sample) -> float:
    first = sample.first
    if isinstance(first.get("mapping"), dict):
        return 1.0
    known = {"mapping", "conversation_id", "current_node"} & set(first)
    return 0.6 if "mapping" in first or len(known) > 1 else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    title, source_id = text_of(record.get("title")), _id(record)
    mapping = record.get("mapping")
    if not isinstance(mapping, dict):
        reason = "mapping is not an object"
        yield Skipped(reason=reason, title=title, source="chatgpt", source_id=source_id)
        return
    builder = TreeBuilder()
    for key, node in mapping.items():
        builder.add(
            _node(str(key), dict_of(node), builder, text_of(record.get("default_model_slug")))
        )
    leaf = key_of(record.get("current_node"))
    yield builder.build(
        "chatgpt",
        source_id,
        title,
        leaf=leaf,
        warns_title=True,
        warns_leaf=True,
        created_at=time_of(record.get("create_time")),
        updated_at=time_of(record.get("update_time")),
        pinned=bool(record.get("is_starred") or record.get("pinned_time")),
    )


def _id(record: dict[str, Any]) -> str:
    return key_of(record.get("conversation_id")) or key_of(record.get("id")) or ""


def _node(key: str, node: dict[str, Any], builder: TreeBuilder, model: str) -> Node:
    message = node.get("message")
    children = tuple(each for each in list_of(node.get("children")) if isinstance(each, str))
    made = Node(key=key, parent=key_of(node.get("parent")), children=children)
    if not isinstance(message, dict):
        made.dropped = True
        return made
    metadata, author = dict_of(message.get("metadata")), dict_of(message.get("author"))
    made.role = author.get("role") or "assistant"
    made.created_at = time_of(message.get("create_time"))
    made.hidden = bool(metadata.get("is_visually_hidden_from_conversation"))
    if made.role == "assistant":
        made.author = text_of(metadata.get("model_slug")) or model
    elif made.role == "tool":
        made.author = text_of(author.get("name"))
    content = message.get("content")
    if not isinstance(content, dict):
        builder.warn("null_content")
        made.dropped = True
        return made
    _read_content(made, content, metadata, builder)
    made.parts += _attachments(metadata, made.parts)
    _fold(made, message, content)
    if made.role == "system" and not metadata.get("is_user_system_message"):
        made.hidden = True
    return made


def _read_content(
    made: Node, content: dict[str, Any], metadata: dict[str, Any], builder: TreeBuilder
) -> None:
    kind = content.get("content_type")
    if kind in {"text", "multimodal_text"}:
        made.text = _parts(made, list_of(content.get("parts")), builder)
        made.text = _cited(made, metadata)
    elif kind in {"code", "execution_output", "tether_quote", "system_error", "sonic_webpage"}:
        made.text = text_of(content.get("text"))
    elif kind == "tether_browsing_display":
        made.text = text_of(content.get("result")) or text_of(content.get("summary"))
    elif kind == "thoughts":
        thoughts = [dict_of(each) for each in list_of(content.get("thoughts"))]
        texts = [text_of(each.get("content")) or text_of(each.get("summary")) for each in thoughts]
        made.reasoning = "\n\n".join(each for each in texts if each.strip())
        made.dropped = True
    elif kind in _NO_TEXT:
        made.dropped = True
    elif kind in _HIDDEN:
        texts = [text_of(each) for name, each in content.items() if name != "content_type"]
        made.text = "\n\n".join(each for each in texts if each.strip())
        made.hidden = True
    else:
        builder.warn("unknown_content_type")
        made.text = f"[unsupported content: {text_of(kind) or 'unknown'}]"
        made.raw = as_json(content)


def _parts(made: Node, parts: list[Any], builder: TreeBuilder) -> str:
    texts = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        elif part is None:
            builder.warn("null_part")
        elif isinstance(part, dict) and "asset_pointer" in part:
            pointer = text_of(part.get("asset_pointer")).rsplit("//", 1)[-1]
            kind = text_of(part.get("content_type")).split("_", 1)[0]
            made.parts.append(
                Part(
                    kind="audio" if kind == "audio" else "video" if kind == "video" else "image",
                    name=file_name(pointer),
                    size=int_of(part.get("size_bytes")),
                )
            )
        elif isinstance(part, dict) and part.get("content_type") == "audio_transcription":
            texts.append(text_of(part.get("text")))
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            texts.append(part["text"])
        else:
            builder.warn("unknown_part")
            made.raw = as_json(parts)
    return "\n".join(texts)


def _attachments(metadata: dict[str, Any], parts: list[Part]) -> list[Part]:
    """Files that the metadata names; a picture in the content has the same id and counts once."""
    found = []
    shown = {part.name: place for place, part in enumerate(parts)}
    for each in map(dict_of, list_of(metadata.get("attachments"))):
        media_type = text_of(each.get("mime_type"))
        part = Part(
            kind="image" if media_type.startswith("image/") else "file",
            name=file_name(each.get("name")),
            media_type=media_type,
            size=int_of(each.get("size")),
        )
        place = shown.get(text_of(each.get("id")))
        if place is None:
            found.append(part)
        else:
            parts[place] = part
    return found


def _fold(made: Node, message: dict[str, Any], content: dict[str, Any]) -> None:
    if made.dropped:
        return
    recipient = text_of(message.get("recipient")) or "all"
    if made.role == "tool":
        made.kind = "tool_result"
    elif made.role == "assistant" and recipient != "all":
        made.kind = "tool_call"
        made.parts.append(tool_call(recipient, made.text))
    elif made.role == "assistant" and content.get("content_type") == "code":
        made.kind = "tool_call"
        made.parts.append(tool_call(content.get("language"), made.text))


def _cited(made: Node, metadata: dict[str, Any]) -> str:
    """The text with numbers in place of the marks of citations; the sources become parts."""
    numbers: dict[str, int] = {}
    for reference in map(dict_of, list_of(metadata.get("content_references"))):
        mark = text_of(reference.get("matched_text"))
        if "\ue200" not in mark or mark in numbers:
            continue
        numbers[mark] = len(numbers) + 1
        items = [dict_of(each) for each in list_of(reference.get("items"))] or [reference]
        for item in items:
            address = clean(text_of(item.get("url")))
            if address.startswith(("http://", "https://")):
                title = clean(text_of(item.get("title")))
                made.parts.append(Part(kind="source", name=title, url=address))

    def number(match: re.Match[str]) -> str:
        place = numbers.get(match[0])
        return f"[{place}]" if place else ""

    return _CITATION.sub(number, made.text)


CHATGPT = Reader("chatgpt", "ChatGPT", _score, _read)
