"""ROUGE, BLEU, chrF, token F1 and edit distance: figures of the reference programs."""

import random
from typing import Any

import pytest

from tests.evaluation.metrics.helpers import judged, measured, value
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import Errored, Score, Undefined
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.metric import run_metric
from workbench.evaluation.metrics.overlap.bleu import BleuParams, corpus_bleu, sentence_bleu
from workbench.evaluation.metrics.overlap.chrf import ChrfParams, corpus_chrf, sentence_chrf
from workbench.evaluation.metrics.overlap.edit_distance import similarity
from workbench.evaluation.metrics.overlap.rouge import RougeParams, rouge
from workbench.evaluation.metrics.overlap.token_f1 import token_f1

CLOSE = 1e-6
MAT = "the cat is on the mat"
CAT = "The cat sat on the mat."
POLICE = "police killed the gunman.\nthe gunman was armed."
SWAPPED = "the gunman was armed.\npolice killed the gunman."


def near(expected: Any, within: float = CLOSE) -> Any:
    return pytest.approx(expected, abs=within)


@pytest.mark.parametrize(
    ("references", "output", "first", "second", "longest", "lines"),
    [
        ([CAT], MAT, (5 / 6, 5 / 6, 5 / 6), 0.6, 0.833333, 0.833333),
        ([POLICE], SWAPPED, (1, 1, 1), 0.857143, 0.5, 1),
        ([POLICE.replace("\n", " ")], SWAPPED.replace("\n", " "), (1, 1, 1), 0.857143, 0.5, 0.5),
        (["don't stop"], "dont stop", (0.5, 0.333333, 0.4), 0, 0.4, 0.4),
        (["the the the"], "the", (1, 0.333333, 0.5), 0, 0.5, 0.5),
        (
            ["the cat sat", "a dog ran home fast"],
            "the dog ran home",
            (0.75, 0.6, 0.666667),
            0.571429,
            0.666667,
            0.666667,
        ),
        (["The runners were running quickly"], "A runner runs quick", (0, 0, 0), 0, 0, 0),
    ],
)
def test_rouge(
    references: list[str],
    output: str,
    first: tuple[float, float, float],
    second: float,
    longest: float,
    lines: float,
) -> None:
    measures = [measured("rouge", output, *references)]
    assert isinstance(measures[0], Score)
    detail = measures[0].detail
    assert (detail["precision"], detail["recall"], detail["f1"]) == near(first)
    assert value("rouge", output, *references, measure="recall") == near(first[1])
    found = [value("rouge", output, *references, kind=kind) for kind in ("1", "2", "L", "Lsum")]
    assert found == near([first[2], second, longest, lines])


def test_rouge_with_the_stemmer() -> None:
    pair = ("The runners were running quickly", "A runner runs quick")
    found = rouge(*pair, RougeParams(stemmer=True))
    assert (found.precision, found.recall, found.f1) == near((0.5, 0.4, 0.444444))
    for kind, expected in (("2", 0), ("L", 0.444444), ("Lsum", 0.444444)):
        assert value("rouge", pair[1], pair[0], kind=kind, stemmer=True) == near(expected)


def test_rouge_is_undefined_for_scripts_that_it_does_not_see() -> None:
    for text in ("кошка сидела", "我爱北京", "قطة", "", "..."):
        assert isinstance(measured("rouge", text, text), Undefined), text
    assert value("rouge", "кошка сидела", "Кошка, сидела", tokens="words") == 1
    assert isinstance(measured("rouge", "我爱北京", "我爱北京", tokens="words"), Undefined)
    assert value("rouge", "cafe", "café") == 0
    assert value("rouge", "кошка", "a cat") == 0
    assert isinstance(measured("rouge", "word", "word", kind="2"), Undefined)


def test_texts_too_long_for_a_common_sequence_are_undefined() -> None:
    long = "word " * 3000
    assert isinstance(measured("rouge", long, long, kind="Lsum"), Undefined)
    assert value("rouge", long, long, kind="L") == 1
    assert isinstance(measured("rouge", long * 10, long, kind="L"), Undefined)


