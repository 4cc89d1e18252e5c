"""ShareGPT: the two sides take turns, as programs that train with it want it."""

from __future__ import annotations

import json

from workbench.domain.attachments import text_with_files
from workbench.domain.transcripts import ExportOptions, Transcript, TranscriptMessage
from workbench.transcripts.writing.paths import leaves, shown, system_of

BEFORE, BETWEEN, AFTER = "[\n", ",\n", "\n]\n"
_SIDES = {"human": 0, "observation": 0, "gpt": 1, "function_call": 1}


def write(found: Transcript, options: ExportOptions) -> str:
    """The shown branch, or each branch as a conversation of its own."""
    ends = leaves(found) if options.all_branches else [found.leaf]
    texts = []
    for place, end in enumerate(ends):
        made_id = found.source_id if place == 0 else f"{found.source_id}-{place + 1}"
        turns = _turns(found, end, options)
        texts.append(json.dumps({"id": made_id, "conversations": turns}, ensure_ascii=False))
    return BETWEEN.join(texts)


def _turns(found: Transcript, end: str | None, options: ExportOptions) -> list[dict[str, str]]:
    path = shown(found, end, options)
    system = system_of(path, found)
    turns = [{"from": "system", "value": system}] if system else []
    for message in path:
        for speaker, text in _spoken(message, options):
            last = turns[-1]["from"] if turns else ""
            if last == speaker and speaker in {"human", "gpt", "system"}:
                turns[-1]["value"] += f"\n\n{text}"  # one side does not speak twice
            elif last in _SIDES and _SIDES[last] == _SIDES.get(speaker):
                turns += [{"from": "gpt" if _SIDES[last] == 0 else "human", "value": ""}]
                turns.append({"from": speaker, "value": text})
            else:
                turns.append({"from": speaker, "value": text})
    return turns


def _spoken(message: TranscriptMessage, options: ExportOptions) -> list[tuple[str, str]]:
    if message.role == "tool":
        return [("observation", message.text)]
    if message.role in {"system", "user"}:
        text = text_with_files(message.text, message.parts)
        return [("human" if message.role == "user" else "system", text)]
    calls = [each for each in message.parts if each.kind == "tool_call"] if options.tools else []
    if message.kind == "tool_call":
        return [("function_call", message.text or _call(calls[0].name, calls[0].arguments))]
    found = []
    for call in calls:
        found += [("function_call", _call(call.name, call.arguments)), ("observation", call.text)]
    return [*found, ("gpt", message.text)]


def _call(name: str, arguments: str) -> str:
    try:
        given = json.loads(arguments) if arguments else {}
    except ValueError:
        given = arguments
    return json.dumps({"name": name, "arguments": given}, ensure_ascii=False)
