"""Monte Carlo tree search with UCT, as reasoning by planning does it (Hao et al. 2023)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from workbench.domain.runs.effects import Emit
from workbench.domain.runs.events import Selected, Visited
from workbench.strategies.search.searcher import Searcher
from workbench.strategies.search.state import Part, State

Reward = Literal["mean", "sum", "last"]
Output = Literal["max_reward", "max_visit", "follow_max"]


@dataclass
class Branch:
    """A state in the tree: how often it was on a path, and what those paths earned together.

    ``prior`` is its own value from 0 to 1, which prices it until it was visited.
    """

    state: State
    prior: float = 0.0
    children: list[Branch] | None = None
    visits: int = 0
    total: float = 0.0

    @property
    def mean(self) -> float:
        """What its paths earned on average."""
        return self.total / self.visits if self.visits else self.prior


@dataclass
class MonteCarlo:
    """The search: each iteration walks down by UCT, grows what it meets, and pays back.

    Args of the constructor: the searcher, how many iterations, the weight of exploration (w in
    Q + w * sqrt(ln N_parent / max(1, N))), how a path's values become its reward, and how the
    answer is chosen in the end.
    """

    search: Searcher
    iterations: int
    exploration: float = 1.0
    reward: Reward = "mean"
    output: Output = "max_reward"
    root: Branch = field(default_factory=lambda: Branch(State("0")))
    _best: tuple[float, State] | None = None

    def run(self) -> Part:
        """All iterations, or fewer where one is solved; returns the state chosen, in a list."""
        search = self.search
        self.root = Branch((yield from search.begin()))
        for _ in range(self.iterations):
            path: list[Branch] = yield from self._walk()
            earned = self._reward(path)
            yield tuple(Emit(event) for event in _pay(path, earned))
            end = path[-1].state
            if end.depth and (self._best is None or earned > self._best[0]):
                self._best = (earned, end)
                search.best = end
                yield (
                    Emit(Selected(depth=end.depth, nodes=tuple(b.state.node for b in path[1:]))),
                    Emit(search.best_event()),
                )
            if end.solved:
                break
        search.best = self._chosen()
        return [search.best]

    def _walk(self) -> Part:
        """The path of one iteration, from the root to an end or to where nothing can grow."""
        search = self.search
        path = [self.root]
        while not (path[-1].state.finished or path[-1].state.depth >= search.bounds.depth):
            branch = path[-1]
            branch.state = search.current(branch.state)
            if branch.children is None:
                if not search.has_room:
                    break
                branch.children = yield from self._grown(branch.state)
            left = self._open(branch)
            if not left:
                break
            path.append(self._next(branch, left))
        return path

    def _open(self, branch: Branch) -> list[Branch]:
        """Its children that were not pruned by hand."""
        return [child for child in branch.children or () if not self.search.is_cut(child.state)]

    def _grown(self, state: State) -> Part:
        """The branches under a state, at most the width of the search."""
        search = self.search
        children: list[State] = yield from search.grow([state])
        if not children:
            return []
        won: State | None = yield from search.solved_among(children)
        if won is not None:
            return [Branch(won, 1.0)]
        judged: list[State] = yield from search.judge(children, state.depth + 1)
        judged = yield from search.apply_steering(judged, near=state)
        won = yield from search.solved_among(judged)
        if won is not None:
            return [Branch(won, 1.0)]
        choice = search.selector.choose(judged, search.bounds.width)
        kept = [judged[index] for index in sorted(choice.kept)]
        return [Branch(child, child.score / search.evaluator.scale) for child in kept]

    def _next(self, branch: Branch, children: Sequence[Branch]) -> Branch:
        """Of these children the one of the highest upper bound; of equals the first."""
        spread = math.log(max(1, branch.visits))
        return max(
            children,
            key=lambda child: (
                child.mean + self.exploration * math.sqrt(spread / max(1, child.visits))
            ),
        )

    def _reward(self, path: Sequence[Branch]) -> float:
        """What a path earns: an end that a program refuses, nothing; one that it accepts, 1."""
        end = path[-1]
        if end.state.solved:
            return 1.0
        if end.state.solved is False or (self.search.task.has_rules and end.children == []):
            return 0.0
        values = [branch.prior for branch in path[1:]] or [0.0]
        if self.reward == "last":
            return values[-1]
        return sum(values) if self.reward == "sum" else sum(values) / len(values)

    def _chosen(self) -> State:
        """The state that the search ends with."""
        best = None if self._best is None else self._best[1]
        wanted = best is not None and (best.solved or self.output == "max_reward")
        if best is not None and wanted and not self.search.is_cut(best):
            return best
        branch = self.root
        while visited := [child for child in self._open(branch) if child.visits]:
            branch = max(
                visited,
                key=lambda child: (
                    (child.visits, child.mean)
                    if self.output == "max_visit"
                    else (child.mean, child.visits)
                ),
            )
        return branch.state


def _pay(path: Sequence[Branch], earned: float) -> list[Visited]:
    """Put an iteration's reward on its path."""
    events = []
    for branch in path:
        branch.visits += 1
        branch.total += earned
        node = branch.state.node
        events.append(Visited(node=node, visits=branch.visits, value=branch.mean))
    return events
