"""Zero-shot chain of thought.

One call asks for the steps and a last line "Answer:". The two-call form of Kojima et al. (2022)
reads the reasoning again and asks for the answer alone.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from workbench.domain.effects import (
    Completion,
    Emit,
    Extract,
    Generate,
    Outcome,
    Problem,
    Render,
    StrategySteps,
)
from workbench.domain.events import BestUpdated, NodeAdded
from workbench.domain.sampling import Sampling
from workbench.strategies.reading_out import read_out
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_ANSWER_TOKENS = 64


class CotParams(Extraction, frozen=True, kw_only=True):
    """Parameters of zero-shot chain of thought."""

    calls: Annotated[
        Literal["one", "two"],
        msgspec.Meta(description="One call with an answer line, or a second call for the answer."),
    ] = "one"


def run(problem: Problem, params: CotParams) -> StrategySteps:
    """Think step by step, then answer."""
    _, rendered = yield (
        Emit(NodeAdded(node="0", parent="", depth=0, kind="answer")),
        Render("cot", {"question": problem.question}),
    )
    messages = problem.with_question(rendered)
    ((reasoning,),) = yield (Generate(node="0", role="reason", messages=messages),)
    last: Completion = reasoning
    output = reasoning.text
    if params.calls == "two":
        best = BestUpdated(node="0", answer=None, output=output)
        variables = {"question": problem.question, "reasoning": reasoning.text}
        _, rendered = yield (Emit(best), Render("cot-answer", variables))
        messages = problem.with_question(rendered)
        ((last,),) = yield (
            Generate(node="0", role="answer", messages=messages, max_tokens=_ANSWER_TOKENS),
        )
        output = f"{reasoning.text}\n\n{last.text}"
    ((answer,),) = yield (Extract((last.text,), params.rule),)
    role = "answer" if params.calls == "two" else "reason"
    yield (Emit(read_out("0", params.rule, answer, last.text, f"0/{role}")),)
    return Outcome(answer=answer, output=output, finish_reason=last.finish_reason)


def estimate(params: CotParams, sampling: Sampling) -> tuple[int, int]:
    """One call, or two of which the second is short."""
    if params.calls == "two":
        return 2, sampling.max_tokens + min(_ANSWER_TOKENS, sampling.max_tokens)
    return 1, sampling.max_tokens


STRATEGIES.register(
    "cot",
    Strategy(
        id="cot",
        title="Chain of thought",
        short="cot",
        description="Asks for the steps first, then for the answer (zero-shot).",
        params=CotParams,
        run=run,
        estimate=estimate,
        templates=("cot", "cot-answer"),
    ),
)
