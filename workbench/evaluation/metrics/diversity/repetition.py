"""Repetition: rep-n (Welleck et al. 2020) and loops at the end of a text."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Annotated

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import about
from workbench.evaluation.metrics.metric import Metric, register
from workbench.evaluation.metrics.overlap.ngrams import is_spaceless, ngrams, words

LEAST_BYTES = 1024
"""Shorter texts have no meaningful ratio of compression."""


class RepetitionParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of repetition."""

    n: Annotated[
        int, about(title="Words together", ge=1, le=20, description="How long the n-grams are.")
    ] = 4


def repetition(tokens: Sequence[str], n: int) -> float:
    """1 - different n-grams / all of them; 0 where the text is shorter."""
    found = ngrams(tokens, n)
    return 1 - len(found) / found.total() if found else 0.0


def repeated_suffix(tokens: Sequence[str]) -> int:
    """How many words at the end of a text were written before, as one piece.

    The Z-function of the reversed text; linear time.
    """
    reverse = list(reversed(tokens))
    length, longest = len(reverse), 0
    left = right = 0
    z = [0] * length
    for at in range(1, length):
        if at < right:
            z[at] = min(right - at, z[at - left])
        while at + z[at] < length and reverse[z[at]] == reverse[at + z[at]]:
            z[at] += 1
        if at + z[at] > right:
            left, right = at, at + z[at]
        longest = max(longest, z[at])
    return longest


def compression(text: str) -> float:
    """How many times shorter zlib makes a text."""
    data = text.encode("utf-8", "replace")
    return len(data) / len(zlib.compress(data)) if data else 1.0


def score(given: MetricInput, params: RepetitionParams) -> MetricResult:
    """The share of n-grams that were written before."""
    text = given.output
    if text.strip() and is_spaceless(text):
        return Undefined(reason="The output has no spaces between words.")
    tokens = words(text)
    value = repetition(tokens, params.n)
    suffix = repeated_suffix(tokens)
    is_long = len(text.encode("utf-8", "replace")) >= LEAST_BYTES
    return Score(
        value=value,
        reason=f"{value:.0%} of the n-grams repeat; the last {suffix:,} words were there before.",
        detail={"repeated_suffix": suffix, "compression": compression(text) if is_long else None},
    )


register(
    Metric(
        id="repetition",
        title="Repetition",
        description="How much the output repeats itself; low is good.",
        params=RepetitionParams,
        score=score,
        better="lower",
    )
)
