"""Conversations and reports of imports, as JSON values and as text."""

from __future__ import annotations

from typing import Any

import click

from workbench.cli.terminal import in_a_line
from workbench.domain.text import count_text
from workbench.domain.transcripts import (
    WARNINGS,
    ImportedItem,
    ImportReport,
    Part,
    Transcript,
    TranscriptMessage,
)
from workbench.domain.views import Conversation


def list_object(found: Conversation) -> dict[str, Any]:
    """A conversation of a list."""
    return {
        "id": found.conversation_id,
        "title": found.title,
        "created": found.created_at or None,
        "updated": found.updated_at or None,
        "snippet": found.snippet.replace("\x02", "").replace("\x03", ""),
        "message": found.hit_id,
    }


def import_object(item: ImportedItem) -> dict[str, Any]:
    """One line of the report of an import."""
    made: dict[str, Any] = {
        "status": item.outcome,
        "kind": item.kind,
        "id": item.profile_id if item.kind == "profile" else item.conversation_id,
        "title": item.title,
        "format": item.format,
        "file": item.file,
        "messages": item.messages,
        "branches": item.branches,
        "added": item.added,
        "warnings": list(item.warnings),
    }
    if item.reason:
        made["reason"] = item.reason
    return made


def print_report(report: ImportReport) -> None:
    """Print the outcome for each conversation, and the counts last."""
    for item in report.items:
        title = in_a_line(item.title)
        if item.outcome == "skipped":
            click.echo(f"skipped    {title}: {item.reason}")
            continue
        words = f"{item.outcome:<10} {title}"
        if item.kind == "conversation":
            words += f" ({count_text(item.messages, 'message')}"
            words += f", {item.branches} branches)" if item.branches > 1 else ")"
        click.echo(words)
        for code in item.warnings:
            click.echo(f"             {WARNINGS.get(code, code)}")
    click.echo(f"{report.summary}.")


def transcript_object(
    conversation_id: int, found: Transcript, ids: dict[str, int], *, whole: bool
) -> dict[str, Any]:
    """A conversation with its shown branch, or all of its messages."""
    path = found.path()
    active = {each.key for each in path}
    messages = found.messages if whole else path
    return {
        "id": conversation_id,
        "title": found.title,
        "created": found.created_at or None,
        "updated": found.updated_at or None,
        "source": found.source,
        "source_id": found.source_id,
        "folder": found.folder,
        "pinned": found.pinned,
        "tags": list(found.tags),
        "leaf": ids.get(found.leaf or ""),
        "branches": found.leaves,
        "system_prompt": next((each.system for each in path if each.system is not None), ""),
        "messages": [_message_object(each, ids, active=each.key in active) for each in messages],
    }


def _message_object(
    message: TranscriptMessage, ids: dict[str, int], *, active: bool
) -> dict[str, Any]:
    return {
        "id": ids[message.key],
        "parent": ids.get(message.parent or ""),
        "role": message.role,
        "text": message.text,
        "reasoning": message.reasoning,
        "kind": message.kind,
        "hidden": message.hidden,
        "folded": message.is_folded,
        "active": active,
        "pinned": message.pinned,
        "label": message.label,
        "author": message.author,
        "created": message.created_at,
        "foreign_id": message.key,
        "system": message.system,
        "attachments": [_part_object(each) for each in message.attachments],
        "tool_calls": [
            {"name": each.name, "arguments": each.arguments, "result": each.text}
            for each in message.parts
            if each.kind == "tool_call"
        ],
        "sources": [
            {"name": each.name, "url": each.url} for each in message.parts if each.kind == "source"
        ],
    }


def _part_object(part: Part) -> dict[str, Any]:
    return {
        "kind": part.kind,
        "name": part.name,
        "media_type": part.media_type,
        "size": part.size,
        "text": part.text,
        "url": part.url,
    }


def branch_text(found: Transcript, ids: dict[str, int], *, whole: bool) -> str:
    """A conversation to read on a terminal."""
    lines = [found.title]
    for each in found.messages if whole else found.path():
        if each.hidden and not whole:
            continue
        place = f"{ids[each.key]}"
        if whole:
            place += f" after {ids.get(each.parent or '', '-')}"
        flags = "".join(
            f", {word}" for word in (each.kind, "hidden" if each.hidden else "") if word
        )
        lines += ["", f"[{place}] {each.author or each.role}{flags}"]
        if each.reasoning:
            lines.append(f"(thoughts) {each.reasoning}")
        if each.text:
            lines.append(each.text)
        lines += [f"({part.kind}) {part.name}" for part in each.parts]
    return "\n".join(lines)
