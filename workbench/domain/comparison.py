"""Values that a comparison of runs is made of."""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.run_state import RunState
from workbench.domain.spec import RunSpec


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
    """What a rule takes out of one text of a run, and what stands there now."""

    before: str | None
    after: str | None
    text: str


class ExtractionPreview(msgspec.Struct, frozen=True):
    """What applying a rule to an ended run would give; nothing is changed."""

    answer: str | None
    texts: tuple[ExtractedText, ...]
