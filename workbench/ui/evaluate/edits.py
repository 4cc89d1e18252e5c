"""The edits of a set, to be undone and redone."""

from __future__ import annotations

import time

from workbench.domain.evaluation.evaluation_set import EvaluationSet

_MOST = 200
_TYPED_SECONDS = 1.0
"""What is typed in one field without a pause is one edit."""


class Edits:
    """What a set was before its last edits, and after those that were undone."""

    def __init__(self) -> None:
        self._before: list[EvaluationSet] = []
        self._after: list[EvaluationSet] = []
        self._typed: tuple[str, float] = ("", 0.0)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to undo."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether an edit was undone last."""
        return bool(self._after)

    def clear(self) -> None:
        """Forget all: another set is open."""
        self._before.clear()
        self._after.clear()

    def note(self, before: EvaluationSet, field: str = "") -> None:
        """A set is about to change; ``field`` names what is typed into, "" for another edit."""
        last, at = self._typed
        now = time.monotonic()
        self._typed = (field, now)
        self._after.clear()
        if not field or field != last or now - at > _TYPED_SECONDS or not self._before:
            self._before.append(before)
            del self._before[:-_MOST]

    def undo(self, now: EvaluationSet) -> EvaluationSet:
        """The set before the last edit; there must be one."""
        self._typed = ("", 0.0)
        self._after.append(now)
        return self._before.pop()

    def redo(self, now: EvaluationSet) -> EvaluationSet:
        """The set after the edit that was undone last; there must be one."""
        self._before.append(now)
        return self._after.pop()
