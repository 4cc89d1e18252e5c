"""Reading the files of evaluations in a sandbox process: they come from anywhere."""

from __future__ import annotations

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.evaluation_set import EvaluationSet
from workbench.domain.evaluation.metric_input import Need
from workbench.evaluation.metrics import METRICS as _METRICS  # noqa: F401 - registers all
from workbench.evaluation.metrics.checking import ensure_usable, needs_of
from workbench.evaluation.sets.reading import read_set

MEASURED: frozenset[Need] = frozenset(
    ("expected", "seconds", "prompt_tokens", "completion_tokens", "finish_reason")
)
"""What is known of every finished run, and so what checks may need."""


def read_job(text: str, path: str) -> EvaluationSet:
    """The evaluation of a file; runs in a sandbox process (SetFileError where it cannot be)."""
    return read_set(text, path, _validate)


def _validate(check: Check) -> None:
    alone = CheckSet(checks=(check,))
    ensure_usable(alone)
    missing = sorted(needs_of(alone) - MEASURED)
    if missing:
        what = " and ".join(name.replace("_", " ") for name in missing)
        raise UsageError(f"{check.metric} needs {what}, which evaluations do not measure yet.")
