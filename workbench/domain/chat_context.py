"""What of a conversation a model gets, in tokens: the parts of its context, what is left out."""

from __future__ import annotations

from typing import Literal

import msgspec

PartName = Literal[
    "profile", "system", "summary", "documents", "history", "draft", "thoughts", "format"
]
PART_TITLES: dict[PartName, str] = {
    "profile": "Profile",
    "system": "System",
    "summary": "Summary",
    "documents": "Documents",
    "history": "Conversation",
    "draft": "Draft",
    "thoughts": "Thoughts sent back",
    "format": "Chat template",
}


class ContextPart(msgspec.Struct, frozen=True):
    """A part of the prompt and its tokens."""

    name: PartName
    tokens: int


class ContextReport(msgspec.Struct, frozen=True, kw_only=True):
    """The context of the next answer, counted by the loaded model's own tokens.

    ``uncounted`` says why nothing is counted; everything else is then empty.
    """

    uncounted: str = ""
    parts: tuple[ContextPart, ...] = ()
    """In the order of the prompt, each token of it in one."""
    reserve: int = 0
    """Kept for the answer."""
    context: int = 0
    """Tokens that the model holds."""
    sent_messages: int = 0
    """Of the conversation, without the draft."""
    dropped_messages: int = 0
    """That are left out since they do not fit."""
    dropped_tokens: int | None = None
    """Of those; None where they are too many to be counted."""
    first_seen: int | None = None
    """The message at which what the model sees begins, None where it sees all."""
    dropped_thoughts: int = 0
    """Tokens of thoughts that the model does not get back."""
    over_tokens: int = 0
    """By how much the last message is too long, whatever is left out."""
    merged: tuple[int, ...] = ()
    """Messages that are merged with a neighbour of the same role for this model."""
    notes: tuple[str, ...] = ()
    """What is changed in the rendered copy, as sentences."""

    @property
    def used(self) -> int:
        """Tokens of the prompt."""
        return sum(part.tokens for part in self.parts)

    @property
    def free(self) -> int:
        """What neither the prompt nor the answer needs."""
        return max(self.context - self.used - self.reserve, 0)

    def of(self, name: PartName) -> int:
        """Tokens of one part."""
        return sum(part.tokens for part in self.parts if part.name == name)
