"""GSM8K as lm-evaluation-harness scores it, with its known faults, for figures that compare.

Source: lm_eval/tasks/gsm8k (gsm8k.yaml, gsm8k-cot.yaml): its filters, and exact_match with the
patterns that it ignores on both sides. Our own rule for the same outputs is the metric ``numeric``
with the extraction "number".
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult
from workbench.domain.parameters import about
from workbench.evaluation.metrics.metric import Metric, best_of, register, shown, verdict

Rule = Literal["strict", "flexible", "cot"]
_PATTERNS: dict[Rule, re.Pattern[str]] = {
    "strict": re.compile(r"#### (\-?[0-9\.\,]+)"),
    "flexible": re.compile(r"(-?[$0-9.,]{2,})|(-?[0-9]+)"),
    # The dot at its end is not escaped there either: without a full stop it takes a digit.
    "cot": re.compile(r"The answer is (\-?[0-9\.\,]+)."),
}


class Gsm8kParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of the GSM8K score."""

    rule: Annotated[
        Rule,
        about(
            title="Answer by",
            choices={
                "strict": "The first “#### number”",
                "flexible": "The last number",
                "cot": "“The answer is number.”",
            },
            description="Which of the benchmark's filters takes out the number.",
        ),
    ] = "strict"


def official_answer(text: str, rule: Rule) -> str | None:
    """What the benchmark's filter takes out of a text; None is its "[invalid]"."""
    found = [
        next((group for group in match.groups() if group), "")
        for match in _PATTERNS[rule].finditer(text)
    ]
    if not found:
        return None
    return found[-1 if rule == "flexible" else 0].strip()


def ignoring(text: str) -> str:
    """A text without what the benchmark ignores when it compares."""
    text = text.replace(",", "").replace("$", "")
    text = text.rpartition("#### ")[2]
    return text.removesuffix(".").lower()


def score(given: MetricInput, params: Gsm8kParams) -> MetricResult:
    """1 where the filtered number is the one behind "####" of the solution."""
    answer = official_answer(given.output, params.rule)
    if answer is None:
        return FormatFailure(reason=f"The filter {params.rule} finds no answer.")
    taken = ignoring(answer)
    return best_of(
        verdict(
            taken == ignoring(gold),
            f"The filter {params.rule} takes {shown(taken)}; expected is {shown(ignoring(gold))}.",
            extracted=answer,
        )
        for gold in given.references
    )


register(
    Metric(
        id="gsm8k",
        title="GSM8K (official)",
        description="The answer to a word problem by lm-evaluation-harness's own filters.",
        params=Gsm8kParams,
        score=score,
        needs=("expected",),
        facts={"like": "lm-eval"},
    )
)
