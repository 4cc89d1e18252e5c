r"""Puzzle: the answer keeps all rules of a number target, a Latin square or constraint writing.

What is expected is the puzzle itself, since it has many right answers:
``{numbers: [3, 7, 8], target: 12}``, ``{square: "1 _ 3\n..."}`` or
``{words: 12, contain: [river], avoid: [the]}``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from workbench.domain.answers.lines import find_answer
from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult
from workbench.domain.puzzles.reviews import (
    Faults,
    read_square,
    square_faults,
    target_faults,
    writing_faults,
)
from workbench.domain.runs.spec import Json
from workbench.evaluation.metrics.metric import Metric, NoParams, best_of, register, verdict


def score(given: MetricInput, _params: NoParams) -> MetricResult:
    """1 where the answer has no fault. An "Answer:" line is the answer, else the whole output.

    Raises:
        UsageError: what is expected is no puzzle.
    """
    found = find_answer(given.output)
    answer = found.value if found is not None else given.output
    return best_of(_judged(_faults(each, answer)) for each in given.expected)


def _judged(faults: Faults) -> MetricResult:
    if not faults.is_readable:
        return FormatFailure(reason=" ".join(faults.sentences))
    return verdict(
        not faults.sentences,
        " ".join(faults.sentences) or "It keeps all rules.",
        share=faults.share,
    )


def _faults(puzzle: Json, answer: str) -> Faults:
    try:
        for name, check in _CHECKS.items():
            if isinstance(puzzle, dict) and name in puzzle:
                return check(puzzle, answer)
    except (TypeError, ValueError, AttributeError):
        pass
    raise UsageError(
        "What is expected is no puzzle: it needs “numbers” and “target”, “square”, or “words”."
    )


def _target(puzzle: dict[str, Any], answer: str) -> Faults:
    numbers = [Fraction(each) for each in puzzle["numbers"]]
    return target_faults(numbers, Fraction(puzzle.get("target", 24)), answer)


def _square(puzzle: dict[str, Any], answer: str) -> Faults:
    grid = read_square(puzzle["square"])
    if not grid:
        raise ValueError
    return square_faults(grid, answer)


def _writing(puzzle: dict[str, Any], answer: str) -> Faults:
    wanted, refused = (
        [str(word).casefold() for word in puzzle.get(name, [])] for name in ("contain", "avoid")
    )
    return writing_faults(int(puzzle["words"]), wanted, refused, answer)


_CHECKS: dict[str, Callable[[dict[str, Any], str], Faults]] = {
    "numbers": _target,
    "square": _square,
    "words": _writing,
}

register(
    Metric(
        id="puzzle",
        title="Puzzle solved",
        description="Whether an answer to a number target, Latin square or constraint writing "
        "keeps all rules.",
        params=NoParams,
        score=score,
        needs=("expected",),
    )
)
