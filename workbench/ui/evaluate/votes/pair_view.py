"""A case and its two answers, with nothing that names a side before the vote."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from workbench.domain.evaluation.metric_input import text_of
from workbench.domain.evaluation.votes import VotePair
from workbench.domain.runs.spec import Json
from workbench.ui.kit import Label, StreamingText, column, row, rule, set_tone
from workbench.ui.theme import font

_MOST_HEAD = 180
_MOST_CHARACTERS = 4_000
_AFTER = "which draft it is shows after the vote"


class _Answer(QFrame):
    """One answer under its letter."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self.setProperty("surface", "canvas")
        self._letter = letter
        chip = Label(letter, "heading")
        chip.setProperty("chip", True)
        chip.setFixedSize(28, 28)
        chip.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name = Label("", "small", "text-3", elide=True)
        self.text = StreamingText(f"Answer {letter}", "reading")
        self.text.setMinimumWidth(180)
        head = row(chip, self.name, gap=12)
        head.setStretch(1, 1)
        layout = column(head, self.text, margins=(24, 20, 16, 12), gap=16)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_answer(self, text: str, name: str, hint: str) -> None:
        """Show an answer; ``name`` is its draft, "" while it is not to be known."""
        self.name.setText(name or hint)
        set_tone(self.name, "text-2" if name else "text-3")
        shown = text if text.strip() else "(empty answer)"
        if self.text.text != shown:
            self.text.set_text(shown, follow=False)
        self.text.setAccessibleDescription(name)


class _Case(QScrollArea):
    """The inputs of a case: the name of each at the left, its value at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The case")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shown: Sequence[tuple[str, Json]] | None = None
        self._show(())

    def show_values(self, values: Sequence[tuple[str, Json]]) -> None:
        """Show the values of another case."""
        if values != self._shown:
            self._show(values)

    def _show(self, values: Sequence[tuple[str, Json]]) -> None:
        self._shown = values
        inside = QWidget()
        inside.setProperty("surface", "canvas")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        grid = QGridLayout()
        grid.setContentsMargins(24, 14, 24, 14)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 88)
        grid.setColumnStretch(1, 1)
        for place, (name, value) in enumerate(values):
            label = Label(name, "small", "text-3")
            label.setMinimumHeight(font("reading").pixelSize() + 6)
            text = text_of(value)[:_MOST_CHARACTERS]
            style, tone = ("reading", "text") if not place else ("body", "text-2")
            shown = Label(text, style, tone, wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setAccessibleName(f"{name}: {text}")
            grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, place, 1, Qt.AlignmentFlag.AlignTop)
        inside.setLayout(grid)
        self.setWidget(inside)
        self.setVisible(bool(values))
        self._fit()

    def _fit(self) -> None:
        inside = self.widget()
        layout = inside.layout() if inside is not None else None
        if layout is not None:
            wanted = layout.heightForWidth(max(self.viewport().width(), 200))
            self.setFixedHeight(max(44, min(wanted, _MOST_HEAD)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class PairView(QFrame):
    """The case at the top, both answers side by side under it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "canvas")
        self.case = _Case()
        self.a, self.b = _Answer("A"), _Answer("B")
        line = rule()
        answers = row(self.a, rule(vertical=True), self.b, gap=0)
        answers.setStretch(0, 1)
        answers.setStretch(2, 1)
        layout = column(self.case, line, answers, gap=0)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_pair(
        self, pair: VotePair, values: Sequence[tuple[str, Json]], *, named: bool, blind: bool
    ) -> None:
        """Show a pair.

        Args:
            pair: its answers.
            values: of the case, by input.
            named: whether the drafts are shown with their names.
            blind: whether they will be after the vote.
        """
        self.case.show_values(values)
        hint = _AFTER if blind else ""
        self.a.show_answer(pair.a.text, pair.a.variant if named else "", hint)
        self.b.show_answer(pair.b.text, pair.b.variant if named else "", "")
