"""Metrics of a run: tokens, time, tokens a second, calls, and progress."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from workbench.domain.runs.run_state import RunState
from workbench.domain.text import seconds_text
from workbench.ui.kit import Label, column
from workbench.ui.runs.words import asked, rate_text
from workbench.ui.theme import color, theme

_TITLES = ("Tokens", "Time", "Tokens/s", "Calls")
_NOTHING = "–"


class ProgressLine(QWidget):
    """A line of two pixels, filled from the left."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self.tone = tone
        self.share = 0.0
        self.setFixedHeight(2)
        theme().changed.connect(self.update)

    def show_share(self, share: float) -> None:
        """Fill ``share`` (0 to 1) of the line."""
        share = min(max(share, 0.0), 1.0)
        if share != self.share:
            self.share = share
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("line"))
        painter.fillRect(0, 0, round(self.width() * self.share), 2, color(self.tone))


class Metrics(QFrame):
    """Four figures in a row over a thin progress line; budgets are below what they limit."""

    def __init__(self, tone: str, *, surface: str = "panel") -> None:
        super().__init__()
        self.setProperty("surface", surface)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.values = {title: Label(_NOTHING, "body-strong") for title in _TITLES}
        self.budget = Label("", "small", "text-3")
        self.time_budget = Label("", "small", "text-3")
        self.progress = ProgressLine(tone)
        grid = QGridLayout()
        grid.setContentsMargins(16, 8, 16, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for index, title in enumerate(_TITLES):
            grid.addWidget(Label(title, "micro", "text-3"), 0, index)
            grid.addWidget(self.values[title], 1, index)
            grid.setColumnStretch(index, 5 if index == 0 else 4)
        grid.addWidget(self.budget, 2, 0)
        grid.addWidget(self.time_budget, 2, 1, 1, 3)
        self.setLayout(column(grid, self.progress, gap=0))
        self.show_budget(None)

    def set_tone(self, tone: str) -> None:
        """Another strategy's colour."""
        self.progress.tone = tone
        self.progress.update()

    def show_budget(self, tokens: int | None, seconds: float | None = None) -> None:
        """Name the most tokens the run may generate and seconds it may take; None is no limit."""
        self.budget.setVisible(tokens is not None)
        self.budget.setText(f"/ {tokens:,}" if tokens is not None else "")
        self.time_budget.setVisible(seconds is not None)
        self.time_budget.setText(f"/ {seconds:g} s" if seconds is not None else "")

    def show_state(self, state: RunState | None, share: float = 0.0) -> None:
        """Show the figures of a run, dashes for none."""
        figures = [_NOTHING] * len(_TITLES)
        if state is not None:
            tokens = state.generated_tokens
            figures = [
                f"{tokens:,}",
                seconds_text(state.seconds),
                rate_text(tokens, state.seconds),
                f"{asked(state):,}",
            ]
        for title, figure in zip(_TITLES, figures, strict=True):
            if self.values[title].text() != figure:
                self.values[title].setText(figure)
                self.values[title].setAccessibleName(f"{title}: {figure}")
        self.progress.show_share(share)
