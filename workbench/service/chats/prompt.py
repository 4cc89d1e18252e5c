"""A branch of a conversation as a prompt: what the model gets of it, and which part each piece is.

No message is changed here: what a chat template does not take as it is, is changed in the rendered
copy only (:mod:`workbench.prompts.chat.forms`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from workbench.domain.attachments import attached_files, file_block
from workbench.domain.chat import ChatOptions
from workbench.domain.chat_context import PartName
from workbench.domain.profiles import USER, Profile
from workbench.domain.runs.spec import ChatContext, ChatPrompt
from workbench.domain.text import Message, Role, Span
from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage

SUMMARY_HEADING = "Summary of the conversation until here:\n"


class BranchPrompt(NamedTuple):
    """A prompt, and the part to which each span of each message belongs."""

    prompt: ChatPrompt
    parts: tuple[tuple[PartName, ...], ...]


class Draft(NamedTuple):
    """What comes after the messages of a branch."""

    text: str = ""
    """What the user writes."""
    begun: Message | None = None
    """The answer that is to go on."""
    files: tuple[Part, ...] = ()
    """What is attached to the text."""


def branch_prompt(
    branch: Sequence[ChatMessage],
    draft: Draft,
    options: ChatOptions,
    profile: Profile | None = None,
    first_id: int = 0,
    user: str = USER,
) -> BranchPrompt:
    """The prompt of a branch with what comes after it.

    Messages before the last summary are not in it; empty ones are not either, since a model that
    reads an empty answer gives one again.

    Args:
        branch: first message first, none of them hidden.
        draft: what comes after them.
        options: with the conversation's own system prompt.
        profile: that is chosen in the conversation.
        first_id: the message at which what was sent last time began, 0 where all was sent.
        user: the name of the user, for the texts of the profile.
    """
    summary, after = split_at_summary(branch)
    turns: list[tuple[Message, tuple[PartName, ...], ChatMessage | None]] = []
    system, parts = _system(options.system, profile, summary.text if summary else "", user)
    if system is not None:
        turns.append((system, parts, None))
    turns += [(*_spoken(each), each) for each in after if _is_turn(each)]
    if draft.text.strip() or draft.files:
        turns.append((*_with_files("user", draft.files, draft.text, "draft"), None))
    note = profile.filled(profile.note, user).strip() if profile is not None else ""
    if note and profile is not None:
        turns = _with_note(turns, note, is_own=profile.is_own)
    if draft.begun is not None:
        turns.append((draft.begun, ("history",), None))
    ids = tuple(each.message_id if each is not None else 0 for _, _, each in turns)
    pinned = tuple(
        place for place, (_, _, each) in enumerate(turns) if each is not None and each.pinned
    )
    context = ChatContext(
        ids=ids,
        pinned=pinned,
        first=ids.index(first_id) if first_id and first_id in ids else 0,
        keep_thoughts=options.send_thoughts,
    )
    prompt = ChatPrompt(tuple(message for message, _, _ in turns), context)
    return BranchPrompt(prompt, tuple(each for _, each, _ in turns))


def begun_message(text: str, thoughts: str) -> Message:
    """An answer that goes on after its thoughts, "" where they are not known.

    Where its chat template opens a thought these come first, and are closed; a message without that
    field goes on as raw text, thoughts and all.
    """
    return msgspec.structs.replace(Message.value("assistant", text), reasoning=thoughts)


def split_at_summary(
    branch: Sequence[ChatMessage],
) -> tuple[ChatMessage | None, Sequence[ChatMessage]]:
    """The last summary that is written, and the messages after it."""
    for place in range(len(branch) - 1, -1, -1):
        if branch[place].kind == "summary" and branch[place].text.strip():
            return branch[place], branch[place + 1 :]
    return None, [each for each in branch if each.kind != "summary"]


def _system(
    own: str, profile: Profile | None, summary: str, user: str
) -> tuple[Message | None, tuple[PartName, ...]]:
    """What is spoken before the conversation: profile, own system prompt, summary."""
    pieces: list[tuple[PartName, list[Span]]] = []
    if profile is not None:
        text, own = profile.system_with(own, user)
        pieces.append(("profile", [Span(text, literal=profile.is_own)] if text else []))
    pieces.append(("system", [Span(own)] if own.strip() else []))
    if summary.strip():
        pieces.append(("summary", [Span(SUMMARY_HEADING), Span(summary.strip(), literal=False)]))
    spans: list[Span] = []
    parts: list[PartName] = []
    for name, found in pieces:
        if found and spans:
            spans.append(Span("\n\n"))
            parts.append(name)
        spans += found
        parts += [name] * len(found)
    return (Message("system", tuple(spans)) if spans else None), tuple(parts)


def _is_turn(each: ChatMessage) -> bool:
    """Whether a message is sent by itself: not one of the system, whose prompt has its text."""
    has_text = bool(each.text.strip() or attached_files(each.attachments))
    return has_text and not (each.role == "system" and each.system is not None)


def _spoken(each: ChatMessage) -> tuple[Message, tuple[PartName, ...]]:
    """A message of the conversation as it is sent, with the part of each of its spans."""
    role: Role = each.role if each.role != "system" else "user"
    found, parts = _with_files(role, attached_files(each.attachments), each.text, "history")
    if role == "assistant" and each.reasoning:
        found = msgspec.structs.replace(found, reasoning=each.reasoning)
    return found, parts


def _with_files(
    role: Role, files: Sequence[Part], text: str, name: PartName
) -> tuple[Message, tuple[PartName, ...]]:
    """A text after its files: all of it is data, in which control tokens stay plain text."""
    spans = [Span(f"{file_block(each)}\n\n", literal=False) for each in files]
    parts: list[PartName] = ["documents"] * len(spans)
    if text.strip() or not spans:
        spans.append(Span(text, literal=False))
        parts.append(name)
    return Message(role, tuple(spans)), tuple(parts)


def _with_note(
    turns: list[tuple[Message, tuple[PartName, ...], ChatMessage | None]],
    note: str,
    *,
    is_own: bool,
) -> list[tuple[Message, tuple[PartName, ...], ChatMessage | None]]:
    """A profile's note after the last message of the user."""
    for place in range(len(turns) - 1, -1, -1):
        message, parts, each = turns[place]
        if message.role == "user":
            spans = (*message.spans, Span("\n\n"), Span(note, literal=is_own))
            noted = Message(message.role, spans)
            return [
                *turns[:place],
                (noted, (*parts, "profile", "profile"), each),
                *turns[place + 1 :],
            ]
    return turns
