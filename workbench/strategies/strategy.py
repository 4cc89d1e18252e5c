"""The Strategy type, and the registry of all strategies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec

from workbench.domain.parameters import ANSWER, Values, about, both, is_one
from workbench.domain.registry import Registry
from workbench.domain.runs.effects import Problem, StrategySteps
from workbench.domain.runs.extraction import ExtractionKind, ExtractionRule
from workbench.domain.runs.sampling import Sampling
from workbench.domain.text import Message

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


def _is_read(values: Values) -> bool:
    """Whether an answer is taken out of a text; a forced one is a text, a task's is a program's."""
    is_search = "depth" in values and values.get("domain", "text") != "text"
    return values.get("force", "off") == "off" and not is_search


class Extraction(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters that every strategy has: how the answer is taken out of the text."""

    extraction: Annotated[
        ExtractionKind,
        about(
            title="The answer is",
            group=ANSWER,
            choices={
                "auto": "The answer line, or the whole output",
                "first_answer": "The first “Answer:” line",
                "answer_line": "After the last “Answer:”",
                "last_number": "The last number",
                "last_line": "The last line",
                "whole": "The whole output",
                "regex": "What a pattern matches",
            },
            when=_is_read,
            description="Which part of the text is the answer.",
        ),
    ] = "auto"
    pattern: Annotated[
        str,
        about(
            title="Pattern",
            group=ANSWER,
            when=both(_is_read, is_one("extraction", "regex")),
            description="The regular expression, where extraction is regex.",
        ),
    ] = ""
    stop_at_answer: Annotated[
        bool,
        about(
            title="Stop at the answer",
            group=ANSWER,
            when=both(_is_read, is_one("extraction", "auto", "first_answer")),
            description="End the writing once the first answer line is whole, so that no further "
            "problem is made up.",
        ),
    ] = True

    def rule_for(self, messages: Sequence[Message]) -> ExtractionRule:
        """The extraction rule for what is written to these messages."""
        return ExtractionRule(self.extraction, self.pattern).for_prompt(messages)

    def ends_at_answer(self, messages: Sequence[Message]) -> bool:
        """Whether the writing ends with the first answer line."""
        return self.stop_at_answer and self.rule_for(messages).kind == "first_answer"
