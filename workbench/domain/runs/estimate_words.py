"""Estimates of work in words: what it costs, and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.text import count_text, rough_seconds
from workbench.domain.views import Estimate


def tokens_text(estimates: Sequence[Estimate]) -> str:
    """New tokens: "about 150 new tokens" by the last such runs, else "at most 512 new tokens"."""
    tokens = sum(each.tokens for each in estimates)
    known = all(each.likely_tokens is not None for each in estimates)
    return f"{'about' if known else 'at most'} {count_text(tokens, 'new token')}"


def estimate_text(estimate: Estimate) -> str:
    """What one run takes: "1 call, about 150 new tokens, 12 s"."""
    parts = [count_text(estimate.calls, "call"), tokens_text([estimate])]
    if estimate.seconds is not None:
        parts.append(rough_seconds(estimate.seconds))
    return ", ".join(parts)


def growth_text(estimate: Estimate) -> str:
    """What searching on from a node takes at most: "At most 13 calls, 1,040 new tokens"."""
    tokens = count_text(estimate.new_tokens, "new token")
    return f"At most {count_text(estimate.calls, 'call')}, {tokens}"


def shorter_texts(estimate: Estimate) -> tuple[str, ...]:
    """The same for little room, the longest first: "1 call, 12 s", then "12 s"."""
    calls, *_ = estimate_text(estimate).split(", ")
    if estimate.seconds is None:
        tokens = tokens_text([estimate]).replace(" new", "")
        return (f"{calls}, {tokens}", calls)
    duration = rough_seconds(estimate.seconds)
    return (f"{calls}, {duration}", duration)


def several_text(estimates: Sequence[Estimate], seconds: float | None) -> str:
    """What several runs take together: "12 runs, 84 calls, about 3,400 new tokens, 2 min".

    Args:
        estimates: one a run.
        seconds: for all of them, None where it is unknown.
    """
    calls = sum(each.calls for each in estimates)
    parts = [count_text(len(estimates), "run"), count_text(calls, "call"), tokens_text(estimates)]
    if seconds is not None:
        parts.append(rough_seconds(seconds))
    return ", ".join(parts)
