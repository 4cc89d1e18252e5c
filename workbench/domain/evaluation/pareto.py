"""Variants by quality and cost."""

from __future__ import annotations

import msgspec

from workbench.domain.evaluation.estimates import Bounds


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the plot of quality against cost; intervals are None where they are unknown."""

    name: str
    quality: float
    cost: float
    quality_interval: Bounds | None = None
    cost_interval: Bounds | None = None


class FrontPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a variant is on the Pareto front, and what beats it."""

    name: str
    beaten_by: tuple[str, ...]
    surely_beaten_by: tuple[str, ...]
    """Those of ``beaten_by`` whose intervals do not overlap with its own."""

    @property
    def is_on_front(self) -> bool:
        """Whether nothing else is both no more expensive and no worse."""
        return not self.beaten_by
