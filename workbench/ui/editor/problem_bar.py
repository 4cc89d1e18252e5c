"""The bar with one problem of the template, its fix, and buttons to the others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel

from workbench.domain.prompts.prompt import Problem
from workbench.ui.editor.decorations import RANKS
from workbench.ui.kit import Button, GhostButton, Label, row
from workbench.ui.theme import theme

ICONS = {
    "error": ("circle-alert", "bad"),
    "warning": ("warning", "warn"),
    "hint": ("info", "text-3"),
}
"""Icon and tone of each severity."""


class ProblemBar(QFrame):
    """Hidden while there is nothing to say.

    Shows the problem of the cursor's line, or else the first, errors before warnings before hints.

    Signals:
        fix_wanted(): do what ends the problem. other_wanted(): do the other thing that ends it.
        line_wanted(int, int): go to the line and column.
        list_wanted(): show all problems.
    """

    fix_wanted = Signal()
    other_wanted = Signal()
    line_wanted = Signal(int, int)
    list_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(32)
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.problem: Problem | None = None
        self.problems: tuple[Problem, ...] = ()
        self._line = 0
        self._icon = QLabel()
        self.place = GhostButton("Line")
        self.place.clicked.connect(self._on_place)
        self.words = Label("", "body", "text-2", elide=True)
        self.more: Button = GhostButton("")
        self.more.clicked.connect(self.list_wanted)
        self.fix: Button = GhostButton("Fix", keys="Ctrl+.")
        self.fix.clicked.connect(self.fix_wanted)
        self.other: Button = GhostButton("Fix", keys="Ctrl+Shift+.")
        self.other.clicked.connect(self.other_wanted)
        layout = row(
            self._icon, self.place, self.words, self.more, self.other, self.fix,
            margins=(16, 0, 8, 0), gap=6,
        )  # fmt: skip
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.hide()
        theme().changed.connect(self._recolour)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show one of these problems."""
        self.problems = tuple(problems)
        self.setVisible(bool(problems))
        self._choose()

    @Slot(int)
    def show_line(self, line: int) -> None:
        """The cursor is on another line."""
        self._line = line
        self._choose()

    def next_problem(self, line: int, step: int) -> Problem | None:
        """The next problem behind a line, or before it for a ``step`` of -1, round and round."""
        placed = [problem for problem in self.problems if problem.line]
        if not placed:
            return None
        ahead = [p for p in placed if (p.line > line if step > 0 else p.line < line)]
        if step > 0:
            return min(ahead or placed, key=lambda problem: problem.line)
        return max(ahead or placed, key=lambda problem: problem.line)

    def _choose(self) -> None:
        ranked = sorted(
            self.problems, key=lambda p: (p.line != self._line, RANKS.index(p.severity))
        )
        self.problem = ranked[0] if ranked else None
        if self.problem is None:
            return
        self.place.set_text(f"Line {self.problem.line}" if self.problem.line else "Template")
        self.words.setText(self.problem.message)
        others = len(ranked) - 1
        self.more.set_text(f"{others} more" if others else "List")
        self.more.setVisible(others > 0)
        self.fix.setVisible(bool(self.problem.replacement or self.problem.fix))
        fix = self.problem.fix
        self.fix.set_text(fix.title if fix else f"Change to {self.problem.replacement}")
        other = self.problem.other_fix
        self.other.setVisible(other is not None)
        self.other.set_text(other.title if other else "")
        self._recolour()

    @Slot()
    def _on_place(self) -> None:
        if self.problem is not None and self.problem.line:
            self.line_wanted.emit(self.problem.line, max(self.problem.column, 1))

    @Slot()
    def _recolour(self) -> None:
        if self.problem is not None:
            name, tone = ICONS[self.problem.severity]
            self._icon.setPixmap(theme().pixmap(name, tone, 16, self.devicePixelRatioF()))
