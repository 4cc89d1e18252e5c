"""Judges read label probabilities: the vectors of the reference, and what is no answer."""

from __future__ import annotations

import math

import pytest

from workbench.domain.evaluation.judging import Judgement, LabelReading
from workbench.domain.evaluation.scores import FormatFailure, Score, Undefined
from workbench.evaluation.metrics.judges.reading import reading_of, texts_to_score, written
from workbench.evaluation.metrics.judges.sampled import cluster_entropy, sentences_of

from .helpers import measured


def of_levels(logprobs: dict[str, list[float]]) -> LabelReading:
    return LabelReading.of(tuple("12345"), logprobs)


def judged(metric: str, *readings: LabelReading, output: str = "text", **more: object):
    judgement = Judgement(readings=readings, made_by="tiny", prompt="p", **more)  # type: ignore[arg-type]
    return measured(metric, output, given={"judgement": judgement})


def yes_no(yes: float, no: float) -> LabelReading:
    return LabelReading.of(("yes", "no"), {"yes": [yes], "no": [no]})


def test_the_expected_level_is_the_mean_over_all_ways_to_write_the_labels() -> None:
    reading = of_levels({"4": [-0.7, -2.3], "5": [-1.6], "3": [-2.0]})
    shares = [math.exp(-0.7) + math.exp(-2.3), 0.201897, 0.135335]
    assert [reading.probability(label) * reading.mass for label in "453"] == pytest.approx(
        shares, abs=1e-6
    )
    assert shares[0] == pytest.approx(0.596844, abs=1e-6)
    assert reading.mass == pytest.approx(0.934076, abs=1e-6)
    assert reading.expected == pytest.approx(4.071259, abs=1e-6)
    result = judged("judge-rubric", reading)
    assert isinstance(result, Score)
    assert result.value == pytest.approx(0.767815, abs=1e-6)
    assert result.reason == "Level 4.07 of 5. Labels hold 0.934 of the probability."


@pytest.mark.parametrize(("level", "value"), [("1", 0.0), ("3", 0.5), ("5", 1.0)])
def test_the_scale_is_moved_and_not_only_divided(level: str, value: float) -> None:
    result = judged("judge-rubric", of_levels({level: [0.0]}))
    assert isinstance(result, Score)
    assert result.value == value


def test_duplicate_tokens_of_a_label_add_up() -> None:
    reading = LabelReading.of(
        ("7", "8"), {"8": [math.log(0.01), math.log(0.001)], "7": [math.log(0.989)]}
    )
    assert reading.expected == pytest.approx(7.011)


def test_the_same_tokens_count_once() -> None:
    assert written("4") == ("4", " 4")
    assert written("yes") == ("yes", " yes", "Yes", " Yes")
    assert texts_to_score(("A", "B")) == ("A", " A", "B", " B")
    half = math.log(0.5)
    scored = [(half, (7,)), (half, (7,)), (half, (8,)), (math.log(0.1), (1, 8))]
    reading = reading_of(("A", "B"), scored)
    assert reading.mass == 1.0
    assert reading.probability("A") == pytest.approx(0.5 / 1.1)


def test_yes_and_no_are_read_with_their_mass() -> None:
    result = judged("judge-claim", yes_no(-0.4, -1.3))
    assert isinstance(result, Score)
    assert result.value == pytest.approx(0.710950, abs=1e-6)
    assert result.detail["mass"] == pytest.approx(0.942852, abs=1e-6)
    assert result.detail["confidence"] == result.value
    assert result.passed
    toxic = judged("judge-toxicity", yes_no(-0.4, -1.3))
    assert isinstance(toxic, Score)
    assert toxic.value == pytest.approx(1 - 0.710950, abs=1e-6)
    assert not toxic.passed


@pytest.mark.parametrize("mass", [0.49, 0.0])
def test_labels_without_probability_are_a_format_failure(mass: float) -> None:
    logprob = math.log(mass) if mass else -math.inf
    result = judged("judge-rubric", of_levels({"4": [logprob]}))
    assert isinstance(result, FormatFailure)
    assert f"{mass:.3f}" in result.reason
    assert result.detail["readings"][0]["labels"] == ["1", "2", "3", "4", "5"]


