"""Strengths of candidates against choix."""

from __future__ import annotations

import random

import numpy as np
import pytest

from workbench.evaluation.statistics.davidson import fit_davidson, is_separated

choix = pytest.importorskip("choix")
SLOW_CASES = 50
"""How many are also fitted by its general optimiser, which takes half a second each."""


def test_bradley_terry(cases: list[random.Random]) -> None:
    compared = 0
    for chance in cases:
        size = chance.randint(2, 7)
        truth = [chance.gauss(0, 1) for _ in range(size)]
        data = []
        for _ in range(chance.randint(10, 200)):
            one, other = chance.sample(range(size), 2)
            is_win = chance.random() < 1 / (1 + np.exp(truth[other] - truth[one]))
            data.append((one, other) if is_win else (other, one))
        wins = np.zeros((size, size))
        for pair in data:
            wins[pair] += 1
        if is_separated(wins, np.zeros((size, size))):
            assert not _has_finite_fit(size, data)
            continue
        found = fit_davidson(wins[None], np.zeros((1, size, size))).strengths[0]
        known = choix.ilsr_pairwise(size, data, tol=1e-12, max_iter=10_000)
        assert found == pytest.approx(known - known.mean(), abs=1e-6)
        if compared < SLOW_CASES:
            known = choix.opt_pairwise(size, data, alpha=0, method="Newton-CG", tol=1e-12)
            assert found == pytest.approx(known - known.mean(), abs=1e-5)
        compared += 1
    assert compared > 300


def _has_finite_fit(size: int, data: list[tuple[int, int]]) -> bool:
    with np.errstate(all="ignore"):
        try:
            return bool(np.isfinite(choix.lsr_pairwise(size, data)).all())
        except ValueError:  # it finds that the chain of wins has no stationary distribution
            return False
