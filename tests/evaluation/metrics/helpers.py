"""Ways into metrics that tests share."""

from __future__ import annotations

from typing import Any

from workbench.domain.evaluation.checks import Check, CheckResult, CheckSet, SetResult
from workbench.domain.evaluation.metric_input import MetricInput
from workbench.domain.evaluation.scores import MetricResult, Score
from workbench.evaluation.metrics import METRICS
from workbench.evaluation.metrics.checking import judge
from workbench.evaluation.metrics.metric import run_metric


def measured(
    metric: str, output: str, *expected: Any, given: Any = None, **params: Any
) -> MetricResult:
    """The result of a metric for an output; ``given`` is what else the input has."""
    found = METRICS.get(metric)
    row = MetricInput(output=output, expected=expected, **(given or {}))
    return run_metric(found, found.build(params), row)


def value(metric: str, output: str, *expected: Any, given: Any = None, **params: Any) -> float:
    """The value of a score, which the result must be."""
    result = measured(metric, output, *expected, given=given, **params)
    assert isinstance(result, Score), result
    return result.value


def judged(check: Check, output: str, *expected: Any, **given: Any) -> CheckResult:
    """What a check says of an output."""
    result = judge(check, MetricInput(output=output, expected=expected, **given))
    assert isinstance(result, CheckResult)
    return result


def judged_set(checks: CheckSet, output: str, *expected: Any, **given: Any) -> SetResult:
    """What a set of checks says of an output."""
    result = judge(checks, MetricInput(output=output, expected=expected, **given))
    assert isinstance(result, SetResult)
    return result
