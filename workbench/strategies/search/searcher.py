"""What all searches do: begin, grow, judge, select, and keep the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from workbench.domain.effects import Emit, Extract, Problem, Steering
from workbench.domain.events import (
    BestUpdated,
    NodeAdded,
    NoteAdded,
    Pruned,
    Scored,
    Selected,
    StateVerified,
)
from workbench.domain.extraction import ExtractionRule, normalise
from workbench.domain.steering import PruneNode
from workbench.strategies.domains.baseline import estimated_chance
from workbench.strategies.domains.domain import Task
from workbench.strategies.search.selectors import Selector
from workbench.strategies.search.state import Part, State
from workbench.strategies.search.wording import Wording
from workbench.strategies.steered import steered

_ANSWER_LINE = ExtractionRule("answer_line")
AGAINST_RULES = "against the rules"
SAME_AS = "same as "
"""How the reason of a duplicate begins."""


class Bounds(NamedTuple):
    """Where a search ends: levels, states kept of a level or tried under one, thoughts in all."""

    depth: int
    width: int
    max_nodes: int


class Generator(Protocol):
    """Where thoughts come from."""

    def thoughts(self, search: Searcher, states: Sequence[State]) -> Part:
        """For each state the texts of its next thoughts (a list of tuples)."""


class Evaluator(Protocol):
    """What states are worth."""

    @property
    def scale(self) -> float:
        """The highest value it gives."""

    def values(self, search: Searcher, states: Sequence[State], depth: int) -> Part:
        """The value of each state (a list of floats); it emits the Scored events."""


@dataclass
class Searcher:
    """One search: a task, its parts, and what has come of it so far.

    ``keep_duplicates`` leaves equal thoughts in, and ``ends_at_answer`` False lets thoughts that
    give an answer grow on, both as tree-of-thought-llm does.
    """

    problem: Problem
    task: Task
    wording: Wording
    generator: Generator
    evaluator: Evaluator
    selector: Selector
    bounds: Bounds
    keep_duplicates: bool = False
    ends_at_answer: bool = True
    best: State = field(default_factory=lambda: State("0"))
    added: int = 0
    known: dict[str, State] = field(default_factory=dict)
    grown: set[str] = field(default_factory=set)
    _cut: list[str] = field(default_factory=list)
    _noted: set[str] = field(default_factory=set)

    @property
    def has_room(self) -> bool:
        """Whether another thought may be added."""
        return self.added < self.bounds.max_nodes

    def begin(self) -> Part:
        """Add the root and return it; where a program knows the task, say what it knows.

        A search that goes on from a node begins there, with its levels counted from it.
        """
        task = self.task
        if self.problem.start is not None:
            start = self._at(self.problem.start.node, self.problem.start.thoughts)
            self.bounds = self.bounds._replace(depth=self.bounds.depth + start.depth)
            self.best = self.known[start.node] = start
            return start
        root = State("0", facts=task.start)
        text = self.problem.question
        events = [Emit(NodeAdded(node="0", parent="", depth=0, text=text, kind="question"))]
        if task.has_rules:
            root = root._replace(solved=task.solved(task.start))
            events += [Emit(self._verified(root)), Emit(_about_chance(task))]
        self.best = self.known[root.node] = root
        yield tuple(events)
        return root

    def grow(self, states: Sequence[State]) -> Part:
        """New states under each of ``states``; duplicates and illegal ones are shown and pruned."""
        texts: list[tuple[str, ...]] = yield from self.generator.thoughts(self, states)
        children: list[State] = []
        events: list[Emit] = []
        seen: dict[object, str] = {}
        self.grown.update(state.node for state in states)
        start = self.problem.start
        for state, thoughts in zip(states, texts, strict=True):
            first = start.children if start is not None and start.node == state.node else 0
            for index, thought in enumerate(thoughts, first):
                if not self.has_room:
                    break
                self.added += 1
                child = self._child(state, index, thought)
                added = NodeAdded(
                    node=child.node, parent=state.node, depth=child.depth, text=thought
                )
                events.append(Emit(added))
                reason = self._refusal(child, seen)
                if self.task.has_rules:
                    events.append(Emit(self._verified(child)))
                if reason:
                    events.append(Emit(Pruned(nodes=(child.node,), reason=reason)))
                else:
                    children.append(child)
        if events:
            yield tuple(events)
        if not self.has_room:
            yield from self.note(f"The limit of {self.bounds.max_nodes} thoughts was reached.")
        return (yield from self._ended(children))

    def _child(self, state: State, index: int, thought: str) -> State:
        return self._with(State(f"{state.node}.{index}", (*state.thoughts, thought)), state.facts)

    def _with(self, child: State, before: object) -> State:
        """A state with what a program knows of it, from the facts before its last thought."""
        if not self.task.has_rules:
            return child
        facts = None if before is None else self.task.apply(before, child.thoughts[-1])
        solved = None if facts is None else self.task.solved(facts)
        return child._replace(facts=facts, solved=solved, finished=solved is not None)

    def _at(self, node: str, thoughts: tuple[str, ...]) -> State:
        """The state of a node with these thoughts."""
        state = State(node, facts=self.task.start)
        for count in range(1, len(thoughts) + 1):
            state = self._with(State(node, thoughts[:count]), state.facts)
        return state

    def heed(self, states: Sequence[State], *, near: State | None = None) -> Part:
        """The states among which is chosen, after what a person did since this was asked last.

        Args:
            states: judged.
            near: where only what is under this state can be chosen, as in depth first.
        """
        self.known.update((state.node, state) for state in states)
        (actions,) = yield (Steering(),)
        if not actions:
            return list(states)
        self._cut += [action.node for action in actions if isinstance(action, PruneNode)]
        known = self.known
        if near is not None:
            known = {node: s for node, s in known.items() if _parent(node) == near.node}
            known[near.node] = near
        left = steered(actions, states, known, self.grown, self._at)
        if self.task.has_rules:
            left = [state for state in left if state.facts is not None]
        self.known.update((state.node, state) for state in left)
        if not left and near is None:
            text = "Every thought was pruned by hand; the search ends here."
            yield (Emit(NoteAdded(text=text)),)
        return left

    def is_cut(self, state: State) -> bool:
        """Whether a person pruned it, or a node above it, since it was put aside."""
        return any(f"{state.node}.".startswith(f"{node}.") for node in self._cut)

    def _refusal(self, child: State, seen: dict[object, str]) -> str:
        """Why a child does not go on, "" where it does; children that do are put into ``seen``."""
        if self.task.has_rules and child.facts is None:
            return AGAINST_RULES
        key: object = child.facts
        if not self.task.has_rules:
            key = tuple(normalise(part) for part in child.thoughts)
        if key in seen and not self.keep_duplicates:
            return SAME_AS + seen[key]
        seen[key] = child.node
        return ""

    def _ended(self, children: Sequence[State]) -> Part:
        """The children, with those finished that give their answer."""
        if self.task.has_rules or not self.ends_at_answer:
            return list(children)
        texts = tuple(child.thoughts[-1] for child in children)
        (answers,) = yield (Extract(texts, _ANSWER_LINE),)
        return [
            child._replace(finished=answer is not None)
            for child, answer in zip(children, answers, strict=True)
        ]

    def _verified(self, state: State) -> StateVerified:
        facts = state.facts
        if facts is None:
            return StateVerified(node=state.node, legal=False, reachable=False, solved=False)
        return StateVerified(
            node=state.node,
            state=self.task.describe(facts),
            reachable=self.task.reachable(facts),
            solved=state.solved,
        )

    def judge(self, states: Sequence[State], depth: int) -> Part:
        """The states with their values."""
        values: list[float] = yield from self.evaluator.values(self, states, depth)
        return [state._replace(score=value) for state, value in zip(states, values, strict=True)]

    def solved_among(self, states: Sequence[State]) -> Part:
        """The first state that a program finds solved, which becomes the best; None without one."""
        won = next((state for state in states if state.solved), None)
        if won is None:
            return None
        self.best = won._replace(score=self.evaluator.scale)
        scored = Scored(node=won.node, score=self.evaluator.scale, labels={"solved": 1})
        yield (
            Emit(scored),
            Emit(Selected(depth=won.depth, nodes=(won.node,))),
            Emit(self.best_event()),
        )
        return self.best

    def select(self, states: Sequence[State], depth: int) -> Part:
        """The states that go on, best first; the others are pruned. Ties keep their order."""
        choice = self.selector.choose(states, self.bounds.width)
        kept = [states[index] for index in choice.kept]
        events: list[Emit] = []
        if kept:
            nodes = tuple(state.node for state in kept)
            events.append(Emit(Selected(depth=depth, nodes=nodes)))
        events += [Emit(event) for event in prunings(states, choice.dropped)]
        if kept:
            self.best = kept[0]
            events.append(Emit(self.best_event()))
        yield tuple(events)
        return kept

    def best_event(self) -> BestUpdated:
        """What the search would end with now."""
        best = self.best
        answer = self.task.answer(best.thoughts) if best.solved else None
        return BestUpdated(node=best.node, answer=answer, output="\n".join(best.thoughts))

    def note(self, text: str) -> Part:
        """Say something once."""
        if text not in self._noted:
            self._noted.add(text)
            yield (Emit(NoteAdded(text=text, level="warning")),)


def _parent(node: str) -> str:
    return node.rpartition(".")[0]


def prunings(states: Sequence[State], dropped: Sequence[tuple[int, str]]) -> list[Pruned]:
    """One event for each reason."""
    by_reason: dict[str, list[str]] = {}
    for index, reason in sorted(dropped):
        by_reason.setdefault(reason, []).append(states[index].node)
    return [Pruned(nodes=tuple(nodes), reason=reason) for reason, nodes in by_reason.items()]


def _about_chance(task: Task) -> NoteAdded:
    if not task.reachable(task.start):
        return NoteAdded(text="The task has no solution: no search can find one.", level="warning")
    chance, exact = estimated_chance(task)
    how = "exactly" if exact else "measured in 200 games"
    return NoteAdded(
        text=f"Random legal moves, without a model, solve this in {100 * chance:.3g} % of games "
        f"({how})."
    )
