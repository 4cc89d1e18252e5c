"""Tree of thoughts (Yao et al. 2023): breadth first, depth first with backtracking, or best first.

A configuration of :mod:`workbench.strategies.search`. Differences from the reference code, unless
``semantics`` is "reference": verdicts are read without regard to case, one that cannot be read is
shown and not counted as zero, duplicates are dropped before they are judged, a state that gives its
answer stops growing. With ``evaluate=logprob`` the value is the expectation over the model's own
probabilities of the three verdicts: one reading of the prompt and no writing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from workbench.domain.parameters import ADVANCED, about
from workbench.domain.runs.effects import Outcome, Problem, StrategySteps
from workbench.domain.runs.sampling import Sampling
from workbench.strategies.search.best_first import best_first
from workbench.strategies.search.breadth_first import breadth_first
from workbench.strategies.search.depth_first import depth_first
from workbench.strategies.search.setup import (
    SearchParams,
    answer_from,
    cost_of_answer,
    cost_of_growing,
    make_searcher,
)
from workbench.strategies.search.state import State
from workbench.strategies.search.wording import TEMPLATES
from workbench.strategies.strategy import STRATEGIES, Strategy

_SEARCHES = {"beam": breadth_first, "depth_first": depth_first, "best_first": best_first}


class TreeOfThoughtParams(SearchParams, frozen=True, kw_only=True):
    """Parameters of tree of thoughts."""

    search: Annotated[
        Literal["beam", "depth_first", "best_first"],
        about(
            title="Search",
            choices={
                "beam": "Level by level",
                "depth_first": "Depth first",
                "best_first": "Best first",
            },
            description="In which order steps are grown.",
        ),
    ] = "beam"
    beam: Annotated[
        int,
        about(
            title="Kept per step",
            ge=1,
            le=1000,
            description="Steps kept at each level, or tried under each one.",
        ),
    ] = 2
    semantics: Annotated[
        Literal["correct", "reference"],
        about(
            title="Read verdicts",
            group=ADVANCED,
            choices={"correct": "As is right", "reference": "As tree-of-thought-llm does"},
            description="Read and value as is right, or as tree-of-thought-llm does, its faults "
            "included.",
        ),
    ] = "correct"


def run(problem: Problem, params: TreeOfThoughtParams) -> StrategySteps:
    """Search, then ask for the answer from the best state."""
    like_reference = params.semantics == "reference"
    search = make_searcher(problem, params, width=params.beam, like_reference=like_reference)
    kept: list[State] = yield from _SEARCHES[params.search](search)
    outcome: Outcome = yield from answer_from(search, params, kept)
    return outcome


def estimate(params: TreeOfThoughtParams, sampling: Sampling) -> tuple[int, int]:
    """The calls and new tokens of a search in which every level is full."""
    calls, tokens = cost_of_answer(params, sampling)
    states, left = 1, params.max_nodes
    for _ in range(params.levels):
        votes = 1 if params.search == "beam" else states
        more_calls, more_tokens, children = cost_of_growing(params, sampling, states, left, votes)
        calls, tokens, left = calls + more_calls, tokens + more_tokens, left - children
        if left <= 0:
            break
        most = params.beam if params.search == "beam" else states * params.beam
        states = min(most, children)
    return calls, tokens


STRATEGIES.register(
    "tree_of_thought",
    Strategy(
        id="tree_of_thought",
        title="Tree of thought",
        short="tot",
        description="Searches over steps: several are tried, judged, and the best go on.",
        params=TreeOfThoughtParams,
        run=run,
        estimate=estimate,
        templates=TEMPLATES,
        can_grow=True,
    ),
)
