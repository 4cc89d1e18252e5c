"""Blind votes in Compare: two answers at a time take the place of the columns."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QStackedWidget

from workbench.domain.text import count_text
from workbench.ui.actions import Action
from workbench.ui.bridge import Bridge
from workbench.ui.compare.view_model import CompareModel
from workbench.ui.compare.voting.source import ColumnAnswers
from workbench.ui.evaluate.votes.actions import vote_actions
from workbench.ui.evaluate.votes.ballot import Ballot, Footer
from workbench.ui.evaluate.votes.head import Head
from workbench.ui.evaluate.votes.model import VotesModel
from workbench.ui.evaluate.votes.pair_view import PairView
from workbench.ui.kit import Banner, EmptyState, column


class VotingPage(QFrame):
    """Every pair of columns once; the columns are out of sight meanwhile.

    Signals:
        left(): back to the columns.
    """

    left = Signal()

    def __init__(self, compare: CompareModel, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("surface", "canvas")
        self._compare = compare
        self.source = ColumnAnswers(compare)
        self.model = VotesModel(bridge, self.source)
        self.model.setParent(self)
        self.head = Head(self.model, has_orders=False)
        self.banner = Banner()
        self.pair = PairView()
        self.empty = EmptyState("Vote blind", "", "Back to the columns", "compare")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.pair)
        self.ballot = Ballot(self.model)
        self.footer = Footer()
        layout = column(self.head, self.banner, self.stack, self.ballot, self.footer, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.model.changed.connect(self.show_state)
        self.model.failed.connect(self.banner.show_message)
        self.head.blind.toggled.connect(self.show_state)
        self.footer.undo.clicked.connect(self.model.undo)
        self.footer.skip.clicked.connect(self.model.skip)
        self.empty.button.clicked.connect(self.left)
        self.show_state()
        self.model.read()

    def actions_table(self) -> tuple[Action, ...]:
        """The votes, with their keys."""
        return vote_actions(self.model, "compare.vote")

    @Slot()
    def show_state(self) -> None:
        """Show the pair, or why there is none."""
        model, state = self.model, self.model.round
        self.ballot.show_state()
        if model.pair is not None:
            blind = self.head.blind.isChecked()
            named = model.vote is not None or not blind
            self.pair.show_pair(model.pair, self.source.values, named=named, blind=blind)
        else:
            self.empty.sentence.setText(self._why_none())
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

    def _why_none(self) -> str:
        state, columns = self.model.round, len(self._compare.columns)
        if state is None:
            return "Reading the answers…"
        if columns < 2:
            return "Votes compare two columns: add a second one."
        if state.pairs:
            return f"All {count_text(state.pairs, 'pair')} of columns have a vote."
        if state.identical and not state.unfinished:
            return "All columns answer with the same text: there is nothing to vote on."
        if self._compare.running:
            return "The columns are run. Pairs come as soon as two of them have answered."
        return "Run all columns first: two answers to the question are needed."
