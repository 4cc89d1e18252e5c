"""Measures how many answers this machine decodes best together."""

from __future__ import annotations

import time

from workbench.domain.errors import EngineError
from workbench.engine.worker.model import DECODED, Model

WIDTHS = (4, 8, 12, 16, 20, 24, 32, 48, 64)
STEPS = 3
"""Evaluations of each width; the fastest counts, as what slows one down is other programs."""
BUDGET_SECONDS = 6.0
SLOWEST_STEP_SECONDS = 1.0
"""A wider batch that makes every answer wait longer than this is of no use to the user."""
GOOD_ENOUGH = 0.9
"""The largest width that reaches this part of the best speed is taken: where it is flat, a stage of
a search that fits whole has no last few answers that run by themselves. On 2 cores the tree of
the benchmark took 76 to 79 s with 64 and 92 s with 24, where 24 decodes about as fast."""


class Calibration:
    """Measures width after width, one evaluation a call, so that work can come in between.

    It evaluates arbitrary tokens in sequences of its own and gives them back after each width.

    Args:
        model: the loaded model; nothing else may be running on it.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._widths = [width for width in WIDTHS if width <= model.most_rows]
        self._spent = 0.0
        self.speeds: dict[int, float] = {}
        """Tokens a second by width."""

    @property
    def best_width(self) -> int:
        """The width to take, as far as is known; 0 is unknown."""
        best = max(self.speeds.values(), default=0.0)
        good = [width for width, speed in self.speeds.items() if speed >= GOOD_ENOUGH * best]
        return max(good, default=0)

    def measure_next(self) -> bool:
        """Measure one more width; False when there is nothing left to measure.

        Raises:
            EngineError: the model cannot be evaluated.
        """
        if not self._widths or self._spent > BUDGET_SECONDS:
            return False
        width = self._widths.pop(0)
        seconds = self._measure(width)
        if seconds:
            self.speeds[width] = width / seconds
        if not seconds or seconds > SLOWEST_STEP_SECONDS:
            self._widths.clear()
        return True

    def _measure(self, width: int) -> float:
        """Seconds of the fastest step; 0 where there was no room for it."""
        tree, batch = self._model.tree, self._model.batch
        if not tree.make_room(width * STEPS):
            return 0.0
        sequences = [tree.acquire([], 0) for _ in range(width)]
        best = 0.0
        try:
            for step in range(STEPS):
                batch.clear()
                for index, sequence in enumerate(sequences):
                    if sequence is None:
                        return 0.0
                    token = (index + step) % self._model.vocabulary.size
                    batch.add(token, position=step, sequence=sequence.id, wants_logits=True)
                    tree.extend(sequence, [token])
                started = time.monotonic()
                if self._model.evaluate(batch) != DECODED:
                    raise EngineError(
                        "The speed of the model could not be measured: load it again."
                    )
                seconds = time.monotonic() - started
                self._spent += seconds
                best = min(best or seconds, seconds)
        finally:
            for sequence in sequences:
                if sequence is not None:
                    tree.release(sequence)
        return best
