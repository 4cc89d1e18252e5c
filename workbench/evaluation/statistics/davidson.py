"""Fits the Davidson model of paired comparisons with ties; Bradley-Terry where there are none.

P(i beats j) = p_i / D, P(tie) = v √(p_i p_j) / D, D = p_i + p_j + v √(p_i p_j), with p = e^b and
Σ b = 0. Sources: Davidson, R. R. (1970), On extending the Bradley-Terry model to accommodate ties
in paired comparison experiments, Journal of the American Statistical Association 65, 317-328;
Bradley, R. A., Terry, M. E. (1952), Biometrika 39, 324-345. The log likelihood is concave in b and
ln v, so that Newton's method with halved steps finds its one maximum, for many sets of votes at
once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RIDGE = 1e-9
"""Keeps the equations solvable; moves nothing that is shown."""
SEPARATED_RIDGE = 0.1
"""A weak normal prior on strengths for votes that fit no finite ones."""
_MOST_STEPS = 60
_CONVERGED = 1e-11
_SMALLEST_STEP = 1e-6
_LOG_TINY = -700.0


class Fit(NamedTuple):
    """Strengths of many sets of votes: arrays with one line a set."""

    strengths: Floats
    log_v: Floats
    """-inf where no vote tied."""
    log_likelihood: Floats
    covariance: Floats
    """Of the strengths, from the inverse of the information."""


def fit_davidson(
    wins: Floats, ties: Floats, ridge: float = RIDGE, log_v: float | None = None
) -> Fit:
    """The likeliest strengths and tie parameter.

    Args:
        wins: sets x candidates x candidates, how often the first was preferred to the second.
        ties: the same shape, symmetric, how often two tied.
        ridge: the weight of Σ b² / 2 in what is minimised.
        log_v: draws ln v to this value by ``ridge`` too, for sets in which few tied; without it
            ln v is free.
    """
    sets, size = wins.shape[:2]
    met = wins + wins.transpose(0, 2, 1) + ties
    has_ties = bool(ties.any())
    parameters = np.zeros((sets, size + 1))
    if log_v is not None:
        parameters[:, size] = log_v
    prior = np.zeros(size + 1)
    prior[size] = log_v or 0.0
    weights = np.full(size + 1, ridge)
    weights[size] = ridge if log_v is not None else 0.0
    value = _objective(parameters, wins, ties, has_ties, prior, weights)
    for _ in range(_MOST_STEPS):
        gradient, information = _slopes(parameters, wins, ties, met, has_ties, prior, weights)
        step = np.linalg.solve(information, gradient[..., None])[..., 0]
        share = np.ones((sets, 1))
        while True:
            tried = parameters + share * step
            found = _objective(tried, wins, ties, has_ties, prior, weights)
            is_worse = found < value - 1e-12 * np.abs(value)
            if not is_worse.any() or share.min() < _SMALLEST_STEP:
                break
            share[is_worse] /= 2
        parameters, value = tried, found
        if np.abs(step).max() < _CONVERGED:
            break
    _, information = _slopes(parameters, wins, ties, met, has_ties, prior, weights)
    inverse = np.linalg.inv(information)[:, :size, :size]
    # The direction in which all strengths grow together was held by a weight of one: taken out.
    covariance = inverse - 1 / (size * (1 + ridge))
    nothing = np.zeros(size + 1)
    return Fit(
        strengths=parameters[:, :size] - parameters[:, :size].mean(axis=1, keepdims=True),
        log_v=parameters[:, size] if has_ties else np.full(sets, -np.inf),
        log_likelihood=_objective(parameters, wins, ties, has_ties, prior, nothing),
        covariance=covariance,
    )


def is_separated(wins: Floats, ties: Floats) -> bool:
    """Whether one set of votes (candidates x candidates) fits no finite strengths and v.

    Without ties there is a maximum exactly where every candidate is linked to every other by a
    chain of wins (Ford, L. R. (1957), American Mathematical Monthly 64(8), 28-33). With ties two
    ways lead to infinity: the same with each tie linking both ways; and v growing without end,
    possible where strengths exist with b_i - b_j ≥ 2 for each win and ≤ 2 for each tie, that is,
    where these differences have no cycle of negative length.
    """
    size = len(wins)
    linked = (wins > 0) | (ties > 0) | np.eye(size, dtype=bool)
    for middle in range(size):
        linked |= linked[:, [middle]] & linked[[middle], :]
    if not linked.all():
        return True
    if not ties.any():
        return False
    length = np.where(ties > 0, 2.0, np.inf)
    length[wins > 0] = -2.0
    np.fill_diagonal(length, 0.0)
    for middle in range(size):
        length = np.minimum(length, length[:, [middle]] + length[[middle], :])
    return not bool((np.diag(length) < 0).any())


def _shares(parameters: Floats, has_ties: bool) -> tuple[Floats, Floats, Floats]:
    """Log D relative to the first's strength, P(first wins) and P(tie) of all pairs."""
    strengths = parameters[:, :-1]
    gap = strengths[:, None, :] - strengths[:, :, None]
    tie = gap / 2 + (parameters[:, -1, None, None] if has_ties else _LOG_TINY)
    total = np.logaddexp(np.logaddexp(0.0, gap), tie)
    return total, np.exp(-total), np.exp(tie - total) if has_ties else np.zeros_like(total)


def _objective(
    parameters: Floats,
    wins: Floats,
    ties: Floats,
    has_ties: bool,
    prior: Floats,
    weights: Floats,
) -> Floats:
    """The log likelihood less the ridge."""
    total, _, _ = _shares(parameters, has_ties)
    strengths = parameters[:, :-1]
    gap = strengths[:, None, :] - strengths[:, :, None]
    value = -(wins * total).sum(axis=(1, 2))
    if has_ties:
        tie = gap / 2 + parameters[:, -1, None, None] - total
        value = value + (ties * tie).sum(axis=(1, 2)) / 2
    penalty = (weights * (parameters - prior) ** 2).sum(axis=1) / 2
    result: Floats = value - penalty
    return result


def _slopes(
    parameters: Floats,
    wins: Floats,
    ties: Floats,
    met: Floats,
    has_ties: bool,
    prior: Floats,
    weights: Floats,
) -> tuple[Floats, Floats]:
    """Gradient and information (less the second derivatives), ridge included."""
    _, win, tie = _shares(parameters, has_ties)
    sets, size = wins.shape[:2]
    mean = win + tie / 2
    variance = win + tie / 4 - mean**2
    gradient = np.zeros((sets, size + 1))
    gradient[:, :size] = (wins + ties / 2 - met * mean).sum(axis=2)
    information = np.zeros((sets, size + 1, size + 1))
    information[:, :size, :size] = -met * variance
    diagonal = np.arange(size)
    information[:, diagonal, diagonal] += (met * variance).sum(axis=2)
    information[:, :size, :size] += 1 / size
    if has_ties:
        gradient[:, size] = (ties - met * tie).sum(axis=(1, 2)) / 2
        shared = (met * (tie / 2 - mean * tie)).sum(axis=2)
        information[:, :size, size] = shared
        information[:, size, :size] = shared
        information[:, size, size] = (met * tie * (1 - tie)).sum(axis=(1, 2)) / 2
    else:
        information[:, size, size] = 1.0
    gradient -= weights * (parameters - prior)
    every = np.arange(size + 1)
    information[:, every, every] += weights
    return gradient, information
