"""Evaluators of states: verdicts, votes, scores, probabilities, or a program that knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from workbench.domain.runs.effects import Completion, Effect, Emit, Generate, LabelScores, Score
from workbench.domain.runs.events import Scored
from workbench.strategies import shapes
from workbench.strategies.search.generators import unreadable
from workbench.strategies.search.reading import (
    LABEL_WEIGHTS,
    TOP_SCORE,
    expectation_of,
    parse_choice,
    parse_label,
    parse_score,
    value_of,
)
from workbench.strategies.search.searcher import Searcher
from workbench.strategies.search.state import Part, State

_LABELS = " / ".join(LABEL_WEIGHTS)
Verdict = tuple[float, dict[str, int]]
"""A value and how often each label was given."""


def _never(_state: State) -> bool:
    return False


@dataclass(frozen=True)
class Value:
    """Each state is judged by itself: sure, likely or impossible, several times.

    ``cache`` keeps values by prompt, so that the same state is paid for once. The other fields are
    switches for what tree-of-thought-llm does: ``read`` and ``total`` read and add the labels,
    ``veto`` names states that are worth nothing whatever the verdict, and with ``zero_duplicates``
    a second equal state of a level is worth nothing.
    """

    samples: int
    tokens: int
    constrain: bool = True
    cache: dict[bytes, Verdict] | None = None
    read: Callable[[str], str | None] = parse_label
    total: Callable[[Sequence[str | None]], Verdict] = value_of
    veto: Callable[[State], bool] = _never
    zero_duplicates: bool = False

    @property
    def scale(self) -> float:
        """That of "sure"."""
        return LABEL_WEIGHTS["sure"]

    def values(self, search: Searcher, states: Sequence[State], _depth: int) -> Part:
        """The mean weight of the verdicts of each state."""
        known: dict[bytes, Verdict] = {} if self.cache is None else self.cache
        keys = [self._key(search, state) for state in states]
        repeated = self._repeated(states)
        asking: dict[bytes, State] = {}
        for state, key, again in zip(states, keys, repeated, strict=True):
            if not again and key not in known:
                asking.setdefault(key, state)
        events: list[Effect] = yield from self._ask(search, asking, known)
        values = []
        for state, key, again in zip(states, keys, repeated, strict=True):
            value, labels = (0.0, {"duplicate": 1}) if again else known[key]
            values.append(value)
            events.append(Emit(Scored(node=state.node, score=value, labels=labels)))
        yield tuple(events)
        return values

    def _key(self, search: Searcher, state: State) -> bytes:
        """By what a value is remembered: the prompt, or the node where nothing is."""
        if self.cache is None:
            return state.node.encode()
        return msgspec.json.encode(search.wording.value(state), order="deterministic")

    def _repeated(self, states: Sequence[State]) -> list[bool]:
        if not self.zero_duplicates:
            return [False] * len(states)
        seen: set[tuple[str, ...]] = set()
        found = []
        for state in states:
            found.append(state.thoughts in seen)
            seen.add(state.thoughts)
        return found

    def _ask(
        self, search: Searcher, asking: dict[bytes, State], known: dict[bytes, Verdict]
    ) -> Part:
        """Judge ``asking`` and put the verdicts into ``known``; the parse failures come back."""
        states = list(asking.values())
        rendered = yield tuple(search.wording.value(state) for state in states)
        batches: Sequence[Sequence[Completion]] = yield tuple(
            Generate(
                node=state.node,
                role="value",
                messages=search.problem.with_question(messages),
                n=self.samples,
                max_tokens=self.tokens,
                grammar=shapes.verdict(tuple(LABEL_WEIGHTS)) if self.constrain else "",
            )
            for state, messages in zip(states, rendered, strict=True)
        )
        failures: list[Effect] = []
        for (key, state), completions in zip(asking.items(), batches, strict=True):
            labels = [self.read(completion.text) for completion in completions]
            failures += [
                unreadable(state.node, _LABELS, completions[sample].text, "value", sample)
                for sample, label in enumerate(labels)
                if label is None
            ]
            value, counts = self.total(labels)
            known[key] = (0.0 if self.veto(state) else value, counts)
        return failures


@dataclass(frozen=True)
class ScoreNumber:
    """Each state gets a score from 0 to 10, several times; the mean of those that can be read."""

    samples: int
    tokens: int
    constrain: bool = True
    scale: float = TOP_SCORE

    def values(self, search: Searcher, states: Sequence[State], _depth: int) -> Part:
        """Where none can be read it is in the middle: neither kept nor dropped for it."""
        rendered = yield tuple(search.wording.score(state) for state in states)
        batches: Sequence[Sequence[Completion]] = yield tuple(
            Generate(
                node=state.node,
                role="score",
                messages=search.problem.with_question(messages),
                n=self.samples,
                max_tokens=self.tokens,
                grammar=shapes.score() if self.constrain else "",
            )
            for state, messages in zip(states, rendered, strict=True)
        )
        events: list[Emit] = []
        values = []
        for state, completions in zip(states, batches, strict=True):
            scores = [parse_score(completion.text) for completion in completions]
            events += [
                unreadable(state.node, "Score: 0 to 10", completions[sample].text, "score", sample)
                for sample, score in enumerate(scores)
                if score is None
            ]
            read = [score for score in scores if score is not None]
            value = sum(read) / len(read) if read else TOP_SCORE / 2
            labels = {"unreadable": scores.count(None)} if None in scores else {}
            events.append(Emit(Scored(node=state.node, score=value, labels=labels)))
            values.append(value)
        yield tuple(events)
        return values


@dataclass(frozen=True)
class Probability:
    """The expectation over the model's own probabilities of the verdicts; nothing is written."""

    scale: float = LABEL_WEIGHTS["sure"]

    def values(self, search: Searcher, states: Sequence[State], _depth: int) -> Part:
        """The expected weight of each state."""
        rendered = yield tuple(search.wording.verdict(state) for state in states)
        found: Sequence[LabelScores] = yield tuple(
            Score(
                node=state.node,
                role="value",
                messages=search.problem.with_question(messages),
                labels=tuple(LABEL_WEIGHTS),
            )
            for state, messages in zip(states, rendered, strict=True)
        )
        values = [expectation_of(scores) for scores in found]
        yield tuple(
            Emit(
                Scored(
                    node=state.node,
                    score=value,
                    probabilities=dict(zip(scores.labels, scores.probabilities, strict=True)),
                )
            )
            for state, value, scores in zip(states, values, found, strict=True)
        )
        return values


