"""Best-first search: the best state that is still open grows next, wherever it is."""

from __future__ import annotations

import heapq

from workbench.domain.runs.effects import Emit
from workbench.domain.runs.events import Selected
from workbench.strategies.search.searcher import Searcher, prunings
from workbench.strategies.search.state import Part, State


def best_first(search: Searcher) -> Part:
    """Grow the best open state until one is solved or complete; equals in the order they came.

    Returns the state it ended at, or the best it has seen.
    """
    root: State = yield from search.begin()
    order = 0
    open_states: list[tuple[float, int, State]] = [(0.0, order, root)]
    while open_states:
        _, _, state = heapq.heappop(open_states)
        state = search.current(state)
        if search.is_cut(state):
            continue
        if state.node != root.node:
            yield from _take(search, state)
        if state.finished or state.depth >= search.bounds.depth:
            if search.task.has_rules:
                continue
            search.best = state
            break
        if not search.has_room:
            break
        chosen: list[State] | None = yield from _grown(search, state)
        if chosen is None:
            break
        for child in chosen:
            order += 1
            heapq.heappush(open_states, (-child.score, order, child))
    return [search.best]


def _grown(search: Searcher, state: State) -> Part:
    """Those children of a state that are kept to be grown, best first; None once one won."""
    children: list[State] = yield from search.grow([state])
    won: State | None = yield from search.solved_among(children)
    if won is not None:
        return None
    if not children:
        return []
    judged: list[State] = yield from search.judge(children, state.depth + 1)
    judged = yield from search.apply_steering(judged, near=state)
    won = yield from search.solved_among(judged)
    if won is not None:
        return None
    choice = search.selector.choose(judged, search.bounds.width)
    dropped = prunings(judged, choice.dropped)
    if dropped:
        yield tuple(Emit(event) for event in dropped)
    return [judged[index] for index in choice.kept]


def _take(search: Searcher, state: State) -> Part:
    """Show that a state is next, and keep it where it is the best so far."""
    events = [Emit(Selected(depth=state.depth, nodes=(state.node,)))]
    if (state.score, state.depth) > (search.best.score, search.best.depth):
        search.best = state
        events.append(Emit(search.best_event()))
    yield tuple(events)