def test_the_baseline_is_half_and_both_orders_must_agree() -> None:
    def pair(first: float, second: float):
        readings = [
            LabelReading(labels=("A", "B"), probabilities=(each, 1 - each), mass=1.0)
            for each in (first, second)
        ]
        return judged("judge-pairwise", *readings, texts=("other",))

    won = pair(0.8, 0.35)
    assert isinstance(won, Score)
    assert (won.value, won.detail["pick"]) == (1.0, "a")
    assert won.detail["lengths"] == [4, 5]
    inconsistent = pair(0.8, 0.65)
    assert isinstance(inconsistent, Score)
    assert inconsistent.value == 0.5
    assert inconsistent.detail["probability"] == pytest.approx(0.594748, abs=1e-6)
    assert inconsistent.detail["position_bias"] == pytest.approx(1.002667, abs=1e-6)
    baseline = judged("judge-pairwise", is_baseline=True)
    assert isinstance(baseline, Score)
    assert baseline.value == 0.5


def test_sentences_are_supported_by_the_mean_over_samples() -> None:
    sure, unsure = yes_no(math.log(0.9), math.log(0.1)), yes_no(math.log(0.5), math.log(0.5))
    result = judged(
        "judge-sampled-consistency", sure, sure, unsure, sure, groups=(2, 2), texts=("One.", "Two.")
    )
    assert isinstance(result, Score)
    assert result.value == pytest.approx((0.9 + 0.7) / 2)
    assert [each["support"] for each in result.detail["sentences"]] == pytest.approx([0.9, 0.7])
    assert isinstance(judged("judge-sampled-consistency", groups=(0,), texts=("One.",)), Undefined)


def test_a_sentence_on_which_the_judge_says_something_else_does_not_leave_the_mean() -> None:
    """ragas#2992: one verdict of five statements was 1.0; here four have no support."""
    silent = [yes_no(math.log(1e-9), math.log(0.6))] * 4
    texts = tuple(f"Sentence {n}." for n in range(5))
    result = judged(
        "judge-sampled-consistency",
        yes_no(0.0, math.log(1e-9)),
        *silent,
        groups=(1,) * 5,
        texts=texts,
    )
    assert isinstance(result, Score)
    assert result.value == pytest.approx(0.2, abs=1e-6)
    assert [round(each["support"], 6) for each in result.detail["sentences"]] == [1, 0, 0, 0, 0]
    half_mute = [yes_no(0.0, math.log(1e-9))] * 3 + [yes_no(math.log(1e-9), math.log(1e-9))] * 2
    result = judged("judge-sampled-consistency", *half_mute, groups=(1,) * 5, texts=texts)
    assert isinstance(result, Score)
    assert (result.value, result.detail["unanswered"]) == (pytest.approx(0.6, abs=1e-6), 2)
    assert result.reason.endswith("To 2 questions the judge answers something else.")
    mute = [yes_no(math.log(1e-9), math.log(1e-9))] * 4
    result = judged(
        "judge-sampled-consistency",
        yes_no(0.0, math.log(1e-9)),
        *mute,
        groups=(1,) * 5,
        texts=texts,
    )
    assert isinstance(result, FormatFailure)


def test_samples_differ_by_the_entropy_of_their_answers() -> None:
    assert cluster_entropy(["a", "a", "A ", "b", "c"]) == pytest.approx(0.950271, abs=1e-6)
    assert cluster_entropy(["a"] * 5) == 0
    assert cluster_entropy("abcd") == pytest.approx(math.log(4))


def test_texts_are_cut_into_sentences() -> None:
    assert sentences_of("It costs 3.50 euros. Buy it!\nToday") == (
        "It costs 3.50 euros.",
        "Buy it!",
        "Today",
    )
    assert sentences_of("我爱北京。天很蓝。") == ("我爱北京。", "天很蓝。")
    assert sentences_of(" \n") == ()
