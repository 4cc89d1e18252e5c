"""Votes on the answers of the evaluation that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from workbench.domain.runs.spec import Json
from workbench.ui.actions import Action
from workbench.ui.evaluate.votes.actions import vote_actions
from workbench.ui.evaluate.votes.ballot import Ballot, Footer
from workbench.ui.evaluate.votes.board_view import BoardView
from workbench.ui.evaluate.votes.export_dialog import ExportDialog
from workbench.ui.evaluate.votes.head import Head
from workbench.ui.evaluate.votes.judges.judge_view import JudgeView
from workbench.ui.evaluate.votes.judges.self_tests import JudgeTests
from workbench.ui.evaluate.votes.pair_view import PairView
from workbench.ui.evaluate.votes.ranked import RankedVotes
from workbench.ui.evaluate.votes.words import (
    nothing_text,
)
from workbench.ui.kit import (
    Banner,
    Button,
    EmptyState,
    Splitter,
    column,
)

if TYPE_CHECKING:
    from workbench.ui.evaluate.view_model import EvaluationModel
    from workbench.ui.panels import Context


class VotesView(QWidget):
    """One pair at a time in the middle, the board at the right."""

    def __init__(self, context: Context, model: EvaluationModel) -> None:
        super().__init__()
        self._context = context
        self._evaluations = model
        self.model = RankedVotes(context.bridge, model)
        self.head = Head(self.model)
        self.banner = Banner()
        self.pair = PairView()
        self.empty = EmptyState(
            "Vote on pairs of answers", "", "Export the votes", "save", "Go through the votes"
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.pair)
        self.ballot = Ballot(self.model)
        self.footer = Footer()
        self.export = Button("Export", "save")
        self.footer.line.addWidget(self.export)
        centre = QFrame()
        centre.setProperty("surface", "canvas")
        layout = column(self.head, self.banner, self.stack, self.ballot, self.footer, gap=0)
        layout.setStretch(2, 1)
        centre.setLayout(layout)
        centre.setMinimumWidth(430)
        self.board = BoardView(self.model)
        side = QWidget()
        side.setProperty("surface", "panel")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.judge = JudgeView(self.model)
        side.setLayout(column(self.board, self.judge, None, gap=0))
        self.side = QScrollArea()
        self.side.setAccessibleName("Board and judge")
        self.side.setWidgetResizable(True)
        self.side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side.setWidget(side)
        self.side.setMinimumWidth(280)
        self.splitter = Splitter(centre, self.side, name="Pair and board")
        self.splitter.setSizes([780, 380])
        self.setLayout(column(self.splitter, gap=0))
        self._connect()
        self.show_state()
        self.model.read()

    def _connect(self) -> None:
        model = self.model
        model.changed.connect(self.show_state)
        model.failed.connect(self.banner.show_message)
        self.judge.tests.clicked.connect(self.test_models)
        self.head.blind.toggled.connect(self.show_state)
        self.head.order.currentIndexChanged.connect(self._on_order)
        self.footer.undo.clicked.connect(model.undo)
        self.footer.skip.clicked.connect(model.skip)
        self.export.clicked.connect(self.show_export)
        self.empty.button.clicked.connect(self.show_export)
        self.empty.link.clicked.connect(model.show_all)

    def actions_table(self) -> tuple[Action, ...]:
        """The votes, the reasons, and the rest, each with a key."""
        model = self.model
        return (
            *vote_actions(model, "vote"),
            Action(id="vote.judge_others", title="Let the judge judge the other pairs",
                   run=model.judging.begin, when=lambda: model.judging.can_begin),
            Action(id="vote.test_judge", title="Test a model as a judge: self-test and bias",
                   run=self.test_models),
            Action(id="vote.export", title="Export votes", run=self.show_export,
                   when=lambda: bool(model.round and model.round.counted)),
        )  # fmt: skip

    @Slot()
    def _on_order(self) -> None:
        self.model.set_order(self.head.order.currentData())

    @Slot()
    def show_state(self) -> None:
        """Show the pair, the counts and what is chosen."""
        model, state = self.model, self.model.round
        self.ballot.show_state()
        if model.pair is not None:
            blind = self.head.blind.isChecked()
            named = model.vote is not None or not blind
            self.pair.show_pair(model.pair, self._values(model.pair.case), named=named, blind=blind)
        else:
            self.empty.sentence.setText(nothing_text(state) if state else "Reading the answers…")
        has_votes = bool(state and state.counted)
        self.empty.button.setVisible(has_votes)
        self.empty.link.setVisible(has_votes)
        self.stack.setCurrentWidget(self.pair if model.pair is not None else self.empty)
        for part in (self.head, self.ballot, self.footer):
            part.setVisible(bool(state and (state.pairs or state.votes)))
        if state is None:
            return
        if model.vote is not None:
            self.head.show_earlier(*model.place, model.vote.changes)
        else:
            self.head.show_round(state)
        self.footer.show_counts(state, model.last)
        self.export.setEnabled(bool(state.counted))

    def _values(self, case_id: str) -> list[tuple[str, Json]]:
        """What the drafts were given of a case: the value of each input of theirs."""
        evaluation = self._evaluations.evaluation
        if evaluation is None:
            return []
        case = next((each for each in evaluation.cases if each.id == case_id), None)
        if case is None:
            return []
        columns = evaluation.set.columns.inputs
        names = dict.fromkeys(field.name for each in evaluation.variants for field in each.inputs)
        found = [(name, case.values.get(columns.get(name, name))) for name in names]
        return [(name, value) for name, value in found if value not in (None, "")]

    @Slot()
    def test_models(self) -> None:
        """Show what models may judge, and measure it."""
        dialog = JudgeTests(self, self._context)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def show_export(self) -> None:
        """Count what each kind of file would have, and save one."""
        evaluation = self._evaluations.evaluation
        if evaluation is not None:
            dialog = ExportDialog(self, self._context, evaluation)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()
