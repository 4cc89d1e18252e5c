"""How far a judge agrees with the user, and whether it may rank."""

from __future__ import annotations

import msgspec

from workbench.domain.evaluation.estimates import Estimate

GATE_VOTES = 50
GATE_KAPPA = 0.4
GATE_CONSISTENCY = 0.8


class LabelAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """Two raters of the same rows: the share of equal labels, kappa and AC1, and the table.

    kappa falls towards 0 where nearly all rows have one label, however many agree (the kappa
    paradox); AC1 does not, so that all three are shown.
    """

    rows: int
    observed: float
    """The share of rows with equal labels."""
    kappa: Estimate | None
    """None where it is undefined: all rows have the same one label from both."""
    ac1: float | None
    labels: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    """Counts: a line for each label of the first rater, a column for each of the second."""


class JudgeGate(msgspec.Struct, frozen=True, kw_only=True):
    """The three conditions until which a judge's column is grey and ranks nothing."""

    votes: int
    kappa_low: float | None
    """The lower end of kappa's interval; None where kappa is undefined."""
    consistency: float | None
    """The share of pairs judged the same in both orders; None where it was not measured."""

    @property
    def has_votes(self) -> bool:
        """Whether the user voted on enough of the same rows."""
        return self.votes >= GATE_VOTES

    @property
    def agrees(self) -> bool:
        """Whether it agrees with the user surely enough."""
        return self.kappa_low is not None and self.kappa_low >= GATE_KAPPA

    @property
    def is_consistent(self) -> bool:
        """Whether it picks the same answer in either order."""
        return self.consistency is not None and self.consistency >= GATE_CONSISTENCY

    @property
    def may_rank(self) -> bool:
        """Whether all three hold."""
        return self.has_votes and self.agrees and self.is_consistent
