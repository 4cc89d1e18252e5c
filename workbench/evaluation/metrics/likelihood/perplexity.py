"""Perplexity, bits per byte and likelihood of a text.

NLL = -sum of ln p(token | before). Perplexity = exp(NLL / tokens) compares only texts cut by the
same tokenizer; bits per byte = NLL / ln 2 / UTF-8 bytes compares models. The values of a corpus
are of the sums, not means of rows. Source: lm-evaluation-harness, perplexity metrics.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import Likelihood, MetricInput, Need
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import about
from workbench.evaluation.metrics.metric import Metric, register
from workbench.evaluation.metrics.models import ModelParams

Of = Literal["output", "reference"]
Per = Literal["token", "byte", "word"]
After = Literal["prompt", "nothing"]


class LikelihoodParams(ModelParams, frozen=True, kw_only=True):
    """Parameters that all have."""

    of: Annotated[
        Of,
        about(
            title="Text",
            choices={"output": "The output", "reference": "The expected text"},
            description="Whose likelihood it is.",
        ),
    ] = "output"
    after: Annotated[
        After,
        about(
            title="After",
            choices={"prompt": "The prompt", "nothing": "Nothing, by itself"},
            description="What the model has read before the text.",
        ),
    ] = "prompt"


class PerplexityParams(LikelihoodParams, frozen=True, kw_only=True):
    """Parameters of perplexity."""

    per: Annotated[
        Per,
        about(
            title="For each",
            choices={"token": "Token", "byte": "Byte", "word": "Word"},
            description="What the likelihood is divided by; of bytes and words it compares models.",
        ),
    ] = "token"


class ReferenceParams(LikelihoodParams, frozen=True, kw_only=True):
    """Parameters of likelihood: that of the expected text unless the output is named."""

    of: Annotated[
        Of,
        about(
            title="Text",
            choices={"output": "The output", "reference": "The expected text"},
            description="Whose likelihood it is.",
        ),
    ] = "reference"
    per: Annotated[
        Literal["token", "text"],
        about(
            title="For each",
            choices={"token": "Token (geometric mean)", "text": "The whole text"},
            description="Whether a long text is less probable than a short one.",
        ),
    ] = "token"


class Surprise(NamedTuple):
    """The negative log-likelihood of a text and what it can be divided by."""

    nll: float
    tokens: int
    bytes: int
    words: int

    def perplexity(self, per: Per) -> float:
        """Perplexity by token, byte or word.

        Raises:
            UsageError: there is none of these in the text.
        """
        count = {"token": self.tokens, "byte": self.bytes, "word": self.words}[per]
        if not count:
            raise UsageError(f"The text has no {per}, so there is no perplexity.")
        return math.exp(self.nll / count)

    @property
    def bits_per_byte(self) -> float:
        """Bits that a byte of the text costs."""
        return self.nll / math.log(2) / self.bytes

    def detail(self, likelihood: Likelihood, **more: Any) -> dict[str, Any]:
        """What a score keeps, from which the value of a corpus is made."""
        origin = {"first": likelihood.first, "made_by": likelihood.made_by}
        return {**self._asdict(), **origin, **more}


def surprise_of(likelihood: Likelihood) -> Surprise:
    """What the log-probabilities of a text come to.

    Raises:
        UsageError: one of them is none.
    """
    if any(not each <= 0 for each in likelihood.logprobs):
        raise UsageError("A log-probability is above 0 or no number: measure it again.")
    text = likelihood.text
    return Surprise(
        nll=-math.fsum(likelihood.logprobs),
        tokens=len(likelihood.logprobs),
        bytes=len(text.encode("utf-8", "replace")),
        words=len(text.split()),
    )


def summed(scores: Sequence[Score]) -> Surprise:
    """The sums over rows."""
    rows = [each.detail for each in scores]
    return Surprise(
        nll=math.fsum(row["nll"] for row in rows),
        tokens=sum(row["tokens"] for row in rows),
        bytes=sum(row["bytes"] for row in rows),
        words=sum(row["words"] for row in rows),
    )


def _given(given: MetricInput, params: LikelihoodParams) -> Likelihood | Undefined:
    likelihood = given.output_likelihood if params.of == "output" else given.reference_likelihood
    assert likelihood is not None
    if not likelihood.logprobs or not likelihood.text:
        return Undefined(reason="The text has no token with another one before it.")
    return likelihood


def perplexity(given: MetricInput, params: PerplexityParams) -> MetricResult:
    """The perplexity of the text; 1 is certain."""
    likelihood = _given(given, params)
    if isinstance(likelihood, Undefined):
        return likelihood
    found = surprise_of(likelihood)
    value = found.perplexity(params.per)
    reason = f"Perplexity for each {params.per} is {value:.3f}."
    detail = found.detail(likelihood, per=params.per)
    return Score(value=value, reason=reason, detail=detail)


def perplexity_score(given: MetricInput, params: PerplexityParams) -> MetricResult:
    """1 / (1 + perplexity), as promptfoo has it: 0.5 is certain."""
    result = perplexity(given, params)
    if not isinstance(result, Score):
        return result
    return msgspec.structs.replace(result, value=1 / (1 + result.value))


def bits_per_byte(given: MetricInput, params: LikelihoodParams) -> MetricResult:
    """The bits that a byte of the text costs."""
    likelihood = _given(given, params)
    if isinstance(likelihood, Undefined):
        return likelihood
    found = surprise_of(likelihood)
    value = found.bits_per_byte
    detail = found.detail(likelihood)
    return Score(value=value, reason=f"A byte costs {value:.3f} bits.", detail=detail)


def probability(given: MetricInput, params: ReferenceParams) -> MetricResult:
    """How probable the text is, by token or as a whole."""
    likelihood = _given(given, params)
    if isinstance(likelihood, Undefined):
        return likelihood
    found = surprise_of(likelihood)
    value = math.exp(-found.nll / (found.tokens if params.per == "token" else 1))
    reason = f"The log-likelihood is {-found.nll:.3f} over {found.tokens:,} tokens."
    detail = found.detail(likelihood, logprob=-found.nll)
    return Score(value=value, reason=reason, detail=detail)


def _corpus_perplexity(scores: Sequence[Score]) -> float | None:
    return summed(scores).perplexity(scores[0].detail["per"]) if scores else None


def _corpus_score(scores: Sequence[Score]) -> float | None:
    found = _corpus_perplexity(scores)
    return None if found is None else 1 / (1 + found)


def _corpus_bits(scores: Sequence[Score]) -> float | None:
    return summed(scores).bits_per_byte if scores else None


def _needs(params: LikelihoodParams) -> tuple[Need, ...]:
    return ("output_likelihood",) if params.of == "output" else ("reference_likelihood",)


register(
    Metric(
        id="perplexity",
        title="Perplexity",
        description="How well a model foresees the text; 1 is certain.",
        params=PerplexityParams,
        score=perplexity,
        scale="open",
        better="lower",
        needs_of=_needs,
        corpus=_corpus_perplexity,
    )
)
register(
    Metric(
        id="perplexity_score",
        title="Perplexity score",
        description="1 / (1 + perplexity), which is 0.5 for a text that is certain.",
        params=PerplexityParams,
        score=perplexity_score,
        needs_of=_needs,
        corpus=_corpus_score,
    )
)
register(
    Metric(
        id="bits_per_byte",
        title="Bits per byte",
        description="How many bits a byte of the text costs; models can be compared by it.",
        params=LikelihoodParams,
        score=bits_per_byte,
        scale="open",
        better="lower",
        unit="bits",
        needs_of=_needs,
        corpus=_corpus_bits,
    )
)
register(
    Metric(
        id="likelihood",
        title="Likelihood",
        description="How probable the expected text is after the prompt.",
        params=ReferenceParams,
        score=probability,
        needs_of=_needs,
    )
)
