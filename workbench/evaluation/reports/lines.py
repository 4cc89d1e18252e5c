"""Results as JSON Lines: an object for each case and variant, with all repeats."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.domain.evaluation.results import CaseScore, EvaluationResult
from workbench.domain.text import replace_surrogates


def write_jsonl(results: Sequence[EvaluationResult]) -> str:
    """All cases of all variants, whole answers included."""
    return "".join(
        json.dumps(replace_surrogates(_object(result.name, variant.name, case)), ensure_ascii=False)
        + "\n"
        for result in results
        for variant in result.variants
        for case in variant.cases
    )


def _object(name: str, variant: str, case: CaseScore) -> dict[str, Any]:
    return {
        "set": name,
        "variant": variant,
        "row": case.number,
        "id": case.case,
        "state": case.state,
        "score": case.score,
        "passed": case.passed,
        "format_failure": case.is_format_failure,
        "reason": case.reason,
        "repeats": [
            {
                "run_id": each.cell.run_id,
                "state": each.cell.state,
                "answer": each.cell.answer,
                "output": each.cell.output,
                "tokens": each.cell.tokens,
                "seconds": round(each.cell.seconds, 3),
                "score": each.result.score if each.result else None,
                "passed": each.result.passed if each.result else None,
                "error": each.cell.error,
            }
            for each in case.cells
        ],
    }
