"""Conversations on their way in and out: what a file holds, and the outcome."""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.runs.spec import Json
from workbench.domain.runs.tokens import SampleTokens
from workbench.domain.text import count_text, rough_seconds, size_text

MessageKind = Literal["", "summary", "tool_call", "tool_result"]
PartKind = Literal["image", "audio", "video", "file", "source", "tool_call"]

NOT_REACHED = "cancelled before it was saved"
"""The reason of what an import that was stopped has left out."""

Outcome = Literal["imported", "updated", "unchanged", "skipped"]


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What hangs on a message: a file, the source of a claim, or a call of a tool.

    ``text`` is a file's text or a tool's result; ``url`` a picture as a data URI, or the web
    address of a source. Names never have a folder.
    """

    kind: PartKind
    name: str = ""
    media_type: str = ""
    size: int = 0
    text: str = ""
    url: str = ""
    arguments: str = ""
    """Of a tool's call, as JSON."""


class TranscriptMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message of a transcript; ``parent`` is the key of the one that it follows."""

    key: str
    parent: str | None = None
    role: Literal["system", "user", "assistant", "tool"] = "user"
    text: str = ""
    reasoning: str = ""
    kind: MessageKind = ""
    hidden: bool = False
    author: str = ""
    """The model that wrote it, or the name of who did."""
    created_at: float | None = None
    parts: tuple[Part, ...] = ()
    system: str | None = None
    """The system prompt from here on, None where it is the one before."""
    label: str = ""
    pinned: bool = False
    edited_from: str | None = None
    copied_from: str | None = None
    raw: str = ""
    """What was not understood, as JSON."""
    tokens: SampleTokens | None = None
    """How probable each piece of an answer was, where its program recorded that."""

    @property
    def is_folded(self) -> bool:
        """Whether it is shown closed: a tool's call or result, a summary."""
        return bool(self.kind)

    @property
    def attachments(self) -> tuple[Part, ...]:
        """Files and pictures."""
        return tuple(each for each in self.parts if each.kind not in {"source", "tool_call"})


class Transcript(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="conversation"):
    """A conversation as a file has it. Parents come before what follows them."""

    source: str
    """The format's id, that of the program it is from."""
    source_id: str
    """Its id there; the same conversation has the same one at the next export."""
    title: str
    branch_of: str = ""
    """Where a file holds one branch: the name of the chat that it was made from."""
    created_at: float | None = None
    updated_at: float | None = None
    messages: tuple[TranscriptMessage, ...] = ()
    leaf: str | None = None
    """The key of the last message of the branch that is shown."""
    system: str = ""
    """A system prompt that is no message."""
    note: str = ""
    """What its program puts after the last message of the user."""
    draft: str = ""
    folder: str = ""
    pinned: bool = False
    tags: tuple[str, ...] = ()
    options: dict[str, Json] = {}
    """How its answers are made, as ``ChatOptions`` has it."""
    settings: dict[str, Json] = {}
    """Sampling and the like, under the other program's names."""
    lore: int = 0
    """Entries of a world book, which are not imported."""
    warnings: tuple[str, ...] = ()

    @property
    def leaves(self) -> int:
        """How many branches end in it."""
        return len(self.messages) - len({each.parent for each in self.messages} - {None})

    def path(self, leaf: str | None = None) -> tuple[TranscriptMessage, ...]:
        """The messages of a branch, first one first; that of :attr:`leaf` where none is named."""
        known = {each.key: each for each in self.messages}
        found: list[TranscriptMessage] = []
        key = leaf or self.leaf
        while key is not None and key in known:
            found.append(known[key])
            key = known[key].parent
        return tuple(reversed(found))


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="card"):
    """A character card: a system prompt with a name, first messages and a note."""

    name: str
    description: str = ""
    personality: str = ""
    scenario: str = ""
    system_prompt: str = ""
    post_history_instructions: str = ""
    examples: str = ""
    greetings: tuple[str, ...] = ()
    lore_entries: int = 0
    spec: str = ""
    origin: str = ""
    """Where in the file it was: "json", or the chunk of a picture."""
    raw: str = ""
    """All of it, as JSON."""
    warnings: tuple[str, ...] = ()

    @property
    def system(self) -> str:
        """The card as a system prompt, with ``{{char}}`` and ``{{user}}`` as they are."""
        blocks = [self.system_prompt.replace("{{original}}", "").strip(), self.description]
        blocks += [f"Personality: {self.personality}"] if self.personality else []
        blocks += [f"Scenario: {self.scenario}"] if self.scenario else []
        return "\n\n".join(each for each in blocks if each.strip())


class Skipped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="skipped"):
    """A conversation, or a whole file, that cannot be read, and why."""

    reason: str
    title: str = ""
    source: str = ""
    source_id: str = ""
    warnings: tuple[str, ...] = ()


Found = Transcript | Card | Skipped


