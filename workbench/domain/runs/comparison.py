"""Values that a comparison of runs is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from workbench.domain.answers.forms import same_answer
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import RunSpec


class DiffPart(msgspec.Struct, frozen=True):
    """A stretch of words that two texts share, or that only one of them has."""

    kind: Literal["same", "inserted", "deleted"]
    text: str


class Interval(msgspec.Struct, frozen=True):
    """A share with the bounds between which the true one lies with 95 % confidence; 0 to 1."""

    share: float
    low: float
    high: float


class FoundRun(msgspec.Struct, frozen=True):
    """A run of the history that a spec need not be run again for. ``ended_at`` is Unix seconds."""

    run_id: int
    spec: RunSpec
    state: RunState
    ended_at: float
    key: str
    """The digest of the spec by which it was found."""


class ExtractedText(msgspec.Struct, frozen=True):
    """The answer that a rule extracts from one text of a run, and the present answer."""

    before: str | None
    after: str | None
    text: str


class ExtractionPreview(msgspec.Struct, frozen=True):
    """What applying a rule to an ended run would give; nothing is changed."""

    answer: str | None
    texts: tuple[ExtractedText, ...]


def is_right(answer: str | None, expected: str) -> bool | None:
    """Whether an answer is the expected one.

    None where there is nothing to judge: no right answer is known.
    """
    if not expected.strip():
        return None
    return same_answer(answer, expected)


_FINE = 100


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of repeats of several strategies on one question. Strategies are indices.

    ``best`` was right most often; it is better than ``worse`` at 5 %, ``p`` being the largest
    adjusted p-value of these. It cannot be distinguished from ``open``: ``needed`` runs each could
    with 80 % power, planned for the difference seen, or for 30 points where none was
    (``is_gap_seen`` says which).
    """

    fewest: int
    """Runs of the strategy that has the fewest."""
    most: int
    best: int
    worse: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    p: float | None = None
    is_gap_seen: bool = True
    needed: int | None = None

    @property
    def target(self) -> int | None:
        """The runs each that could decide more, rounded as shown; None where enough ran."""
        if self.needed is None or not self.open:
            return None
        step = 5 if self.needed <= _FINE else 10
        rounded = -(-self.needed // step) * step
        return rounded if rounded > self.fewest else None


def verdict_sentence(verdict: Verdict, names: Sequence[str]) -> str:
    """A verdict in one or two sentences; the caller says what can be done about it.

    Args:
        verdict: of strategies.
        names: of these, in their order.
    """
    runs = f"{verdict.fewest}"
    if verdict.most != verdict.fewest:
        runs = f"{verdict.fewest} to {verdict.most}"
    runs += " run each" if verdict.most == 1 else " runs each"
    target = verdict.target
    if verdict.worse:
        words = f"{names[verdict.best]} is right more often than {_listed(verdict.worse, names)}"
        words += f" ({runs}, p = {verdict.p:.2g})" if verdict.p is not None else ""
        if target is None:
            return words
        return f"{words}; about {target} could tell it from {_listed(verdict.open, names)}"
    apart = "cannot tell these apart" if verdict.is_gap_seen else "show no difference"
    if verdict.most == 1:
        apart = apart.replace("show ", "shows ")
    words = f"{runs} {apart}"
    if target is None:
        return words
    could = "could" if verdict.is_gap_seen else "could show one of 30 points"
    return f"{words}; about {target} {could}"


def _listed(places: Sequence[int], names: Sequence[str]) -> str:
    words = [names[place] for place in places]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
