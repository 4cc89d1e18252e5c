"""LM Studio's conversations: a line of slots, each with versions of a message.

Versions become siblings; the next slot follows the selected one.
"""

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
    list_of,
    text_of,
    time_of,
    tool_call,
)

_SKIPPED_STEPS = {"debugInfoBlock"}
_SYSTEM = "llm.prediction.systemPrompt"


def _score(sample: Sample) -> float:
    slots = [dict_of(each) for each in list_of(sample.first.get("messages"))]
    if any("versions" in each for each in slots):
        return 1.0
    own = {
        "perChatPredictionConfig",
        "userLastMessagedAt",
        "clientInput",
        "usePerChatPredictionConfig",
    }
    return (
        0.9 if isinstance(sample.first.get("messages"), list) and own & set(sample.first) else 0.0
    )


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    title = text_of(record.get("name"))
    slots = record.get("messages")
    created = record.get("createdAt")
    source_id = str(created) if time_of(created) is not None else ""
    if not isinstance(slots, list) or not slots:
        reason = "there are no messages in it" if slots == [] else "messages is not a list"
        yield Skipped(reason=reason, title=title, source="lmstudio", source_id=source_id)
        return
    builder = TreeBuilder()
    parent: str | None = None
    for place, slot in enumerate(map(dict_of, slots)):
        parent = _add_slot(builder, slot, place, parent)
    fields = _fields(record)
    used = dict_of(record.get("lastUsedModel"))
    system = text_of(fields.get(_SYSTEM)) if record.get("usePerChatPredictionConfig", True) else ""
    settings = {
        name.rsplit(".", 1)[-1]: value
        for name, value in fields.items()
        if name != _SYSTEM and isinstance(value, int | float | str) and "key" not in name.lower()
    }
    yield builder.build(
        "lmstudio",
        source_id,
        title,
        leaf=parent,
        warns_title=True,
        created_at=time_of(created),
        updated_at=max(
            (
                time
                for name in ("userLastMessagedAt", "assistantLastMessagedAt")
                if (time := time_of(record.get(name))) is not None
            ),
            default=None,
        ),
        system=clean(system or text_of(record.get("systemPrompt"))),
        draft=clean(text_of(record.get("clientInput"))),
        pinned=bool(record.get("pinned")),
        settings={"model": clean(text_of(used.get("identifier"))), **settings}
        if used
        else settings,
    )


def _fields(record: dict[str, Any]) -> dict[str, Any]:
    """The settings of a conversation; a value may be behind a tick."""
    found = {}
    config = dict_of(record.get("perChatPredictionConfig"))
    for each in map(dict_of, list_of(config.get("fields"))):
        value = each.get("value")
        if isinstance(value, dict) and "checked" in value:
            value = value.get("value") if value.get("checked") else None
        if isinstance(each.get("key"), str):
            found[each["key"]] = clean(value) if isinstance(value, str) else value
    return found


def _add_slot(
    builder: TreeBuilder, slot: dict[str, Any], place: int, parent: str | None
) -> str | None:
    """Add the versions of a slot; the selected one is what the next slot follows."""
    versions = list_of(slot.get("versions"))
    keys: list[str] = []
    for number, version in enumerate(map(dict_of, versions)):
        node = _node(version, builder)
        node.parent = parent
        node.key = digest(parent or "", str(place), str(number), node.text, node.reasoning)
        builder.add(node)
        keys.append(node.key)
    if not keys:
        return parent
    selected = slot.get("currentlySelected")
    if isinstance(selected, int) and not isinstance(selected, bool) and 0 <= selected < len(keys):
        return keys[selected]
    builder.warn("active_leaf_missing")
    return keys[-1]


def _node(version: dict[str, Any], builder: TreeBuilder) -> Node:
    node = Node(key="", parent=None, role=version.get("role") or "assistant")
    node.author = text_of(dict_of(version.get("senderInfo")).get("senderName"))
    if version.get("type") == "multiStep" or "steps" in version:
        _read_steps(node, list_of(version.get("steps")), builder)
    else:
        node.text = _content(node, list_of(version.get("content")), builder)
    return node


def _content(node: Node, content: list[Any], builder: TreeBuilder) -> str:
    texts = []
    for part in map(dict_of, content):
        kind = part.get("type")
        if kind == "text":
            texts.append(text_of(part.get("text")))
        elif kind == "file":
            is_image = part.get("fileType") == "image"
            node.parts.append(
                Part(
                    kind="image" if is_image else "file",
                    name=file_name(part.get("fileIdentifier")),
                    size=int_of(part.get("sizeBytes")),
                )
            )
        elif kind == "toolCallRequest":
            node.parts.append(tool_call(part.get("name"), part.get("parameters")))
        elif kind == "toolCallResult":
            node.parts.append(tool_call(part.get("name"), "", part.get("content")))
        else:
            builder.warn("unknown_part")
            node.raw = as_json(part)
    return "".join(texts)


def _read_steps(node: Node, steps: list[Any], builder: TreeBuilder) -> None:
    texts: list[str] = []
    thoughts: list[str] = []
    unknown = []
    for step in map(dict_of, steps):
        kind = step.get("type")
        if kind == "contentBlock":
            text = _content(node, list_of(step.get("content")), builder)
            thinks = dict_of(step.get("style")).get("type") == "thinking"
            (thoughts if thinks else texts).append(text)
        elif kind not in _SKIPPED_STEPS:
            builder.warn("unknown_step")
            unknown.append(step)
    node.text = "\n\n".join(each for each in texts if each.strip())
    node.reasoning = "\n\n".join(each for each in thoughts if each.strip())
    if unknown:
        node.raw = as_json(unknown)


LMSTUDIO = Reader("lmstudio", "LM Studio", _score, _read)
