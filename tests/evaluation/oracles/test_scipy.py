"""Distributions, intervals and tests against scipy."""

from __future__ import annotations

import math
import random

import pytest

from workbench.evaluation.statistics.corrections import benjamini_hochberg
from workbench.evaluation.statistics.distributions import (
    beta_cdf,
    beta_quantile,
    t_quantile,
    t_two_sided_p,
)
from workbench.evaluation.statistics.intervals import (
    clopper_pearson,
    mean_interval,
    mean_p,
    wilson,
)
from workbench.evaluation.statistics.paired import mcnemar, paired_bootstrap, tango_interval
from workbench.evaluation.statistics.repeats import fisher

stats = pytest.importorskip("scipy.stats")
optimize = pytest.importorskip("scipy.optimize")


def test_t(cases: list[random.Random]) -> None:
    for chance in cases:
        degrees = round(10 ** chance.uniform(0, 5))
        p = 10 ** chance.uniform(-9, -0.31)
        for share in (p, 1 - p):
            assert t_quantile(share, degrees) == pytest.approx(
                float(stats.t.ppf(share, degrees)), rel=1e-9, abs=1e-9
            )
        t = chance.uniform(0, 12)
        assert t_two_sided_p(t, degrees) == pytest.approx(
            2 * float(stats.t.sf(t, degrees)), rel=1e-9
        )


def test_beta(cases: list[random.Random]) -> None:
    for chance in cases:
        a, b = (10 ** chance.uniform(-0.3, 3.5) for _ in range(2))
        centre = a / (a + b)
        x = min(
            0.999999,
            max(1e-6, centre + chance.gauss(0, 2) * (centre * (1 - centre) / (a + b)) ** 0.5),
        )
        assert beta_cdf(x, a, b) == pytest.approx(float(stats.beta.cdf(x, a, b)), abs=1e-10)
        share = chance.uniform(0.001, 0.999)
        assert beta_quantile(share, a, b) == pytest.approx(
            float(stats.beta.ppf(share, a, b)), rel=1e-8, abs=1e-10
        )


def test_intervals_of_shares(cases: list[random.Random]) -> None:
    for chance in cases:
        trials = chance.randint(1, 2000)
        successes = chance.randint(0, trials)
        level = chance.choice([0.8, 0.9, 0.95, 0.99])
        test = stats.binomtest(successes, trials)
        for found, method in (
            (wilson(successes, trials, level), "wilson"),
            (clopper_pearson(successes, trials, level), "exact"),
        ):
            known = test.proportion_ci(level, method)
            assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-9)


def test_means(cases: list[random.Random]) -> None:
    for chance in cases:
        values = [chance.gauss(chance.uniform(-1, 1), 1) for _ in range(chance.randint(2, 200))]
        known = stats.ttest_1samp(values, 0)
        found = mean_interval(values)
        assert mean_p(found) == pytest.approx(float(known.pvalue), rel=1e-8)
        assert found.interval is not None
        ends = known.confidence_interval(0.95)
        assert (found.interval.low, found.interval.high) == pytest.approx(
            (float(ends.low), float(ends.high)), abs=1e-9
        )


def test_exact_tests(cases: list[random.Random]) -> None:
    for chance in cases:
        gained, lost = chance.randint(0, 300), chance.randint(0, 300)
        if gained + lost:
            known = stats.binomtest(gained, gained + lost, 0.5).pvalue
            assert mcnemar(gained, lost).p == pytest.approx(float(known), rel=1e-9)
        one, other = chance.randint(1, 40), chance.randint(1, 40)
        table = (chance.randint(0, one), one), (chance.randint(0, other), other)
        known = stats.fisher_exact([[right, runs - right] for right, runs in table]).pvalue
        assert fisher(*table) == pytest.approx(float(known), rel=1e-7)


def test_false_discovery_rates(cases: list[random.Random]) -> None:
    for chance in cases:
        values = [chance.random() ** 3 for _ in range(chance.randint(1, 30))]
        known = stats.false_discovery_control(values)
        assert benjamini_hochberg(values) == pytest.approx(known.tolist(), abs=1e-12)


def _likeliest(gained: int, lost: int, rows: int, difference: float) -> float:
    """The share lost that fits best where the difference is given."""

    def unlikelihood(share: float) -> float:
        parts = [
            (gained, share + difference),
            (lost, share),
            (rows - gained - lost, 1 - 2 * share - difference),
        ]
        return -sum(count * math.log(max(part, 1e-300)) for count, part in parts if count)

    ends = max(0.0, -difference), (1 - difference) / 2
    found = optimize.minimize_scalar(
        unlikelihood, bounds=ends, method="bounded", options={"xatol": 1e-12}
    )
    return float(found.x)


def test_tangos_interval_by_constrained_likelihood(cases: list[random.Random]) -> None:
    for chance in cases:
        rows = chance.randint(5, 400)
        gained, lost = chance.randint(0, rows // 2), chance.randint(0, rows // 2)
        found = tango_interval(gained, lost, rows)
        for end, z in ((found.low, 1.959964), (found.high, -1.959964)):
            share = _likeliest(gained, lost, rows, end)
            variance = rows * (2 * share + end * (1 - end))
            assert (gained - lost - rows * end) / variance**0.5 == pytest.approx(z, abs=2e-3)


def test_bootstrap(cases: list[random.Random]) -> None:
    """By chance itself, so the two agree only as far as resampling does."""
    for chance in cases[:20]:
        values = [chance.gauss(0.2, 1) for _ in range(80)]
        known = stats.bootstrap(
            (values,),
            lambda each, axis: each.mean(axis=axis),
            n_resamples=10_000,
            method="percentile",
            rng=chance.randint(0, 10**6),
        ).confidence_interval
        found = paired_bootstrap(values, seed=chance.randint(0, 10**6)).interval
        assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=0.03)
