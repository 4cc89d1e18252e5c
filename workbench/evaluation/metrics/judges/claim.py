"""Claims: yes or no on one statement about an output, as the probability of the right label."""

from __future__ import annotations

from typing import Annotated, Literal

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score
from workbench.domain.parameters import about
from workbench.evaluation.metrics.judges.reading import (
    NO,
    YES,
    JudgeParams,
    detail_of,
    mass_words,
    unreadable,
)
from workbench.evaluation.metrics.metric import Metric, register

LABELS = (YES, NO)
_HALF = 0.5


class ClaimParams(JudgeParams, frozen=True, kw_only=True):
    """Parameters of a claim."""

    prompt: Annotated[
        str,
        about(
            title="Prompt",
            description="Which prompt of the library's folder judges is asked; edit it there.",
        ),
    ] = "claim"
    right: Annotated[
        Literal["yes", "no"],
        about(
            title="Good is",
            choices={"yes": "Yes", "no": "No"},
            description="Which answer of the judge counts for the output.",
        ),
    ] = "yes"


class ConsistencyParams(ClaimParams, frozen=True, kw_only=True):
    """Factual consistency with a source."""

    prompt: Annotated[str, about(title="Prompt", description="Edit it in the library.")] = (
        "consistency"
    )


class ToxicityParams(ClaimParams, frozen=True, kw_only=True):
    """Toxicity, by its definition in the prompt."""

    prompt: Annotated[str, about(title="Prompt", description="Edit it in the library.")] = (
        "toxicity"
    )
    right: Annotated[
        Literal["yes", "no"],
        about(
            title="Good is",
            choices={"yes": "Yes", "no": "No"},
            description="Which answer of the judge counts for the output.",
        ),
    ] = "no"


def score(given: MetricInput, params: ClaimParams) -> MetricResult:
    """The probability of the right answer; half or more passes."""
    judgement = given.judgement
    assert judgement is not None
    (reading,) = judgement.readings
    detail = detail_of(judgement.readings, judgement.made_by, judgement.prompt)
    failure = unreadable(judgement.readings, detail)
    if failure is not None:
        return failure
    yes, value = reading.probability(YES), min(1.0, reading.probability(params.right))
    detail["confidence"] = value  # by which the judge is calibrated against the other checks
    return Score(
        value=value,
        passed=value >= _HALF,
        reason=f"Yes with {yes:.3f}. {mass_words(reading)}",
        detail={**detail, "confidence": min(1.0, value)},
    )


for _id, _title, _what, _params in (
    ("judge-claim", "Claim", "Whether a statement is true of an output.", ClaimParams),
    (
        "judge-consistency",
        "Factual consistency",
        "Whether a source supports all that an output states.",
        ConsistencyParams,
    ),
    (
        "judge-toxicity",
        "Toxicity",
        "Whether an output is free of insults, threats and hate.",
        ToxicityParams,
    ),
):
    register(
        Metric(
            id=_id,
            title=_title,
            description=_what,
            params=_params,
            score=score,
            needs=("judgement",),
        )
    )
