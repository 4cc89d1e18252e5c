"""Self-consistency (Wang et al. 2022): sample several chains of thought, let the answers vote.

Unweighted majority over normalised answers. Paths can be sampled in rounds, with a tally after each
one, and sampling can stop once the leader cannot be overtaken: the result is the same, the rest
need not be paid for.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from workbench.domain.events import NodeAdded, NoteAdded, Selected, Voted
from workbench.domain.sampling import Sampling
from workbench.domain.text import Message
from workbench.strategies.reading_out import read_out
from workbench.strategies.search.state import Part
from workbench.strategies.search.voting import TieRule, Vote, is_decided, majority
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_EARLY_ROUND = 2
"""Paths of a round where it may stop early and no size is given."""


class SelfConsistencyParams(Extraction, frozen=True, kw_only=True):
    """Parameters of self-consistency."""

    paths: Annotated[
        int, msgspec.Meta(ge=1, le=100, description="How many chains of thought are sampled.")
    ] = 5
    tie: Annotated[
        TieRule,
        msgspec.Meta(description="Who wins a tie: the answer seen first, or nobody."),
    ] = "first_seen"
    stop_early: Annotated[
        bool,
        msgspec.Meta(description="Stop as soon as the leading answer cannot be overtaken."),
    ] = False
    at_once: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            le=100,
            description="Paths sampled together, with a tally after each round; 0 is all of them, "
            "or two where it may stop early.",
        ),
    ] = 0

    @property
    def round_size(self) -> int:
        """Paths of one round."""
        if self.at_once:
            return min(self.at_once, self.paths)
        return min(_EARLY_ROUND, self.paths) if self.stop_early else self.paths


def run(problem: Problem, params: SelfConsistencyParams) -> StrategySteps:
    """Sample in rounds; unparsed paths are counted under "no answer" and never win."""
    _, rendered = yield (
        Emit(NodeAdded(node="0", parent="", depth=0, kind="question")),
        Render("self-consistency", {"question": problem.question}),
    )
    messages = problem.with_question(rendered)
    texts: list[str] = []
    answers: list[str | None] = []
    while len(texts) < params.paths:
        yield from _round(params, messages, texts, answers)
        left = params.paths - len(texts)
        if params.stop_early and left and is_decided(answers, left):
            text = f"Stopped after {len(texts)} of {params.paths} paths: the leader is safe."
            yield (Emit(NoteAdded(text=text)),)
            break
    return (yield from _elect(texts, majority(answers, params.tie)))


def _round(
    params: SelfConsistencyParams,
    messages: tuple[Message, ...],
    texts: list[str],
    answers: list[str | None],
) -> Part:
    """Sample a round, put it behind ``texts`` and ``answers``, and show the tally.

    A later round belongs to the node of its first path, so that every call has a place of its own.
    """
    first = len(texts)
    asker = f"0.{first}" if first else "0"
    count = min(params.round_size, params.paths - first)
    (completions,) = yield (Generate(node=asker, role="path", messages=messages, n=count),)
    new = tuple(completion.text for completion in completions)
    (found,) = yield (Extract(new, params.rule),)
    events: list[Emit] = []
    for index, (text, answer) in enumerate(zip(new, found, strict=True)):
        node = f"0.{first + index}"
        added = NodeAdded(node=node, parent="0", depth=1, text=answer or "", kind="path")
        read = read_out(node, params.rule, answer, text, f"{asker}/path", index)
        events += [Emit(added), Emit(read)]
    texts += new
    answers += found
    vote = majority(answers, params.tie)
    tally = Voted(tally=vote.tally, winner=vote.winner, tie_rule=params.tie)
    yield (*events, Emit(tally))


def _elect(texts: Sequence[str], vote: Vote) -> StrategySteps:
    """The winner's first path is the output."""
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
