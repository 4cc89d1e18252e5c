"""Regular expression: the output matches a pattern. Belongs into the sandbox, with a time limit."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import msgspec
import regex

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.metric_input import MetricInput, Need
from workbench.domain.evaluation.scores import MetricResult
from workbench.domain.parameters import about
from workbench.evaluation.extraction import PATTERN_SECONDS
from workbench.evaluation.metrics.metric import Metric, register, shown, verdict


class PatternParams(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of the pattern check."""

    pattern: Annotated[
        str,
        about(
            title="Pattern",
            description="The regular expression, found anywhere in the output; empty takes the "
            "row's expected value as the pattern.",
        ),
    ] = ""
    whole: Annotated[
        bool,
        about(title="Match the whole output", description="Match all of the output, not a part."),
    ] = False
    ignore_case: Annotated[
        bool, about(title="Ignore case", description="Take capital and small letters as equal.")
    ] = False
    lines: Annotated[
        bool,
        about(
            title="^ and $ at each line",
            description="Let ^ and $ match at the ends of lines, not only of the output.",
        ),
    ] = False
    dot_all: Annotated[
        bool,
        about(title="Dot matches line ends", description="Let a dot match the end of a line too."),
    ] = False


def score(given: MetricInput, params: PatternParams) -> MetricResult:
    """1 where a pattern matches, else 0.

    Raises:
        UsageError: the pattern is not valid or empty, or takes too long on this output.
    """
    patterns = (params.pattern,) if params.pattern else given.references
    compiled = [_compiled(each, params) for each in patterns]
    for pattern in compiled:
        match = _search(pattern, given.output, whole=params.whole)
        if match is not None:
            return verdict(
                True,
                f"The pattern {shown(pattern.pattern)} matches {shown(match.group())}.",
                match=match.group()[:1000],
            )
    named = ", ".join(shown(each.pattern) for each in compiled)
    return verdict(False, f"The pattern {named} does not match.")


@lru_cache(maxsize=64)
def _compiled(pattern: str, params: PatternParams) -> regex.Pattern[str]:
    if not pattern:
        raise UsageError("The pattern is empty: give one.")
    flags = regex.V0
    flags |= regex.IGNORECASE if params.ignore_case else regex.V0
    flags |= regex.MULTILINE if params.lines else regex.V0
    flags |= regex.DOTALL if params.dot_all else regex.V0
    try:
        return regex.compile(pattern, flags)
    except (regex.error, RecursionError, OverflowError) as error:
        raise UsageError(f"The pattern {shown(pattern)} is not valid: {error}.") from None


def _search(pattern: regex.Pattern[str], text: str, *, whole: bool) -> regex.Match[str] | None:
    look = pattern.fullmatch if whole else pattern.search
    try:
        return look(text, timeout=PATTERN_SECONDS)
    except TimeoutError:
        raise UsageError(
            f"The pattern {shown(pattern.pattern)} takes too long on this output: make it simpler."
        ) from None


def ensure_usable(params: PatternParams) -> None:
    """Refuse a pattern that cannot be used.

    Raises:
        UsageError: it is not valid.
    """
    if params.pattern:
        _compiled(params.pattern, params)


def _needs(params: PatternParams) -> tuple[Need, ...]:
    return () if params.pattern else ("expected",)


register(
    Metric(
        id="regex",
        title="Regular expression",
        description="Whether a pattern matches in the output.",
        params=PatternParams,
        score=score,
        needs_of=_needs,
        ensure_usable=ensure_usable,
        facts={"engine": "regex"},
    )
)
