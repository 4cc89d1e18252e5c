"""What a metric is, the table of all, and the one place where a metric is run."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import msgspec

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.checks import SLACK
from workbench.domain.evaluation.metric_input import MetricInput, Need
from workbench.domain.evaluation.scores import (
    Errored,
    FormatFailure,
    MetricResult,
    Score,
    Undefined,
)
from workbench.domain.parameters import build, describe, effective_fields
from workbench.domain.registry import Registry

R = TypeVar("R")

Scale = Literal["unit", "signed", "open"]
"""unit: 0 to 1; signed: -1 to 1; open: any number, in the metric's own unit."""
Better = Literal["higher", "lower", "neither"]

_RANGES: dict[Scale, tuple[float, float]] = {
    "unit": (0.0, 1.0),
    "signed": (-1.0, 1.0),
    "open": (-math.inf, math.inf),
}
_MISSING: dict[Need, str] = {
    "expected": "The row has no expected value.",
    "embeddings": "There are no embeddings of this output.",
    "token_matches": "The tokens of this output were not compared.",
    "output_likelihood": "The likelihood of this output was not measured.",
    "reference_likelihood": "The likelihood of the expected text was not measured.",
    "choices": "The row has no choices with their likelihoods.",
    "judgement": "No judge was asked about this output.",
    "program": "The code was not run: allow it with “Run code…” or --run-code.",
    "seconds": "The time of this output is not known.",
    "first_token_seconds": "The time to the first token is not known.",
    "prompt_tokens": "The tokens of the prompt are not known.",
    "completion_tokens": "The tokens of the output are not known.",
    "finish_reason": "It is not known why this output ended.",
}
_PLAIN = re.compile(r"[\w.+-]+")


class NoParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of a metric that has none."""


@dataclass(frozen=True)
class Metric:
    """A metric with all that forms, command line, reports and the service need to know of it.

    Args:
        id: its name in set files and signatures.
        title: its name for people, in sentence case.
        description: one sentence.
        params: its parameter struct; forms and command line are made from it.
        score: a pure function of an input and parameters. What it raises becomes an error.
        version: counts up whenever a score of the same input and parameters can change.
        scale: the range of its values; a value outside of it is an error.
        better: which direction is good; "neither" measures only.
        unit: of its values, as in "80 words".
        needs: what a service fetches before; where it is missing the score is undefined.
        needs_of: for metrics whose needs depend on parameters.
        ensure_usable: raises UsageError where the parameters cannot be used; asked before a sweep.
        corpus: the value of many rows where that is not the mean of theirs.
        facts: what else the signature says, such as the variant of an algorithm.
        short: names of parameters in the signature where these are shorter.
    """

    id: str
    title: str
    description: str
    params: type[msgspec.Struct]
    score: Callable[[MetricInput, Any], MetricResult]
    version: int = 1
    scale: Scale = "unit"
    better: Better = "higher"
    unit: str = ""
    needs: tuple[Need, ...] = ()
    needs_of: Callable[[Any], tuple[Need, ...]] | None = None
    ensure_usable: Callable[[Any], None] | None = None
    corpus: Callable[[Sequence[Score]], float | None] | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)

    def build(self, values: Mapping[str, Any]) -> msgspec.Struct:
        """Its parameters from loose values.

        Raises:
            UsageError: a name is not known, or a value cannot be used.
        """
        params = build(self.params, dict(values), f"The metric {self.id}")
        if self.ensure_usable is not None:
            self.ensure_usable(params)
        return params

    def needed(self, params: msgspec.Struct) -> tuple[Need, ...]:
        """What a service fetches before this metric is run with these parameters."""
        return self.needs + (self.needs_of(params) if self.needs_of is not None else ())

    def signature(self, params: msgspec.Struct) -> str:
        """What was measured, as in "bleu|eff:yes|case:mixed|tok:13a|smooth:exp|version:wb1".

        Two scores can be compared only where these are equal. Parameters without effect are left
        out.
        """
        values = {
            self.short.get(each.name, each.name): getattr(params, each.name)
            for each in effective_fields(describe(self.params), msgspec.structs.asdict(params))
        }
        parts = [f"{name}:{_plain(value)}" for name, value in {**self.facts, **values}.items()]
        return "|".join((self.id, *parts, f"version:wb{self.version}"))


METRICS: Registry[Metric] = Registry("metric")


def register(metric: Metric) -> Metric:
    """Add a metric to the table."""
    return METRICS.register(metric.id, metric)


def _plain(value: object) -> str:
    """A parameter in a signature; what could be mistaken for its punctuation is quoted."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def run_metric(metric: Metric, params: msgspec.Struct, given: MetricInput) -> MetricResult:
    """The result of a metric; never raises, and a score is always a number within its range."""
    for need in metric.needed(params):
        if not given.has(need):
            return Undefined(reason=_MISSING[need])
    try:
        result = metric.score(given, params)
    except WorkbenchError as error:
        return Errored(reason=str(error))
    except Exception as error:  # any metric, any row: the others go on
        said = f"{type(error).__name__}: {error}"
        return Errored(reason=f"The metric {metric.id} failed ({said[:300]}).")
    return in_range(metric, result) if isinstance(result, Score) else result


def in_range(metric: Metric, score: Score) -> MetricResult:
    """A score within the metric's range, or an error; rounding at the ends is mended."""
    low, high = _RANGES[metric.scale]
    if not math.isfinite(score.value):
        return Errored(reason=f"The metric {metric.id} gave {score.value}, which is no number.")
    if not low - SLACK <= score.value <= high + SLACK:
        limits = f"{low:g} to {high:g}"
        return Errored(
            reason=f"The metric {metric.id} gave {score.value:g}, which is outside of {limits}."
        )
    clamped = min(high, max(low, score.value))
    return score if clamped == score.value else msgspec.structs.replace(score, value=clamped)


def verdict(passed: bool, reason: str, **detail: Any) -> Score:
    """The score of a metric that only knows yes and no."""
    return Score(value=float(passed), passed=passed, reason=reason, detail=detail)


def best_of(results: Iterable[MetricResult]) -> MetricResult:
    """The best over several expected values: the highest score, or else why there is none."""
    found = list(results)
    scores = [each for each in found if isinstance(each, Score)]
    if scores:
        return max(scores, key=lambda each: (each.value, each.passed is True))
    failures = [each for each in found if isinstance(each, FormatFailure)]
    return next(iter(failures or found), Undefined(reason=_MISSING["expected"]))


def shown(text: str, limit: int = 80) -> str:
    """A text inside a reason: on one line, in quotes, cut where it is long."""
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= limit else f"“{line[: limit - 1]}…”"
