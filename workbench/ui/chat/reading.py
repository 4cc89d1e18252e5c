"""Scroll positions of conversations, so that each opens where it was left."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.views import ChatMessage
from workbench.ui.chat.transcript import Transcript

MessagePlace = tuple[int, int]
"""The id of the message at the top of the view, and how far above the view it begins."""


class Reading:
    """Keeps the place of each conversation that was shown; one that was left at its end has none.

    Args:
        transcript: shows one of them at a time.
    """

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._places: dict[int, MessagePlace] = {}

    def show(self, messages: Sequence[ChatMessage], stays: int | None) -> None:
        """Show a branch; another conversation than before where it was left, else at its end.

        Args:
            messages: all of it.
            stays: the place of the message that keeps its height, see ``Transcript.set_messages``.
        """
        self.keep()
        before, now = _conversation(self._transcript.messages), _conversation(messages)
        self._transcript.set_messages(messages, stays)
        message_id, above = self._places.get(now, (0, 0))
        ids = [message.message_id for message in messages]
        if now != before and message_id in ids:
            self._transcript.go_to((ids.index(message_id), above))

    def keep(self) -> None:
        """Remember where the shown conversation is being read."""
        messages, place = self._transcript.messages, self._transcript.place
        if not messages:
            return
        conversation = _conversation(messages)
        if place is None:
            self._places.pop(conversation, None)
        else:
            self._places[conversation] = (messages[place[0]].message_id, place[1])

    def place(self, conversation: int) -> MessagePlace | None:
        """Where a conversation was left, None for its end."""
        return self._places.get(conversation)

    def remember(self, conversation: int, place: MessagePlace) -> None:
        """Open a conversation at a place of the last session."""
        self._places[conversation] = place


def _conversation(messages: Sequence[ChatMessage]) -> int:
    return messages[0].conversation_id if messages else 0
