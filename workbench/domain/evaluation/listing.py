"""What there is to evaluate: evaluations, files of sets, drafts, and data sets."""

from __future__ import annotations

import msgspec

from workbench.domain.evaluation.results import EvaluationSummary


class ListedEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation in a list: a file of a set, a draft, something of the history, or all three.

    ``summary`` is what was evaluated of it last, None for nothing.
    """

    path: str
    name: str
    is_file: bool = False
    has_draft: bool = False
    shipped: bool = False
    """Whether its file comes with the program and stays as it is."""
    summary: EvaluationSummary | None = None

    @property
    def is_example(self) -> bool:
        """Whether it comes with the program and was not used yet."""
        return self.shipped and self.summary is None and not self.has_draft


class ListedData(msgspec.Struct, frozen=True, kw_only=True):
    """A data set in a list. ``rows`` is None until they were counted."""

    path: str
    name: str
    shipped: bool = False
    rows: int | None = None


class EvaluationListing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in the list of the workspace, last worked on first."""

    evaluations: tuple[ListedEvaluation, ...] = ()
    data_sets: tuple[ListedData, ...] = ()
