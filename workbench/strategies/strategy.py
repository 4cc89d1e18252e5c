"""What a strategy is, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec

from workbench.domain.effects import Problem, StrategySteps
from workbench.domain.extraction import ExtractionKind, ExtractionRule
from workbench.domain.registry import Registry
from workbench.domain.sampling import Sampling

P = TypeVar("P", bound=msgspec.Struct)


@dataclass(frozen=True)
class Strategy:
    """A strategy with all that forms, command line and executor need to know of it.

    ``run(problem, params)`` is the generator of effects; ``estimate(params, sampling)`` gives the
    most calls and new tokens it can take; ``templates`` are the files of ``prompts/strategies/``
    that it renders; ``short`` names its colour; ``can_grow`` says that it begins at the problem's
    ``start`` where there is one.
    """

    id: str
    title: str
    short: str
    description: str
    params: type[msgspec.Struct]
    run: Callable[[Problem, Any], StrategySteps]
    estimate: Callable[[Any, Sampling], tuple[int, int]]
    templates: tuple[str, ...] = ()
    can_grow: bool = False


STRATEGIES: Registry[Strategy] = Registry("strategy")


class Extraction(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters that every strategy has: how the answer is taken out of the text."""

    extraction: Annotated[
        ExtractionKind, msgspec.Meta(description="Which part of the text is the answer.")
    ] = "answer_line"
    pattern: Annotated[
        str, msgspec.Meta(description="The regular expression, where extraction is regex.")
    ] = ""

    @property
    def rule(self) -> ExtractionRule:
        """The extraction rule these parameters name."""
        return ExtractionRule(self.extraction, self.pattern)
