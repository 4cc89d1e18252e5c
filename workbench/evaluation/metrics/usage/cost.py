"""Latency and tokens: what an output cost."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput, Need
from workbench.domain.evaluation.scores import MetricResult, Score
from workbench.domain.parameters import about
from workbench.domain.text import count_text, seconds_text
from workbench.evaluation.metrics.metric import Metric, register


class LatencyParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of latency."""

    until: Annotated[
        Literal["end", "first_token"],
        about(
            title="Until",
            choices={"end": "The end of the output", "first_token": "The first token"},
            description="Up to what the time is taken.",
        ),
    ] = "end"


class TokensParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of tokens."""

    of: Annotated[
        Literal["output", "prompt", "both"],
        about(
            title="Of",
            choices={"output": "The output", "prompt": "The prompt", "both": "Both"},
            description="Which tokens are counted.",
        ),
    ] = "output"


def latency(given: MetricInput, params: LatencyParams) -> MetricResult:
    """Seconds."""
    value = given.seconds if params.until == "end" else given.first_token_seconds
    assert value is not None
    return Score(value=value, reason=f"It took {seconds_text(value)}.")


def tokens(given: MetricInput, params: TokensParams) -> MetricResult:
    """How many tokens there are."""
    value = 0
    if params.of != "prompt":
        value += given.completion_tokens or 0
    if params.of != "output":
        value += given.prompt_tokens or 0
    return Score(value=value, reason=f"It has {count_text(value, 'token')}.")


def _latency_needs(params: LatencyParams) -> tuple[Need, ...]:
    return ("seconds",) if params.until == "end" else ("first_token_seconds",)


def _token_needs(params: TokensParams) -> tuple[Need, ...]:
    needs: dict[str, tuple[Need, ...]] = {
        "output": ("completion_tokens",),
        "prompt": ("prompt_tokens",),
        "both": ("prompt_tokens", "completion_tokens"),
    }
    return needs[params.of]


register(
    Metric(
        id="latency",
        title="Latency",
        description="How long the output took.",
        params=LatencyParams,
        score=latency,
        scale="open",
        better="lower",
        unit="s",
        needs_of=_latency_needs,
    )
)
register(
    Metric(
        id="tokens",
        title="Tokens",
        description="How many tokens the output, or its prompt, has.",
        params=TokensParams,
        score=tokens,
        scale="open",
        better="lower",
        unit="tokens",
        needs_of=_token_needs,
    )
)