@dataclass(frozen=True)
class Vote:
    """Votes over all states of a level: one point a vote."""

    samples: int
    tokens: int
    constrain: bool = True

    @property
    def scale(self) -> float:
        """All votes."""
        return float(self.samples)

    def values(self, search: Searcher, states: Sequence[State], depth: int) -> Part:
        """How many votes each state got."""
        (messages,) = yield (search.wording.vote(states),)
        asker = "0" if len({state.node.rpartition(".")[0] for state in states}) > 1 else ""
        node = asker or states[0].node.rpartition(".")[0]
        role = search.new_role(node, f"vote-{depth}")
        (completions,) = yield (
            Generate(
                node=node,
                role=role,
                messages=search.problem.with_question(messages),
                n=self.samples,
                max_tokens=self.tokens,
                grammar=shapes.vote(len(states)) if self.constrain else "",
            ),
        )
        votes = [0] * len(states)
        events: list[Emit] = []
        for sample, completion in enumerate(completions):
            choice = parse_choice(completion.text, len(states))
            if choice is None:
                rule = "the best choice is N"
                events.append(unreadable(node, rule, completion.text, role, sample))
            else:
                votes[choice] += 1
        for state, count in zip(states, votes, strict=True):
            scored = Scored(node=state.node, score=float(count), labels={"votes": count})
            events.append(Emit(scored))
        yield tuple(events)
        return [float(count) for count in votes]


@dataclass(frozen=True)
class Exact:
    """A program that knows the task; it costs no tokens.

    ``look`` "ahead" asks the exact solver whether the goal can still be reached (1 or 0); "here"
    looks at the state alone: 1 solved, 0 an end that is not, one half for all between.
    """

    look: Literal["ahead", "here"] = "ahead"
    scale: float = 1.0
    _names: tuple[str, str] = field(default=("dead end", "reachable"), repr=False)

    def values(self, search: Searcher, states: Sequence[State], _depth: int) -> Part:
        """0, 1, or one half where it is not looked ahead."""
        values = []
        events: list[Emit] = []
        for state in states:
            if self.look == "ahead":
                reachable = bool(search.task.reachable(state.facts))
                value, label = float(reachable), self._names[reachable]
            elif state.solved is None:
                value, label = 0.5, "legal"
            else:
                value, label = float(state.solved), "solved" if state.solved else "dead end"
            values.append(value)
            events.append(Emit(Scored(node=state.node, score=value, labels={label: 1})))
        yield tuple(events)
        return values
