"""The workload: one tree of thoughts as data, the same for everybody who runs it.

Three levels, 5 states kept, 8 candidates for each, each candidate judged 3 times:

=======  =========  =======================  =======================  ==========
level    parents    candidates (new tokens)  judgements (new tokens)  new tokens
=======  =========  =======================  =======================  ==========
1        1          8 of 72                  24 of 16                 960
2        5          40 of 60                 120 of 16                4,320
3        5          40 of 60                 120 of 16                4,320
=======  =========  =======================  =======================  ==========

The sum is 9,600. So that all do equal work, the end-of-text tokens are banned, the thoughts in the
prompts are given texts in place of the model's own, and which states are kept is fixed by their
places. What the model writes is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from tests.benchmarks import game
from workbench.domain.runs.sampling import Sampling

SAMPLING = Sampling(temperature=0.7, top_k=40, top_p=0.95, min_p=0.05, repeat_penalty=1.0)
"""For everybody: the samplers that all of them have."""
_STRIDE = 7
"""Kept states are this far apart among the candidates: some have one parent, some another."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a tree. The first level's thoughts have ``root_tokens`` new tokens each."""

    levels: int = 3
    kept: int = 5
    candidates: int = 8
    evaluations: int = 3
    root_tokens: int = 72
    thought_tokens: int = 60
    value_tokens: int = 16


FULL = Shape()
SMALL = Shape(levels=2, kept=2, candidates=4, root_tokens=32, thought_tokens=32)
"""A tenth of the new tokens."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt and how often it is answered, each time with exactly ``new_tokens`` tokens.

    Calls of one ``family`` share their beginning beyond the few-shot prefix. ``tokens`` is the
    tokenised prompt, filled in once the model is known.
    """

    prompt: str
    family: int
    samples: int
    new_tokens: int
    seed: int
    tokens: tuple[int, ...] = ()

    @property
    def seeds(self) -> tuple[int, ...]:
        """A seed for each sample."""
        return tuple(self.seed + sample for sample in range(self.samples))


class Stage(msgspec.Struct, frozen=True):
    """Calls that can all be made at once; the next stage needs all of them."""

    name: str
    calls: tuple[Call, ...]


class Workload(msgspec.Struct, frozen=True):
    """The stages in order, and the tokens that must not be generated."""

    stages: tuple[Stage, ...]
    banned: tuple[int, ...] = ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls in order."""
        return tuple(call for stage in self.stages for call in stage.calls)

    @property
    def samples(self) -> int:
        """Answers over all calls."""
        return sum(call.samples for call in self.calls)

    @property
    def new_tokens(self) -> int:
        """Tokens to generate."""
        return sum(call.samples * call.new_tokens for call in self.calls)

    @property
    def prompt_tokens(self) -> int:
        """Tokens of all prompts as they are sent, each answer with its own."""
        return sum(call.samples * len(call.tokens) for call in self.calls)

    @property
    def unique_tokens(self) -> int:
        """Prompt tokens that a perfect prefix cache evaluates: nodes of the tree of all prompts."""
        return count_unique(call.tokens for call in self.calls)

    def first_calls(self, count: int, new_tokens: int) -> Workload:
        """A sample of the widest stage, for trying settings."""
        widest = max(self.stages, key=lambda stage: sum(call.samples for call in stage.calls))
        calls = tuple(
            msgspec.structs.replace(call, new_tokens=new_tokens) for call in widest.calls[:count]
        )
        return Workload((Stage("trial", calls),), self.banned)

    def tokenized(
        self, tokenize: Callable[[str], Sequence[int]], banned: Iterable[int]
    ) -> Workload:
        """The same for one model."""
        stages = tuple(
            Stage(
                stage.name,
                tuple(
                    msgspec.structs.replace(call, tokens=tuple(tokenize(call.prompt)))
                    for call in stage.calls
                ),
            )
            for stage in self.stages
        )
        return Workload(stages, tuple(banned))


def make_workload(shape: Shape) -> Workload:
    """The tree of ``shape`` with all its texts."""
    stages: list[Stage] = []
    parents = [game.State(game.NUMBERS)]
    for level in range(1, shape.levels + 1):
        grown = [(state, game.moves(state, shape.candidates)) for state in parents]
        proposals = tuple(
            Call(
                prompt=game.propose_prompt(state),
                family=family,
                samples=shape.candidates,
                new_tokens=shape.root_tokens if level == 1 else shape.thought_tokens,
                seed=_seed(level, 0, family),
            )
            for family, (state, _) in enumerate(grown)
        )
        children = [(family, child) for family, (_, kids) in enumerate(grown) for child in kids]
        judgements = tuple(
            Call(
                prompt=game.value_prompt(child),
                family=family,
                samples=shape.evaluations,
                new_tokens=shape.value_tokens,
                seed=_seed(level, 1, place),
            )
            for place, (family, child) in enumerate(children)
        )
        stages.append(Stage(f"level {level}: propose", proposals))
        stages.append(Stage(f"level {level}: value", judgements))
        parents = [children[place][1] for place in kept_places(len(children), shape.kept)]
    return Workload(tuple(stages))


def kept_places(candidates: int, kept: int) -> tuple[int, ...]:
    """Which candidates of a level go on: the same places whatever anybody thinks of them."""
    return tuple((place * _STRIDE + 3) % candidates for place in range(min(kept, candidates)))


def _seed(level: int, kind: int, place: int) -> int:
    return 1 + level * 100_000 + kind * 50_000 + place * 100


def count_unique(sequences: Iterable[Sequence[int]]) -> int:
    """Tokens left when every shared beginning counts once.

    In sorted order a sequence shares most with its neighbour before it.
    """
    total = 0
    before: Sequence[int] = ()
    for tokens in sorted(map(tuple, sequences)):
        total += len(tokens) - common_prefix(before, tokens)
        before = tokens
    return total


def common_prefix(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two sequences have in common at their beginning."""
    shorter = min(len(first), len(second))
    return next((at for at in range(shorter) if first[at] != second[at]), shorter)
