"""Whether answers are right as often as their confidence says."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.calibration import Calibration, CalibrationBin

BINS = 10
_EPSILON = 2.220446049250313e-16
"""What a confidence of 0 or 1 is taken for in the logarithm, as scikit-learn does."""


def calibration(
    confidences: Sequence[float], outcomes: Sequence[bool], bins: int = BINS
) -> Calibration:
    """ECE, Brier score, log loss and AUROC of confidences.

    ECE = Σ n_b/n |accuracy_b - confidence_b| over bins of equal width, each closed on the right as
    in Guo, C. et al. (2017), On calibration of modern neural networks, arXiv 1706.04599; 0 belongs
    to the first. The side on which bins are closed changes the value. Brier, G. W. (1950), Monthly
    Weather Review 78, 1-3. AUROC from mean ranks, ties counting half: Hanley, J. A., McNeil, B. J.
    (1982), Radiology 143, 29-36.

    Args:
        confidences: the probability given to each answer's being right, 0 to 1.
        outcomes: whether it was.
        bins: how many, at least 1.

    Raises:
        UsageError: there is none, the two differ in number, or a confidence is no probability.
    """
    if not confidences or len(confidences) != len(outcomes) or bins < 1:
        raise UsageError(
            f"{len(confidences)} confidences, {len(outcomes)} outcomes and {bins} bins do not make "
            "a calibration: give one outcome for each confidence, and at least one of each."
        )
    if wrong := [each for each in confidences if not 0 <= each <= 1]:
        raise UsageError(f"The confidence {wrong[0]:g} is no probability: give 0 to 1.")
    rows = len(confidences)
    right = [float(bool(each)) for each in outcomes]
    members: list[list[int]] = [[] for _ in range(bins)]
    for place, confidence in enumerate(confidences):
        members[_bin_of(confidence, bins)].append(place)
    made = tuple(
        CalibrationBin(
            low=number / bins,
            high=(number + 1) / bins,
            rows=len(places),
            confidence=math.fsum(confidences[each] for each in places) / len(places)
            if places
            else None,
            accuracy=math.fsum(right[each] for each in places) / len(places) if places else None,
        )
        for number, places in enumerate(members)
    )
    pairs = list(zip(confidences, right, strict=True))
    return Calibration(
        rows=rows,
        ece=math.fsum(
            each.rows / rows * abs(each.accuracy - each.confidence)
            for each in made
            if each.accuracy is not None and each.confidence is not None
        ),
        brier=math.fsum((p - y) ** 2 for p, y in pairs) / rows,
        log_loss=-math.fsum(
            math.log(min(max(p if y else 1 - p, _EPSILON), 1 - _EPSILON)) for p, y in pairs
        )
        / rows,
        auroc=auroc(confidences, outcomes),
        bins=made,
    )


def auroc(scores: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """The area under the ROC curve; None where all outcomes are the same."""
    positives = sum(map(bool, outcomes))
    negatives = len(outcomes) - positives
    if not positives or not negatives:
        return None
    order = sorted(range(len(scores)), key=lambda place: scores[place])
    rank_sum, start = 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and scores[order[end]] == scores[order[start]]:
            end += 1
        mean_rank = (start + 1 + end) / 2
        rank_sum += mean_rank * sum(bool(outcomes[place]) for place in order[start:end])
        start = end
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def _bin_of(confidence: float, bins: int) -> int:
    """The bin whose right end is the first not below the confidence."""
    number = max(0, math.ceil(confidence * bins) - 1)
    # Rounding of the product must not move what lies on an edge.
    if number and confidence <= number / bins:
        return number - 1
    return number + 1 if confidence > (number + 1) / bins else number
