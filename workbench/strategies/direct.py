"""Direct: the prompt as it is, one call."""

from __future__ import annotations

from workbench.domain.effects import Emit, Extract, Generate, Outcome, Problem, StrategySteps
from workbench.domain.events import NodeAdded, Parsed
from workbench.domain.extraction import ExtractionRule
from workbench.domain.sampling import Sampling
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_WHOLE = ExtractionRule("whole")


class DirectParams(Extraction, frozen=True, kw_only=True):
    """Direct has no parameters of its own."""


def run(problem: Problem, params: DirectParams) -> StrategySteps:
    """Ask once. Where the rule finds no answer, the whole output is it, and that is said."""
    generate = Generate(node="0", role="answer", messages=problem.messages)
    _, (completion,) = yield (
        Emit(NodeAdded(node="0", parent="", depth=0, kind="answer")),
        generate,
    )
    ((answer,),) = yield (Extract((completion.text,), params.rule),)
    rule = params.rule
    if answer is None:
        rule = _WHOLE
        answer = completion.text.strip() or None
    yield (
        Emit(
            Parsed(
                node="0",
                rule=rule.describe(),
                value=answer,
                raw=completion.text,
                call="0/answer",
            )
        ),
    )
    return Outcome(answer=answer, output=completion.text, finish_reason=completion.finish_reason)


def estimate(_params: DirectParams, sampling: Sampling) -> tuple[int, int]:
    """One call of at most max_tokens."""
    return 1, sampling.max_tokens


STRATEGIES.register(
    "direct",
    Strategy(
        id="direct",
        title="Direct",
        short="direct",
        description="One call with the prompt as it is.",
        params=DirectParams,
        run=run,
        estimate=estimate,
    ),
)
