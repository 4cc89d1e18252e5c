"""A named table of things that can be chosen: strategies, engines, metrics."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Generic, TypeVar

from workbench.domain.errors import UsageError

T = TypeVar("T")


class Registry(Generic[T]):
    """Things by id, in order of registration.

    Args:
        noun: what the things are called in messages, for example ``"strategy"``.
    """

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._entries: dict[str, T] = {}

    def register(self, entry_id: str, entry: T) -> T:
        """Add ``entry``; a second one of the same id is a programming error (ValueError)."""
        if entry_id in self._entries:
            raise ValueError(f"{self._noun} {entry_id!r} is registered twice")
        self._entries[entry_id] = entry
        return entry

    def get(self, entry_id: str) -> T:
        """The entry of that id; UsageError with the nearest names where there is none."""
        try:
            return self._entries[entry_id]
        except KeyError:
            near = difflib.get_close_matches(entry_id, self._entries, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(self._entries)}."
            raise UsageError(f"There is no {self._noun} called {entry_id}. {hint}") from None

    def ids(self) -> tuple[str, ...]:
        """All ids, in order of registration."""
        return tuple(self._entries)

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def __contains__(self, entry_id: object) -> bool:
        return entry_id in self._entries
