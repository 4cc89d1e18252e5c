"""Monte Carlo tree search over thoughts (reasoning via planning, Hao et al. 2023)."""

from __future__ import annotations

from typing import Annotated

from workbench.domain.parameters import ADVANCED, about
from workbench.domain.runs.effects import Outcome, Problem, StrategySteps
from workbench.domain.runs.sampling import Sampling
from workbench.strategies.search.monte_carlo import MonteCarlo, Output, Reward
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


class MctsParams(SearchParams, frozen=True, kw_only=True):
    """Parameters of Monte Carlo tree search."""

    iterations: Annotated[
        int,
        about(
            title="Walks down the tree",
            ge=1,
            le=1000,
            description="How often the tree is walked down.",
        ),
    ] = 4
    exploration: Annotated[
        float,
        about(
            title="Exploration",
            ge=0.0,
            le=10.0,
            description="Weight of what was seldom visited, in Q + w * sqrt(ln N / n).",
        ),
    ] = 1.0
    reward: Annotated[
        Reward,
        about(
            title="A path earns",
            group=ADVANCED,
            choices={
                "mean": "The mean of its values",
                "sum": "Their sum",
                "last": "The last value",
            },
            description="What a path earns: the mean of its values, their sum, the last.",
        ),
    ] = "mean"
    output: Annotated[
        Output,
        about(
            title="Take the path",
            group=ADVANCED,
            choices={
                "max_reward": "That earned most",
                "max_visit": "Visited most",
                "follow_max": "Of the highest mean",
            },
            description="Which path is the answer: the one that earned most, the most visited, or "
            "the one of the highest mean value.",
        ),
    ] = "max_reward"


def run(problem: Problem, params: MctsParams) -> StrategySteps:
    """Search, then ask for the answer from the path that was chosen."""
    search = make_searcher(problem, params, width=params.candidates)
    tree = MonteCarlo(
        search,
        iterations=params.iterations,
        exploration=params.exploration,
        reward=params.reward,
        output=params.output,
    )
    kept: list[State] = yield from tree.run()
    outcome: Outcome = yield from answer_from(search, params, kept)
    return outcome


def estimate(params: MctsParams, sampling: Sampling) -> tuple[int, int]:
    """Every iteration grows a state at each level, until there are as many as are allowed."""
    calls, tokens = cost_of_answer(params, sampling)
    left = params.max_nodes
    for _ in range(params.iterations * params.levels):
        more_calls, more_tokens, children = cost_of_growing(params, sampling, 1, left)
        calls, tokens, left = calls + more_calls, tokens + more_tokens, left - children
        if left <= 0:
            break
    return calls, tokens


STRATEGIES.register(
    "mcts",
    Strategy(
        id="mcts",
        title="Monte Carlo tree search",
        short="mcts",
        description="Walks a tree of steps many times and prefers the branches that pay (UCT).",
        params=MctsParams,
        run=run,
        estimate=estimate,
        templates=TEMPLATES,
        can_grow=True,
    ),
)
