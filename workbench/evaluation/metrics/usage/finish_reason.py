"""Finish reason: the output ended by itself, or as it should."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult
from workbench.domain.parameters import about
from workbench.evaluation.metrics.metric import Metric, register, verdict


class FinishReasonParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of finish reason."""

    reasons: Annotated[
        tuple[str, ...],
        about(
            title="Passes",
            description="The reasons that pass: stop, answer, length, repeating, limit, "
            "cancelled, error, or what a server calls them.",
        ),
    ] = ("stop", "answer")


def score(given: MetricInput, params: FinishReasonParams) -> MetricResult:
    """1 where it ended by one of the reasons, else 0."""
    return verdict(given.finish_reason in params.reasons, f"It ended by “{given.finish_reason}”.")


register(
    Metric(
        id="finish_reason",
        title="Finish reason",
        description="Whether the output ended by itself.",
        params=FinishReasonParams,
        score=score,
        needs=("finish_reason",),
    )
)
