"""ROUGE agrees with the package rouge-score."""

import random
import string

import pytest

from tests.evaluation.oracles.texts import CASES, pair
from workbench.evaluation.metrics.overlap.porter import stem
from workbench.evaluation.metrics.overlap.rouge import RougeParams, rouge

rouge_scorer = pytest.importorskip("rouge_score.rouge_scorer", exc_type=ImportError)

ENDS = (
    "ational tional enci anci izer bli alli entli eli ousli ization ation ator alism iveness "
    "fulness ousness aliti iviti biliti fulli logi icate ative alize iciti ical ful ness al ance "
    "ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize ed ing ies "
    "ied eed sses s ss y ll e"
)
KINDS = {"rouge1": "1", "rouge2": "2", "rougeL": "L", "rougeLsum": "Lsum"}


@pytest.mark.slow
@pytest.mark.parametrize("stemmer", [False, True])
def test_rouge(stemmer: bool) -> None:
    rng = random.Random(1)
    scorer = rouge_scorer.RougeScorer(list(KINDS), use_stemmer=stemmer)
    for _ in range(CASES):
        reference, output = pair(rng)
        theirs = scorer.score(reference, output)
        for name, kind in KINDS.items():
            ours = rouge(reference, output, RougeParams(kind=kind, stemmer=stemmer))  # type: ignore[arg-type]
            assert (ours.precision, ours.recall, ours.f1) == pytest.approx(
                tuple(theirs[name]), abs=1e-9
            ), (name, reference, output)


def test_stems() -> None:
    porter = pytest.importorskip("nltk.stem.porter").PorterStemmer()
    rng = random.Random(2)
    ends = ENDS.split()
    for _ in range(20_000):
        root = "".join(rng.choices("aeiouy" + string.ascii_lowercase, k=rng.randrange(1, 7)))
        word = root + "".join(rng.choices(ends, k=rng.randrange(3)))
        assert stem(word) == porter.stem(word), word
