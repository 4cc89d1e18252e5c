"""Perplexity, bits per byte, multiple choice and vectors: figures computed by hand."""

import math
from typing import Any

import pytest

from tests.evaluation.metrics.helpers import judged, measured, value
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.metric_input import (
    ChoiceLikelihood,
    Embeddings,
    Likelihood,
    MetricInput,
)
from workbench.domain.evaluation.scores import Errored, Score, Undefined
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.metric import run_metric
from workbench.evaluation.metrics.vectors.cosine import cosine
from workbench.evaluation.metrics.vectors.greedy_match import greedy_match, match_tokens

HELLO = Likelihood(text="héllo wörld", logprobs=(-0.5, -1.0, -2.0, -0.25))


def near(expected: Any) -> Any:
    return pytest.approx(expected, abs=1e-6)


def of_output(metric: str, likelihood: Likelihood, **params: Any) -> float:
    return value(metric, likelihood.text, given={"output_likelihood": likelihood}, **params)


def test_perplexity_by_token_byte_and_word() -> None:
    assert of_output("perplexity", HELLO) == near(2.553589)
    assert of_output("perplexity", HELLO, per="byte") == near(1.334373)
    assert of_output("perplexity", HELLO, per="word") == near(6.520819)
    assert of_output("bits_per_byte", HELLO) == near(0.416162)
    assert of_output("perplexity_score", HELLO) == near(0.281406)


def test_perplexity_depends_on_the_tokenizer_and_bits_per_byte_do_not() -> None:
    two = Likelihood(text=HELLO.text, logprobs=(-2.0, -1.75))
    assert of_output("perplexity", two) == near(6.520819)
    assert of_output("bits_per_byte", two) == near(0.416162)


def test_the_perplexity_of_a_corpus_is_not_the_mean() -> None:
    rows = [
        Likelihood(text="a" * 10, logprobs=(-1.0,) * 10),
        Likelihood(text="bb", logprobs=(-0.5, -0.5)),
    ]
    metric = METRICS.get("perplexity")
    scores = [
        run_metric(metric, metric.build({}), MetricInput(output=each.text, output_likelihood=each))
        for each in rows
    ]
    assert metric.corpus is not None
    assert metric.corpus(scores) == near(2.500940)  # type: ignore[arg-type]
    assert sum(each.value for each in scores) / 2 == near(2.183502)  # type: ignore[union-attr]
    bits = METRICS.get("bits_per_byte")
    assert bits.corpus is not None
    assert bits.corpus(scores) == near(11 / math.log(2) / 12)  # type: ignore[arg-type]


def test_likelihood_of_the_reference() -> None:
    given = {"reference_likelihood": HELLO}
    assert value("likelihood", "x", given=given) == near(math.exp(-3.75 / 4))
    assert value("likelihood", "x", given=given, per="text") == near(math.exp(-3.75))
    assert value("perplexity", "x", given=given, of="reference") == near(2.553589)
    result = measured("likelihood", "x", given=given)
    assert isinstance(result, Score)
    assert result.detail["logprob"] == near(-3.75)
    assert result.detail["first"] == "bos"


def test_what_was_not_measured_is_undefined_and_what_cannot_be_is_an_error() -> None:
    assert isinstance(measured("perplexity", "x"), Undefined)
    assert isinstance(measured("likelihood", "x", given={"output_likelihood": HELLO}), Undefined)
    empty = {"output_likelihood": Likelihood(text="x", logprobs=())}
    assert isinstance(measured("perplexity", "x", given=empty), Undefined)
    for bad in (math.nan, 0.5, -math.inf):
        given = {"output_likelihood": Likelihood(text="x", logprobs=(bad,))}
        assert isinstance(measured("perplexity", "x", given=given), Errored), bad
        assert isinstance(measured("bits_per_byte", "x", given=given), Errored), bad


def test_a_threshold_of_perplexity_is_an_upper_one() -> None:
    check = Check(metric="perplexity", threshold=3.0)
    assert judged(check, HELLO.text, output_likelihood=HELLO).passed is True
    check = Check(metric="perplexity", threshold=2.0)
    assert judged(check, HELLO.text, output_likelihood=HELLO).passed is False


def choices(**logprobs: float) -> dict[str, Any]:
    return {
        "choices": tuple(
            ChoiceLikelihood(text=text.replace("_", " "), logprob=logprob)
            for text, logprob in logprobs.items()
        )
    }


@pytest.mark.parametrize(
    ("logprobs", "by", "chosen"),
    [
        ({"no": -4, "it_depends_on_the_weather": -20}, "acc", 0),
        ({"no": -4, "it_depends_on_the_weather": -20}, "acc_norm", 1),
        ({"ja": -5, "日本": -6}, "acc", 0),
        ({"ja": -5, "日本": -6}, "acc_norm", 0),
        ({"ja": -5, "日本": -6}, "acc_bytes", 1),
        ({"one": -3, "two": -3, "six": -3}, "acc", 0),
    ],
)
def test_multiple_choice(logprobs: dict[str, float], by: str, chosen: int) -> None:
    for index in range(len(logprobs)):
        given = choices(**logprobs)
        assert value("multiple_choice", "", index, given=given, by=by) == (index == chosen)


