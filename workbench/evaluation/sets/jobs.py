"""Reading the files of evaluations in a sandbox process: they come from anywhere."""

from __future__ import annotations

from pathlib import PurePath

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.evaluation_set import EvaluationSet
from workbench.domain.evaluation.metric_input import Need
from workbench.evaluation.metrics import METRICS as _METRICS  # noqa: F401 - registers all
from workbench.evaluation.metrics.checking import ensure_usable, needs_of
from workbench.evaluation.sets.promptfoo import is_promptfoo, read_promptfoo
from workbench.evaluation.sets.reading import read_set
from workbench.prompts.formats.format import SourceFile

MEASURED: frozenset[Need] = frozenset(
    (
        "expected",
        "seconds",
        "prompt_tokens",
        "completion_tokens",
        "finish_reason",
        "embeddings",
        "token_matches",
        "output_likelihood",
        "reference_likelihood",
        "choices",
        "judgement",
        "program",
    )
)
"""What is known of every finished run, or asked of a model then, and so what checks may need."""


def read_job(text: str, path: str, files: dict[str, bytes] | None = None) -> EvaluationSet:
    """The evaluation of a file; runs in a sandbox process.

    Args:
        text: of the file: a set, or a configuration of promptfoo.
        path: of the file.
        files: others of its folder that a configuration names, by relative path.

    Raises:
        SetFileError: it cannot be used.
    """
    file = SourceFile(PurePath(path).name, text.encode("utf-8", "replace"), files or {})
    if is_promptfoo(file):
        return read_promptfoo(file, path)
    return read_set(text, path, _validate)


def _validate(check: Check) -> None:
    alone = CheckSet(checks=(check,))
    ensure_usable(alone)
    missing = sorted(needs_of(alone) - MEASURED)
    if missing:
        what = " and ".join(name.replace("_", " ") for name in missing)
        raise UsageError(f"{check.metric} needs {what}, which evaluations do not measure yet.")
