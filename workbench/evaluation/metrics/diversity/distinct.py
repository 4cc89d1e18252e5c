"""Distinct-n (Li et al. 2016): the share of different n-grams over all outputs of a cell.

It falls with length, so it compares only cells of equal counts; adjusted by what a vocabulary of V
words would give (Liu et al. 2022), U / (V (1 - ((V - 1) / V)^C)), it compares others too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import ADVANCED, about
from workbench.evaluation.metrics.metric import Metric, register
from workbench.evaluation.metrics.overlap.ngrams import is_spaceless, ngrams, words


class DistinctParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of distinct-n."""

    n: Annotated[
        int, about(title="Words together", ge=1, le=10, description="How long the n-grams are.")
    ] = 2
    vocabulary: Annotated[
        int,
        about(
            title="Adjust for a vocabulary of",
            unit="words",
            group=ADVANCED,
            lowest="Off",
            ge=0,
            description="Compare with what as many words drawn at random would give.",
        ),
    ] = 0


def distinct(samples: Sequence[str], n: int, vocabulary: int = 0) -> float | None:
    """The share of different n-grams; None where there are none.

    Args:
        samples: texts.
        n: words of an n-gram.
        vocabulary: 0, or the size of the vocabulary that it is adjusted for.
    """
    found: Counter[tuple[str, ...]] = Counter()
    for each in samples:
        found += ngrams(words(each), n)
    total = found.total()
    if not total:
        return None
    if not vocabulary:
        return len(found) / total
    return len(found) / (vocabulary * (1 - ((vocabulary - 1) / vocabulary) ** total))


def score(given: MetricInput, params: DistinctParams) -> MetricResult:
    """Distinct-n over the outputs of the cell."""
    samples = given.all_samples
    if is_spaceless("".join(samples)) and any(each.strip() for each in samples):
        return Undefined(reason="The outputs have no spaces between words.")
    value = distinct(samples, params.n, params.vocabulary)
    if value is None:
        return Undefined(reason="No output is long enough.")
    # Adjusted it can pass 1 by chance, where there are fewer repeats than at random.
    return Score(
        value=min(1.0, value),
        reason=f"{value:.0%} of the n-grams differ over {len(samples):,} outputs.",
        detail={"samples": len(samples)},
    )


register(
    Metric(
        id="distinct",
        title="Distinct n-grams",
        description="How varied the wording of the outputs is.",
        params=DistinctParams,
        score=score,
    )
)
