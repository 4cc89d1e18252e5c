"""Votes on the answers of the evaluation that is open."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from workbench.domain.evaluation.votes import REASONS, Order, VotingRound
from workbench.domain.runs.spec import Json
from workbench.ui.actions import Action
from workbench.ui.evaluate.votes.ballot import VOTES, Ballot, Footer
from workbench.ui.evaluate.votes.board_view import BoardView
from workbench.ui.evaluate.votes.export_dialog import ExportDialog
from workbench.ui.evaluate.votes.judge_view import JudgeView
from workbench.ui.evaluate.votes.model import VotesModel
from workbench.ui.evaluate.votes.pair_view import PairView
from workbench.ui.evaluate.votes.words import (
    counted_out_text,
    nothing_text,
    progress_text,
    time_left_text,
)
from workbench.ui.kit import (
    Banner,
    Button,
    Chooser,
    EmptyState,
    GhostButton,
    Label,
    Splitter,
    Switch,
    column,
    row,
    rule,
)
from workbench.ui.theme import color, theme

if TYPE_CHECKING:
    from workbench.ui.evaluate.view_model import EvaluationModel
    from workbench.ui.panels import Context

_ORDERS: tuple[tuple[str, Order], ...] = (
    ("Least sure pairs first", "least_sure"),
    ("Case by case", "in_order"),
)


class _Bar(QWidget):
    """How many of the planned votes are made."""

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0
        self.setMinimumWidth(60)
        self.setMaximumWidth(160)
        self.setFixedHeight(6)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(160, 6)

    def show_share(self, share: float) -> None:
        """From 0 to 1."""
        self._share = min(max(share, 0.0), 1.0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("pressed"))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        painter.setBrush(color("text-2"))
        width = self.width() * self._share
        if width:
            painter.drawRoundedRect(QRectF(0, 0, max(width, 6), self.height()), 3, 3)


class _Head(QFrame):
    """Which vote it is, the order, and whether it is blind; or which earlier vote is shown."""

    def __init__(self, model: VotesModel) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.number = Label("", "body-strong")
        self.of = Label("", "body", "text-3")
        self.bar = _Bar()
        self.left = Label("", "small", "text-3", elide=True)
        self.order = Chooser("Order of the pairs", width=190)
        for title, order in _ORDERS:
            self.order.add_choice(title, order, icon="list")
        self.blind = Switch("Blind", tip="Hide which draft an answer is of until the vote.")
        self.blind.setChecked(True)
        self.back = GhostButton("Earlier", "chevron-left", keys="P")
        self.forward = GhostButton("Later", "chevron-right", keys="Shift+P")
        self.go_on = GhostButton("Go on voting")
        line = row(
            self.number, self.of, self.bar, self.left, self.back, self.forward, self.go_on,
            self.order, self.blind, margins=(16, 7, 16, 7), gap=10,
        )  # fmt: skip
        line.setStretch(3, 1)
        self.setLayout(column(line, rule(), gap=0))
        self.back.clicked.connect(functools.partial(model.step, -1))
        self.forward.clicked.connect(functools.partial(model.step, 1))
        self.go_on.clicked.connect(model.go_on)

    def show_round(self, state: VotingRound) -> None:
        """Show how far it is."""
        number, of = progress_text(state)
        self.number.setText(number)
        self.of.setText(of)
        self.bar.show_share(state.counted / state.planned if state.planned else 0.0)
        self.left.setText(time_left_text(state))
        self.left.setToolTip(counted_out_text(state))
        self._show_parts(is_earlier=False)

    def show_earlier(self, place: int, count: int, changes: int) -> None:
        """Show which earlier vote it is."""
        self.number.setText(f"Earlier vote {place:,}")
        self.of.setText(f"of {count:,}")
        times = "once" if changes == 1 else f"{changes:,} times"
        self.left.setText(f"changed {times}" if changes else "another key changes it")
        self.left.setToolTip("")
        self._show_parts(is_earlier=True)

    def _show_parts(self, *, is_earlier: bool) -> None:
        for button in (self.back, self.forward, self.go_on):
            button.setVisible(is_earlier)
        for part in (self.bar, self.order, self.blind):
            part.setVisible(not is_earlier)


class VotesView(QWidget):
    """One pair at a time in the middle, the board at the right."""

    def __init__(self, context: Context, model: EvaluationModel) -> None:
        super().__init__()
        self._context = context
        self._evaluations = model
        self.model = VotesModel(context.bridge, model)
        self.head = _Head(self.model)
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
        more = {"both_bad": ("N",)}
        votes = tuple(
            Action(
                id=f"vote.{choice}",
                title=f"Vote: {text}",
                run=functools.partial(model.cast, choice),
                keys=keys,
                more_keys=more.get(choice, ()),
                when=lambda: model.can_vote,
            )
            for choice, text, keys in VOTES
        )
        reasons = tuple(
            Action(
                id=f"vote.reason_{number}",
                title=f"Vote: decided by “{reason}”",
                run=functools.partial(model.toggle_reason, reason),
                keys=str(number),
                when=lambda: model.pair is not None,
            )
            for number, reason in enumerate(REASONS, 1)
        )
        return (
            *votes,
            *reasons,
            Action(id="vote.undo", title="Undo the last vote", run=model.undo, keys="U",
                   when=self._can_undo),
            Action(id="vote.skip", title="Skip this pair", run=model.skip, keys="S",
                   when=lambda: model.can_vote),
            Action(id="vote.earlier", title="Show the vote before",
                   run=functools.partial(model.step, -1), keys="P",
                   when=lambda: bool(model.earlier())),
            Action(id="vote.later", title="Show the vote after",
                   run=functools.partial(model.step, 1), keys="Shift+P",
                   when=lambda: model.vote is not None),
            Action(id="vote.export", title="Export votes", run=self.show_export,
                   when=lambda: bool(model.round and model.round.counted)),
        )  # fmt: skip

    def _can_undo(self) -> bool:
        return bool(self.model.round and self.model.round.votes) and not self.model.is_saving

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
    def show_export(self) -> None:
        """Count what each kind of file would have, and save one."""
        evaluation = self._evaluations.evaluation
        if evaluation is not None:
            dialog = ExportDialog(self, self._context, evaluation)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()
