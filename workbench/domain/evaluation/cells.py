"""Cells of a sweep: one variant on one case, once; and how far each is."""

from __future__ import annotations

from typing import Literal

import msgspec

from workbench.domain.runs.spec import Json

CellState = Literal["missing", "cached", "running", "done", "failed"]


class CellId(msgspec.Struct, frozen=True):
    """Which cell: names of a variant and a case, and the repeat's number from 0."""

    variant: str
    case: str
    repeat: int = 0


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """How far a cell is. ``cached`` means that a run of the history is shown.

    ``key`` is the digest of everything that decides the run, "" where the cell cannot be run;
    ``error`` is a sentence where it failed.
    """

    id: CellId
    key: str = ""
    state: CellState = "missing"
    run_id: int = 0
    output: str = ""
    answer: str | None = None
    prompt_tokens: int = 0
    tokens: int = 0
    """That the model wrote."""
    seconds: float = 0.0
    calls: int = 0
    """That the strategy made to the model."""
    finish_reason: str = ""
    limit: str = ""
    """Of the budget, where that cut the answer short: "tokens"."""
    error: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether the model's answer is there."""
        return self.state in ("cached", "done")

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.state in ("cached", "done", "failed")


class KeptCell(msgspec.Struct, frozen=True, kw_only=True):
    """A cell as the history keeps it. ``details`` are the results of its checks."""

    id: CellId
    key: str
    state: CellState
    run_id: int = 0
    score: float | None = None
    passed: bool | None = None
    details: dict[str, Json] = {}


class SweepEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """What the cells that are missing will take. ``seconds`` is None without a measured speed."""

    cells: int
    cached: int
    to_run: int
    calls: int
    new_tokens: int
    """At most."""
    likely_tokens: int | None = None
    seconds: float | None = None
    models: tuple[str, ...] = ()
    memory_bytes: int = 0
    """Of the model that needs the most; 0 where it is not known."""
    equal_tokens: int | None = None
    """New tokens that each answer may take."""
    questions: int = 0
    """To judges and metrics that ask a model, after the outputs are there; of sampled consistency
    at least."""
