"""The words for the state of an evaluation."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import NamedTuple

from workbench.domain.evaluation.cells import SweepEstimate
from workbench.domain.evaluation.listing import ListedEvaluation
from workbench.domain.evaluation.verdict import VerdictKind
from workbench.domain.text import count_text, rough_seconds
from workbench.ui.evaluate.progress import Progress


class StateWords(NamedTuple):
    """An icon, its tone, and what it means."""

    icon: str
    tone: str
    words: str


_FOUND: tuple[tuple[VerdictKind, str], ...] = (
    ("worse", "worse"),
    ("better", "better"),
    ("no_difference", "no different"),
    ("not_enough_rows", "not enough rows"),
    ("too_few", "too few rows"),
)


def state_of(listed: ListedEvaluation, progress: Progress | None) -> StateWords:
    """How far an evaluation of the list is.

    Args:
        listed: of the list.
        progress: while it is being run.
    """
    if progress is not None:
        return StateWords("busy", "focus", answers_text(progress))
    summary = listed.summary
    if summary is None:
        return StateWords("circle", "text-3", "Draft" if not listed.is_file else "Not run yet")
    finished = summary.finished_cells
    if finished is None:
        finished = 0 if summary.status == "incomplete" else summary.cell_count
    if finished < summary.cell_count:
        return StateWords("pause", "warn", f"Paused · {finished:,} of {summary.cell_count:,}")
    return StateWords("check", "text-3", " · ".join(("Done", *_found(summary.verdicts))))


def _found(verdicts: tuple[VerdictKind, ...]) -> tuple[str, ...]:
    """What the comparisons say, the one that matters most first: "1 worse", "not enough rows"."""
    counts = Counter(verdicts)
    for kind, word in _FOUND:
        if counts[kind]:
            counted = kind in ("worse", "better")
            return (f"{counts[kind]} {word}" if counted else word,)
    return ()


def answers_text(progress: Progress) -> str:
    """How many cells have an answer: "1,973 of 2,100 answers"."""
    over, total = progress.over_of_run, progress.total_of_run
    return f"{over:,} of {count_text(total, 'answer')}"


def estimate_text(estimate: SweepEstimate) -> str:
    """What a run takes: "3,920 calls · at most 334,880 new tokens · 3 h 36 min"."""
    asked = [f"{count_text(estimate.questions, 'question')} to judges and metrics"]
    asked = asked if estimate.questions else []
    if not estimate.to_run:
        return " · ".join(["Every answer is there already", *asked])
    parts = [count_text(estimate.calls, "call")]
    if estimate.likely_tokens is not None:
        parts.append(f"about {estimate.likely_tokens:,} new tokens")
    else:
        parts.append(f"at most {estimate.new_tokens:,} new tokens")
    if estimate.equal_tokens is not None:
        parts.append(f"{estimate.equal_tokens:,} an answer")
    if estimate.seconds is not None:
        parts.append(rough_seconds(estimate.seconds))
    return " · ".join([*parts, *asked])


def until_text(seconds: float | None, now: dt.datetime) -> str:
    """When something ends that begins now: "15:04", with the day where it is not today."""
    if seconds is None:
        return ""
    end = now + dt.timedelta(seconds=seconds)
    return f"{end:%H:%M}" if end.date() == now.date() else f"{end:%a %H:%M}"
