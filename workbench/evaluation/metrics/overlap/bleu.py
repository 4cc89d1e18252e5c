"""BLEU (Papineni et al. 2002), as sacrebleu computes it.

BP * exp(mean of log p_n), n 1 to 4; BP = exp(1 - r/c) where the output is shorter than the closest
reference. Counts are clipped by the largest count of any reference. Source: sacrebleu 2.6.0,
bleu.py. Values are 0 to 1 here, in the detail 0 to 100 as that program prints them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import ADVANCED, about
from workbench.evaluation.metrics.metric import Metric, register
from workbench.evaluation.metrics.overlap.bleu_tokens import Tokenizer, tokenize
from workbench.evaluation.metrics.overlap.ngrams import is_spaceless, ngrams

ORDER = 4
Smoothing = Literal["exp", "floor", "add-k", "none"]
_SMOOTHING_VALUES: dict[Smoothing, float] = {"exp": 0.0, "floor": 0.1, "add-k": 1.0, "none": 0.0}


class BleuParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of BLEU."""

    tokenizer: Annotated[
        Tokenizer,
        about(
            title="Words are cut",
            choices={
                "13a": "As in mteval (13a)",
                "char": "Into characters",
                "none": "At spaces",
            },
            description="How texts are cut; texts without spaces between words need characters.",
        ),
    ] = "13a"
    case: Annotated[
        Literal["mixed", "lc"],
        about(
            title="Capital letters",
            choices={"mixed": "Count", "lc": "Do not count"},
            description="Whether capital and small letters differ.",
        ),
    ] = "mixed"
    smoothing: Annotated[
        Smoothing,
        about(
            title="Smoothing",
            group=ADVANCED,
            choices={
                "exp": "Exponential",
                "floor": "Floor of 0.1",
                "add-k": "Add 1",
                "none": "None",
            },
            description="What a length of n-grams without any match counts as.",
        ),
    ] = "exp"


class BleuCounts(NamedTuple):
    """What BLEU is computed from; those of a corpus are the sums."""

    correct: tuple[int, ...]
    total: tuple[int, ...]
    output_length: int
    reference_length: int


def bleu_counts(output: str, references: Sequence[str], params: BleuParams) -> BleuCounts:
    """Matches and lengths of one output.

    Raises:
        UsageError: there is no reference.
    """
    if not references:
        raise UsageError("BLEU needs a reference: expect something.")
    given = _tokens(output, params)
    wanted = [_tokens(each, params) for each in references]
    # The length closest to the output's, the shorter one of two.
    _, length = min((abs(len(each) - len(given)), len(each)) for each in wanted)
    correct, total = [], []
    for n in range(1, ORDER + 1):
        most: Counter[tuple[str, ...]] = Counter()
        for each in wanted:
            most |= ngrams(each, n)
        found = ngrams(given, n)
        correct.append(sum(min(count, most[gram]) for gram, count in found.items()))
        total.append(max(0, len(given) - n + 1))
    return BleuCounts(tuple(correct), tuple(total), len(given), length)


def _tokens(text: str, params: BleuParams) -> list[str]:
    return tokenize(text.lower() if params.case == "lc" else text, params.tokenizer)


def bleu_of(counts: BleuCounts, smoothing: Smoothing, *, effective_order: bool) -> float:
    """BLEU, 0 to 100.

    Args:
        counts: of one output or summed over a corpus.
        smoothing: how n-grams without matches count.
        effective_order: leave out n-grams that the output is too short for; for single outputs.
    """
    if not any(counts.correct):
        return 0.0
    precisions: list[float] = []
    halving, value = 1.0, _SMOOTHING_VALUES[smoothing]
    for n, (hits, possible) in enumerate(zip(counts.correct, counts.total, strict=True), start=1):
        added = value if smoothing == "add-k" and n > 1 else 0.0
        correct, total = hits + added, possible + added
        if not total:
            break
        if correct:
            precisions.append(100 * correct / total)
        elif smoothing == "exp":
            halving *= 2
            precisions.append(100 / (halving * total))
        else:
            precisions.append(100 * value / total if smoothing == "floor" else 0.0)
    if not all(precisions) or (len(precisions) < ORDER and not effective_order):
        return 0.0
    mean = math.fsum(math.log(each) for each in precisions) / len(precisions)
    return _brevity(counts) * math.exp(mean)


def _brevity(counts: BleuCounts) -> float:
    if counts.output_length >= counts.reference_length:
        return 1.0
    return math.exp(1 - counts.reference_length / counts.output_length)


def sentence_bleu(output: str, references: Sequence[str], params: BleuParams) -> float:
    """BLEU of one output, 0 to 100, by the n-grams that it is long enough for."""
    counts = bleu_counts(output, references, params)
    return bleu_of(counts, params.smoothing, effective_order=True)


def corpus_bleu(
    outputs: Sequence[str], references: Sequence[Sequence[str]], params: BleuParams
) -> float:
    """BLEU of many outputs together, 0 to 100; not the mean of theirs.

    Args:
        outputs: one a row.
        references: those of each row.
        params: how texts are cut and counted.

    Raises:
        UsageError: there are not as many rows of references as outputs.
    """
    if len(outputs) != len(references):
        raise UsageError(
            f"There are {len(outputs):,} outputs and {len(references):,} rows of references: they "
            "must be as many."
        )
    rows = [
        bleu_counts(output, each, params) for output, each in zip(outputs, references, strict=True)
    ]
    return bleu_of(_summed(rows), params.smoothing, effective_order=False)


def _summed(rows: Sequence[BleuCounts]) -> BleuCounts:
    return BleuCounts(
        tuple(sum(row.correct[n] for row in rows) for n in range(ORDER)),
        tuple(sum(row.total[n] for row in rows) for n in range(ORDER)),
        sum(row.output_length for row in rows),
        sum(row.reference_length for row in rows),
    )


def score(given: MetricInput, params: BleuParams) -> MetricResult:
    """BLEU of the output against all references at once."""
    if params.tokenizer != "char" and all(map(is_spaceless, given.references)):
        return Undefined(
            reason="The reference has no spaces between words: cut texts into characters."
        )
    if not any(_tokens(each, params) for each in given.references):
        return Undefined(reason="The reference is empty.")
    counts = bleu_counts(given.output, given.references, params)
    value = bleu_of(counts, params.smoothing, effective_order=True)
    return Score(
        value=value / 100,
        reason=f"BLEU is {value:.1f} of 100.",
        detail={
            "bleu": value,
            "nrefs": len(given.references),
            "smoothing": params.smoothing,
            "correct": list(counts.correct),
            "total": list(counts.total),
            "output_length": counts.output_length,
            "reference_length": counts.reference_length,
        },
    )


def corpus(scores: Sequence[Score]) -> float | None:
    """BLEU of all rows together, 0 to 1, from what their scores kept."""
    if not scores:
        return None
    rows = [
        BleuCounts(
            tuple(each.detail["correct"]),
            tuple(each.detail["total"]),
            each.detail["output_length"],
            each.detail["reference_length"],
        )
        for each in scores
    ]
    smoothing: Smoothing = scores[0].detail["smoothing"]
    return bleu_of(_summed(rows), smoothing, effective_order=False) / 100


register(
    Metric(
        id="bleu",
        title="BLEU",
        description="How many n-grams of the output are in a reference, less where it is short.",
        params=BleuParams,
        score=score,
        needs=("expected",),
        corpus=corpus,
        facts={"eff": "yes"},
        short={"tokenizer": "tok", "smoothing": "smooth"},
    )
)
