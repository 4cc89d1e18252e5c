"""Multiple choice by log-likelihood: whether the right choice is the most probable one.

Source: lm-evaluation-harness, api/task.py: acc by the sum of ln p, acc_norm divided by the
characters of the choice, acc_bytes by its UTF-8 bytes, acc_mutual_info less what the choice has
without the prompt. Of equal ones the first wins.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence
from typing import Annotated, Literal

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import ChoiceLikelihood, MetricInput
from workbench.domain.evaluation.scores import MetricResult, Undefined
from workbench.domain.parameters import about
from workbench.domain.runs.spec import Json
from workbench.evaluation.metrics.metric import Metric, register, shown, verdict
from workbench.evaluation.metrics.models import ModelParams

By = Literal["acc", "acc_norm", "acc_bytes", "acc_mutual_info"]


class MultipleChoiceParams(ModelParams, frozen=True, kw_only=True):
    """Parameters of multiple choice."""

    by: Annotated[
        By,
        about(
            title="Compared by",
            choices={
                "acc": "Log-likelihood (acc)",
                "acc_norm": "For each character (acc_norm)",
                "acc_bytes": "For each byte (acc_bytes)",
                "acc_mutual_info": "What the prompt adds (acc_mutual_info)",
            },
            description="What of the log-likelihood counts: sums prefer short choices.",
        ),
    ] = "acc"
    choices: Annotated[
        tuple[str, ...],
        about(title="Choices", description="The same for all rows; none takes the column's."),
    ] = ()
    column: Annotated[
        str, about(title="Column", description="Which column has the list of choices of a row.")
    ] = "choices"


def values_of(choices: Sequence[ChoiceLikelihood], by: By) -> list[float]:
    """What each choice is compared by.

    Raises:
        UsageError: fewer than two choices, an empty one, or a likelihood that is no number.
    """
    if len(choices) < 2 or not all(each.text for each in choices):
        raise UsageError("Give two or more choices, and none that is empty.")
    if any(not math.isfinite(each.logprob) for each in choices):
        raise UsageError("The likelihood of a choice is no number: measure it again.")
    if by == "acc_norm":
        return [each.logprob / len(each.text) for each in choices]
    if by == "acc_bytes":
        return [each.logprob / len(each.text.encode("utf-8", "replace")) for each in choices]
    if by == "acc_mutual_info":
        return [each.logprob - (each.alone or 0.0) for each in choices]
    return [each.logprob for each in choices]


def gold_index(expected: Sequence[Json], choices: Sequence[ChoiceLikelihood]) -> set[int]:
    """Which choices are right: given as index from 0, as letter or as text.

    Raises:
        UsageError: one is no choice.
    """
    texts = [each.text.strip() for each in choices]
    found: set[int] = set()
    for each in expected:
        if isinstance(each, int) and not isinstance(each, bool):
            index = each
        else:
            name = str(each).strip()
            letter = string.ascii_uppercase.find(name.upper()) if len(name) == 1 else -1
            index = texts.index(name) if name in texts else letter
        if not 0 <= index < len(choices):
            raise UsageError(
                f"The right answer {shown(str(each))} is none of {len(choices)} choices: give its "
                "text, its letter, or its index from 0."
            )
        found.add(index)
    return found


def score(given: MetricInput, params: MultipleChoiceParams) -> MetricResult:
    """1 where a right choice has the highest value, else 0."""
    if params.by == "acc_mutual_info" and any(each.alone is None for each in given.choices):
        return Undefined(reason="The choices were not measured without the prompt.")
    right = gold_index(given.expected, given.choices)
    values = values_of(given.choices, params.by)
    best = max(range(len(values)), key=values.__getitem__)
    return verdict(
        best in right,
        f"The most probable choice is {shown(given.choices[best].text)}.",
        chosen=best,
        values=values,
        confidence=share_of(given.choices, best),
    )


def share_of(choices: Sequence[ChoiceLikelihood], place: int) -> float:
    """How much of the choices' probability one has, for the calibration of the answers."""
    highest = max(each.logprob for each in choices)
    shares = [math.exp(each.logprob - highest) for each in choices]
    return shares[place] / math.fsum(shares)


register(
    Metric(
        id="multiple_choice",
        title="Multiple choice",
        description="Whether the right choice is the most probable one.",
        params=MultipleChoiceParams,
        score=score,
        needs=("expected", "choices"),
        facts={"like": "lm-eval"},
    )
)
