"""Checks on outputs: the verdict of each, and of a set of them.

Source of the semantics of sets: promptfoo's assertions (weights, a threshold instead of "all
pass", assert-sets), with what that program leaves open decided: errors are no failures, and what
is undefined does not count.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import (
    AnyCheck,
    Check,
    CheckResult,
    CheckSet,
    NotImported,
    SetResult,
    SetStatus,
    reaches,
)
from workbench.domain.evaluation.metric_input import (
    FETCHED,
    FROM_MODELS,
    Fetched,
    MetricInput,
    Need,
)
from workbench.domain.evaluation.scores import (
    Errored,
    FormatFailure,
    MetricResult,
    Score,
    Undefined,
)
from workbench.evaluation.metrics.metric import METRICS, Metric, run_metric


def leaves(checks: CheckSet) -> Iterator[Check | NotImported]:
    """All checks of a set and of the sets in it, in order."""
    for each in checks.checks:
        if isinstance(each, CheckSet):
            yield from leaves(each)
        else:
            yield each


def ensure_usable(checks: CheckSet) -> None:
    """Look at all metrics and parameters before a sweep begins.

    Raises:
        UsageError: a metric is not known, or a parameter or a threshold cannot be used.
    """
    for check in leaves(checks):
        if isinstance(check, Check):
            if check.threshold is not None and not math.isfinite(check.threshold):
                raise UsageError(f"The threshold of {check.metric} must be a number.")
            METRICS.get(check.metric).build(check.params)


def needs_of(checks: CheckSet) -> frozenset[Need]:
    """What a service has to fetch for a set of checks.

    Raises:
        UsageError: as :func:`ensure_usable`.
    """
    found: set[Need] = set()
    for check in leaves(checks):
        if isinstance(check, Check):
            metric = METRICS.get(check.metric)
            own: set[Need] = {"expected"} if check.expected or check.expected_in else set()
            found |= set(metric.needed(metric.build(check.params))) - own
    return frozenset(found)


def asks_models(check: Check) -> bool:
    """Whether a check needs what only a model can say.

    Raises:
        UsageError: as :func:`ensure_usable`.
    """
    return bool(needs_of(CheckSet(checks=(check,))) & FROM_MODELS)


def needs_programs(check: Check) -> bool:
    """Whether a check needs the code in the output to be run.

    Raises:
        UsageError: as :func:`ensure_usable`.
    """
    return "program" in needs_of(CheckSet(checks=(check,)))


def fetch_key(check: Check) -> str:
    """By which what was fetched for a check is found: weight, threshold and name do not matter."""
    parts: list[object] = [check.metric, check.params, check.expected]
    if check.expected_in:
        parts.append(check.expected_in)
    content = msgspec.json.encode(parts, order="sorted")
    return hashlib.sha256(content).hexdigest()[:32]


def judge(check: AnyCheck, given: MetricInput) -> CheckResult | SetResult:
    """What a check, or a set of them, says of an output; never raises.

    Patterns and schemas can take any time: outside of a sandbox process call
    :func:`workbench.evaluation.metrics.job.judge_in`.
    """
    if isinstance(check, CheckSet):
        return combine(check, tuple(judge(each, given) for each in check.checks))
    return judge_one(check, given)


def judge_one(check: Check | NotImported, given: MetricInput) -> CheckResult:
    """What a check says of an output; never raises."""
    if isinstance(check, NotImported):
        return CheckResult(check=check, result=Errored(reason=f"Not imported: {check.kind}."))
    try:
        metric, params, signature = _prepared(check.metric, msgspec.json.encode(check.params))
    except UsageError as error:
        return CheckResult(check=check, result=Errored(reason=str(error)))
    except (UnicodeEncodeError, TypeError):
        reason = f"The parameters of {check.metric} hold what is no value of JSON."
        return CheckResult(check=check, result=Errored(reason=reason))
    if check.expected or check.expected_in:
        expected = check.expects(given.values, given.expected)
        if not expected:
            reason = f"The row has no value in {' or '.join(check.expected_in)}."
            return CheckResult(check=check, result=Undefined(reason=reason))
        given = msgspec.structs.replace(given, expected=expected)
    fetched = given.fetched.get(fetch_key(check)) if given.fetched else None
    if fetched is None:
        return decide(check, metric, run_metric(metric, params, given), signature)
    if fetched.made_by:
        signature = f"{signature}|{fetched.made_by}"
    return decide(check, metric, _with_fetched(metric, params, given, fetched), signature)


def _with_fetched(
    metric: Metric, params: msgspec.Struct, given: MetricInput, fetched: Fetched
) -> MetricResult:
    if fetched.problem:
        return Errored(reason=fetched.problem)
    if fetched.undefined:
        return Undefined(reason=fetched.undefined)
    own = {name: getattr(fetched, name) for name in FETCHED}
    found = {name: value for name, value in own.items() if value is not None and value != ()}
    return run_metric(metric, params, msgspec.structs.replace(given, fetched={}, **found))


@lru_cache(maxsize=256)
def _prepared(metric_id: str, values: bytes) -> tuple[Metric, msgspec.Struct, str]:
    """A metric with its parameters and signature; the same for all rows of a sweep."""
    metric = METRICS.get(metric_id)
    params = metric.build(msgspec.json.decode(values))
    return metric, params, metric.signature(params)


def decide(check: Check, metric: Metric, result: MetricResult, signature: str = "") -> CheckResult:
    """Verdict and share of the row's score from a metric's result, with threshold and negation."""
    if isinstance(result, FormatFailure):
        return CheckResult(check=check, result=result, passed=False, score=0.0, signature=signature)
    if not isinstance(result, Score):
        return CheckResult(check=check, result=result, signature=signature)
    passed = result.passed
    if check.threshold is not None:
        passed = _is_met(metric, result.value, check.threshold)
    share = _share(metric, result.value, passed)
    if check.negate:
        passed = None if passed is None else not passed
        share = None if share is None else 1.0 - share
        result = _negated(metric, result, passed)
    elif passed != result.passed:
        result = msgspec.structs.replace(result, passed=passed)
    return CheckResult(check=check, result=result, passed=passed, score=share, signature=signature)


def _is_met(metric: Metric, value: float, threshold: float) -> bool:
    if metric.better == "lower":
        return reaches(-value, -threshold)
    return reaches(value, threshold)


def _share(metric: Metric, value: float, passed: bool | None) -> float | None:
    """What a check gives to the score of its row.

    Values of 0 to 1 where more is better are shares themselves; others count as met or not.
    """
    if metric.better == "higher" and metric.scale != "open":
        return max(0.0, value)
    return None if passed is None else float(passed)


def _negated(metric: Metric, result: Score, passed: bool | None) -> Score:
    value = 1.0 - result.value if metric.scale == "unit" else result.value
    reason = f"The opposite is asked for: {result.reason}" if result.reason else ""
    return msgspec.structs.replace(result, value=value, passed=passed, reason=reason)


def combine(check: CheckSet, results: tuple[CheckResult | SetResult, ...]) -> SetResult:
    """The score and the verdict of a set from those of its members.

    The score is the mean by weight over what was scored; it is 0 where all weights are 0, and 1
    where there is no check. All members with a weight must pass, or, with a threshold, the score
    must reach it instead. Judges that do not rank are left out, whatever they found.
    """
    failures = errors = excluded = 0
    total = points = 0.0
    scored = False
    verdicts: list[bool] = []
    for each in results:
        if isinstance(each, CheckResult) and not each.ranks:
            excluded += 1
            continue
        weight = each.check.weight
        failures += _counted(each, "format_failures")
        errors += _counted(each, "errors")
        excluded += _counted(each, "excluded")
        if each.score is not None:
            scored = True
            total += weight
            points += weight * each.score
        if each.passed is not None:
            verdicts.append(each.passed or not weight)
    score = (points / total if total else 0.0) if scored else None
    passed = all(verdicts) if verdicts else None
    if not results:
        score, passed = 1.0, True
    if check.threshold is not None and score is not None:
        passed = reaches(score, check.threshold)
    status: SetStatus = "scored"
    if errors:
        status, score, passed = "errored", None, None
    elif results and score is None and passed is None and excluded:
        status = "undefined"
    return SetResult(
        check=check,
        status=status,
        score=score,
        passed=passed,
        results=results,
        format_failures=failures,
        errors=errors,
        excluded=excluded,
    )


def rank(result: SetResult, may_rank: Callable[[Check], bool]) -> SetResult:
    """A result again, with the word of those checks alone that may rank."""
    changed: list[CheckResult | SetResult] = []
    for each in result.results:
        if isinstance(each, SetResult):
            changed.append(rank(each, may_rank))
        elif isinstance(each.check, Check) and each.ranks != may_rank(each.check):
            changed.append(msgspec.structs.replace(each, ranks=not each.ranks))
        else:
            changed.append(each)
    return combine(result.check, tuple(changed))


def _counted(each: CheckResult | SetResult, what: str) -> int:
    if isinstance(each, SetResult):
        return int(getattr(each, what))
    kinds = {"format_failures": FormatFailure, "errors": Errored}
    if what in kinds:
        return int(isinstance(each.result, kinds[what]))
    return int(not isinstance(each.result, Score | FormatFailure | Errored))