@pytest.mark.parametrize(
    ("output", "references", "params", "expected"),
    [
        (MAT, [CAT], {}, 27.4825),
        (MAT, [CAT], {"case": "lc"}, 32.1594),
        ("a b c d e", ["a b c d e f g"], {}, 67.032),
        ("a b c d e f", ["a b c d e X", "Y b c d e f"], {}, 100),
        ("the cat sat", ["the cat is here now"], {"smoothing": "exp"}, 28.2544),
        ("the cat sat", ["the cat is here now"], {"smoothing": "floor"}, 16.5233),
        ("the cat sat", ["the cat is here now"], {"smoothing": "add-k"}, 35.2507),
        ("the cat sat", ["the cat is here now"], {"smoothing": "none"}, 0),
        ("", ["a b c"], {}, 0),
        ("a b c", [""], {}, 0),
        ("hello world", ["hello world"], {}, 100),
        ("我爱北京天安门", ["我爱北京天安门广场"], {}, 0),
        ("我爱北京天安门", ["我爱北京天安门广场"], {"tokenizer": "char"}, 75.1477),
    ],
)
def test_bleu_of_a_sentence(
    output: str, references: list[str], params: dict[str, Any], expected: float
) -> None:
    found = sentence_bleu(output, references, BleuParams(**params))
    assert found == near(expected, 1e-4)  # the figures have that many digits


def test_bleu_of_short_outputs_never_passes_1() -> None:
    """promptfoo#9717: the penalty for short outputs was inverted."""
    assert value("bleu", "a b c d e", "a b c d e f g") == near(0.670320)


def test_bleu_clips_over_all_references() -> None:
    """promptfoo#9846: it was clipped for each reference."""
    assert value("bleu", "a b c d e f", "a b c d e X", "Y b c d e f") == 1


def test_bleu_of_a_corpus_is_not_the_mean() -> None:
    outputs = ["The dog bit the man.", "It was not unexpected."]
    references = [
        ["The dog bit the man.", "The dog had bit the man."],
        ["It wasn't surprising.", "No one was surprised."],
    ]
    pairs = (["a b c d", "a b c d e"], [["a b c e"], ["a b c d e"]])
    assert corpus_bleu(outputs, references, BleuParams()) == near(62.83, 5e-3)
    single = corpus_bleu(*pairs, BleuParams())
    mean = sum(sentence_bleu(a, b, BleuParams()) for a, b in zip(*pairs, strict=True)) / 2
    assert (single, mean) == (near(79.8408, 1e-4), near(79.7302, 1e-4))
    metric = METRICS.get("bleu")
    rows = [
        run_metric(metric, BleuParams(), MetricInput(output=a, expected=tuple(b)))
        for a, b in zip(*pairs, strict=True)
    ]
    assert metric.corpus is not None
    assert metric.corpus(rows) == near(single / 100)  # type: ignore[arg-type]
    assert metric.corpus([]) is None


def test_lists_of_different_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match="as many"):
        corpus_bleu(["a", "b"], [["a"]], BleuParams())
    with pytest.raises(UsageError, match="as many"):
        corpus_chrf(["a", "b"], [["a"]], ChrfParams())


def test_bleu_says_where_a_text_cannot_be_cut() -> None:
    assert isinstance(measured("bleu", "我爱北京天安门", "我爱北京天安门广场"), Undefined)
    assert value("bleu", "我爱北京天安门", "我爱北京天安门广场", tokenizer="char") == near(0.751477)
    assert isinstance(measured("bleu", "a b c", ""), Undefined)
    metric = METRICS.get("bleu")
    signature = metric.signature(metric.build({}))
    assert signature == "bleu|eff:yes|tok:13a|case:mixed|smooth:exp|version:wb1"


