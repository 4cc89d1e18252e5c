"""The edits of a set, to be undone and redone."""

from __future__ import annotations

from workbench.domain.evaluation.evaluation_set import EvaluationSet

_MOST = 200


class Edits:
    """What a set was before its last edits, and after those that were undone."""

    def __init__(self) -> None:
        self._before: list[EvaluationSet] = []
        self._after: list[EvaluationSet] = []

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

    def note(self, before: EvaluationSet) -> None:
        """A set is about to change."""
        self._before.append(before)
        del self._before[:-_MOST]
        self._after.clear()

    def undo(self, now: EvaluationSet) -> EvaluationSet:
        """The set before the last edit; there must be one."""
        self._after.append(now)
        return self._before.pop()

    def redo(self, now: EvaluationSet) -> EvaluationSet:
        """The set after the edit that was undone last; there must be one."""
        self._before.append(now)
        return self._after.pop()
