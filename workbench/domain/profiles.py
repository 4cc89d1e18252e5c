"""Profiles: named system prompts for conversations, also read from character cards."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_NAMES = re.compile(r"(?i:\{\{\s*(char|user)\s*\}\})|<(BOT|CHAR|USER)>")
_ORIGINAL = re.compile(r"\{\{\s*original\s*\}\}", re.IGNORECASE)
USER = "User"
"""What ``{{user}}`` becomes where no other name is chosen."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How a model is to be in a conversation.

    In its texts ``{{char}}`` is the profile's name and ``{{user}}`` that of the user (``<BOT>`` and
    ``<USER>`` mean the same). In ``system``, ``{{original}}`` is the conversation's own system
    prompt, which otherwise follows it.
    """

    profile_id: int = 0
    """0 where it is not kept yet."""
    name: str
    created_at: float = 0.0
    system: str = ""
    note: str = ""
    """Goes after the last message of the user, in each prompt."""
    greetings: tuple[str, ...] = ()
    """First messages of the model; a new conversation begins with one, the others are its
    versions."""
    source: dict[str, Any] = {}
    """The character card that it was read from, whole; empty where it was written here."""

    @property
    def is_own(self) -> bool:
        """Whether the user wrote it: only then control tokens in its texts count as such."""
        return not self.source

    def filled(self, text: str, user: str = USER) -> str:
        """A text of the profile with the names in place of their variables."""

        def name_of(match: re.Match[str]) -> str:
            word = (match.group(1) or match.group(2)).lower()
            return user if word == "user" else self.name

        return _NAMES.sub(name_of, text)

    def system_with(self, own: str, user: str = USER) -> tuple[str, str]:
        """The profile's system prompt, and what of the conversation's own follows it."""
        text = self.filled(self.system, user).strip()
        if _ORIGINAL.search(text):
            return _ORIGINAL.sub(lambda _match: own.strip(), text).strip(), ""
        return text, own
