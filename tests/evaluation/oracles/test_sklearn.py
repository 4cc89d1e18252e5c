"""Calibration and kappa against scikit-learn."""

from __future__ import annotations

import random
import warnings

import pytest

from workbench.evaluation.statistics.agreement import Weights, cohen_kappa
from workbench.evaluation.statistics.calibration import calibration

metrics = pytest.importorskip("sklearn.metrics")


def test_calibration(cases: list[random.Random]) -> None:
    for chance in cases:
        rows = chance.randint(2, 300)
        digits = chance.choice([1, 2, 6])
        confidences = [round(chance.random(), digits) for _ in range(rows)]
        right = [chance.random() < each for each in confidences]
        found = calibration(confidences, right)
        assert found.brier == pytest.approx(
            float(metrics.brier_score_loss(right, confidences, pos_label=True)), abs=1e-12
        )
        assert found.log_loss == pytest.approx(
            float(metrics.log_loss(right, confidences, labels=[False, True])), abs=1e-9
        )
        if len(set(right)) == 2:
            assert found.auroc == pytest.approx(
                float(metrics.roc_auc_score(right, confidences)), abs=1e-12
            )
        else:
            assert found.auroc is None


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_kappa(cases: list[random.Random], weights: Weights) -> None:
    for chance in cases:
        size, rows = chance.randint(2, 6), chance.randint(2, 60)
        first = [chance.randrange(size) for _ in range(rows)]
        second = [each if chance.random() < 0.7 else chance.randrange(size) for each in first]
        found = cohen_kappa(first, second, range(size), weights)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            known = metrics.cohen_kappa_score(
                first,
                second,
                labels=list(range(size)),
                weights=None if weights == "none" else weights,
            )
        if found is None:
            assert known != known
        else:
            assert found.value == pytest.approx(float(known), abs=1e-9)
