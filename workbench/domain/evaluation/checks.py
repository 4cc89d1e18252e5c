"""Checks: metrics with their parameters, weights and thresholds, and sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

import msgspec

from workbench.domain.evaluation.scores import MetricResult
from workbench.domain.runs.spec import Json

SLACK = 1e-9
"""By how much a threshold may be missed: 1 - 0.9 is a little less than 0.1 in a computer."""

Weight = Annotated[float, msgspec.Meta(ge=0)]


def reaches(value: float, threshold: float) -> bool:
    """Whether a value is at least the threshold, rounding apart."""
    return value >= threshold - SLACK * max(1.0, abs(threshold))


class Check(msgspec.Struct, frozen=True, kw_only=True, tag="check"):
    """A metric that an output has to satisfy.

    Args:
        metric: id of the metric.
        params: its parameters; others have their defaults.
        expected: right answers of this check, in place of the row's; empty is the row's.
        weight: how much it counts in the score of the row; 0 only shows it.
        threshold: what the value must reach (or not exceed where lower is better). 0 is a
            threshold; None leaves the verdict to the metric, and there may be none.
        negate: whether the opposite is asked for: it inverts verdict and score.
        name: what its column is called; "" is the metric's title.
        expected_in: columns of the row that hold its right answers, in place of the row's.
    """

    metric: str
    params: dict[str, Json] = {}
    expected: tuple[Json, ...] = ()
    weight: Weight = 1.0
    threshold: float | None = None
    negate: bool = False
    name: str = ""
    expected_in: tuple[str, ...] = ()

    def expects(self, values: Mapping[str, Json], of_row: tuple[Json, ...]) -> tuple[Json, ...]:
        """Its right answers: its own, those of the columns that it names, else the row's.

        Args:
            values: of the row, by column.
            of_row: the row's right answers.
        """
        if self.expected or not self.expected_in:
            return self.expected or of_row
        return alternatives(values.get(name) for name in self.expected_in)


def alternatives(values: Iterable[Json]) -> tuple[Json, ...]:
    """Right answers in some values: a list of texts holds several, everything else is one."""
    found: list[Json] = []
    for each in values:
        if each is None or each == "":
            continue
        several = isinstance(each, list) and each and all(isinstance(e, str) for e in each)
        found += [one for one in (each if several else [each]) if one not in found]
    return tuple(found)


class NotImported(msgspec.Struct, frozen=True, kw_only=True, tag="not_imported"):
    """A check of another program that has no equal here: it makes a result incomplete.

    ``kind`` is its type there, such as "llm-rubric"; ``text`` is all that was given with it.
    """

    kind: str
    text: str = ""
    weight: Weight = 1.0


class CheckSet(msgspec.Struct, frozen=True, kw_only=True, tag="set"):
    """Checks that are judged together.

    All must pass; with a threshold the weighted mean of their scores must reach it instead.
    """

    checks: tuple[Check | NotImported | CheckSet, ...] = ()
    weight: Weight = 1.0
    threshold: float | None = None
    name: str = ""


AnyCheck = Check | NotImported | CheckSet


class CheckResult(msgspec.Struct, frozen=True, kw_only=True, tag="check"):
    """What a check came to.

    ``result`` is the metric's; ``score`` is its share of the row's score, 0 to 1, None where it
    has none. ``signature`` says exactly what was measured. ``ranks`` is False for a judge that does
    not agree with the user's votes yet: it is in no score and no verdict.
    """

    check: Check | NotImported
    result: MetricResult
    passed: bool | None = None
    score: float | None = None
    signature: str = ""
    ranks: bool = True


SetStatus = Literal["scored", "undefined", "errored"]


class SetResult(msgspec.Struct, frozen=True, kw_only=True, tag="set"):
    """What a set of checks came to for one output.

    Args:
        status: "errored" where a check failed with an error, so that there is no verdict;
            "undefined" where nothing could be judged.
        score: the weighted mean, None where nothing was scored.
        passed: None where no check has a verdict.
        format_failures: checks that could not read the output; each counts as 0.
        errors: checks that failed themselves; they count as nothing.
        excluded: checks that were undefined, and judges that do not rank yet.
    """

    check: CheckSet
    status: SetStatus
    score: float | None
    passed: bool | None
    results: tuple[CheckResult | SetResult, ...]
    format_failures: int = 0
    errors: int = 0
    excluded: int = 0

    def leaves(self) -> Iterator[CheckResult]:
        """The results of all checks, those in nested sets too, in order."""
        for each in self.results:
            if isinstance(each, SetResult):
                yield from each.leaves()
            else:
                yield each
