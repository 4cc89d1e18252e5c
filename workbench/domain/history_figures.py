"""Figures of the history, for statistics."""

from __future__ import annotations

import msgspec


class ModelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one model did here. Times are Unix seconds."""

    model: str
    runs: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    first_at: float
    last_at: float


class DayFigures(msgspec.Struct, frozen=True):
    """The runs of a local day; ``begin`` is Unix seconds."""

    begin: float
    runs: int
    completion_tokens: int
    seconds: float


class HistoryFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Runs, tokens and hours of the whole history, what wrote most first."""

    models: tuple[ModelFigures, ...]
    days: tuple[DayFigures, ...]
    """Days that had runs, first day first."""
    conversations: int
    messages: int

    @property
    def runs(self) -> int:
        """All runs."""
        return sum(each.runs for each in self.models)

    @property
    def completion_tokens(self) -> int:
        """Tokens that models wrote."""
        return sum(each.completion_tokens for each in self.models)

    @property
    def prompt_tokens(self) -> int:
        """Tokens of prompts."""
        return sum(each.prompt_tokens for each in self.models)

    @property
    def seconds(self) -> float:
        """How long models worked."""
        return sum(each.seconds for each in self.models)
