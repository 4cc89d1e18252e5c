"""Self-consistency (Wang et al. 2022): sample several chains of thought, let the answers vote."""

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
from workbench.domain.events import NodeAdded, Parsed, Selected, Voted
from workbench.domain.sampling import Sampling
from workbench.strategies.search.voting import TieRule, majority
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy


class SelfConsistencyParams(Extraction, frozen=True, kw_only=True):
    """Parameters of self-consistency."""

    paths: Annotated[
        int, msgspec.Meta(ge=1, le=100, description="How many chains of thought are sampled.")
    ] = 5
    tie: Annotated[
        TieRule,
        msgspec.Meta(description="Who wins a tie: the answer seen first, or nobody."),
    ] = "first_seen"


def run(problem: Problem, params: SelfConsistencyParams) -> StrategySteps:
    """Sample all paths in one batch; unparsed ones are counted under "no answer" and never win."""
    _, rendered = yield (
        Emit(NodeAdded(node="0", parent="", depth=0, kind="question")),
        Render("self-consistency", {"question": problem.question}),
    )
    messages = problem.with_question(rendered)
    (completions,) = yield (Generate(node="0", role="path", messages=messages, n=params.paths),)
    texts = tuple(completion.text for completion in completions)
    (answers,) = yield (Extract(texts, params.rule),)
    vote = majority(answers, params.tie)
    events: list[Emit] = []
    for index, (text, answer) in enumerate(zip(texts, answers, strict=True)):
        node = f"0.{index}"
        events.append(
            Emit(NodeAdded(node=node, parent="0", depth=1, text=answer or "", kind="path"))
        )
        events.append(
            Emit(
                Parsed(
                    node=node,
                    rule=params.rule.describe(),
                    value=answer,
                    raw=text,
                    call="0/path",
                    sample=index,
                )
            )
        )
    tally = Voted(tally=vote.tally, winner=vote.winner, tie_rule=params.tie)
    yield (*events, Emit(tally))
    if vote.winner_index is None:
        return Outcome(answer=None, output=texts[0] if texts else "", node="0")
    node = f"0.{vote.winner_index}"
    agreeing = tuple(f"0.{index}" for index in vote.agreeing)
    yield (Emit(Selected(depth=1, nodes=agreeing)),)
    return Outcome(answer=vote.winner, output=texts[vote.winner_index], node=node)


def estimate(params: SelfConsistencyParams, sampling: Sampling) -> tuple[int, int]:
    """One call a path."""
    return params.paths, params.paths * sampling.max_tokens


STRATEGIES.register(
    "self_consistency",
    Strategy(
        id="self_consistency",
        title="Self-consistency",
        short="sc",
        description="Samples several chains of thought and takes the answer most agree on.",
        params=SelfConsistencyParams,
        run=run,
        estimate=estimate,
        templates=("self-consistency",),
    ),
)
