"""ShareGPT: ``conversations`` with ``from`` and ``value``; one branch each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.domain.transcripts import Found, Skipped
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import (
    as_json,
    dict_of,
    digest,
    key_of,
    list_of,
    text_of,
    tool_call,
)


def _score(sample: Sample) -> float:
    turns = list_of(sample.first.get("conversations"))
    return 0.9 if turns and all("from" in dict_of(each) for each in turns) else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    turns = record.get("conversations")
    title = text_of(record.get("title"))
    source_id = key_of(record.get("id")) or ""
    if not isinstance(turns, list) or not turns:
        reason = "there are no messages in it"
        yield Skipped(reason=reason, title=title, source="sharegpt", source_id=source_id)
        return
    builder = TreeBuilder()
    system = text_of(record.get("system"))
    if system:
        builder.append(Node(key="", parent=None, role="system", text=system))
    for turn in map(dict_of, turns):
        builder.append(_node(turn))
    # Ids such as "1" repeat from file to file, so the first turns count too.
    beginning = digest(as_json(turns[:2]))
    made = f"{source_id}:{beginning}" if source_id else digest(as_json(turns) or beginning)
    yield builder.build("sharegpt", made, title, leaf=builder.last)


def _node(turn: dict[str, Any]) -> Node:
    speaker, value = text_of(turn.get("from")), text_of(turn.get("value"))
    node = Node(key="", parent=None, role=speaker, text=value)
    if speaker == "function_call":
        node.role, node.kind = "assistant", "tool_call"
        node.parts.append(tool_call("", value))
    elif speaker in {"observation", "tool"}:
        node.role, node.kind = "tool", "tool_result"
    elif speaker in {"chatgpt", "bing", "bard"}:
        node.role = "assistant"
    return node


SHAREGPT = Reader("sharegpt", "ShareGPT", _score, _read)
