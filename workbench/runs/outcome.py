"""The outcome that a run ends with: when it is cut short, and when it was grown."""

from __future__ import annotations

from typing import Any

from workbench.domain.runs.effects import Outcome
from workbench.domain.runs.run_state import RunState


def best_of(state: RunState, finish_reason: Any) -> Outcome:
    """The best that a run has named so far, else its longest text."""
    if state.output or state.answer is not None:
        node = state.best_node or "0"
        return Outcome(
            answer=state.answer, output=state.output, node=node, finish_reason=finish_reason
        )
    longest, node = "", "0"
    for call in state.calls.values():
        for sample in call.samples:
            if len(sample.text) > len(longest):
                longest, node = sample.text, call.node
    return Outcome(answer=None, output=longest, node=node, finish_reason=finish_reason)


def better(new: Outcome, state: RunState, earlier: RunState) -> Outcome:
    """The better of what a growth found and what the run had; the new one where they are equal."""
    if earlier.answer is None and not earlier.output:
        return new
    old = earlier_outcome(earlier)
    return new if _rank(new, state) >= _rank(old, state) else old


def earlier_outcome(earlier: RunState) -> Outcome:
    """What the run ended with before it was grown."""
    return Outcome(answer=earlier.answer, output=earlier.output, node=earlier.best_node or "0")


def _rank(outcome: Outcome, state: RunState) -> tuple[bool, bool, float]:
    node = state.nodes.get(outcome.node)
    if node is None:
        return outcome.answer is not None, False, 0.0
    return outcome.answer is not None, node.solved is True, (node.score or 0.0) + node.boost
