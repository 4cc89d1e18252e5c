"""Results as CSV: a row for each case and variant; what looks like a formula is text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from workbench.domain.evaluation.results import EvaluationResult

_HEADINGS = (
    "set", "variant", "row", "id", "state", "score", "passed", "format_failure", "reason",
    "answer", "run_ids",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(results: Sequence[EvaluationResult]) -> str:
    """All cases of all variants, with the answer of the first repeat."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_HEADINGS)
    for result in results:
        for variant in result.variants:
            for case in variant.cases:
                first = case.cells[0].cell if case.cells else None
                answer = (first.answer or first.output) if first else ""
                writer.writerow(
                    (
                        as_text(result.name),
                        as_text(variant.name),
                        case.number,
                        as_text(case.case),
                        case.state,
                        "" if case.score is None else f"{case.score:.6g}",
                        "" if case.passed is None else int(case.passed),
                        int(case.is_format_failure),
                        as_text(case.reason),
                        as_text(answer),
                        " ".join(str(e.cell.run_id) for e in case.cells if e.cell.run_id),
                    )
                )
    return file.getvalue()


def as_text(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe is put before it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
