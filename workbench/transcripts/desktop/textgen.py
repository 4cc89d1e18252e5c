"""text-generation-webui's logs: rows of a question and an answer, with versions of them."""

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
    list_of,
    local_time,
    text_of,
)

_GREETING = "<|BEGIN-VISIBLE-CHAT|>"


def _score(sample: Sample) -> float:
    first = sample.first
    if isinstance(first.get("internal"), list) and "visible" in first:
        return 1.0
    return 1.0 if isinstance(first.get("data"), list) and "data_visible" in first else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    rows = record.get("internal", record.get("data"))
    if not isinstance(rows, list) or not rows:
        reason = "there are no messages in it"
        yield Skipped(reason=reason, title=given.stem, source="textgen")
        return
    builder = TreeBuilder()
    metadata = dict_of(record.get("metadata"))
    for place, row in enumerate(rows):
        cells = [text_of(each) for each in list_of(row)[:2]]
        if len(cells) < 2:
            builder.warn("bad_line")
            continue
        if cells[0] != _GREETING:
            _add(builder, "user", cells[0], dict_of(metadata.get(f"user_{place}")))
        _add(builder, "assistant", cells[1], dict_of(metadata.get(f"assistant_{place}")))
    first = next(iter(builder.nodes), "")
    yield builder.build(
        "textgen", digest(given.stem, first), leaf=builder.last, settings={}, created_at=None
    )


def _add(builder: TreeBuilder, role: str, text: str, metadata: dict[str, Any]) -> None:
    """Add a message and its other versions; what follows hangs from the current one."""
    parent = builder.last
    versions = [dict_of(each) for each in list_of(metadata.get("versions"))]
    current = metadata.get("current_version_index")
    if not isinstance(current, int) or not 0 <= current < len(versions):
        current = len(versions) - 1
    texts = [(text_of(each.get("content")), each.get("timestamp")) for each in versions]
    if not texts:
        texts, current = [(text, metadata.get("timestamp"))], 0
    else:  # the row is the truth, its version may be of before an edit
        texts[current] = (text, texts[current][1] or metadata.get("timestamp"))
    shown: str | None = None
    for place, (words, written) in enumerate(texts):
        node = Node(key="", parent=None, role=role, text=words)
        node.created_at = local_time(text_of(written), "%b %d, %Y %H:%M", "%Y-%m-%d %H:%M:%S")
        if place == current:
            node.parts += [_file(dict_of(each)) for each in list_of(metadata.get("attachments"))]
            if metadata.get("tool_sequence"):
                node.raw = as_json({"tool_sequence": metadata["tool_sequence"]})
        builder.go_on_from(parent)
        builder.append(node)
        if place == current:
            shown = builder.last
    builder.go_on_from(shown)


def _file(each: dict[str, Any]) -> Part:
    media_type, name = text_of(each.get("type")), file_name(each.get("name"))
    if media_type.startswith("image"):
        return Part(kind="image", name=name, media_type=media_type)
    content = clean(text_of(each.get("content")))
    return Part(kind="file", name=name, media_type=media_type, text=content)


TEXTGEN = Reader("textgen", "text-generation-webui", _score, _read)
