"""The first problem of the template in words, with its fix."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel

from workbench.domain.views import Problem
from workbench.ui.theme import theme
from workbench.ui.widgets import Button, GhostButton, Label, row

_RANKS = ("error", "warning", "hint")
_ICONS = {"error": ("circle-alert", "bad"), "warning": ("warning", "warn"),
          "hint": ("info", "text-3")}  # fmt: skip


class ProblemBar(QFrame):
    """Hidden while there is nothing to say.

    Signals:
        fix_wanted(): put the replacement in place. shown_line(int): go to the line.
    """

    fix_wanted = Signal()
    line_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(32)
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.problem: Problem | None = None
        self._icon = QLabel()
        self.place = GhostButton("Line")
        self.place.clicked.connect(self._on_place)
        self.words = Label("", "body", "text-2", elide=True)
        self.more = Label("", "small", "text-3")
        self.fix: Button = GhostButton("Fix", keys="Ctrl+.")
        self.fix.clicked.connect(self.fix_wanted)
        layout = row(
            self._icon, self.place, self.words, self.more, self.fix, margins=(16, 0, 8, 0), gap=6
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.hide()
        theme().changed.connect(self._recolour)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show the first problem, errors before warnings before hints."""
        ranked = sorted(problems, key=lambda problem: _RANKS.index(problem.severity))
        self.problem = ranked[0] if ranked else None
        self.setVisible(bool(ranked))
        if self.problem is None:
            return
        self.place.set_text(f"Line {self.problem.line}" if self.problem.line else "Template")
        self.words.setText(self.problem.message)
        self.more.setText(f"{len(ranked) - 1} more" if len(ranked) > 1 else "")
        self.fix.setVisible(bool(self.problem.replacement))
        self.fix.set_text(f"Change to {self.problem.replacement}")
        self._recolour()

    @Slot()
    def _on_place(self) -> None:
        if self.problem is not None and self.problem.line:
            self.line_wanted.emit(self.problem.line)

    @Slot()
    def _recolour(self) -> None:
        if self.problem is not None:
            name, tone = _ICONS[self.problem.severity]
            self._icon.setPixmap(theme().pixmap(name, tone, 16, self.devicePixelRatioF()))
