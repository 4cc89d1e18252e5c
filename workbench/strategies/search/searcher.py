"""Base of all searches: begin, grow, judge, select, and keep the best so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from workbench.domain.answers.forms import plain_text
from workbench.domain.runs.effects import Emit, Extract, Problem, Steering
from workbench.domain.runs.events import (
    BestUpdated,
    NodeAdded,
    NoteAdded,
    Pruned,
    Scored,
    Selected,
    StateVerified,
)
from workbench.domain.runs.extraction import ExtractionRule
from workbench.domain.runs.nodes import is_at_or_under
from workbench.domain.runs.steering import (
    AddThought,
    BoostNode,
    EditThought,
    PruneNode,
    SteerAction,
    Undo,
)
from workbench.strategies.domains.baseline import estimated_chance
from workbench.strategies.domains.domain import Task
from workbench.strategies.search.checks import verified
from workbench.strategies.search.selectors import Selector
from workbench.strategies.search.state import Part, State
from workbench.strategies.search.wording import Wording
from workbench.strategies.steered import in_effect, steered

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
        """For each state the texts of its next thoughts, None where it was superseded (a list)."""


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
    _edits: dict[str, str] = field(default_factory=dict)
    _readings: list[tuple[SteerAction, ...]] = field(default_factory=list)
    _roles: Counter[tuple[str, str]] = field(default_factory=Counter)
    _numbers: dict[str, int] = field(default_factory=dict)

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
        """New states under each of ``states``; duplicates and illegal ones are shown and pruned.

        A state that a user pruned, or changed into one against the rules, gets none. One that was
        changed into a solution is among what is returned.
        """
        grown: list[tuple[State, tuple[str, ...]]] = yield from self._thoughts(states)
        children: list[State] = [state for state, _ in grown if state.solved]
        events: list[Emit] = []
        seen: dict[object, str] = {}
        self.grown.update(state.node for state, _ in grown)
        start = self.problem.start
        for state, thoughts in grown:
            first = start.children if start is not None and start.node == state.node else 0
            for index, thought in enumerate(thoughts, self._numbers.get(state.node, first)):
                if not self.has_room:
                    break
                self.added += 1
                self._numbers[state.node] = index + 1
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

    def _thoughts(self, states: Sequence[State]) -> Part:
        """The states as they are now, each with the texts of its next thoughts.

        Texts that were written from a thought that a user changed meanwhile are asked for again.
        """
        found: dict[str, tuple[State, tuple[str, ...]]] = {}
        asking = self._going_on(states)
        while asking:
            texts: list[tuple[str, ...] | None] = yield from self.generator.thoughts(self, asking)
            found |= {
                state.node: (state, thoughts)
                for state, thoughts in zip(asking, texts, strict=True)
                if thoughts is not None
            }
            if None not in texts:
                break
            (actions,) = yield (Steering(),)
            self._take(actions)
            now = self._going_on(states)
            found = {
                state.node: found[state.node]
                for state in now
                if state.node in found and found[state.node][0] == state
            }
            asking = [state for state in now if state.node not in found]
        return [found[state.node] for state in states if state.node in found]

    def _going_on(self, states: Sequence[State]) -> list[State]:
        """Those of the states, as a user left them, that can still be grown."""
        now = [self.current(state) for state in states if not self.is_cut(state)]
        return [state for state in now if self._is_legal(state)]

    def _is_legal(self, state: State) -> bool:
        return not self.task.has_rules or state.facts is not None

    def current(self, state: State) -> State:
        """The state with the thoughts on its way as a user left them."""
        thoughts = list(state.thoughts)
        for node, text in self._edits.items():
            place = node.count(".") - 1
            if place < len(thoughts) and is_at_or_under(state.node, node):
                thoughts[place] = text
        if tuple(thoughts) == state.thoughts:
            return state
        changed = self._at(state.node, tuple(thoughts))._replace(score=state.score)
        if not self.task.has_rules and thoughts[-1] == state.thoughts[-1]:
            return changed._replace(finished=state.finished)
        return changed

    def new_role(self, node: str, role: str) -> str:
        """A name for a call of a node that no call before it has."""
        count = self._roles[node, role]
        self._roles[node, role] += 1
        return f"{role}{('', '-again')[count]}" if count < 2 else f"{role}-again-{count}"

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

    def apply_steering(self, states: Sequence[State], *, near: State | None = None) -> Part:
        """The states among which is chosen, after what the user did since this was asked last.

        Args:
            states: judged.
            near: where only what is under this state can be chosen, as in depth first.
        """
        self.known.update((state.node, state) for state in states)
        (actions,) = yield (Steering(),)
        self._take(actions)
        readings, self._readings = self._readings, []
        if not readings:
            return list(states)
        known = self.known
        if near is not None:
            known = {node: s for node, s in known.items() if _parent(node) == near.node}
            known[near.node] = self.current(near)
        found = [self.current(state) for state in states]
        for reading in readings:
            found = steered(reading, found, known, self.grown, self._at)
        left = [state for state in found if self._is_legal(state)]
        self.known.update((state.node, state) for state in left)
        refused = tuple(state.node for state in found if not self._is_legal(state))
        if refused:
            yield (Emit(Pruned(nodes=refused, reason=AGAINST_RULES)),)
            left += yield from self._grown_again(refused, left)
        if not left and near is None:
            text = "Every thought was pruned by hand; the search ends here."
            if refused:
                text = "No thought follows from what was changed by hand; the search ends here."
            yield (Emit(NoteAdded(text=text)),)
        return left

    def _grown_again(self, refused: Sequence[str], left: Sequence[State]) -> Part:
        """New children, judged, of changed thoughts from which none of their children follows."""
        parents = {_parent(node) for node in refused} - {_parent(state.node) for state in left}
        again = [self.known[node] for node in self._edits if node in parents & self.known.keys()]
        if not again:
            return []
        children: list[State] = yield from self.grow(again)
        if not children:
            return []
        return (yield from self.judge(children, again[0].depth + 1))

    def take_over(self, kept: Sequence[State]) -> Part:
        """What the search ends with after what a user did since: the best that was not pruned."""
        (actions,) = yield (Steering(),)
        self._take(actions)
        left = [state for state in kept if not self.is_cut(state)]
        return self.current((left or kept)[0])

    def _take(self, actions: Sequence[SteerAction]) -> None:
        """Remember what a user did: all states follow it from now on."""
        if not actions:
            return
        self._readings.append(tuple(actions))
        for action in in_effect(actions):
            self._note_cut(action)
            if isinstance(action, EditThought):
                self._edits[action.node] = action.text
            elif isinstance(action, Undo) and isinstance(action.action, EditThought):
                self._edits[action.action.node] = action.text
        self.known = {node: self.current(state) for node, state in self.known.items()}

    def _note_cut(self, action: SteerAction) -> None:
        """Keep which nodes the user does not want to go on."""
        if isinstance(action, PruneNode):
            self._cut.append(action.node)
        elif isinstance(action, BoostNode):
            self._cut = [node for node in self._cut if node != action.node]
        elif isinstance(action, Undo) and isinstance(action.action, PruneNode):
            if action.action.node in self._cut:
                self._cut.remove(action.action.node)
        elif isinstance(action, Undo) and isinstance(action.action, AddThought):
            self._cut.append(action.action.node)

    def is_cut(self, state: State) -> bool:
        """Whether the user pruned it, or a node above it, since it was kept."""
        return any(f"{state.node}.".startswith(f"{node}.") for node in self._cut)

    def _refusal(self, child: State, seen: dict[object, str]) -> str:
        """Why a child does not go on, "" where it does; children that do are put into ``seen``."""
        if self.task.has_rules and child.facts is None:
            return AGAINST_RULES
        key: object = child.facts
        if not self.task.has_rules:
            key = tuple(plain_text(part) for part in child.thoughts)
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
        return verified(self.task, state.node, state.facts)

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
