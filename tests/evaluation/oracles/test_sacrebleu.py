"""BLEU and chrF agree with the package sacrebleu."""

import random
from typing import Any

import pytest

from tests.evaluation.oracles.texts import CASES, pair, text
from workbench.evaluation.metrics.overlap.bleu import BleuParams, corpus_bleu, sentence_bleu
from workbench.evaluation.metrics.overlap.chrf import ChrfParams, corpus_chrf, sentence_chrf

pytestmark = pytest.mark.slow
metrics = pytest.importorskip("sacrebleu.metrics", exc_type=ImportError)


def rows(seed: int) -> tuple[list[str], list[list[str]]]:
    """Outputs, and one to three references of each."""
    rng = random.Random(seed)
    outputs, references = [], []
    for _ in range(CASES):
        reference, output = pair(rng)
        outputs.append(output)
        references.append([reference, *(text(rng) for _ in range(rng.randrange(3)))])
    return outputs, references


def corpora(outputs: list[str], references: list[list[str]]) -> Any:
    """Small corpora with the same number of references in each row."""
    for at in range(0, len(outputs) - 5, 5):
        most = min(len(each) for each in references[at : at + 5])
        yield outputs[at : at + 5], [each[:most] for each in references[at : at + 5]]


@pytest.mark.parametrize("smoothing", ["exp", "floor", "add-k", "none"])
@pytest.mark.parametrize("tokenizer", ["13a", "char", "none"])
def test_bleu(smoothing: Any, tokenizer: Any) -> None:
    case: Any = "lc" if smoothing == "floor" else "mixed"
    options = {"smooth_method": smoothing, "tokenize": tokenizer, "lowercase": case == "lc"}
    params = BleuParams(smoothing=smoothing, tokenizer=tokenizer, case=case)
    outputs, references = rows(3)
    theirs = metrics.BLEU(effective_order=True, **options)
    for output, each in zip(outputs, references, strict=True):
        expected = theirs.sentence_score(output, each).score
        found = sentence_bleu(output, each, params)
        assert found == pytest.approx(expected, abs=1e-9), (output, each)
    theirs = metrics.BLEU(**options)
    for some, wanted in corpora(outputs, references):
        expected = theirs.corpus_score(some, list(map(list, zip(*wanted, strict=True)))).score
        assert corpus_bleu(some, wanted, params) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("words", [0, 2])
@pytest.mark.parametrize(
    ("smooth", "spaces", "case"),
    [(False, False, "mixed"), (True, False, "lc"), (False, True, "mixed")],
)
def test_chrf(words: int, smooth: bool, spaces: bool, case: Any) -> None:
    options = {
        "word_order": words,
        "eps_smoothing": smooth,
        "whitespace": spaces,
        "lowercase": case == "lc",
    }
    params = ChrfParams(words=words, smooth=smooth, keep_spaces=spaces, case=case)
    outputs, references = rows(4)
    theirs = metrics.CHRF(**options)
    for output, each in zip(outputs, references, strict=True):
        expected = theirs.sentence_score(output, each).score
        found = sentence_chrf(output, each, params)
        assert found == pytest.approx(expected, abs=1e-9), (output, each)
    for some, wanted in corpora(outputs, references):
        expected = theirs.corpus_score(some, list(map(list, zip(*wanted, strict=True)))).score
        assert corpus_chrf(some, wanted, params) == pytest.approx(expected, abs=1e-9)
