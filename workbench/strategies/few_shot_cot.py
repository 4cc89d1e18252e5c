"""Few-shot chain of thought (Wei et al. 2022): worked examples come before the question.

The examples are in the prompt file, where they can be replaced by others that fit the task.
"""

from __future__ import annotations

from typing import Annotated

from workbench.domain.parameters import about
from workbench.domain.runs.effects import (
    Emit,
    Outcome,
    Problem,
    Render,
    StrategySteps,
)
from workbench.domain.runs.events import NodeAdded
from workbench.domain.runs.sampling import Sampling
from workbench.strategies.answer_extraction import ask
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy


class FewShotParams(Extraction, frozen=True, kw_only=True):
    """Parameters of few-shot chain of thought."""

    shots: Annotated[
        int,
        about(
            title="Worked examples",
            lowest="None",
            ge=0,
            le=8,
            description="How many of the worked examples of the prompt file are shown.",
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
    completion, answer = yield from ask(params, node="0", role="reason", messages=messages)
    return Outcome(answer=answer, output=completion.text, finish_reason=completion.finish_reason)


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
