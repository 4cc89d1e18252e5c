"""The branches that a format writes, and which of their messages."""

from __future__ import annotations

from datetime import UTC, datetime

from workbench.domain.transcripts import ExportOptions, Transcript, TranscriptMessage


def shown(found: Transcript, leaf: str | None, options: ExportOptions) -> list[TranscriptMessage]:
    """The messages of a branch, without those that are hidden or not wanted."""
    return [
        each
        for each in found.path(leaf)
        if not each.hidden and (options.tools or each.kind not in {"tool_call", "tool_result"})
    ]


def leaves(found: Transcript) -> list[str]:
    """The ends of all branches, the shown one first."""
    parents = {each.parent for each in found.messages}
    ends = [each.key for each in found.messages if each.key not in parents]
    if found.leaf in ends:
        ends.remove(found.leaf)
        ends.insert(0, found.leaf)
    return ends


def system_of(path: list[TranscriptMessage], found: Transcript) -> str:
    """The system prompt that a branch begins with, where it is no message of its own."""
    if any(each.role == "system" and not each.kind for each in path[:1]):
        return ""
    return next((each.system for each in path if each.system is not None), found.system) or ""


def name_of(message: TranscriptMessage) -> str:
    """Who wrote a message, for a heading."""
    if message.kind == "summary":
        return "Summary"
    if message.role == "user":
        return message.author or "You"
    if message.role == "assistant":
        return message.author or "Assistant"
    return message.author or ("System" if message.role == "system" else "Tool")


def time_text(seconds: float | None) -> str:
    """A time in UTC, "" where it is not known."""
    if not seconds:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
