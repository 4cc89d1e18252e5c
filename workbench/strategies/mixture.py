"""Mixture (after mixture of agents, Wang et al. 2024): several answers are merged into one.

One model plays all agents: drafts are sampled, each further layer writes with the drafts before it
in view, and a last call merges them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from workbench.domain.parameters import about
from workbench.domain.runs.effects import (
    Completion,
    Emit,
    Extract,
    Generate,
    Outcome,
    Problem,
    Render,
    StrategySteps,
)
from workbench.domain.runs.events import BestUpdated, NodeAdded
from workbench.domain.runs.sampling import Sampling
from workbench.strategies.answer_extraction import ask, read_out
from workbench.strategies.search.state import Part
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy


class MixtureParams(Extraction, frozen=True, kw_only=True):
    """Parameters of mixture."""

    drafts: Annotated[
        int,
        about(
            title="Drafts", ge=2, le=20, description="How many answers are written side by side."
        ),
    ] = 3
    layers: Annotated[
        int,
        about(
            title="Layers",
            ge=1,
            le=4,
            description="How often that is done, each time with those before in view.",
        ),
    ] = 1


def run(problem: Problem, params: MixtureParams) -> StrategySteps:
    """Drafts, layer by layer, then the merged answer."""
    yield (Emit(NodeAdded(node="0", parent="", depth=0, text=problem.question, kind="question")),)
    drafts: Sequence[str] = ()
    for layer in range(params.layers):
        drafts = yield from _layer(problem, params, layer, drafts)
    node = f"0.{params.layers * params.drafts}"
    variables = {"question": problem.question, "drafts": list(drafts)}
    (rendered,) = yield (Render("mix-merge", variables),)
    added = NodeAdded(node=node, parent="0", depth=params.layers + 1, kind="answer")
    yield (Emit(added),)
    messages = problem.with_question(rendered)
    last, answer = yield from ask(params, node=node, role="answer", messages=messages)
    return Outcome(answer=answer, output=last.text, node=node, finish_reason=last.finish_reason)


def _layer(problem: Problem, params: MixtureParams, layer: int, before: Sequence[str]) -> Part:
    """The texts of one layer's drafts."""
    render = Render("cot", {"question": problem.question})
    if before:
        render = Render("mix-merge", {"question": problem.question, "drafts": list(before)})
    (rendered,) = yield (render,)
    role = "draft" if layer == 0 else f"draft-{layer + 1}"
    messages = problem.with_question(rendered)
    rule = params.rule_for(messages)
    (completions,) = yield (
        Generate(
            node="0",
            role=role,
            messages=messages,
            n=params.drafts,
            end_at_answer=params.ends_at_answer(messages),
        ),
    )
    written: Sequence[Completion] = completions
    texts = tuple(completion.text for completion in written)
    (answers,) = yield (Extract(texts, rule),)
    events: list[Emit] = []
    for index, (text, answer) in enumerate(zip(texts, answers, strict=True)):
        node = f"0.{layer * params.drafts + index}"
        added = NodeAdded(node=node, parent="0", depth=layer + 1, text=answer or "", kind="draft")
        read = read_out(node, rule, answer, text, f"0/{role}", index)
        events += [Emit(added), Emit(read)]
    first = f"0.{layer * params.drafts}"
    events.append(Emit(BestUpdated(node=first, answer=answers[0], output=texts[0])))
    yield tuple(events)
    return texts


def estimate(params: MixtureParams, sampling: Sampling) -> tuple[int, int]:
    """Every draft and the merged answer."""
    calls = params.layers * params.drafts + 1
    return calls, calls * sampling.max_tokens


STRATEGIES.register(
    "mixture",
    Strategy(
        id="mixture",
        title="Mixture",
        short="mix",
        description="Writes several answers and merges them into one.",
        params=MixtureParams,
        run=run,
        estimate=estimate,
        templates=("cot", "mix-merge"),
    ),
)
