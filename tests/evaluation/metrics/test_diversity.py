"""How varied, repetitive, readable and long texts are, and what they cost."""

from typing import Any

import pytest

from tests.evaluation.metrics.helpers import judged, measured, value
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.scores import Score, Undefined
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.diversity.distinct import distinct
from workbench.evaluation.metrics.diversity.readability import Sizes, sizes_of, syllables
from workbench.evaluation.metrics.diversity.repetition import compression, repeated_suffix

ANIMALS = ("the cat sat", "the cat ran", "a dog ran")
MATS = ("the cat sat on the mat", "the cat sat on a mat", "dogs run fast today outside now")


def near(expected: Any) -> Any:
    return pytest.approx(expected, abs=1e-6)


def test_distinct_n_grams() -> None:
    assert [distinct(ANIMALS, n) for n in (1, 2, 3)] == near([0.666667, 0.833333, 1])
    assert distinct(ANIMALS, 1, 1000) == near(0.669338)
    assert value("distinct", ANIMALS[0], given={"samples": ANIMALS}, n=1) == near(0.666667)
    assert isinstance(measured("distinct", "one"), Undefined)
    assert isinstance(measured("distinct", ""), Undefined)
    assert isinstance(measured("distinct", "我爱北京"), Undefined)
    assert value("distinct", "a b c", n=1, vocabulary=3) == 1  # as varied as it can be


@pytest.mark.parametrize(
    ("samples", "expected"),
    [(MATS, 35.8190), (("the same words here",) * 3, 100), (ANIMALS, 48.5147)],
)
def test_self_bleu(samples: tuple[str, ...], expected: float) -> None:
    result = measured("self_bleu", samples[0], given={"samples": samples})
    assert isinstance(result, Score)
    assert result.detail["self_bleu"] == pytest.approx(expected, abs=1e-4)
    assert result.value == pytest.approx(expected / 100, abs=1e-6)


def test_self_bleu_needs_two_outputs() -> None:
    assert isinstance(measured("self_bleu", "one"), Undefined)
    chinese = {"samples": ("我爱北京", "我爱上海")}
    assert isinstance(measured("self_bleu", "", given=chinese), Undefined)
    assert isinstance(measured("self_bleu", "", given=chinese, tokenizer="char"), Score)


def test_repetition() -> None:
    assert value("repetition", "a b c d a b c d a b c d", n=4) == near(0.555556)
    assert value("repetition", "no no no no no", n=2) == near(0.75)
    assert value("repetition", "two words", n=4) == 0
    assert value("repetition", "") == 0
    assert judged(Check(metric="repetition", threshold=0.2), "no " * 9).passed is False


def test_loops_at_the_end_and_compression() -> None:
    assert repeated_suffix(["x", "y", "a", "b", "a", "b", "a", "b"]) == 4
    assert repeated_suffix(["all", "of", "these", "differ"]) == 0
    assert repeated_suffix([]) == 0
    assert compression("abc " * 100) == pytest.approx(23.5, abs=0.1)
    pangram = "the quick brown fox jumps over the lazy dog"
    assert compression(pangram) == pytest.approx(0.86, abs=0.01)
    short = measured("repetition", "abc " * 100)
    long = measured("repetition", "abc " * 300)
    assert isinstance(short, Score)
    assert isinstance(long, Score)
    assert short.detail["compression"] is None
    assert long.detail["compression"] > 23


def test_readability() -> None:
    assert (Sizes(6, 1, 6).flesch, Sizes(6, 1, 6).grade) == near((116.145, -1.45))
    assert (Sizes(13, 1, 24).flesch, Sizes(13, 1, 24).grade) == near((37.455385, 11.264615))
    assert sizes_of("The cat sat on the mat.") == (6, 1, 6)
    assert value("readability", "The cat sat on the mat.") == near(116.145)
    assert value("readability", "The cat sat on the mat.", formula="grade") == near(-1.45)
    assert [syllables(each) for each in ("cake", "table", "free", "the", "readability")] == [
        1, 2, 1, 1, 5,
    ]  # fmt: skip
    for text in ("", "12 34", "кошка сидела", "我爱北京"):
        assert isinstance(measured("readability", text), Undefined), text
    result = measured("readability", "Short text.")
    assert isinstance(result, Score)
    assert result.detail["is_enough"] is False


def test_length() -> None:
    text = "One two. Three?\n\nFour 5"
    for unit, expected in (("words", 5), ("characters", 23), ("sentences", 3), ("lines", 2)):
        assert value("length", text, unit=unit) == expected
    assert value("length", "") == 0
    assert isinstance(measured("length", "我爱北京"), Undefined)
    assert value("length", "我爱北京", unit="characters") == 4
    check = Check(metric="length", params={"least": 2, "most": 5})
    assert [judged(check, "w " * count).passed for count in (1, 2, 5, 6)] == [
        False, True, True, False,
    ]  # fmt: skip
    empty = Check(metric="length", params={"most": 0})
    assert (judged(empty, "").passed, judged(empty, "w").passed) == (True, False)
    assert judged(Check(metric="length"), "w").passed is None
    with pytest.raises(UsageError, match="at most"):
        METRICS.get("length").build({"least": 5, "most": 2})


def test_latency_and_tokens() -> None:
    cost = {"seconds": 2.0, "first_token_seconds": 0.5, "prompt_tokens": 10, "completion_tokens": 5}
    assert value("latency", "x", given=cost) == 2.0
    assert value("latency", "x", given=cost, until="first_token") == 0.5
    for of, expected in (("output", 5), ("prompt", 10), ("both", 15)):
        assert value("tokens", "x", given=cost, of=of) == expected
    for metric, params in (("latency", {}), ("tokens", {"of": "both"})):
        assert isinstance(measured(metric, "x", **params), Undefined)
    at_most = Check(metric="latency", threshold=2.0)
    assert judged(at_most, "x", seconds=2.0).passed is True
    assert judged(at_most, "x", seconds=2.1).passed is False
    assert judged(Check(metric="tokens", threshold=0), "", completion_tokens=0).passed is True
    assert judged(Check(metric="tokens", threshold=0), "x", completion_tokens=1).passed is False


def test_finish_reason() -> None:
    assert value("finish_reason", "x", given={"finish_reason": "stop"}) == 1
    assert value("finish_reason", "x", given={"finish_reason": "length"}) == 0
    assert value("finish_reason", "x", given={"finish_reason": "length"}, reasons=("length",)) == 1
    assert isinstance(measured("finish_reason", "x"), Undefined)
