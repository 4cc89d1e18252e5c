"""Two runs next to each other: settings, prompt, output, and the first token that differs."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec

from workbench.domain.prompts.versions import DiffLine
from workbench.domain.runs.comparison import DiffPart
from workbench.domain.runs.run_state import RunState
from workbench.domain.text import Token


class PairFact(msgspec.Struct, frozen=True):
    """A setting or a figure of both runs."""

    name: str
    left: str
    right: str
    change: str = ""
    """How much the right one is more, with a sign; "" where that says nothing."""

    @property
    def is_same(self) -> bool:
        """Whether both have it alike."""
        return self.left == self.right


class Candidate(msgspec.Struct, frozen=True):
    """A token that could come at a place, and how probable each run found it; None: not kept."""

    text: str
    left: float | None
    right: float | None


class Parting(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tokens of two runs first differ. ``number`` counts from 1 over the whole run."""

    number: int
    call: str
    left_count: int
    """Tokens that the model wrote in the left run."""
    right_count: int
    candidates: tuple[Candidate, ...] = ()


class RunPair(msgspec.Struct, frozen=True, kw_only=True):
    """What two runs share and what not. ``parting`` is None where their tokens are the same."""

    left_id: int
    right_id: int
    facts: tuple[PairFact, ...]
    prompt: tuple[DiffLine, ...]
    output: tuple[DiffPart, ...]
    same_output: bool
    parting: Parting | None
    has_tokens: bool
    """Whether the tokens of both are kept."""

    @property
    def verdict(self) -> str:
        """Whether they wrote the same, in words."""
        if self.same_output and self.parting is None:
            return "identical"
        if self.parting is not None:
            return f"first differs at token {self.parting.number:,}"
        return "differs; the tokens are not kept"


class _Written(NamedTuple):
    call: str
    sample: int
    tokens: list[Token]


def find_parting(left: RunState, right: RunState) -> Parting | None:
    """The first token in which two runs differ, None where there is none.

    Calls are taken in the order of the left run, and samples in theirs; a call that only one run
    made differs at its first token. Runs whose calls have other names, of other strategies, are
    compared call by call in their order.
    """
    ours, others = _written(left), _written(right)
    names, other_names = {each.call for each in ours}, {each.call for each in others}
    if not (names <= other_names or other_names <= names):
        ours, others = _numbered(ours), _numbered(others)
    theirs = {(each.call, each.sample): each for each in others}
    counts = {"left_count": _count(ours), "right_count": _count(list(theirs.values()))}
    number = 0
    for each in ours:
        other = theirs.pop((each.call, each.sample), None)
        tokens = other.tokens if other is not None else []
        for place in range(max(len(each.tokens), len(tokens))):
            number += 1
            ours_now = each.tokens[place] if place < len(each.tokens) else None
            other_now = tokens[place] if place < len(tokens) else None
            if ours_now is None or other_now is None or ours_now.id != other_now.id:
                found = _candidates(ours_now, other_now)
                return Parting(number=number, call=each.call, candidates=found, **counts)
    for rest in theirs.values():
        if rest.tokens:
            found = _candidates(None, rest.tokens[0])
            return Parting(number=number + 1, call=rest.call, candidates=found, **counts)
    return None


def has_tokens(state: RunState) -> bool:
    """Whether the tokens of all that was written are kept."""
    samples = [sample for call in state.calls.values() for sample in call.samples]
    return all(sample.tokens or not sample.text for sample in samples)


def _written(state: RunState) -> list[_Written]:
    return [
        _Written(call.call, index, sample.tokens)
        for call in state.calls.values()
        for index, sample in enumerate(call.samples)
    ]


def _numbered(written: list[_Written]) -> list[_Written]:
    """The same with the number of each call, from 1, for its name."""
    names = list(dict.fromkeys(each.call for each in written))
    return [each._replace(call=str(names.index(each.call) + 1)) for each in written]


def _count(written: list[_Written]) -> int:
    return sum(len(each.tokens) for each in written)


def _candidates(left: Token | None, right: Token | None) -> tuple[Candidate, ...]:
    """Both tokens, with what each run gave them."""
    chosen = {each.text: None for each in (left, right) if each is not None}
    return tuple(
        Candidate(text, _probability(left, text), _probability(right, text)) for text in chosen
    )


def _probability(token: Token | None, text: str) -> float | None:
    if token is None:
        return None
    if token.text == text:
        return min(math.exp(token.logprob), 1.0)
    found = dict(token.alternatives).get(text)
    return None if found is None else min(math.exp(found), 1.0)
