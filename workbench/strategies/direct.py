"""Direct: the prompt as it is, one call.

Models that were tuned on instructions reason before they answer even when they are not asked to, so
an answer is only direct where a grammar leaves no room for it: ``force``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from workbench.domain.parameters import about, is_one
from workbench.domain.runs.effects import Emit, Extract, Generate, Outcome, Problem, StrategySteps
from workbench.domain.runs.events import NodeAdded, NoteAdded
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.sampling import Sampling
from workbench.strategies import shapes
from workbench.strategies.answer_extraction import read_out
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_WHOLE = ExtractionRule("whole")
_FORCED_TOKENS = 24


class DirectParams(Extraction, frozen=True, kw_only=True):
    """Parameters of direct."""

    force: Annotated[
        Literal["off", "number", "yes_no", "choice"],
        about(
            title="Answer only with",
            choices={
                "off": "Anything",
                "number": "A number",
                "yes_no": "Yes or no",
                "choice": "A letter",
            },
            description="Force the answer to be only a number, Yes or No, or one letter: without "
            "it most models reason first.",
        ),
    ] = "off"
    choices: Annotated[
        int,
        about(
            title="Letters to choose from",
            when=is_one("force", "choice"),
            ge=2,
            le=26,
            description="How many letters a choice has, from A on.",
        ),
    ] = 4


def run(problem: Problem, params: DirectParams) -> StrategySteps:
    """Ask once. Where the rule finds no answer, the whole output is it, with a note."""
    forced = params.force != "off"
    generate = Generate(
        node="0",
        role="answer",
        messages=problem.messages,
        max_tokens=_FORCED_TOKENS if forced else None,
        grammar=_grammar(params),
        prefix=problem.begun,
        end_at_answer=not forced and params.ends_at_answer(problem.messages),
    )
    begin = [Emit(NodeAdded(node="0", parent="", depth=0, kind="answer"))]
    if forced:
        begin.append(Emit(NoteAdded(text=f"Forced direct: {_said(params)} and nothing else.")))
    *_, (completion,) = yield (*begin, generate)
    rule = _WHOLE if forced else params.rule_for(problem.messages)
    ((answer,),) = yield (Extract((completion.text,), rule),)
    if answer is None:
        rule = _WHOLE
        answer = completion.text.strip() or None
    yield (Emit(read_out("0", rule, answer, completion.text, "0/answer")),)
    return Outcome(answer=answer, output=completion.text, finish_reason=completion.finish_reason)


def _grammar(params: DirectParams) -> str:
    return {
        "off": "",
        "number": shapes.NUMBER,
        "yes_no": shapes.YES_NO,
        "choice": shapes.letter(params.choices),
    }[params.force]


def _said(params: DirectParams) -> str:
    last = chr(ord("A") + params.choices - 1)
    names = {"number": "a number", "yes_no": "Yes or No", "choice": f"a letter from A to {last}"}
    return names[params.force]


def estimate(params: DirectParams, sampling: Sampling) -> tuple[int, int]:
    """One call of at most max_tokens; a forced one is short."""
    if params.force == "off":
        return 1, sampling.max_tokens
    return 1, min(_FORCED_TOKENS, sampling.max_tokens)


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
