"""Few-shot chain of thought (Wei et al. 2022): worked examples come before the question.

The examples are in the prompt file, where they can be replaced by others that fit the task.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.effects import (
    Emit,
    Extract,
    Generate,
    Outcome,
    Problem,
    Render,
    StrategySteps,
)
from workbench.domain.events import NodeAdded
from workbench.domain.sampling import Sampling
from workbench.strategies.reading_out import read_out
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy


class FewShotParams(Extraction, frozen=True, kw_only=True):
    """Parameters of few-shot chain of thought."""

    shots: Annotated[
        int,
        msgspec.Meta(
            ge=0, le=8, description="How many of the worked examples of the prompt file are shown."
        ),
    ] = 3


def run(problem: Problem, params: FewShotParams) -> StrategySteps:
    """Show the examples, then ask."""
    variables = {"question": problem.question, "shots": params.shots}
    _, rendered = yield (
        Emit(NodeAdded(node="0", parent="", depth=0, kind="answer")),
        Render("few-shot-cot", variables),
    )
    messages = problem.with_question(rendered)
    ((completion,),) = yield (Generate(node="0", role="reason", messages=messages),)
    text = completion.text
    ((answer,),) = yield (Extract((text,), params.rule),)
    yield (Emit(read_out("0", params.rule, answer, text, "0/reason")),)
    return Outcome(answer=answer, output=text, finish_reason=completion.finish_reason)


def estimate(_params: FewShotParams, sampling: Sampling) -> tuple[int, int]:
    """One call."""
    return 1, sampling.max_tokens


STRATEGIES.register(
    "few_shot_cot",
    Strategy(
        id="few_shot_cot",
        title="Few-shot chain of thought",
        short="cot",
        description="Shows worked examples first, then asks for steps and the answer.",
        params=FewShotParams,
        run=run,
        estimate=estimate,
        templates=("few-shot-cot",),
    ),
)
