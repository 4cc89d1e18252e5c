"""Self-consistency (Wang et al. 2022): sample several chains of thought, let the answers vote.

Unweighted majority over normalised answers. Paths can be sampled in rounds, with a tally after each
one, and sampling can stop once the leader cannot be overtaken: the result is the same, the rest
need not be paid for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from workbench.domain.parameters import ADVANCED, Values, about
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
from workbench.domain.runs.events import NodeAdded, NoteAdded, Selected, Voted
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message
from workbench.strategies.answer_extraction import read_out
from workbench.strategies.search.state import Part
from workbench.strategies.search.voting import TieRule, Vote, is_decided, majority, remark
from workbench.strategies.strategy import STRATEGIES, Extraction, Strategy

_EARLY_ROUND = 2
"""Paths of a round where it may stop early and no size is given."""


def _round_size(paths: int, at_once: int, *, stop_early: bool) -> int:
    """Paths of one round; ``at_once`` 0 leaves it to the program."""
    return min(at_once or (_EARLY_ROUND if stop_early else paths), paths)


def _automatic_size(values: Values) -> int:
    return _round_size(values["paths"], 0, stop_early=values["stop_early"])


class SelfConsistencyParams(Extraction, frozen=True, kw_only=True):
    """Parameters of self-consistency."""

    paths: Annotated[
        int,
        about(title="Paths", ge=1, le=100, description="How many chains of thought are sampled."),
    ] = 5
    tie: Annotated[
        TieRule,
        about(
            title="A tie goes to",
            choices={"first_seen": "The answer seen first", "none": "No winner"},
            description="Who wins a tie: the answer seen first, or none.",
        ),
    ] = "first_seen"
    stop_early: Annotated[
        bool,
        about(
            title="Stop when decided",
            description="Stop as soon as the leading answer cannot be overtaken.",
        ),
    ] = False
    at_once: Annotated[
        int,
        about(
            title="Paths together",
            group=ADVANCED,
            lowest="Auto",
            automatic=_automatic_size,
            ge=0,
            le=100,
            description="Paths sampled together, with a tally after each round; 0 is all of them, "
            "or two where it may stop early.",
        ),
    ] = 0

    @property
    def round_size(self) -> int:
        """Paths of one round."""
        return _round_size(self.paths, self.at_once, stop_early=self.stop_early)


def run(problem: Problem, params: SelfConsistencyParams) -> StrategySteps:
    """Sample in rounds; unparsed paths are counted under "no answer" and never win."""
    _, rendered = yield (
        Emit(NodeAdded(node="0", parent="", depth=0, kind="question")),
        Render("self-consistency", {"question": problem.question}),
    )
    messages = problem.with_question(rendered)
    paths: list[Completion] = []
    answers: list[str | None] = []
    while len(paths) < params.paths:
        yield from _round(params, messages, paths, answers)
        left = params.paths - len(paths)
        if params.stop_early and left and is_decided(answers, left):
            text = f"Stopped after {len(paths)} of {params.paths} paths: the leader is safe."
            yield (Emit(NoteAdded(text=text)),)
            break
    return (yield from _elect(paths, majority(answers, params.tie)))


def _round(
    params: SelfConsistencyParams,
    messages: tuple[Message, ...],
    paths: list[Completion],
    answers: list[str | None],
) -> Part:
    """Sample a round, put it behind ``paths`` and ``answers``, and show the tally.

    A later round belongs to the node of its first path, so that every call has a place of its own.
    """
    first = len(paths)
    asker = f"0.{first}" if first else "0"
    count = min(params.round_size, params.paths - first)
    rule = params.rule_for(messages)
    (completions,) = yield (
        Generate(
            node=asker,
            role="path",
            messages=messages,
            n=count,
            end_at_answer=params.ends_at_answer(messages),
        ),
    )
    new = tuple(completion.text for completion in completions)
    (found,) = yield (Extract(new, rule),)
    events: list[Emit] = []
    for index, (text, answer) in enumerate(zip(new, found, strict=True)):
        node = f"0.{first + index}"
        added = NodeAdded(node=node, parent="0", depth=1, text=answer or "", kind="path")
        read = read_out(node, rule, answer, text, f"{asker}/path", index)
        events += [Emit(added), Emit(read)]
    paths += completions
    answers += found
    vote = majority(answers, params.tie)
    tally = Voted(tally=vote.tally, winner=vote.winner, tie_rule=params.tie)
    yield (*events, Emit(tally))


def _elect(paths: Sequence[Completion], vote: Vote) -> StrategySteps:
    """The winner's first path is the output; a tie or a thin winner is noted."""
    note = remark(vote)
    if note:
        yield (Emit(NoteAdded(text=note, level="warning")),)
    if vote.winner_index is None:
        return _outcome(paths[0], None, "0") if paths else Outcome(answer=None, output="")
    node = f"0.{vote.winner_index}"
    agreeing = tuple(f"0.{index}" for index in vote.agreeing)
    yield (Emit(Selected(depth=1, nodes=agreeing)),)
    return _outcome(paths[vote.winner_index], vote.winner, node)


def _outcome(path: Completion, answer: str | None, node: str) -> Outcome:
    """A path as the end of the run: whether it was cut counts for the run."""
    return Outcome(answer=answer, output=path.text, node=node, finish_reason=path.finish_reason)


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
