"""Plain text: thoughts are sentences, and no program knows whether they are right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.domain.runs.spec import Json
from workbench.strategies.domains.domain import Review, Task


class TextTask(Task):
    """A task without rules: every thought is allowed and no end is known."""

    has_rules = False

    @property
    def start(self) -> None:
        """Nothing is known."""
        return

    def moves(self, _facts: Any, /) -> tuple[str, ...]:
        """None that could be listed."""
        return ()

    def apply(self, _facts: Any, _thought: str, /) -> Any:
        """Nothing is known after it either."""
        return None

    def describe(self, _facts: Any, /) -> str:
        """Nothing."""
        return ""

    def reachable(self, _facts: Any, /) -> None:
        """Unknown: no program can check a text."""
        return

    def solved(self, _facts: Any, /) -> None:
        """Unknown: no program can check a text."""
        return

    def variables(self) -> dict[str, Json]:
        """None: the prompt says everything."""
        return {}

    def answer(self, thoughts: Sequence[str]) -> str:
        """The last thought."""
        return thoughts[-1] if thoughts else ""

    def review(self, _answer: str, /) -> Review:
        """Unknown: no program can check a text."""
        return Review(solved=None)
