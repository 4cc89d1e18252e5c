"""ROUGE-1, -2, -L and -Lsum (Lin 2004), as the package rouge-score computes them.

Source: Lin, C.-Y. (2004), ROUGE: a package for automatic evaluation of summaries; tokens and the
union LCS of Lsum as in rouge-score 0.1.2. Its words are ASCII letters and digits only, so texts of
other scripts have none: choose the words of any script there, which is a metric of another name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec
from rapidfuzz.distance import LCSseq

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score, Undefined
from workbench.domain.parameters import ADVANCED, about, is_one
from workbench.evaluation.metrics.metric import Metric, best_of, register
from workbench.evaluation.metrics.overlap import ngrams as grams
from workbench.evaluation.metrics.overlap.porter import stem

Kind = Literal["1", "2", "L", "Lsum"]
Tokens = Literal["ascii", "words"]
MOST_TOKENS = 20_000
"""Longer texts are not compared by a common subsequence, which takes time by the product."""
MOST_CELLS = 4_000_000
"""Most pairs of tokens that Lsum looks at."""
_ASCII = re.compile(r"[a-z0-9]+")


class RougeParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of ROUGE."""

    kind: Annotated[
        Kind,
        about(
            title="What is shared",
            choices={
                "1": "Words (ROUGE-1)",
                "2": "Pairs of words (ROUGE-2)",
                "L": "The longest common sequence (ROUGE-L)",
                "Lsum": "Common sequences, line by line (ROUGE-Lsum)",
            },
            description="What is counted; Lsum expects one sentence on a line.",
        ),
    ] = "1"
    measure: Annotated[
        Literal["f1", "precision", "recall"],
        about(
            title="As",
            choices={
                "f1": "F1",
                "precision": "Share of the output (precision)",
                "recall": "Share of the reference (recall)",
            },
            description="Which share of the counts is the score.",
        ),
    ] = "f1"
    tokens: Annotated[
        Tokens,
        about(
            title="Words are",
            choices={"ascii": "a-z and 0-9, as in rouge-score", "words": "Words of any script"},
            description="How texts are cut into words.",
        ),
    ] = "ascii"
    stemmer: Annotated[
        bool,
        about(
            title="Stem English words",
            group=ADVANCED,
            when=is_one("tokens", "ascii"),
            description="Compare runner and running as run, by Porter's stemmer.",
        ),
    ] = False


class Overlap(NamedTuple):
    """Shares of the output and of the reference that the other one has."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return grams.f_measure(self.precision, self.recall)


def tokenize(text: str, params: RougeParams) -> list[str]:
    """The words of a text."""
    if params.tokens == "words":
        return grams.words(text)
    found = _ASCII.findall(text.lower())
    return [stem(each) if len(each) > 3 else each for each in found] if params.stemmer else found


def rouge(reference: str, output: str, params: RougeParams) -> Overlap:
    """The overlap of an output with one reference; 0 where either has no words."""
    if params.kind == "Lsum":
        cut = [
            [tokenize(line, params) for line in text.split("\n") if line]
            for text in (reference, output)
        ]
        return _union_lcs(*cut)
    wanted, given = tokenize(reference, params), tokenize(output, params)
    if params.kind == "L":
        return _overlap(LCSseq.similarity(wanted, given), len(given), len(wanted))
    n = int(params.kind)
    return _overlap(
        grams.shared(grams.ngrams(wanted, n), grams.ngrams(given, n)),
        max(0, len(given) - n + 1),
        max(0, len(wanted) - n + 1),
    )


def _overlap(hits: int, given: int, wanted: int) -> Overlap:
    return Overlap(hits / given, hits / wanted) if given and wanted else Overlap(0.0, 0.0)


def _union_lcs(wanted: Sequence[list[str]], given: Sequence[list[str]]) -> Overlap:
    """ROUGE-Lsum: for each line of the reference the words of it that any line of the output has.

    No word counts more often than it is in either text.
    """
    left = Counter(token for line in wanted for token in line)
    right = Counter(token for line in given for token in line)
    hits = 0
    for line in wanted:
        found: set[int] = set()
        for other in given:
            found.update(_lcs_indices(line, other))
        for at in sorted(found):
            token = line[at]
            if left[token] > 0 and right[token] > 0:
                left[token] -= 1
                right[token] -= 1
                hits += 1
    return _overlap(hits, sum(map(len, given)), sum(map(len, wanted)))


def _lcs_indices(one: Sequence[str], other: Sequence[str]) -> list[int]:
    """Where in ``one`` a longest common subsequence is, the same one that rouge-score takes."""
    rows = [[0] * (len(other) + 1)]
    for token in one:
        above, row = rows[-1], [0]
        for at, each in enumerate(other):
            row.append(above[at] + 1 if token == each else max(above[at + 1], row[at]))
        rows.append(row)
    found: list[int] = []
    i, j = len(one), len(other)
    while i and j:
        if one[i - 1] == other[j - 1]:
            i, j = i - 1, j - 1
            found.append(i)
        elif rows[i][j - 1] > rows[i - 1][j]:
            j -= 1
        else:
            i -= 1
    return found


def score(given: MetricInput, params: RougeParams) -> MetricResult:
    """The best overlap with any reference."""
    return best_of(_score(given.output, each, params) for each in given.references)


def _score(output: str, reference: str, params: RougeParams) -> MetricResult:
    if params.tokens == "words" and grams.is_spaceless(reference):
        return Undefined(reason="The reference has no spaces between words.")
    wanted = len(tokenize(reference, params))
    given = len(tokenize(output, params))
    if not wanted:
        return Undefined(reason="The reference has no words of the kind that is counted.")
    if params.kind == "2" and wanted < 2:
        return Undefined(reason="The reference has a single word, so there are no pairs of words.")
    is_long = params.kind == "L" and max(wanted, given) > MOST_TOKENS
    if is_long or (params.kind == "Lsum" and wanted * given > MOST_CELLS):
        return Undefined(reason="The texts are too long for a common sequence of words.")
    found = rouge(reference, output, params)
    value: float = getattr(found, params.measure)
    return Score(
        value=value,
        reason=f"ROUGE-{params.kind} is {value:.3f}.",
        detail={"precision": found.precision, "recall": found.recall, "f1": found.f1},
    )


register(
    Metric(
        id="rouge",
        title="ROUGE",
        description="How many words, or word sequences, the output shares with a reference.",
        params=RougeParams,
        score=score,
        needs=("expected",),
        short={"tokens": "tok", "stemmer": "stem"},
    )
)
