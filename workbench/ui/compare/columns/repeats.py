"""The repeats of a column: one chip each, and their results."""

from __future__ import annotations

import functools

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QToolButton

from workbench.domain.runs.comparison import is_right
from workbench.ui.compare.columns.column_model import ColumnModel
from workbench.ui.compare.columns.tally import Tally
from workbench.ui.compare.words import ANOTHER, IDLE, found_text
from workbench.ui.kit import IconButton, Label, column, plain_tip, row
from workbench.ui.kit.panes.flow import FlowLayout
from workbench.ui.runs.run_model import RunModel
from workbench.ui.runs.words import QUEUED, STATUS_WORDS, Word
from workbench.ui.theme import font, icon, theme


class RepeatStrip(QFrame):
    """Chips to choose which repeat is shown, and "2 of 3 agree".

    Signals:
        wanted_again(): the shown repeat is to be run again.
    """

    wanted_again = Signal()

    def __init__(self, model: ColumnModel) -> None:
        super().__init__()
        self._model = model
        self._expected = ""
        self.chips: list[QToolButton] = []
        self._chip_row = FlowLayout(gap=2)
        self.agree = Label("", "small", "text-2", elide=True)
        self.again = IconButton("retry", "Run this repeat again", size=24, glyph=14)
        self.again.clicked.connect(self.wanted_again)
        self.setProperty("rule", "bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        words = row(self.agree, self.again, gap=4)
        words.setStretch(0, 1)
        self.setLayout(column(words, self._chip_row, margins=(16, 2, 14, 6), gap=0))
        theme().changed.connect(self.show_repeats)
        self.show_repeats()

    def set_expected(self, expected: str) -> None:
        """Mark each repeat right or wrong; "" marks none."""
        self._expected = expected
        self.show_repeats()

    @Slot()
    def show_repeats(self) -> None:
        """Show the repeats as they are now; nothing where there is one."""
        cells = self._model.cells
        self.setVisible(len(cells) > 1)
        if len(cells) == 1:
            return
        self._make_chips(len(cells))
        for index, (chip, cell) in enumerate(zip(self.chips, cells, strict=True)):
            word = self._word(cell, belongs=not self._model.aspects(index))
            chip.setIcon(icon(word.icon, word.tone, word.tone) if word.icon else icon("dot"))
            chip.setChecked(index == self._model.index)
            words = f"Repeat {index + 1}: {word.text}"
            chip.setAccessibleName(words)
            chip.setToolTip(_tip(words, cell))
        self.agree.setText(tally_text(self._model.tally(self._expected), len(cells)))
        self.again.setEnabled(self._model.shown.spec is not None and not self._model.shown.busy)

    def _make_chips(self, count: int) -> None:
        while len(self.chips) > count:
            chip = self.chips.pop()
            self._chip_row.removeWidget(chip)
            chip.deleteLater()
        while len(self.chips) < count:
            index = len(self.chips)
            chip = QToolButton()
            chip.setCheckable(True)
            chip.setText(f" {index + 1}")
            chip.setFont(font("small"))
            chip.setProperty("chip", True)
            chip.setIconSize(QSize(12, 12))
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(functools.partial(self._on_chip, index))
            self.chips.append(chip)
            self._chip_row.addWidget(chip)

    def _on_chip(self, index: int, _checked: bool = False) -> None:
        self._model.show_repeat(index)
        self.show_repeats()

    def _word(self, cell: RunModel, *, belongs: bool) -> Word:
        if cell.error:
            return STATUS_WORDS["failed"]
        if cell.phase == "starting":
            return QUEUED
        if cell.state is None:
            return IDLE
        if cell.state.status == "done" and not belongs:
            return ANOTHER  # a tick would say that it is right here
        if cell.state.status != "done" or not self._expected.strip():
            return STATUS_WORDS[cell.state.status]
        right = is_right(cell.state.answer, self._expected)
        answer = " ".join((cell.state.answer or "no answer").split())
        return Word(answer, *(("circle-check", "ok") if right else ("circle-x", "bad")))


def tally_text(tally: Tally, repeats: int) -> str:
    """What the repeats came to: "2 of 3 correct, 2 of 3 agree, 2 distinct answers"."""
    if not tally.runs:
        return f"{repeats} repeats, each with a seed of its own"
    words = [] if tally.solved is None else [f"{tally.solved} of {tally.runs} correct"]
    if not tally.distinct:
        words.append("no answer" if tally.runs == 1 else "no answers")
    elif tally.agree == tally.runs > 1:
        words.append("all agree")
    elif tally.agree > 1:
        words.append(f"{tally.agree} of {tally.runs} agree")
    if tally.distinct > 1:
        kind = "distinct" if tally.agree > 1 else "different"
        words.append(f"{tally.distinct} {kind} answers")
    if 0 < tally.answered < tally.runs:
        words.append(f"{tally.runs - tally.answered} without an answer")
    return ", ".join(words) or f"1 of {repeats} runs done"


def found_tip(cell: RunModel) -> str:
    """Why a run was not made again."""
    if cell.found is None:
        return ""
    return (
        f"Run {cell.found.run_id:,} of {found_text(cell)} has exactly this prompt, seed and "
        f"settings, so it was not made again.\nKey: {cell.found.key}"
    )


def _tip(summary: str, cell: RunModel) -> str:
    lines = [summary]
    if cell.spec is not None:
        lines.append(f"Seed {cell.spec.seed}")
    if cell.found is not None:
        lines.append(found_tip(cell))
    return plain_tip("\n".join(lines))
