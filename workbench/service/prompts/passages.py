"""The passages that one rendering asks for."""

from __future__ import annotations

from workbench.domain.sources.passages import Find, Passage, PassageQuery


class Finding:
    """Looks into the documents once for each question, and keeps what was found.

    Args:
        find: looks into them.
    """

    def __init__(self, find: Find) -> None:
        self._find = find
        self._found: dict[PassageQuery, tuple[Passage, ...]] = {}

    async def __call__(self, asked: PassageQuery) -> tuple[Passage, ...]:
        """The passages for a question; WorkbenchError where they cannot be had."""
        if asked not in self._found:
            self._found[asked] = await self._find(asked)
        return self._found[asked]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All of them, in the order of their numbers in the prompt (``Place.passage``)."""
        return tuple(each for found in self._found.values() for each in found)
