"""How many rows a difference needs, and which difference rows can show.

The level is 5 % on two sides and the power 80 % unless given. The normal approximation
says too little for the exact test: at its number the test has 76 to 79 % power; with
``EXACT_ALLOWANCE`` it has 80 to 82 % (computed for discordances of 10 to 30 %).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.domain.errors import UsageError
from workbench.evaluation.statistics.distributions import normal_quantile

LEVEL = 0.05
POWER = 0.8
EXACT_ALLOWANCE = 1.08


def rows_needed_for_shares(
    discordance: float,
    difference: float,
    *,
    level: float = LEVEL,
    power: float = POWER,
    allowance: float = EXACT_ALLOWANCE,
) -> int:
    """Rows with which a paired pass/fail comparison shows a difference.

    n = (z_a/2 √pd + z_b √(pd - d²))² / d². Source: Connor, R. J. (1987), Sample size for testing
    differences in proportions for the paired-sample design, Biometrics 43, 207-211.

    Args:
        discordance: the share of rows in which just one of the two passes; it cannot be less than
            the difference, and is raised to it.
        difference: of the two shares, 0 to 1, not 0.
        level: of the two-sided test; divide it where several are made together.
        power: the chance of seeing the difference.
        allowance: a factor for the exact test; 1 is the formula alone.

    Raises:
        UsageError: the difference is 0 or out of range.
    """
    difference = _sized(difference)
    discordance = max(discordance, difference)
    side, chance = normal_quantile(1 - level / 2), normal_quantile(power)
    spread = side * math.sqrt(discordance) + chance * math.sqrt(discordance - difference**2)
    return math.ceil(allowance * (spread / difference) ** 2 - 1e-9)


def rows_needed_for_means(
    difference: float,
    between: float,
    *,
    within_candidate: float = 0.0,
    within_baseline: float = 0.0,
    repeats: int = 1,
    level: float = LEVEL,
    power: float = POWER,
) -> int:
    """Rows with which a paired comparison of mean scores shows a difference.

    n = (z_a/2 + z_b)² (w² + s_A²/K + s_B²/K) / d². Source: Miller (2024), arXiv 2411.00640.

    Args:
        difference: of the two means, not 0.
        between: w², the variance over rows of the difference; of differences that were seen with
            these repeats it holds all three terms.
        within_candidate: s_A², the mean variance of the candidate's repeats of a row.
        within_baseline: the same of the baseline.
        repeats: K, answers to each row.
        level: see :func:`rows_needed_for_shares`.
        power: the same.

    Raises:
        UsageError: the difference is 0.
    """
    difference = _sized(difference)
    sides = normal_quantile(1 - level / 2) + normal_quantile(power)
    variance = between + (within_candidate + within_baseline) / repeats
    return math.ceil(sides**2 * variance / difference**2 - 1e-9)


def smallest_visible_difference(
    rows: int,
    discordance: float,
    *,
    level: float = LEVEL,
    power: float = POWER,
    allowance: float = EXACT_ALLOWANCE,
) -> float | None:
    """The smallest difference of two shares that so many paired rows show.

    None where even a difference as large as the discordance would need more rows. The reverse of
    :func:`rows_needed_for_shares`, solved for d in closed form.
    """
    side, chance = normal_quantile(1 - level / 2), normal_quantile(power)
    # d √n' - a = b √(pd - d²), squared: (n' + b²) d² - 2 a √n' d + a² - b² pd = 0
    root, a = math.sqrt(rows / allowance), side * math.sqrt(discordance)
    square = root**2 + chance**2
    inner = (a * root) ** 2 - square * (a**2 - chance**2 * discordance)
    found = (a * root + math.sqrt(max(inner, 0.0))) / square
    return found if rows and found <= discordance + 1e-12 else None


def variance_of_mean(shares: Sequence[float], repeats: int | None) -> float:
    """The variance of a pass rate over rows, each asked several times.

    (Var(x) + E[x(1 - x)]/K)/n with the population variance over rows: repeats cut only the second
    term. Source: Miller (2024), arXiv 2411.00640.

    Args:
        shares: how often each row passes, 0 to 1.
        repeats: K; None for the limit of ever more.

    Raises:
        UsageError: there are no rows.
    """
    if not shares:
        raise UsageError("There are no rows to take a variance of: run or score some first.")
    mean = math.fsum(shares) / len(shares)
    between = math.fsum((each - mean) ** 2 for each in shares) / len(shares)
    within = math.fsum(each * (1 - each) for each in shares) / len(shares)
    return (between + (within / repeats if repeats else 0.0)) / len(shares)


def _sized(difference: float) -> float:
    if not 0 < abs(difference) <= 1:
        raise UsageError(
            f"A difference of {difference:g} cannot be planned for: give one above 0, at most 1."
        )
    return abs(difference)
