"""Zero-shot chain of thought.

One call asks for the steps and a last line "Answer:". The two-call form of Kojima et al. (2022)
reads the reasoning again and asks for the answer alone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from workbench.domain.parameters import about
from workbench.domain.runs.effects import (
    Emit,
    Generate,
    Outcome,
    Problem,
    Render,
    StrategySteps,
)
from workbench.domain.runs.events import BestUpdated, NodeAdded
from workbench.domain.runs.sampling import Sampling
from workbench.strategies.answer_extraction import ask
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_ANSWER_TOKENS = 64


class CotParams(Extraction, frozen=True, kw_only=True):
    """Parameters of zero-shot chain of thought."""

    calls: Annotated[
        Literal["one", "two"],
        about(
            title="Ask in",
            choices={"one": "One call", "two": "Two calls"},
            description="One call with an answer line, or a second call for the answer.",
        ),
    ] = "one"


def run(problem: Problem, params: CotParams) -> StrategySteps:
    """Think step by step, then answer."""
    _, rendered = yield (
        Emit(NodeAdded(node="0", parent="", depth=0, kind="answer")),
        Render("cot", {"question": problem.question}),
    )
    messages = problem.with_question(rendered)
    if params.calls == "one":
        last, answer = yield from ask(params, node="0", role="reason", messages=messages)
        return Outcome(answer=answer, output=last.text, finish_reason=last.finish_reason)
    ((reasoning,),) = yield (Generate(node="0", role="reason", messages=messages),)
    best = BestUpdated(node="0", answer=None, output=reasoning.text)
    variables = {"question": problem.question, "reasoning": reasoning.text}
    _, rendered = yield (Emit(best), Render("cot-answer", variables))
    last, answer = yield from ask(
        params,
        node="0",
        role="answer",
        messages=problem.with_question(rendered),
        max_tokens=_ANSWER_TOKENS,
    )
    output = f"{reasoning.text}\n\n{last.text}"
    return Outcome(answer=answer, output=output, finish_reason=last.finish_reason)


def estimate(params: CotParams, sampling: Sampling) -> tuple[int, int]:
    """One call, or two with a short second."""
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
