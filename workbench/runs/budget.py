"""The budget of a run, charged before each call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from workbench.domain.runs.effects import Generate
from workbench.domain.runs.spec import Budget

Limit = Literal["tokens", "calls", "seconds"]


class BudgetEnded(Exception):
    """The run has used up ``limit``."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.limit: Limit = limit


class Meter:
    """Counts what a run uses (generated tokens, calls) against its budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.tokens = 0
        self.calls = 0

    def allow(self, batch: Sequence[Generate], max_tokens: int) -> tuple[int, ...]:
        """Charge the calls of a batch and say how many tokens each sample of it may have.

        Raises:
            BudgetEnded: nothing is left for this batch.
        """
        shares = self.share(batch, max_tokens)
        self.calls += sum(call.n for call in batch)
        return shares

    def share(self, batch: Sequence[Generate], max_tokens: int) -> tuple[int, ...]:
        """How many tokens each sample of a batch may have.

        What is left is shared in proportion to what was asked for, so the batch cannot pass it.

        Args:
            batch: calls that start together.
            max_tokens: the run's limit for one answer; a call's own limit lowers it.

        Raises:
            BudgetEnded: nothing is left for this batch.
        """
        asked = [min(call.max_tokens or max_tokens, max_tokens) for call in batch]
        samples = sum(call.n for call in batch)
        if self._budget.max_calls is not None and self.calls + samples > self._budget.max_calls:
            raise BudgetEnded("calls")
        if self._budget.max_tokens is not None and batch:
            left = self._budget.max_tokens - self.tokens
            wanted = sum(tokens * call.n for tokens, call in zip(asked, batch, strict=True))
            if left < samples:
                raise BudgetEnded("tokens")
            if wanted > left:
                asked = [max(1, tokens * left // wanted) for tokens in asked]
        return tuple(asked)

    def allow_scores(self, count: int) -> None:
        """Charge calls that only score given labels.

        Raises:
            BudgetEnded: that many calls are not left.
        """
        most = self._budget.max_calls
        if count and most is not None and self.calls + count > most:
            raise BudgetEnded("calls")
        self.calls += count

    def used(self, tokens: int) -> None:
        """Count tokens that were generated."""
        self.tokens += tokens
