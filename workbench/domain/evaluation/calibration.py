"""How far stated confidences and outcomes agree."""

from __future__ import annotations

import msgspec

FEWEST_CONFIDENCES = 100
"""Below this many answers the calibration is shown grey."""


class CalibrationBin(msgspec.Struct, frozen=True):
    """The answers whose confidence lies above ``low`` and at or below ``high``."""

    low: float
    high: float
    rows: int
    confidence: float | None
    """The mean confidence, None of no rows."""
    accuracy: float | None
    """The share that was right, None of no rows."""


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of confidences against outcomes; lower is better, but for AUROC."""

    rows: int
    ece: float
    """Expected calibration error: 0 where each bin is right as often as it says."""
    brier: float
    log_loss: float
    auroc: float | None
    """The chance that a right answer is more confident than a wrong one; None without both."""
    bins: tuple[CalibrationBin, ...]

    @property
    def is_grey(self) -> bool:
        """Whether there are too few answers to rely on it."""
        return self.rows < FEWEST_CONFIDENCES
