"""Depth-first search with backtracking (Yao et al. 2023, the crosswords notebook)."""

from __future__ import annotations

from workbench.domain.runs.effects import Emit
from workbench.domain.runs.events import Backtracked, Selected
from workbench.strategies.search.searcher import Searcher, prunings
from workbench.strategies.search.state import Part, State


def depth_first(search: Searcher) -> Part:
    """Try the best thought first, go on under it, and come back when nothing is left there.

    It ends at the first state that is solved or gives its answer, at the limit of thoughts, or when
    everything was tried. Returns the deepest state visited; of equals the first, unless another is
    valued higher.
    """
    root: State = yield from search.begin()
    yield from _visit(search, root)
    return [search.best]


def _visit(search: Searcher, state: State) -> Part:
    """Search under a state; returns whether the whole search is over."""
    state = search.current(state)
    depth = state.depth + 1
    if state.finished or depth > search.bounds.depth:
        return not search.task.has_rules  # the first complete text is the answer
    if not search.has_room:
        return True
    children: list[State] = yield from search.grow([state])
    won: State | None = yield from search.solved_among(children)
    if won is not None:
        return True
    if not children:
        return False
    judged: list[State] = yield from search.judge(children, depth)
    judged = yield from search.apply_steering(judged, near=state)
    won = yield from search.solved_among(judged)
    if won is not None:
        return True
    choice = search.selector.choose(judged, search.bounds.width)
    dropped = prunings(judged, choice.dropped)
    if dropped:
        yield tuple(Emit(event) for event in dropped)
    over = False
    for index in choice.kept:
        if search.is_cut(judged[index]):
            continue
        over = yield from _enter(search, search.current(judged[index]), state)
        if over:
            break
    return over


def _enter(search: Searcher, child: State, parent: State) -> Part:
    """Go into a child and, where nothing comes of it, back; returns whether the search is over."""
    events = [Emit(Selected(depth=child.depth, nodes=(child.node,)))]
    if (child.depth, child.score) > (search.best.depth, search.best.score):
        search.best = child
        events.append(Emit(search.best_event()))
    yield tuple(events)
    over: bool = yield from _visit(search, child)
    if over:
        return True
    reason = "a dead end" if child.finished else "nothing more to try under it"
    yield (Emit(Backtracked(node=child.node, to=parent.node, reason=reason)),)
    return False
