"""Corrections, clustered errors, kappa and regression against statsmodels."""

from __future__ import annotations

import gc
import math
import random
import warnings

import numpy as np
import pytest

from workbench.evaluation.statistics.agreement import Weights, cohen_kappa
from workbench.evaluation.statistics.corrections import benjamini_hochberg, holm
from workbench.evaluation.statistics.intervals import mean_interval
from workbench.evaluation.statistics.judging import length_coefficient
from workbench.evaluation.statistics.paired import mcnemar

sm = pytest.importorskip("statsmodels.api")
tables = pytest.importorskip("statsmodels.stats.contingency_tables")
inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
multitest = pytest.importorskip("statsmodels.stats.multitest")


def test_corrections(cases: list[random.Random], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "collect", lambda: 0)  # statsmodels does at each call
    for chance in cases:
        values = [chance.random() ** 3 for _ in range(chance.randint(1, 30))]
        values += values[: chance.randint(0, 3)]
        for ours, method in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
            known = multitest.multipletests(values, method=method)[1]
            assert ours(values) == pytest.approx(known.tolist(), abs=1e-12)


def test_mcnemar(cases: list[random.Random]) -> None:
    for chance in cases:
        gained, lost = chance.randint(0, 200), chance.randint(0, 200)
        known = tables.mcnemar([[5, gained], [lost, 9]], exact=True).pvalue
        assert mcnemar(gained, lost).p == pytest.approx(float(known), rel=1e-9)


def test_clustered_errors(cases: list[random.Random]) -> None:
    for chance in cases:
        sizes = [chance.randint(1, 6) for _ in range(chance.randint(2, 40))]
        values = [
            chance.gauss(0, 1) + shift for size in sizes for shift in [chance.gauss(0, 1)] * size
        ]
        groups = [group for group, size in enumerate(sizes) for _ in range(size)]
        known = sm.OLS(values, np.ones(len(values))).fit(
            cov_type="cluster",
            cov_kwds={"groups": np.array(groups), "use_correction": True, "df_correction": True},
            use_t=True,
        )
        found = mean_interval(values, groups)
        # statsmodels corrects by C/(C-1) · (n-1)/(n-k); with the mean alone, k = 1 leaves C/(C-1).
        assert found.standard_error == pytest.approx(float(known.bse[0]), rel=1e-9)
        assert found.interval is not None
        low, high = known.conf_int()[0]
        assert (found.interval.low, found.interval.high) == pytest.approx((low, high), rel=1e-8)


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappa(cases: list[random.Random], weights: Weights) -> None:
    for chance in cases:
        size, rows = chance.randint(2, 6), chance.randint(5, 200)
        first = [chance.randrange(size) for _ in range(rows)]
        second = [each if chance.random() < 0.6 else chance.randrange(size) for each in first]
        table = np.zeros((size, size))
        for pair in zip(first, second, strict=True):
            table[pair] += 1
        found = cohen_kappa(first, second, range(size), weights)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            known = inter_rater.cohens_kappa(
                table, wt=None if weights == "none" else weights, weights=None
            )
        if found is None:
            assert not math.isfinite(known.kappa)
            continue
        assert found.value == pytest.approx(float(known.kappa), abs=1e-9)
        if weights != "none" and found.standard_error is not None:
            assert found.standard_error == pytest.approx(float(known.std_kappa), rel=1e-7)


def test_length_coefficient(cases: list[random.Random]) -> None:
    compared = 0
    for chance in cases:
        ratios = [math.exp(chance.gauss(0, 0.7)) for _ in range(chance.randint(20, 200))]
        slope = chance.uniform(-1.5, 1.5)
        outcomes = [
            float(chance.random() < 1 / (1 + math.exp(-0.3 - slope * math.log(each))))
            for each in ratios
        ]
        found = length_coefficient(outcomes, ratios)
        if found is None:
            continue
        known = sm.Logit(outcomes, sm.add_constant(np.log(ratios))).fit(disp=0, tol=1e-12)
        assert found.value == pytest.approx(float(known.params[1]), abs=1e-7)
        assert found.standard_error == pytest.approx(float(known.bse[1]), rel=1e-6)
        compared += 1
    assert compared > 490
