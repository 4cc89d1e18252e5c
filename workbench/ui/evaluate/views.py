"""The views of Evaluate, one line each, in their order; the panel offers those that are here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QWidget

from workbench.ui.actions import Action
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.panels import Context


class EvaluateView(Protocol):
    """What a view has besides being a widget."""

    def actions_table(self) -> tuple[Action, ...]:
        """Its commands with their keys, which work while it is shown."""
        ...


@dataclass(frozen=True)
class ViewSpec:
    """A view; ``make`` makes it when it is first shown."""

    id: str
    title: str
    make: Callable[[Context, EvaluationModel], QWidget]


def _setup(context: Context, model: EvaluationModel) -> QWidget:
    from workbench.ui.evaluate.setup.view import SetupView  # noqa: PLC0415 - when it is shown

    return SetupView(context, model)


def _results(context: Context, model: EvaluationModel) -> QWidget:
    from workbench.ui.evaluate.results.view import ResultsView  # noqa: PLC0415 - when it is shown

    return ResultsView(context, model)


def _analysis(context: Context, model: EvaluationModel) -> QWidget:
    from workbench.ui.evaluate.analysis.view import AnalysisView  # noqa: PLC0415 - when it is shown

    return AnalysisView(context, model)


def _votes(context: Context, model: EvaluationModel) -> QWidget:
    from workbench.ui.evaluate.votes.view import VotesView  # noqa: PLC0415 - when it is shown

    return VotesView(context, model)


VIEWS: tuple[ViewSpec, ...] = (
    ViewSpec("setup", "Setup", _setup),
    ViewSpec("results", "Results", _results),
    ViewSpec("analysis", "Analysis", _analysis),
    ViewSpec("votes", "Votes", _votes),
)
