"""JSON equality: the output is an expected value, whatever the order of its keys."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import FormatFailure, MetricResult
from workbench.domain.parameters import ADVANCED, about
from workbench.domain.runs.spec import Json
from workbench.evaluation.metrics.metric import Metric, best_of, register, verdict
from workbench.evaluation.metrics.structured.equality import RELATIVE, same_json
from workbench.evaluation.metrics.structured.reading import (
    WHERE_TITLES,
    NotJsonError,
    Where,
    find_json,
    read,
)


class JsonParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of metrics that compare JSON."""

    where: Annotated[
        Where,
        about(
            title="Where it is",
            choices=WHERE_TITLES,
            description="Whether text around the JSON is allowed.",
        ),
    ] = "anywhere"
    ordered: Annotated[
        bool,
        about(title="Order of lists counts", description="Take lists in another order as unequal."),
    ] = True
    relative: Annotated[
        float,
        about(
            title="Relative tolerance",
            group=ADVANCED,
            ge=0,
            le=1,
            description="How far numbers may be apart as a share of the larger one.",
        ),
    ] = RELATIVE

    def are_same(self, one: Json, other: Json) -> bool:
        """Whether two values are equal by these parameters."""
        return same_json(one, other, ordered=self.ordered, relative=self.relative)

    def read(self, output: str) -> Json | FormatFailure:
        """The JSON of an output, or a format failure."""
        try:
            return find_json(output, self.where).value
        except NotJsonError as error:
            return FormatFailure(reason=f"The output is not JSON: {error}.")


def expected_json(value: Json) -> Json:
    """An expected value; a text is read as JSON.

    Raises:
        UsageError: it is a text that is not JSON.
    """
    if not isinstance(value, str):
        return value
    try:
        return read(value)
    except NotJsonError as error:
        raise UsageError(f"The expected value is not JSON: {error}.") from None


def score(given: MetricInput, params: JsonParams) -> MetricResult:
    """1 where it equals any expected value, else 0."""
    wanted = [expected_json(each) for each in given.expected]
    found = params.read(given.output)
    if isinstance(found, FormatFailure):
        return found
    return best_of(
        verdict(True, "It equals the expected value.")
        if params.are_same(found, each)
        else verdict(False, "It differs from the expected value.")
        for each in wanted
    )


register(
    Metric(
        id="json_equal",
        title="Equal as JSON",
        description="Whether the JSON of the output equals an expected value.",
        params=JsonParams,
        score=score,
        needs=("expected",),
    )
)
