"""Where thoughts come from: proposed together in one call, or sampled apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.domain.effects import Completion, Emit, Generate
from workbench.domain.events import ParseFailed
from workbench.strategies import shapes
from workbench.strategies.search.reading import parse_proposals, read_lines
from workbench.strategies.search.searcher import Searcher
from workbench.strategies.search.state import Part, State

ONE_A_LINE = "one step a line"


def unreadable(node: str, rule: str, raw: str, role: str, sample: int = 0) -> Emit:
    """A parse failure that can be seen."""
    failed = ParseFailed(node=node, rule=rule, raw=raw, call=f"{node}/{role}", sample=sample)
    return Emit(failed)


@dataclass(frozen=True)
class Propose:
    """One call a state lists several next steps.

    ``raw`` takes every line as it is, however many there are, as tree-of-thought-llm does.
    """

    count: int
    tokens: int
    constrain: bool = True
    raw: bool = False

    def thoughts(self, search: Searcher, states: Sequence[State]) -> Part:
        """The lines of each answer."""
        growing = [state for state in states if _can_move(search, state)]
        rendered = yield tuple(search.wording.propose(state, self.count) for state in growing)
        batches: Sequence[Sequence[Completion]] = yield tuple(
            Generate(
                node=state.node,
                role="propose",
                messages=search.problem.with_question(messages),
                max_tokens=self.tokens * self.count,
                grammar=self._grammar(search, state),
            )
            for state, messages in zip(growing, rendered, strict=True)
        )
        found: dict[str, tuple[str, ...]] = {}
        failures: list[Emit] = []
        for state, (completion,) in zip(growing, batches, strict=True):
            text = completion.text
            lines = read_lines(text) if self.raw else parse_proposals(text, self.count)
            if not lines:
                failures.append(unreadable(state.node, ONE_A_LINE, text, "propose"))
            found[state.node] = lines
        if failures:
            yield tuple(failures)
        return [found.get(state.node, ()) for state in states]

    def _grammar(self, search: Searcher, state: State) -> str:
        if not self.constrain:
            return ""
        if not search.task.has_rules:
            return shapes.numbered(self.count)
        one = search.task.grammar(state.facts)
        return shapes.numbered_moves(self.count, one) if one else ""


@dataclass(frozen=True)
class Sample:
    """Several answers a state, each the next step.

    Where the next move has a grammar, they are drawn without replacement: each round leaves out the
    moves that were drawn before it, at the cost of the prompt's prefix alone.
    """

    count: int
    tokens: int
    constrain: bool = True

    def thoughts(self, search: Searcher, states: Sequence[State]) -> Part:
        """The texts of each state's answers."""
        growing = [state for state in states if _can_move(search, state)]
        rendered = yield tuple(search.wording.sample(state) for state in growing)
        asked = {
            state.node: search.problem.with_question(messages)
            for state, messages in zip(growing, rendered, strict=True)
        }
        found: dict[str, tuple[str, ...]] = {state.node: () for state in states}
        rounds = self.count if self.constrain and search.task.has_rules else 1
        for turn in range(rounds):
            role = "sample" if turn == 0 else f"sample-{turn + 1}"
            drawing = [(state, self._grammar(search, state, found)) for state in growing]
            if rounds > 1:
                drawing = [(state, grammar) for state, grammar in drawing if grammar]
            batches: Sequence[Sequence[Completion]] = yield tuple(
                Generate(
                    node=state.node,
                    role=role,
                    messages=asked[state.node],
                    n=1 if rounds > 1 else self.count,
                    max_tokens=self.tokens,
                    grammar=grammar,
                )
                for state, grammar in drawing
            )
            yield from _keep(found, [state for state, _ in drawing], batches, role)
        return [found[state.node] for state in states]

    def _grammar(self, search: Searcher, state: State, found: dict[str, tuple[str, ...]]) -> str:
        if not self.constrain or not search.task.has_rules:
            return ""
        return search.task.grammar(state.facts, frozenset(found[state.node]))


def _keep(
    found: dict[str, tuple[str, ...]],
    states: Sequence[State],
    batches: Sequence[Sequence[Completion]],
    role: str,
) -> Part:
    """Put the texts of a round into ``found``; an empty one is a parse failure."""
    failures: list[Emit] = []
    for state, completions in zip(states, batches, strict=True):
        texts = [" ".join(completion.text.split()) for completion in completions]
        found[state.node] += tuple(text for text in texts if text)
        if not any(texts):
            raw = completions[0].text
            failures.append(unreadable(state.node, "a step", raw, role))
    if failures:
        yield tuple(failures)


def _can_move(search: Searcher, state: State) -> bool:
    return not search.task.has_rules or bool(search.task.moves(state.facts))
