"""An evaluation that is open: its cases, variants and cells, and the results of its checks."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field

import msgspec

from workbench.domain.evaluation.cells import Cell, CellId
from workbench.domain.evaluation.checks import SetResult
from workbench.domain.evaluation.evaluation_set import (
    EvaluationCase,
    EvaluationOptions,
    EvaluationSet,
    Split,
)
from workbench.domain.evaluation.identity import identity_bytes
from workbench.domain.evaluation.metric_input import Fetched
from workbench.domain.runs.spec import Json
from workbench.runs.sweep import Sweep
from workbench.service.evaluation.variants import ReadyVariant
from workbench.service.runs.runs import PreparedRun


@dataclass
class Evaluation:
    """An open evaluation. ``cells`` and ``scores`` change while it is worked on."""

    set: EvaluationSet
    split: Split
    baseline: str
    """The variant that others are compared with, "" for none."""
    cases: tuple[EvaluationCase, ...]
    variants: tuple[ReadyVariant, ...]
    sweep: Sweep
    cells: dict[CellId, Cell]
    """All cells, those that cannot be run included, by variant, then case, then repeat."""
    options: EvaluationOptions = field(default_factory=EvaluationOptions)
    """With which it was opened."""
    scores: dict[tuple[CellId, int], SetResult] = field(default_factory=dict)
    """The results of the checks on a cell's run, so that nothing is judged twice."""
    fetched: dict[tuple[CellId, int], dict[str, Fetched]] = field(default_factory=dict)
    """What models found of a cell's run, by the key of the check that asked."""

    loaded_with: dict[str, Json] = field(default_factory=dict)
    """Load settings that change answers, by the path of the model; none where all are defaults."""
    runs_code: bool = False
    """Whether checks may run the code in outputs."""
    has_code: bool = False
    """Whether checks would run it."""

    def edited(self, given: EvaluationSet, baseline: str) -> Evaluation:
        """It with another set whose cases and runs are the same; scores stay where checks do."""
        is_same = given.checks == self.set.checks
        return dataclasses.replace(
            self, set=given, baseline=baseline, scores=self.scores if is_same else {}
        )

    @property
    def prepared(self) -> dict[str, PreparedRun]:
        """The runs of the variants that can be run."""
        return {each.spec.name: each.run for each in self.variants if each.run is not None}

    @property
    def digest(self) -> str:
        """Of the set, its cases and all that decides the runs."""
        keys = [cell.key for cell in self.cells.values()]
        ids = [case.id for case in self.cases]
        parts: list[object] = [self.set, self.split, ids, keys]
        if self.loaded_with:
            parts.append(self.loaded_with)
        return hashlib.sha256(identity_bytes(parts)).hexdigest()

    @property
    def cases_digest(self) -> str:
        """Of the cases alone, whatever their order."""
        ids = sorted(case.id for case in self.cases)
        return hashlib.sha256(msgspec.json.encode(ids)).hexdigest()
