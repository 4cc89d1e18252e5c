"""Generators of thoughts: proposed together in one call, or sampled apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.domain.runs.effects import SUPERSEDED, Completion, Emit, Generate
from workbench.domain.runs.events import ParseFailed
from workbench.strategies import shapes
from workbench.strategies.search.reading import parse_proposals, read_lines
from workbench.strategies.search.searcher import Searcher
from workbench.strategies.search.state import Part, State

ONE_A_LINE = "one step a line"
_Found = dict[str, tuple[str, ...] | None]
"""Texts by node; None where the user changed the node while they were written."""


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
        """The lines of each answer; None where a user changed the state meanwhile."""
        growing = [state for state in states if _can_move(search, state)]
        rendered = yield tuple(search.wording.propose(state, self.count) for state in growing)
        roles = [search.new_role(state.node, "propose") for state in growing]
        batches: Sequence[Sequence[Completion]] = yield tuple(
            Generate(
                node=state.node,
                role=role,
                messages=search.problem.with_question(messages),
                max_tokens=self.tokens * self.count,
                grammar=self._grammar(search, state),
                steerable=True,
            )
            for state, role, messages in zip(growing, roles, rendered, strict=True)
        )
        found: _Found = {}
        failures: list[Emit] = []
        for state, role, completions in zip(growing, roles, batches, strict=True):
            if completions == SUPERSEDED:
                found[state.node] = None
                continue
            text = completions[0].text
            lines = read_lines(text) if self.raw else parse_proposals(text, self.count)
            if not lines:
                failures.append(unreadable(state.node, ONE_A_LINE, text, role))
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
        """The texts of each state's answers; None where a user changed the state meanwhile."""
        growing = [state for state in states if _can_move(search, state)]
        rendered = yield tuple(search.wording.sample(state) for state in growing)
        asked = {
            state.node: search.problem.with_question(messages)
            for state, messages in zip(growing, rendered, strict=True)
        }
        found: _Found = {state.node: () for state in states}
        rounds = self.count if self.constrain and search.task.has_rules else 1
        for turn in range(rounds):
            name = "sample" if turn == 0 else f"sample-{turn + 1}"
            growing = [state for state in growing if found[state.node] is not None]
            drawing = [(state, self._grammar(search, state, found)) for state in growing]
            if rounds > 1:
                drawing = [(state, grammar) for state, grammar in drawing if grammar]
            roles = [search.new_role(state.node, name) for state, _ in drawing]
            batches: Sequence[Sequence[Completion]] = yield tuple(
                Generate(
                    node=state.node,
                    role=role,
                    messages=asked[state.node],
                    n=1 if rounds > 1 else self.count,
                    max_tokens=self.tokens,
                    grammar=grammar,
                    steerable=True,
                )
                for (state, grammar), role in zip(drawing, roles, strict=True)
            )
            yield from _keep(found, [state for state, _ in drawing], batches, roles)
        return [found[state.node] for state in states]

    def _grammar(self, search: Searcher, state: State, found: _Found) -> str:
        if not self.constrain or not search.task.has_rules:
            return ""
        return search.task.grammar(state.facts, frozenset(found[state.node] or ()))


def _keep(
    found: _Found,
    states: Sequence[State],
    batches: Sequence[Sequence[Completion]],
    roles: Sequence[str],
) -> Part:
    """Put the texts of a round into ``found``; an empty one is a parse failure."""
    failures: list[Emit] = []
    for state, role, completions in zip(states, roles, batches, strict=True):
        if completions == SUPERSEDED:
            found[state.node] = None
            continue
        texts = [" ".join(completion.text.split()) for completion in completions]
        found[state.node] = (found[state.node] or ()) + tuple(text for text in texts if text)
        if not any(texts):
            raw = completions[0].text
            failures.append(unreadable(state.node, "a step", raw, role))
    if failures:
        yield tuple(failures)


def _can_move(search: Searcher, state: State) -> bool:
    return not search.task.has_rules or bool(search.task.moves(state.facts))
