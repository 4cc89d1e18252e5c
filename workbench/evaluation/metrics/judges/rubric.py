"""Rubrics: one criterion, labels 1 to 5, the expected level as a share of the way from 1 to 5."""

from __future__ import annotations

from typing import Annotated

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score
from workbench.domain.parameters import ADVANCED, about
from workbench.evaluation.metrics.judges.reading import (
    JudgeParams,
    detail_of,
    mass_words,
    unreadable,
)
from workbench.evaluation.metrics.metric import Metric, register


class RubricParams(JudgeParams, frozen=True, kw_only=True):
    """Parameters of a rubric."""

    prompt: Annotated[
        str,
        about(
            title="Prompt",
            description="Which prompt of the library's folder judges is asked; edit it there.",
        ),
    ] = "rubric"
    levels: Annotated[
        int,
        about(
            title="Levels",
            group=ADVANCED,
            ge=2,
            le=9,
            description="The highest level; the lowest is 1. The prompt must describe them.",
        ),
    ] = 5


class AccuracyParams(RubricParams, frozen=True, kw_only=True):
    """A rubric for accuracy and completeness."""

    prompt: Annotated[str, about(title="Prompt", description="Edit it in the library.")] = (
        "accuracy"
    )


class RelevanceParams(RubricParams, frozen=True, kw_only=True):
    """A rubric for relevance."""

    prompt: Annotated[str, about(title="Prompt", description="Edit it in the library.")] = (
        "relevance"
    )


class FluencyParams(RubricParams, frozen=True, kw_only=True):
    """A rubric for fluency and coherence."""

    prompt: Annotated[str, about(title="Prompt", description="Edit it in the library.")] = "fluency"


def levels_of(params: RubricParams) -> tuple[str, ...]:
    """The labels."""
    return tuple(str(each) for each in range(1, params.levels + 1))


def score(given: MetricInput, params: RubricParams) -> MetricResult:
    """The expected level, 0 at the lowest and 1 at the highest."""
    judgement = given.judgement
    assert judgement is not None
    (reading,) = judgement.readings
    detail = detail_of(
        judgement.readings, judgement.made_by, judgement.prompt, expected=reading.expected
    )
    failure = unreadable(judgement.readings, detail)
    if failure is not None:
        return failure
    value = (reading.expected - 1) / (params.levels - 1)
    reason = f"Level {reading.expected:.2f} of {params.levels}. {mass_words(reading)}"
    return Score(value=min(1.0, max(0.0, value)), reason=reason, detail=detail)


for _id, _title, _what, _params in (
    ("judge-rubric", "Rubric", "How well an output meets a criterion of your own.", RubricParams),
    (
        "judge-accuracy",
        "Accuracy and completeness",
        "Whether an output is right and nothing is missing.",
        AccuracyParams,
    ),
    (
        "judge-relevance",
        "Relevance",
        "Whether an output answers what was asked and nothing else.",
        RelevanceParams,
    ),
    (
        "judge-fluency",
        "Fluency and coherence",
        "Whether an output reads well and holds together.",
        FluencyParams,
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
