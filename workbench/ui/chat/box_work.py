"""What the message box is for, where it is not for the next message."""

from __future__ import annotations

import msgspec

from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage


class Insertion(msgspec.Struct, frozen=True):
    """A place next to a message at which something is inserted."""

    message: ChatMessage
    after: bool


class GivenUp(msgspec.Struct, frozen=True):
    """An edit or insertion that was cancelled, as it was: Ctrl+Z goes on with it."""

    edited: ChatMessage | None
    insertion: Insertion | None
    speaker: int
    text: str
    files: tuple[Part, ...]
