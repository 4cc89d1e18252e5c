"""OpenAI's messages: a line with ``{"messages": [...]}`` for each branch that is written."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.attachments import text_with_files
from workbench.domain.transcripts import ExportOptions, Transcript, TranscriptMessage
from workbench.transcripts.writing.paths import leaves, shown, system_of


def write(found: Transcript, options: ExportOptions) -> str:
    """The shown branch in a line, or each branch in one of its own."""
    ends = leaves(found) if options.all_branches else [found.leaf]
    lines = [json.dumps(_branch(found, end, options), ensure_ascii=False) for end in ends]
    return "\n".join(lines)


def _branch(found: Transcript, end: str | None, options: ExportOptions) -> dict[str, Any]:
    path = shown(found, end, options)
    system = system_of(path, found)
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    waiting: list[str] = []
    for message in path:
        messages += _written(message, waiting, len(messages), options)
    return {"messages": messages}


def _written(
    message: TranscriptMessage, waiting: list[str], number: int, options: ExportOptions
) -> list[dict[str, Any]]:
    """A message, the calls of tools in it before its text; ``waiting`` are calls without result."""
    if message.role == "tool":
        call_id = waiting.pop(0) if waiting else f"call_{number}"
        return [{"role": "tool", "tool_call_id": call_id, "content": message.text}]
    made: list[dict[str, Any]] = []
    calls = [each for each in message.parts if each.kind == "tool_call"] if options.tools else []
    if calls:
        ids = [f"call_{number}_{place}" for place in range(len(calls))]
        functions = [{"name": each.name, "arguments": each.arguments} for each in calls]
        listed = [
            {"id": call_id, "type": "function", "function": function}
            for call_id, function in zip(ids, functions, strict=True)
        ]
        made.append({"role": "assistant", "content": None, "tool_calls": listed})
        for call_id, call in zip(ids, calls, strict=True):
            if call.text:
                made.append({"role": "tool", "tool_call_id": call_id, "content": call.text})
            else:
                waiting.append(call_id)
    if message.kind == "tool_call" and calls:
        return made
    pictures = [each.url for each in message.parts if each.kind == "image" and each.url]
    text = text_with_files(message.text, message.parts)
    content: Any = text
    if pictures:
        content = [{"type": "text", "text": text}]
        content += [{"type": "image_url", "image_url": {"url": url}} for url in pictures]
    written = {"role": message.role, "content": content}
    if message.reasoning and options.reasoning:
        written["reasoning_content"] = message.reasoning
    return [*made, written]