def test_the_right_choice_by_letter_or_text_and_a_wrong_label_is_an_error() -> None:
    given = choices(red=-1, blue=-2)
    for expected in (0, "A", "a", "red", " red "):
        assert value("multiple_choice", "", expected, given=given) == 1, expected
    assert value("multiple_choice", "", "B", given=given) == 0
    assert value("multiple_choice", "", "B", "A", given=given) == 1
    for expected in (2, -1, -100, "C", "green", True):
        assert isinstance(measured("multiple_choice", "", expected, given=given), Errored), expected


def test_mutual_information() -> None:
    given = {
        "choices": (
            ChoiceLikelihood(text="usual", logprob=-2.0, alone=-1.0),
            ChoiceLikelihood(text="rare", logprob=-5.0, alone=-9.0),
        )
    }
    assert value("multiple_choice", "", 1, given=given, by="acc_mutual_info") == 1
    assert value("multiple_choice", "", 1, given=given) == 0
    result = measured("multiple_choice", "", 0, given=choices(a=-1, b=-2), by="acc_mutual_info")
    assert isinstance(result, Undefined)


def test_the_confidence_is_the_share_of_the_chosen_one_among_the_choices() -> None:
    given = choices(red=-1, blue=-1 - math.log(3))
    result = measured("multiple_choice", "", "blue", given=given)
    assert isinstance(result, Score)
    assert (result.value, result.detail["confidence"]) == (0, pytest.approx(0.75))


def test_choices_that_cannot_be_compared() -> None:
    for bad in (choices(a=-1), {"choices": (ChoiceLikelihood(text="", logprob=-1.0),) * 2}):
        assert isinstance(measured("multiple_choice", "", 0, given=bad), Errored)
    assert isinstance(measured("multiple_choice", "", 0), Undefined)
    assert isinstance(measured("multiple_choice", "", 0, given=choices(a=-1, b=math.nan)), Errored)


def embedded(output: tuple[float, ...], *expected: tuple[float, ...]) -> dict[str, Any]:
    return {"embeddings": Embeddings(output=output, expected=expected, made_by="m mean")}


def test_cosine() -> None:
    assert cosine([1, 2, 3], [2, 4, 6]) == near(1)
    assert cosine([1, 0], [0, 1]) == near(0)
    assert value("embedding_similarity", "x", given=embedded((1, 0), (-1, 0))) == near(-1)
    result = measured("embedding_similarity", "x", given=embedded((1, 2, 3), (2, 4, 6)))
    assert isinstance(result, Score)
    assert result.detail == {"made_by": "m mean"}
    for undefined in (embedded((0, 0), (1, 0)), embedded((1, 0), (0, 0))):
        assert isinstance(measured("embedding_similarity", "x", given=undefined), Undefined)
    assert isinstance(measured("embedding_similarity", " ", given=embedded((1,), (1,))), Undefined)
    mixed = embedded((1, 0), (1, 0, 0))
    assert isinstance(measured("embedding_similarity", "x", given=mixed), Errored)


def test_the_best_of_several_references_counts() -> None:
    """promptfoo#9721: the worst was reported."""
    given = embedded((1.0, 0.0), (0.2, math.sqrt(0.96)), (0.6, 0.8))
    found = judged(Check(metric="embedding_similarity", threshold=0.7), "x", **given)
    assert isinstance(found.result, Score)
    assert (found.passed, found.result.value) == (False, near(0.6))


CANDIDATE = ((1.0, 0.0), (0.0, 1.0), (0.6, 0.8))
REFERENCE = ((1.0, 0.0), (0.8, 0.6))


def test_greedy_token_match() -> None:
    found = match_tokens(CANDIDATE, REFERENCE)
    assert greedy_match(found) == near((0.853333, 0.98, 0.912291))
    weighed = match_tokens(CANDIDATE, REFERENCE, expected_weights=(2.0, 1.0))
    assert greedy_match(weighed).recall == near(0.986667)
    given = {"token_matches": (found,)}
    rescaled = [
        value("greedy_token_match", "x", given=given, measure=measure, baseline=0.8)
        for measure in ("precision", "recall", "f1")
    ]
    assert rescaled == near([0.266667, 0.9, 0.561455])
    best = {"token_matches": (found, match_tokens(CANDIDATE, CANDIDATE))}
    assert value("greedy_token_match", "x", given=best) == near(1)


def test_token_vectors_that_cannot_be_matched() -> None:
    empty = {"token_matches": (match_tokens((), REFERENCE),)}
    assert isinstance(measured("greedy_token_match", "x", given=empty), Undefined)
    few = {"token_matches": (match_tokens(CANDIDATE, REFERENCE, output_weights=(1.0,)),)}
    assert isinstance(measured("greedy_token_match", "x", given=few), Errored)
    for bad in (((0.0, 0.0),), ((1.0,),), ((1.0,), (1.0, 2.0))):
        with pytest.raises(UsageError):
            match_tokens(bad, REFERENCE)
    away = {"token_matches": (match_tokens(((-1.0, 0.0),), ((1.0, 0.0),)),)}
    assert value("greedy_token_match", "x", given=away, measure="recall") == near(-1)
