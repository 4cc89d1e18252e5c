"""chrF (Popović 2015) and chrF++ (2017): F-score of character n-grams, as sacrebleu computes it.

Source: sacrebleu 2.6.0, chrf.py. Values are 0 to 1 here, in the detail 0 to 100.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import ADVANCED, about
from workbench.evaluation.metrics.metric import Metric, register

_PUNCTUATION = frozenset(string.punctuation)
_LEAST = 1e-16
Counts = tuple[tuple[int, int, int], ...]
"""For each length: n-grams of the output, of the reference, and those that match."""


class ChrfParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of chrF."""

    characters: Annotated[
        int,
        about(title="Characters", ge=1, le=10, description="The longest n-gram of characters."),
    ] = 6
    words: Annotated[
        int,
        about(
            title="Words",
            lowest="Off",
            ge=0,
            le=4,
            description="The longest n-gram of words as well; 2 is chrF++.",
        ),
    ] = 0
    beta: Annotated[
        int,
        about(
            title="Weight of recall",
            group=ADVANCED,
            ge=1,
            le=10,
            description="How many times recall counts what precision does.",
        ),
    ] = 2
    case: Annotated[
        Literal["mixed", "lc"],
        about(
            title="Capital letters",
            choices={"mixed": "Count", "lc": "Do not count"},
            description="Whether capital and small letters differ.",
        ),
    ] = "mixed"
    keep_spaces: Annotated[
        bool,
        about(
            title="Count white space",
            group=ADVANCED,
            description="Take white space as characters.",
        ),
    ] = False
    smooth: Annotated[
        bool,
        about(
            title="Count lengths without n-grams",
            group=ADVANCED,
            description="Take lengths that either text is too short for as 0 (eps smoothing).",
        ),
    ] = False


def chrf_counts(output: str, reference: str, params: ChrfParams) -> Counts:
    """Matches of all lengths of n-grams."""
    given, wanted = _grams(output, params), _grams(reference, params)
    return tuple(
        (
            one.total() if other else 0,
            other.total(),
            sum(min(count, other[gram]) for gram, count in one.items() if gram in other),
        )
        for one, other in zip(given, wanted, strict=True)
    )


def _grams(text: str, params: ChrfParams) -> list[Counter[str]]:
    text = text.lower() if params.case == "lc" else text
    characters = text if params.keep_spaces else "".join(text.split())
    found = [
        Counter(characters[at : at + n] for at in range(len(characters) - n + 1))
        for n in range(1, params.characters + 1)
    ]
    if params.words:
        words = [part for word in text.split() for part in _without_punctuation(word)]
        found += [
            Counter(" ".join(words[at : at + n]) for at in range(len(words) - n + 1))
            for n in range(1, params.words + 1)
        ]
    return found


def _without_punctuation(word: str) -> list[str]:
    """A word with one sign of punctuation cut off, at its end or else at its beginning."""
    if len(word) > 1 and word[-1] in _PUNCTUATION:
        return [word[:-1], word[-1]]
    if len(word) > 1 and word[0] in _PUNCTUATION:
        return [word[0], word[1:]]
    return [word]


def chrf_of(counts: Counts, params: ChrfParams) -> float:
    """chrF, 0 to 100, of one output or of counts summed over a corpus."""
    factor = params.beta**2
    total = precisions = recalls = 0.0
    lengths = 0
    for given, wanted, matches in counts:
        precision = matches / given if given else _LEAST
        recall = matches / wanted if wanted else _LEAST
        weighed = factor * precision + recall
        total += (1 + factor) * precision * recall / weighed if weighed > 0 else _LEAST
        if given and wanted:
            precisions += precision
            recalls += recall
            lengths += 1
    if params.smooth:
        return 100 * total / len(counts)
    if not lengths or not precisions + recalls:
        return 0.0
    precision, recall = precisions / lengths, recalls / lengths
    return 100 * (1 + factor) * precision * recall / (factor * precision + recall)


def best_counts(output: str, references: Sequence[str], params: ChrfParams) -> Counts:
    """The counts against the reference with the highest score, the first of equal ones.

    Raises:
        UsageError: there is no reference.
    """
    if not references:
        raise UsageError("chrF needs a reference: expect something.")
    return max(
        (chrf_counts(output, each, params) for each in references),
        key=lambda counts: chrf_of(counts, params),
    )


def sentence_chrf(output: str, references: Sequence[str], params: ChrfParams) -> float:
    """ChrF of one output against the best reference, 0 to 100."""
    return chrf_of(best_counts(output, references, params), params)


def corpus_chrf(
    outputs: Sequence[str], references: Sequence[Sequence[str]], params: ChrfParams
) -> float:
    """ChrF of many outputs together, 0 to 100; not the mean of theirs.

    Raises:
        UsageError: there are not as many rows of references as outputs.
    """
    if len(outputs) != len(references):
        raise UsageError(
            f"There are {len(outputs):,} outputs and {len(references):,} rows of references: they "
            "must be as many."
        )
    rows = [
        best_counts(output, each, params) for output, each in zip(outputs, references, strict=True)
    ]
    return chrf_of(_summed(rows), params)


def _summed(rows: Sequence[Counts]) -> Counts:
    return tuple(
        (sum(each[0] for each in column), sum(each[1] for each in column),
         sum(each[2] for each in column))
        for column in zip(*rows, strict=True)
    )  # fmt: skip


def score(given: MetricInput, params: ChrfParams) -> MetricResult:
    """ChrF of the output against the best reference."""
    if not any(each.strip() for each in given.references):
        return Undefined(reason="The reference is empty.")
    counts = best_counts(given.output, given.references, params)
    value = chrf_of(counts, params)
    return Score(
        value=value / 100,
        reason=f"chrF is {value:.1f} of 100.",
        detail={
            "chrf": value,
            "nrefs": len(given.references),
            "beta": params.beta,
            "smooth": params.smooth,
            "counts": [list(each) for each in counts],
        },
    )


def corpus(scores: Sequence[Score]) -> float | None:
    """ChrF of all rows together, 0 to 1, from what their scores kept."""
    if not scores:
        return None
    first = scores[0].detail
    rows: list[Counts] = [
        tuple((given, wanted, matches) for given, wanted, matches in each.detail["counts"])
        for each in scores
    ]
    params = ChrfParams(beta=first["beta"], smooth=first["smooth"])
    return chrf_of(_summed(rows), params) / 100


register(
    Metric(
        id="chrf",
        title="chrF",
        description="How many sequences of characters the output shares with a reference.",
        params=ChrfParams,
        score=score,
        needs=("expected",),
        corpus=corpus,
        short={"characters": "nc", "words": "nw", "keep_spaces": "space", "smooth": "eps"},
    )
)