@pytest.mark.parametrize(
    ("output", "references", "params", "expected"),
    [
        (MAT, [CAT], {}, 52.9525),
        (MAT, [CAT], {"words": 2}, 51.3792),
        ("abc", ["abd"], {}, 38.8889),
        ("abc", ["abd"], {"smooth": True}, 19.4444),
        ("ab c", ["a bc"], {}, 100),
        ("ab c", ["a bc"], {"keep_spaces": True}, 25),
        (MAT, [CAT, "the cat is on a mat"], {}, 69.5453),
        ("", ["abc"], {}, 0),
        ("abc", [""], {}, 0),
        ("", [""], {}, 0),
        ("a", ["a"], {}, 100),
    ],
)
def test_chrf(output: str, references: list[str], params: dict[str, Any], expected: float) -> None:
    assert sentence_chrf(output, references, ChrfParams(**params)) == near(expected, 1e-4)


def test_chrf_of_a_corpus_and_of_no_reference() -> None:
    pairs = (["a b c d", "a b c d e"], [["a b c e"], ["a b c d e"]])
    metric = METRICS.get("chrf")
    mean = sum(sentence_chrf(a, b, ChrfParams()) for a, b in zip(*pairs, strict=True)) / 2
    assert corpus_chrf(*pairs, ChrfParams()) == near(84.254, 1e-3)
    assert mean == near(73.9583, 1e-4)
    params = metric.build({"words": 2})
    rows = [
        run_metric(metric, params, MetricInput(output=a, expected=tuple(b)))
        for a, b in zip(*pairs, strict=True)
    ]
    assert metric.corpus is not None
    single = corpus_chrf(*pairs, ChrfParams(words=2))
    assert metric.corpus(rows) == near(single / 100)  # type: ignore[arg-type]
    assert isinstance(measured("chrf", "", ""), Undefined)
    assert value("chrf", "", "abc") == 0


def test_token_f1() -> None:
    assert value("token_f1", "in Paris, France", "Paris") == near(0.5)
    assert token_f1("", "") == (1, 1, 1)
    assert token_f1("a", "") == (1, 1, 1)
    assert token_f1("word", "") == (0, 0, 0)
    assert value("token_f1", "", "Paris") == 0
    assert value("token_f1", "the red car", "a blue one", "red") == near(2 / 3)
    assert isinstance(measured("token_f1", "a", "A"), Errored)
    assert isinstance(measured("token_f1", "我爱北京", "我爱北京"), Undefined)


def test_identical_texts_have_all_of_each_other() -> None:
    """ragas#2699: identical texts had 0."""
    assert token_f1("red and blue", "red and blue") == (1, 1, 1)
    found = rouge("red and blue", "red and blue", RougeParams())
    assert (found.precision, found.recall, found.f1) == (1, 1, 1)


@pytest.mark.parametrize(
    ("one", "other", "distance", "similar"),
    [
        ("kitten", "sitting", 3, 0.571429),
        ("ab", "ba", 2, 0),
        ("", "", 0, 1),
        ("", "abc", 3, 0),
        ("caf\u00e9", "cafe\u0301", 0, 1),
        ("👨‍👩‍👧", "👨‍👩‍👦", 1, 0.8),
    ],
)
def test_edit_distance(one: str, other: str, distance: int, similar: float) -> None:
    assert similarity(one, other) == (distance, near(similar))


def test_no_edits_at_all_is_a_limit_of_its_own() -> None:
    """promptfoo reads a threshold of 0 as its default of 5."""
    check = Check(metric="edit_distance", params={"most_edits": 0})
    assert judged(check, "kitten", "kitten").passed is True
    assert judged(check, "kitten", "mitten").passed is False
    check = Check(metric="edit_distance", params={"most_edits": 3})
    assert judged(check, "kitten", "sitting").passed is True
    assert judged(Check(metric="edit_distance"), "kitten", "kitten").passed is None
    assert isinstance(measured("edit_distance", "a" * 100_001, "a"), Undefined)
    assert value("edit_distance", "KITTEN", "kitten", ignore_case=True) == 1


def test_every_overlap_is_a_share() -> None:
    rng = random.Random(7)
    alphabet = "ab cd.,\n-我é"
    for _ in range(200):
        one, other = ("".join(rng.choices(alphabet, k=rng.randrange(12))) for _ in range(2))
        for metric in ("rouge", "bleu", "chrf", "token_f1", "edit_distance"):
            assert not isinstance(measured(metric, one, other), Errored) or metric == "token_f1"
