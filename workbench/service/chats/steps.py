"""What can be undone in conversations, and done again."""

from __future__ import annotations

from workbench.domain.chat_tree import TreeChange


class Steps:
    """Changes of each conversation, oldest first, while the program runs."""

    def __init__(self) -> None:
        self._done: dict[int, list[TreeChange]] = {}
        self._undone: dict[int, list[TreeChange]] = {}

    def add(self, change: TreeChange) -> None:
        """Something was done: what was undone before cannot be done again."""
        self._done.setdefault(change.conversation_id, []).append(change)
        self._undone.pop(change.conversation_id, None)

    def forget(self, conversation_id: int) -> None:
        """The conversation has gone on: what came before is not undone any more."""
        self._done.pop(conversation_id, None)
        self._undone.pop(conversation_id, None)

    def last(self, conversation_id: int) -> TreeChange | None:
        """What would be undone next."""
        return next(reversed(self._done.get(conversation_id, ())), None)

    def last_undone(self, conversation_id: int) -> TreeChange | None:
        """What would be done again next."""
        return next(reversed(self._undone.get(conversation_id, ())), None)

    def drop(self, conversation_id: int) -> None:
        """The last change cannot be undone any more."""
        self._done[conversation_id].pop()

    def undone(self, conversation_id: int) -> None:
        """The last change was undone."""
        change = self._done[conversation_id].pop()
        self._undone.setdefault(conversation_id, []).append(change)

    def redone(self, conversation_id: int) -> None:
        """What was undone last is done again."""
        change = self._undone[conversation_id].pop()
        self._done.setdefault(conversation_id, []).append(change)
