"""Agreement of raters beyond chance: kappa, AC1, alpha; what errors of a judge do to a rate."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Literal, TypeVar

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Bounds, Estimate
from workbench.domain.evaluation.judge_agreement import LabelAgreement
from workbench.evaluation.statistics.distributions import two_sided_z
from workbench.evaluation.statistics.intervals import LEVEL, wilson

Label = TypeVar("Label", bound=Hashable)
Weights = Literal["none", "linear", "quadratic"]
Scale = Literal["nominal", "ordinal", "interval", "ratio"]
_EVEN = 1e-12
_ALONE = 2


def contingency(
    first: Sequence[Label], second: Sequence[Label], labels: Sequence[Label]
) -> list[list[int]]:
    """How often each pair of labels was given, a line for each label of the first rater.

    Raises:
        UsageError: the raters have different numbers of rows or none, or a label is not listed.
    """
    if len(first) != len(second) or not first:
        raise UsageError(
            f"Two raters labelled {len(first)} and {len(second)} rows: give both labels "
            "of each row, of at least one."
        )
    place_of = {label: place for place, label in enumerate(labels)}
    table = [[0] * len(labels) for _ in labels]
    for one, other in zip(first, second, strict=True):
        if one not in place_of or other not in place_of:
            unknown = other if one in place_of else one
            raise UsageError(f"{unknown!r} is not among the labels: add it to the list of labels.")
        table[place_of[one]][place_of[other]] += 1
    return table


def label_agreement(
    first: Sequence[str], second: Sequence[str], labels: Sequence[str], level: float = LEVEL
) -> LabelAgreement:
    """Everything that is shown of two raters with categories: table, share equal, kappa, AC1.

    Raises:
        UsageError: see :func:`contingency`.
    """
    table = contingency(first, second, labels)
    return LabelAgreement(
        rows=len(first),
        observed=sum(table[each][each] for each in range(len(labels))) / len(first),
        kappa=cohen_kappa(first, second, labels, level=level),
        ac1=gwet_ac1(first, second, labels),
        labels=tuple(labels),
        table=tuple(map(tuple, table)),
    )


def cohen_kappa(
    first: Sequence[Label],
    second: Sequence[Label],
    labels: Sequence[Label],
    weights: Weights = "none",
    level: float = LEVEL,
) -> Estimate | None:
    """Cohen's kappa, (p_o - p_e) / (1 - p_e), with its normal interval.

    Without weights the error is √(p_o(1 - p_o)/n)/(1 - p_e), of Cohen, J. (1960), Educational and
    Psychological Measurement 20, 37-46; where that is 0 because all rows agree, the interval comes
    from Wilson's of p_o, for no agreement is certain. Weighted: Cohen (1968), Psychological
    Bulletin 70, 213-220, with the error of Fleiss, Cohen, Everitt (1969), Psychological Bulletin
    72, 323-327.

    Args:
        first: the labels that one rater gave, a row each.
        second: those of the other, in the same order.
        labels: *all* labels that could be given, in their order: weights need it (1155 against
            1154 has a quadratic kappa of .857 of the labels seen, .966 of 1 to 5).
        weights: how far apart labels may be and still agree in part.
        level: the confidence.

    Returns:
        None where it is undefined: both gave all rows the same one label.

    Raises:
        UsageError: see :func:`contingency`.
    """
    table = contingency(first, second, labels)
    rows, size = len(first), len(labels)
    share = [[count / rows for count in line] for line in table]
    ones = [sum(line) for line in share]
    others = [sum(line[each] for line in share) for each in range(size)]
    weight = [[_weight(one, other, size, weights) for other in range(size)] for one in range(size)]
    pairs = [(one, other) for one in range(size) for other in range(size)]
    observed = math.fsum(weight[one][other] * share[one][other] for one, other in pairs)
    chance = math.fsum(weight[one][other] * ones[one] * others[other] for one, other in pairs)
    if 1 - chance < _EVEN:
        return None
    kappa = (observed - chance) / (1 - chance)
    if weights == "none":
        variance = observed * (1 - observed) / rows / (1 - chance) ** 2
    else:
        # Fleiss, Cohen and Everitt's formula 13: the mean weight of each line and column.
        line = [
            sum(weight[one][each] * others[each] for each in range(size)) for one in range(size)
        ]
        column = [
            sum(weight[each][two] * ones[each] for each in range(size)) for two in range(size)
        ]
        inner = math.fsum(
            share[one][other]
            * (weight[one][other] - (line[one] + column[other]) * (1 - kappa)) ** 2
            for one, other in pairs
        )
        rest = (kappa - chance * (1 - kappa)) ** 2
        variance = max(0.0, inner - rest) / rows / (1 - chance) ** 2
    error = math.sqrt(max(0.0, variance))
    if error > _EVEN:
        half = two_sided_z(level) * error
        return Estimate(
            value=kappa,
            standard_error=error,
            interval=Bounds(max(-1.0, kappa - half), min(1.0, kappa + half)),
            rows=rows,
        )
    bounds = None
    if weights == "none":
        agreed = wilson(round(observed * rows), rows, level)
        bounds = Bounds(
            max(-1.0, (agreed.low - chance) / (1 - chance)),
            min(1.0, (agreed.high - chance) / (1 - chance)),
        )
    return Estimate(value=kappa, standard_error=None, interval=bounds, rows=rows)


def gwet_ac1(
    first: Sequence[Label], second: Sequence[Label], labels: Sequence[Label]
) -> float | None:
    """Gwet's AC1, which stays high where nearly all rows have one label and raters agree.

    p_e = Σ π_k (1 - π_k) / (q - 1), π_k the mean share of label k, q how many labels there are.
    Source: Gwet, K. L. (2008), British Journal of Mathematical and Statistical Psychology 61,
    29-48. None with a single label.

    Raises:
        UsageError: see :func:`contingency`.
    """
    table = contingency(first, second, labels)
    rows, size = len(first), len(labels)
    if size < _ALONE:
        return None
    observed = sum(table[each][each] for each in range(size)) / rows
    given = [
        (sum(table[each]) + sum(row[each] for row in table)) / 2 / rows for each in range(size)
    ]
    chance = math.fsum(each * (1 - each) for each in given) / (size - 1)
    return (observed - chance) / (1 - chance)


def krippendorff_alpha(
    ratings: Sequence[Sequence[float | None]], scale: Scale = "nominal"
) -> float | None:
    """Krippendorff's alpha, 1 - D_o / D_e, of any number of raters with missing ratings.

    Source: Krippendorff, K. (2011), Computing Krippendorff's alpha-reliability: the coincidence
    matrix holds each unit's ordered pairs, weighted by 1 / (m - 1); units with one rating are
    dropped.

    Args:
        ratings: a sequence for each rater, one rating a unit, None where it is missing. Categories
            are numbered for the nominal scale.
        scale: which differences of values are large.

    Returns:
        None where it is undefined: nothing was rated twice, or only one value was given.

    Raises:
        UsageError: raters differ in units, or a ratio below 0.
    """
    if len({len(each) for each in ratings}) > 1:
        raise UsageError(
            "The raters have different numbers of units: mark missing ratings as such."
        )
    units = [
        values
        for unit in zip(*ratings, strict=True)
        if len(values := [each for each in unit if each is not None]) >= _ALONE
    ]
    seen = sorted({each for unit in units for each in unit})
    if len(seen) < _ALONE:
        return None
    if scale == "ratio" and seen[0] < 0:
        raise UsageError("A ratio scale has no values below 0: choose the interval scale.")
    place_of = {value: place for place, value in enumerate(seen)}
    matrix = [[0.0] * len(seen) for _ in seen]
    for unit in units:
        counts = [0] * len(seen)
        for value in unit:
            counts[place_of[value]] += 1
        for one, count in enumerate(counts):
            for other, paired in enumerate(counts):
                matrix[one][other] += count * (paired - (one == other)) / (len(unit) - 1)
    totals = [math.fsum(line) for line in matrix]
    everything = math.fsum(totals)
    pairs = [(one, other) for one in range(len(seen)) for other in range(one)]
    apart = {pair: _distance(*pair, seen, totals, scale) for pair in pairs}
    observed = math.fsum(matrix[one][other] * apart[one, other] for one, other in pairs)
    expected = math.fsum(totals[one] * totals[other] * apart[one, other] for one, other in pairs)
    return 1 - (everything - 1) * observed / expected


def votes_needed(kappa: float, floor: float, chance: float = 0.5, level: float = LEVEL) -> int:
    """How many rows both must have labelled until kappa's lower end reaches a floor.

    Args:
        kappa: what it is taken to be.
        floor: below it.
        chance: p_e; .5 for two labels that are equally frequent.
        level: the confidence.

    Raises:
        UsageError: the floor is not below kappa.
    """
    if not floor < kappa <= 1 or not 0 <= chance < 1:
        raise UsageError(f"No number of votes lifts a kappa of {kappa:g} above {floor:g} surely.")
    observed = kappa * (1 - chance) + chance
    reach = (kappa - floor) * (1 - chance)
    return max(1, math.ceil(two_sided_z(level) ** 2 * observed * (1 - observed) / reach**2 - 1e-9))


def corrected_pass_rate(observed: float, sensitivity: float, specificity: float) -> float | None:
    """The true pass rate behind one that an imperfect judge gave.

    (observed + specificity - 1) / (sensitivity + specificity - 1), kept within 0 to 1. Source:
    Rogan, W. J., Gladen, B. (1978), American Journal of Epidemiology 107, 71-76.

    Args:
        observed: the share that the judge passed.
        sensitivity: the share of right answers that it passes.
        specificity: the share of wrong answers that it fails.

    Returns:
        None where the judge is no better than chance.
    """
    gain = sensitivity + specificity - 1
    if gain <= _EVEN:
        return None
    return min(1.0, max(0.0, (observed + specificity - 1) / gain))


def _weight(one: int, other: int, size: int, weights: Weights) -> float:
    """How far two labels agree: 1 the same, 0 the furthest apart."""
    if one == other:
        return 1.0
    if weights == "none":
        return 0.0
    apart = abs(one - other) / (size - 1)
    return 1 - (apart if weights == "linear" else apart**2)


def _distance(
    one: int, other: int, seen: Sequence[float], totals: Sequence[float], scale: Scale
) -> float:
    """Krippendorff's squared difference of two values, ``other`` being the lower."""
    if scale == "ordinal":
        between = math.fsum(totals[other : one + 1])
        return (between - (totals[one] + totals[other]) / 2) ** 2
    if scale == "interval":
        return (seen[one] - seen[other]) ** 2
    if scale == "ratio":
        return ((seen[one] - seen[other]) / (seen[one] + seen[other])) ** 2
    return 1.0