class ImportedItem(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one conversation or card of an import."""

    outcome: Outcome
    title: str
    file: str = ""
    """The name of the file that it was in."""
    format: str = ""
    kind: Literal["conversation", "profile", "file"] = "conversation"
    conversation_id: int | None = None
    profile_id: int | None = None
    messages: int = 0
    """Of all branches."""
    branches: int = 0
    added: int = 0
    """Messages that this import added."""
    warnings: tuple[str, ...] = ()
    reason: str = ""
    """Why it was skipped."""


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What became of everything that was to be imported."""

    items: tuple[ImportedItem, ...] = ()
    cancelled: bool = False

    def count(self, outcome: Outcome) -> int:
        """How many of its conversations and cards ended so."""
        return sum(each.outcome == outcome for each in self.items)

    @property
    def summary(self) -> str:
        """All of it in a line: "2 imported, 1 skipped; cancelled, 7 not saved"."""
        left = sum(each.reason == NOT_REACHED for each in self.items)
        counts = {
            "imported": self.count("imported"),
            "updated": self.count("updated"),
            "unchanged": self.count("unchanged"),
            "skipped": self.count("skipped") - left,
        }
        text = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        if not self.cancelled:
            return text or "Nothing to import"
        text = f"{text or 'Nothing imported'}; cancelled"
        return f"{text}, {left:,} not saved" if left else text


class ImportProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import has come."""

    doing: Literal["reading", "saving"]
    name: str = ""
    """The file that is read, or the conversation that is saved."""
    done: int = 0
    total: int = 0
    """Bytes while reading, conversations while saving."""
    found: int = 0
    """Conversations that were read until now."""
    seconds_left: float | None = None
    """Of the reading or the saving, where it can be estimated."""

    @property
    def text(self) -> str:
        """All of it in a line."""
        if self.doing == "saving":
            text = f"Saving {min(self.done + 1, self.total):,} of "
            text += f"{count_text(self.total, 'conversation')}{self._left}"
            return f"{text}: {self.name}" if self.name else text
        if not self.total:
            return f"Reading {self.name}"
        text = f"Reading {self.name}: {size_text(self.done)} of {size_text(self.total)}"
        if self.found:
            text += f", {count_text(self.found, 'conversation')} so far"
        return text + self._left

    @property
    def _left(self) -> str:
        return "" if self.seconds_left is None else f", {rough_seconds(self.seconds_left)} left"


class ExportFormat(msgspec.Struct, frozen=True):
    """A format that conversations are written in."""

    id: str
    title: str
    suffix: str
    description: str
    whole: bool = False
    """It always has all branches."""
    many: bool = False
    """Several conversations can be in one file."""


class ExportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What of a conversation is written."""

    all_branches: bool = False
    reasoning: bool = True
    tools: bool = True


class ExportResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, and where."""

    paths: tuple[str, ...]
    conversations: int
    messages: int
    missing: tuple[int, ...] = ()
    """Ids that no conversation has."""

    @property
    def summary(self) -> str:
        """All of it in a line."""
        text = f"{count_text(self.conversations, 'conversation')}, "
        text += count_text(self.messages, "message")
        return f"{text}, {len(self.missing)} skipped" if self.missing else text


WARNINGS = {
    "active_leaf_missing": "The branch that was shown is not in the file: the newest is shown.",
    "attachment_dropped": "A picture is too large to be kept with the message.",
    "bad_line": "A line of the file is damaged and was left out.",
    "bad_thread_json": "The file with the title and the settings is damaged.",
    "cycle": "Messages followed each other in a ring; it was cut.",
    "duplicate_key": "Two messages had the same id.",
    "mes_differs_from_swipe": "A message was edited after it was written: the edited text is kept.",
    "merged": "It is a branch: it was put into one tree with the chat that it was made from.",
    "missing_parent": "A message follows one that is not in the file: it begins a branch.",
    "null_content": "A message without content was left out.",
    "null_part": "An empty part of a message was left out.",
    "other_copies": "The conversation is in the files more than once: the newest was taken.",
    "replaced_characters": "Damaged characters were replaced by �.",
    "restored": "It had been deleted here and is back.",
    "timestamp_missing": "The time of a message is not known.",
    "timestamp_unreadable": "The time of a message cannot be read.",
    "title_missing": "It had no title and is named after its first message.",
    "truncated_file": "The file is cut off: what was read whole is kept.",
    "unfinished_message": "An answer was not finished.",
    "unknown_block": "A part of a message is of an unknown kind; it is kept, not shown.",
    "unknown_content_type": "A message is of an unknown kind; it is kept, not shown.",
    "unknown_part": "A part of a message is of an unknown kind; it is kept, not shown.",
    "unknown_role": "A message is of an unknown role and counts as the assistant's.",
    "unknown_step": "A step of an answer is of an unknown kind; it is kept, not shown.",
}
"""What the codes of warnings mean, in a sentence."""
