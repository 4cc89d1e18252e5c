"""Breadth-first search with a beam (Yao et al. 2023, ``bfs.py``)."""

from __future__ import annotations

from workbench.strategies.search.searcher import Searcher
from workbench.strategies.search.state import Part, State


def breadth_first(search: Searcher) -> Part:
    """Search level by level; returns the states kept last, best first.

    At each level every kept state gets new thoughts, the new states are judged, and the best go on.
    A state that is finished keeps its place in the beam without growing.
    """
    root: State = yield from search.begin()
    kept = [root]
    for depth in range(root.depth + 1, search.bounds.depth + 1):
        growing = [state for state in kept if not state.finished]
        if not growing or not search.has_room:
            break
        children: list[State] = yield from search.grow(growing)
        if not children:
            yield from search.note(
                f"Step {depth} gave no usable thought; the answer is asked for from what there is."
                if not search.task.has_rules
                else f"Step {depth} gave no legal move that is new."
            )
            break
        won: State | None = yield from search.solved_among(children)
        if won is not None:
            return [won]
        judged: list[State] = yield from search.judge(children, depth)
        finished = [state for state in kept if state.finished]
        left: list[State] = yield from search.apply_steering([*finished, *judged])
        won = yield from search.solved_among(left)
        if won is not None:
            return [won]
        if not left:
            break
        chosen: list[State] = yield from search.select(left, depth)
        if not chosen:
            yield from search.note(f"No thought of step {depth} was valued highly enough.")
            break
        kept = chosen
    return kept
