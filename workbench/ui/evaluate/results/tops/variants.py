"""What the header of a variant's column says, and the summary under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.evaluation.checks import Check
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.grid.earlier import Earlier
from workbench.domain.evaluation.results import EvaluationResult, VariantResult
from workbench.domain.evaluation.verdict import FEWEST_ROWS, ComparisonVerdict
from workbench.domain.servers import model_name
from workbench.domain.text import count_text
from workbench.domain.views import StrategyInfo

if TYPE_CHECKING:
    from workbench.service.evaluation.evaluation import Evaluation

_TONES = {
    "better": "ok",
    "worse": "bad",
    "no_difference": "text-2",
    "not_enough_rows": "warn",
    "too_few": "text-2",
    "running": "text-2",
}
_METHODS = {"mcnemar": "McNemar", "t": "paired t", "clustered t": "clustered t"}


class VariantHead(NamedTuple):
    """A variant in the header of its column. ``short`` names icon and colour of its strategy."""

    name: str
    version: str
    strategy: str
    short: str
    model: str
    is_baseline: bool
    found: VariantResult | None = None
    verdict: ComparisonVerdict | None = None
    problem: str = ""

    @property
    def value_text(self) -> str:
        """The value in hundredths with one decimal; "" before there is one."""
        value = self.found.value if self.found is not None else None
        return "" if value is None else f"{100 * value:.1f}"

    @property
    def interval(self) -> Bounds | None:
        """Of the value; None where it is of fewer than 20 rows."""
        if self.found is None or self.found.scored < FEWEST_ROWS:
            return None
        return self.found.interval

    @property
    def interval_text(self) -> str:
        """The interval in whole hundredths: "66 to 81"."""
        ends = self.interval
        if ends is None:
            return ""
        return f"{100 * ends.low:.0f} to {100 * ends.high:.0f}".replace("-", "\u2212")

    @property
    def count_text(self) -> str:
        """How many rows are right of how many that have a score."""
        if self.found is None:
            return ""
        if self.found.passed is None:
            return f"{self.found.scored:,} scored"
        return f"{self.found.passed:,} of {self.found.scored:,}"

    @property
    def verdict_text(self) -> str:
        """The verdict against the baseline."""
        if self.problem:
            return self.problem
        if self.verdict is not None:
            return self.verdict.sentence
        return "baseline" if self.is_baseline else ""

    @property
    def verdict_tone(self) -> str:
        """The colour of it."""
        if self.problem:
            return "bad"
        return _TONES[self.verdict.kind] if self.verdict is not None else "text-3"

    @property
    def is_running(self) -> bool:
        """Whether rows are missing yet."""
        return self.found is not None and self.found.unfinished > 0

    @property
    def spoken(self) -> str:
        """All of it in words."""
        found = self.found
        parts = [self.name, self.version, self.strategy, self.model]
        if self.value_text:
            parts.append(f"{self.value_text} percent")
        if self.interval_text:
            parts.append(f"interval {self.interval_text}")
        parts.append(self.count_text)
        if found is not None and found.format_failures:
            parts.append(count_text(found.format_failures, "format failure"))
        if found is not None and found.errors:
            parts.append(count_text(found.errors, "error"))
        if found is not None and found.cut_short:
            parts.append(f"{count_text(found.cut_short, 'answer')} used all tokens")
        parts.append(self.verdict_text)
        return ", ".join(each for each in parts if each)


def heads_of(
    evaluation: Evaluation,
    result: EvaluationResult | None,
    strategies: Sequence[StrategyInfo],
    earlier: Earlier | None,
) -> tuple[VariantHead, ...]:
    """The heads of an evaluation's columns.

    Args:
        evaluation: that is open.
        result: its newest, None before there is one.
        strategies: those that there are.
        earlier: another evaluation, whose verdicts take the place of those on the baseline.
    """
    infos = {info.id: info for info in strategies}
    found = {each.name: each for each in result.variants} if result is not None else {}
    comparisons = earlier.comparisons if earlier is not None else ()
    if earlier is None and result is not None:
        comparisons = result.comparisons
    verdicts = {each.variant: each.verdict for each in comparisons}
    heads = []
    for each in evaluation.variants:
        spec, run = each.spec, each.run
        info = infos.get(run.spec.strategy if run is not None else spec.strategy)
        heads.append(
            VariantHead(
                name=spec.name,
                version=f"v{spec.version}" if spec.version is not None else "",
                strategy=info.title if info is not None else spec.strategy,
                short=info.short if info is not None else "direct",
                model=run.model.name if run is not None else model_name(spec.model),
                is_baseline=spec.name == evaluation.baseline and earlier is None,
                found=found.get(spec.name),
                verdict=verdicts.get(spec.name),
                problem=each.problem,
            )
        )
    return tuple(heads)


def method_text(heads: Sequence[VariantHead], earlier: Earlier | None) -> str:
    """How the verdicts were found: "McNemar, Holm over 4 comparisons"; "" without any."""
    verdicts = [head.verdict for head in heads if head.verdict is not None]
    if not verdicts:
        return ""
    methods = " and ".join(dict.fromkeys(_METHODS[each.method] for each in verdicts))
    count = max(each.comparisons for each in verdicts)
    corrected = f", Holm over {count_text(count, 'comparison')}" if count > 1 else ""
    against = "the baseline" if earlier is None else f"“{earlier.summary.name}”"
    return f"against {against}, on common rows: {methods}{corrected}"


def made_text(evaluation: Evaluation | None) -> str:
    """How a value was made: "mean of 3 repeats, 600 tokens each"; "" for the usual way."""
    if evaluation is None:
        return ""
    repeats, tokens = evaluation.set.repeats, evaluation.set.equal_tokens
    parts = [f"mean of {repeats} repeats"] if repeats > 1 else []
    if tokens is not None:
        parts.append(f"{count_text(tokens, 'token')} each")
    return ", ".join(parts)


def measured_text(evaluation: Evaluation | None) -> str:
    """What the value is of: the one check's name, else the score."""
    checks = evaluation.set.checks.checks if evaluation is not None else ()
    counted = [each for each in checks if each.weight]
    only = counted[0] if len(counted) == 1 else None
    return (only.name or only.metric) if isinstance(only, Check) else "Score"
