"""What decided, a note, and the four keys of a vote."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit

from workbench.domain.evaluation.votes import REASONS, Choice, Vote, VotingRound
from workbench.ui.evaluate.votes.model import VotesModel
from workbench.ui.evaluate.votes.vote_buttons import ReasonChip, VoteKey
from workbench.ui.evaluate.votes.words import rows_text, vote_text
from workbench.ui.kit import GhostButton, Label, column, row, rule
from workbench.ui.kit.panes.flow import FlowLayout

VOTES: tuple[tuple[Choice, str, str], ...] = (
    ("a", "A is better", "A"),
    ("tie", "Tie", "T"),
    ("both_bad", "Both bad", "X"),
    ("b", "B is better", "B"),
)
"""The four votes: choice, words, key."""
_WIDE, _NARROW = 7, 5
_ROOM_FOR_TITLE = 740


class _Note(QLineEdit):
    """The note: Enter and Esc go back to the keys."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Note")
        self.setAccessibleName("Note on the vote")
        self.setFixedWidth(96)
        self.setMaxLength(2_000)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class Ballot(QFrame):
    """Reasons, note and keys; everything that is pressed goes to the model."""

    def __init__(self, model: VotesModel) -> None:
        super().__init__()
        self._model = model
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.chips = {
            reason: ReasonChip(reason, str(number)) for number, reason in enumerate(REASONS, 1)
        }
        self.note = _Note()
        self.keys = {choice: VoteKey(text, keys) for choice, text, keys in VOTES}
        flow = FlowLayout(gap=8)
        for reason, chip in self.chips.items():
            chip.clicked.connect(lambda _=False, reason=reason: model.toggle_reason(reason))
            flow.addWidget(chip)
        self._title = Label("What decided? Optional", "body", "text-3")
        why = row(self._title, margins=(24, 8, 24, 8), gap=10)
        why.addLayout(flow, 1)
        why.addWidget(self.note)
        keys = row(margins=(24, 12, 24, 12), gap=8)
        for choice, key in self.keys.items():
            key.clicked.connect(lambda _=False, choice=choice: model.cast(choice))
            keys.addWidget(key, _WIDE if choice in ("a", "b") else _NARROW)
        self.setLayout(column(rule(), why, rule(), keys, gap=0))
        self.note.textEdited.connect(self._on_note)
        self.note.left.connect(self.keys["a"].setFocus)
        self.show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._title.setVisible(event.size().width() >= _ROOM_FOR_TITLE)
        super().resizeEvent(event)

    @Slot(str)
    def _on_note(self, text: str) -> None:
        self._model.note = text

    def show_state(self) -> None:
        """Show what is chosen now."""
        model = self._model
        for reason, chip in self.chips.items():
            chip.setChecked(reason in model.reasons)
        if self.note.text() != model.note:
            self.note.setText(model.note)
            self.note.setCursorPosition(0)
        for choice, key in self.keys.items():
            key.setChecked(model.vote is not None and model.vote.choice == choice)
        for part in (*self.chips.values(), self.note, *self.keys.values()):
            part.setEnabled(model.pair is not None)


class Footer(QFrame):
    """Undo, skip, the vote before, what an export gives, Export."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "chrome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.undo = GhostButton("Undo the last vote", "undo", keys="U")
        self.skip = GhostButton("Skip", "skip-forward", keys="S")
        self.last = Label("", "small", "text-3", elide=True)
        self.rows = Label("", "small", "text-3", elide=True)
        self.rows.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.line = row(self.undo, self.skip, self.last, self.rows, margins=(16, 9, 12, 9), gap=8)
        self.line.setStretch(2, 2)
        self.line.setStretch(3, 5)
        self.setLayout(column(rule(), self.line, gap=0))

    def show_counts(self, state: VotingRound, last: Vote | None) -> None:
        """Show what an export would give, and the vote before."""
        self.undo.setEnabled(bool(state.votes))
        self.skip.setEnabled(state.pair is not None)
        self.rows.setText(rows_text(state))
        short = f"{state.dpo_rows:,} DPO, {state.kto_rows:,} KTO rows"
        self.rows.set_shorter(
            [short, f"{state.dpo_rows:,} DPO, {state.kto_rows:,} KTO"] if state.counted else []
        )
        self.last.setText(vote_text(last) if last is not None else "")
