"""Repeats, when a row is right, and which difference is worth finding."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QSpinBox, QWidget

from workbench.domain.evaluation.evaluation_set import (
    MOST_REPEATS,
    MOST_TOKENS,
    EvaluationSet,
    RightWhen,
)
from workbench.domain.text import count_text
from workbench.ui.evaluate.setup.setup_model import SetupModel
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.kit import Chooser, Label, column, row, set_tone
from workbench.ui.kit.forms.parameter_form import quiet_wheel

_RIGHT: tuple[tuple[RightWhen, str], ...] = (
    ("all", "all of its answers are"),
    ("most", "most of its answers are"),
)
_LABELS = 132
USUAL_TOKENS = 512
"""Offered where a set has no limit."""
_RIGHT_SIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class GoalPane(QFrame):
    """How often each row is asked, and how many rows show a difference."""

    def __init__(self, model: EvaluationModel, setup: SetupModel) -> None:
        super().__init__()
        self._model, self._setup = model, setup
        self._is_showing = False
        self.repeats = _number("Answers a row", 1, MOST_REPEATS)
        self.seeds = Label("", "body", "text-3", elide=True)
        self.equal = QCheckBox("Equal tokens")
        self.equal.setToolTip(
            "Each answer may take as many new tokens, over all calls of its strategy: variants are "
            "compared at equal cost"
        )
        self.equal.setFixedWidth(_LABELS)
        self.tokens = _number("New tokens an answer may take", 1, MOST_TOKENS)
        self.tokens.setFixedWidth(88)
        self.tokens.setSingleStep(64)
        self.tokens.setGroupSeparatorShown(True)
        self.tokens.setValue(USUAL_TOKENS)
        self.right = Chooser("A row is right when")
        for value, title in _RIGHT:
            self.right.add_choice(title, value)
        self.target = _number("Difference that is worth finding, in points", 1, 100)
        self.power = Label("points, found 4 times in 5", "body", "text-3", elide=True)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(8)
        self.enough = Label("", "small", "text-3", wrap=True)
        rows = _labelled("Answers a row", row(self.repeats, self.seeds, gap=8))
        when = _labelled("A row is right when", row(self.right, gap=0))
        cost = Label("new tokens an answer", "body", "text-3", elide=True)
        equal = row(self.equal, self.tokens, cost, gap=8)
        equal.setStretch(2, 1)
        worth = _labelled("A difference of", row(self.target, self.power, gap=8))
        repeats, finding = (
            Label("Repeats", "body-strong"),
            Label("What is worth finding", "body-strong"),
        )
        self.setLayout(
            column(
                repeats, rows, when, equal, 8, finding, worth, self.grid, self.enough,
                margins=(16, 12, 16, 16), gap=8,
            )
        )  # fmt: skip
        self.setProperty("rule", "top")
        self.repeats.valueChanged.connect(self._on_repeats)
        self.right.activated.connect(self._on_right)
        self.equal.toggled.connect(self._on_tokens)
        self.tokens.valueChanged.connect(self._on_tokens)
        self.target.valueChanged.connect(self._on_target)
        model.set_changed.connect(self.refresh)
        model.opened.connect(self.refresh)
        setup.needed_changed.connect(self._show_needed)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the set as it is now."""
        given = self._model.set
        if given is None:
            return
        self._is_showing = True
        self.repeats.setValue(given.repeats)
        self.right.choose(given.right_when)
        self.right.setEnabled(given.repeats > 1)
        self.equal.setChecked(given.equal_tokens is not None)
        self.tokens.setEnabled(given.equal_tokens is not None)
        if given.equal_tokens is not None:
            self.tokens.setValue(given.equal_tokens)
        self.target.setValue(max(1, round(given.target * 100)))
        first = f"seed {given.seed}" if given.repeats == 1 else f"seeds from {given.seed} on"
        self.seeds.setText(first)
        self._is_showing = False
        self._show_needed()

    @Slot()
    def _show_needed(self) -> None:
        """The rows that show each difference, that of the set strong."""
        given, needed = self._model.set, self._setup.needed
        while (item := self.grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        if given is None or not needed:
            return
        for place, title in enumerate(("Points", "Rows needed")):
            self.grid.addWidget(Label(title, "small", "text-3"), place, 0)
        for column_, (difference, rows) in enumerate(sorted(needed.items()), start=1):
            style = "body-strong" if difference == given.target else "body"
            for place, text in enumerate((f"{difference * 100:g}", f"{rounded_up(rows):,}")):
                label = Label(text, style, "text" if style != "body" else "text-2")
                label.setAlignment(_RIGHT_SIDE)
                self.grid.addWidget(label, place, column_)
        have = _rows(self._model)
        text = enough_text(
            given, needed, have, self._setup.discordance, seen=self._setup.discordance_seen
        )
        self.enough.setText(text)
        is_enough = have >= needed.get(given.target, 0)
        set_tone(self.enough, "text-3" if is_enough else "warn")

    def _edit(self, field: str, **changes: object) -> None:
        given = self._model.set
        if given is not None and not self._is_showing:
            self._model.edit(msgspec.structs.replace(given, **changes), field)

    @Slot()
    def _on_repeats(self) -> None:
        self._edit("repeats", repeats=self.repeats.value())

    @Slot()
    def _on_right(self) -> None:
        self._edit("", right_when=self.right.currentData())

    @Slot()
    def _on_tokens(self) -> None:
        wanted = self.tokens.value() if self.equal.isChecked() else None
        self._edit("equal_tokens", equal_tokens=wanted)

    @Slot()
    def _on_target(self) -> None:
        self._edit("target", target=self.target.value() / 100)


def rounded_up(rows: int) -> int:
    """A number of rows that was planned, in tens: it is no more exact than that."""
    return -(-rows // 10) * 10


def enough_text(
    given: EvaluationSet, needed: dict[float, int], rows: int, discordance: float, *, seen: bool
) -> str:
    """Whether the rows are enough for the difference that is worth finding."""
    wanted = needed.get(given.target)
    if wanted is None or not rows:
        return ""
    have = count_text(rows, "row")
    points = f"{given.target * 100:g} points"
    share = f"{max(discordance, given.target) * 100:.0f} % of the rows"
    basis = f"{share} changed" if seen else f"{share} change"
    if rows >= wanted:
        first = f"{have} are enough for {points} if {basis}."
    else:
        first = (
            f"{have} are too few for {points} if {basis}: about {rounded_up(wanted):,} are needed."
        )
    return first if seen else f"{first} The real share is known after the first rows."


def _rows(model: EvaluationModel) -> int:
    evaluation = model.evaluation
    if evaluation is None:
        return 0
    return sum(not case.duplicate_of and not case.problem for case in evaluation.cases)


def _labelled(title: str, content: object) -> QWidget:
    held = QWidget()
    label = Label(title, "body", "text-2")
    label.setFixedWidth(_LABELS)
    layout = row(label, content, gap=8)  # type: ignore[arg-type]
    layout.setStretch(1, 1)
    held.setLayout(layout)
    return held


def _number(name: str, least: int, most: int) -> QSpinBox:
    field = QSpinBox()
    field.setAccessibleName(name)
    field.setToolTip(name)
    field.setRange(least, most)
    field.setFixedWidth(56)
    field.lineEdit().setTextMargins(6, 0, 0, 0)
    quiet_wheel(field)
    return field
