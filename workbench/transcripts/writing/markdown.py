"""Markdown: front matter, a heading a message, the message as it is.

Code is never touched. Headings of a message are set below those of the page; thoughts, calls of
tools and summaries are closed.
"""

from __future__ import annotations

import json
import re

from workbench.domain.text import fenced
from workbench.domain.transcripts import ExportOptions, Transcript, TranscriptMessage
from workbench.transcripts.writing.paths import leaves, name_of, shown, system_of, time_text

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r" {0,3}#{1,4}(?=[ \t])")


def write(found: Transcript, options: ExportOptions) -> str:
    """A conversation: its shown branch, or all of them one after another."""
    return _write(found, options, for_paper=False)


def write_for_paper(found: Transcript, options: ExportOptions) -> str:
    """The same without HTML and front matter: what is closed on a screen is a quotation."""
    return _write(found, options, for_paper=True)


def _write(found: Transcript, options: ExportOptions, *, for_paper: bool) -> str:
    ends = leaves(found) if options.all_branches else [found.leaf]
    lines = [] if for_paper else [_front_matter(found)]
    lines += [f"# {_inline(found.title)}", ""]
    numbers: dict[str, int] = {}
    for place, end in enumerate(ends):
        path = shown(found, end, options)
        if place == 0:
            system = system_of(path, found)
            if system:
                lines += ["## System", "", _body(system), ""]
        else:
            before = [each for each in path if each.key in numbers]
            goes_on = f", continues from #{numbers[before[-1].key]}" if before else ""
            lines += [f"## Branch {place + 1}{goes_on}", ""]
        for message in path:
            if message.key not in numbers:
                numbers[message.key] = len(numbers) + 1
                lines += _message(message, numbers[message.key], options, for_paper=for_paper)
    return "\n".join(lines).rstrip("\n") + "\n"


def _front_matter(found: Transcript) -> str:
    values = {
        "title": found.title,
        "id": found.source_id,
        "source": found.source,
        "created": time_text(found.created_at),
        "updated": time_text(found.updated_at),
        "branches": found.leaves,
        "tags": list(found.tags),
    }
    lines = [
        f"{name}: {json.dumps(each, ensure_ascii=False)}" for name, each in values.items() if each
    ]
    return "\n".join(("---", *lines, "---", ""))


def _message(
    message: TranscriptMessage, number: int, options: ExportOptions, *, for_paper: bool
) -> list[str]:
    closed = _quoted if for_paper else _closed
    facts = f"#{number} {time_text(message.created_at)}".strip()
    lines = [f"## {_inline(name_of(message))}", ""]
    lines[1:1] = ["", f"*{facts}*"] if for_paper else [f"<!-- {facts} -->"]
    if message.reasoning and options.reasoning:
        lines += closed("Thoughts", _body(message.reasoning))
    body = _body(message.text)
    if message.kind:
        lines += closed(
            {"summary": "Summary", "tool_call": "Call"}.get(message.kind, "Result"), body
        )
    elif body:
        lines += [body, ""]
    for part in message.parts:
        name = _inline(part.name or part.kind)
        if part.kind == "tool_call":
            if options.tools:
                text = "\n\n".join(fenced(each) for each in (part.arguments, part.text) if each)
                lines += closed(f"Call of {name}", text)
        elif part.kind == "image" and part.url:
            lines += [f"![{name}]({part.url})", ""]
        elif part.kind == "source":
            lines += [f"- Source: [{name}]({part.url})" if part.url else f"- Source: {name}", ""]
        else:
            lines += [f"- Attached: {name}", ""]
    return lines


def _closed(title: str, body: str) -> list[str]:
    return ["<details>", f"<summary>{title}</summary>", "", body, "", "</details>", ""]


def _quoted(title: str, body: str) -> list[str]:
    return [f"**{title}**", "", *(f"> {line}".rstrip() for line in body.split("\n")), ""]


def _inline(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", " ".join(text.split()))


def _body(text: str) -> str:
    """The text of a message: code as it is, headings set lower, an open fence closed."""
    lines = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
            lines.append(line)
        elif mark and not ("`" in mark[1] and "`" in mark[2]):
            fence = mark[1]
            lines.append(line)
        elif line.rstrip() == "---":
            lines.append("\\---")
        else:
            lines.append(_HEADING.sub(lambda found: f"##{found[0].lstrip()}", line))
    return "\n".join([*lines, *([fence] if fence else [])])
