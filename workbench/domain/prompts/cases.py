"""A prompt run on many inputs: the cases, their results, and the share that was right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from workbench.domain.runs.comparison import is_right
from workbench.domain.runs.events import RunStatus
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Json, RunSpec

CaseStatus = Literal["waiting", "skipped"] | RunStatus


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Values of a prompt's inputs, with the right answer ("" where it is not known).

    ``problem`` is a sentence when it cannot be run, such as "question is empty.".
    """

    name: str
    values: dict[str, Json]
    expected: str = ""
    problem: str = ""


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """How far a case is. ``right`` is None where it is not judged; ``run_id`` 0 before it began."""

    case: Case
    status: CaseStatus = "waiting"
    run_id: int = 0
    answer: str | None = None
    right: bool | None = None
    tokens: int = 0
    seconds: float = 0.0
    error: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status not in ("waiting", "running")


class KeptCases(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of a prompt on many inputs, as they are kept between sessions.

    ``spec`` has the variables of no case; ``source`` is "" for the sample sets, else a data set.
    """

    spec: RunSpec
    source: str
    results: list[CaseResult]


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over cases.

    Those that are done and have an expected answer are judged; a failed one is counted apart and
    not as wrong.
    """

    total: int = 0
    over: int = 0
    judged: int = 0
    right: int = 0
    failed: int = 0
    tokens: int = 0
    seconds: float = 0.0


def result_of(case: Case, run_id: int, state: RunState, error: str = "") -> CaseResult:
    """What a case's run came to; it is judged when it is done and the right answer is known."""
    done = state.status == "done"
    return CaseResult(
        case=case,
        status=state.status,
        run_id=run_id,
        answer=state.answer,
        right=is_right(state.answer, case.expected) if done else None,
        tokens=state.completion_tokens,
        seconds=state.seconds,
        error=error,
    )


def summarise(results: Iterable[CaseResult]) -> CaseSummary:
    """Count results."""
    found = list(results)
    judged = [each for each in found if each.right is not None]
    return CaseSummary(
        total=len(found),
        over=sum(each.is_over for each in found),
        judged=len(judged),
        right=sum(bool(each.right) for each in judged),
        failed=sum(each.status in ("failed", "skipped") for each in found),
        tokens=sum(each.tokens for each in found),
        seconds=sum(each.seconds for each in found),
    )
