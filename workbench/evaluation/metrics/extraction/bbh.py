"""BIG-Bench Hard with chain of thought as lm-evaluation-harness scores it, faults included.

Source: lm_eval/tasks/bbh/cot_fewshot: the first match of its pattern, compared exactly. Our own
rule is the metric ``exact`` with the extraction "answer".
"""

from __future__ import annotations

import re

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult
from workbench.evaluation.metrics.metric import (
    Metric,
    NoParams,
    best_of,
    register,
    shown,
    verdict,
)

# The last dot is not escaped there either: without a full stop the answer loses its last sign.
_PATTERN = re.compile(r"(?<=the answer is )(.*)(?=.)")


def official_answer(text: str) -> str | None:
    """What the benchmark's filter takes out of a text; None is its "[invalid]"."""
    found = _PATTERN.search(text)
    return found.group(1).strip() if found is not None else None


def score(given: MetricInput, _params: NoParams) -> MetricResult:
    """1 where what follows "the answer is" equals the target."""
    answer = official_answer(given.output)
    if answer is None:
        return FormatFailure(reason="The output does not say “the answer is”.")
    return best_of(
        verdict(
            answer == gold.strip(),
            f"The filter takes {shown(answer)}; expected is {shown(gold)}.",
            extracted=answer,
        )
        for gold in given.references
    )


register(
    Metric(
        id="bbh",
        title="BBH chain of thought (official)",
        description="What follows “the answer is”, by lm-evaluation-harness's own filter.",
        params=NoParams,
        score=score,
        needs=("expected",),
        facts={"like": "lm-eval"},
    )
)
