"""A set that cannot be used: the sentence, the place in its file, and what to do."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from workbench.ui.bridge import Bridge
from workbench.ui.evaluate.view_model import Problem
from workbench.ui.kit import Button, Label, column, row
from workbench.ui.tasks import latest
from workbench.ui.theme import font

_AROUND = 3
"""Lines shown before and after the one with the mistake."""


class ProblemView(QWidget):
    """Shown in place of the views; the lines of the file are numbered, the wrong one is marked.

    Signals:
        again_wanted(): read the file again.
        kept_wanted(): open what the history keeps of it.
    """

    again_wanted = Signal()
    kept_wanted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._path = ""
        self.title = Label("This set cannot be read", "heading")
        self.sentence = Label("", "body", "bad", wrap=True)
        self.place = Label("", "small", "text-3", wrap=True)
        self.lines = Label("", "code", "text-2")
        self.lines.setFont(font("code"))
        self.edit = Button("Open the file", "open")
        self.again = Button("Read it again", "refresh")
        self.kept = Button("Open it as it was evaluated last", "history")
        self.edit.clicked.connect(self._open_file)
        self.again.clicked.connect(self.again_wanted)
        self.kept.clicked.connect(self.kept_wanted)
        buttons = row(self.edit, self.again, self.kept, None)
        parts = (self.title, self.sentence, self.place, self.lines, 8, buttons, None)
        self.setLayout(column(*parts, margins=(24, 24, 24, 24)))

    def show_problem(self, problem: Problem, *, has_kept: bool) -> None:
        """Show why a set cannot be used.

        Args:
            problem: with its place.
            has_kept: whether the history has what was evaluated of it.
        """
        self._path = problem.path
        self.sentence.setText(problem.sentence)
        at = f", line {problem.line}" if problem.line else ""
        self.place.setText(f"{problem.path}{at}" if problem.path else "")
        self.lines.setText("")
        self.lines.hide()
        self.edit.setVisible(bool(problem.path))
        self.kept.setVisible(has_kept)
        if problem.line:
            self._read_lines(problem.path, problem.line)

    @latest
    async def _read_lines(self, path: str, line: int) -> None:
        found = await self._bridge.ask(
            lambda core: core.evaluation_files.lines_around(path, line, _AROUND)
        )
        self.lines.setText(
            "\n".join(
                f"{'▸' if number == line else ' '} {number:>5}  {text}" for number, text in found
            )
        )
        self.lines.setVisible(bool(found))

    @Slot()
    def _open_file(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._path))
