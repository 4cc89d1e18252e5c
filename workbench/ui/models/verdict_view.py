"""What a chat template does with conversations: a line for each case that was tried."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.domain.chat_templates import CASE_TITLES, CaseVerdict, TemplateVerdict
from workbench.ui.kit import Label


class VerdictView(QWidget):
    """A table of two columns, and what becomes of thoughts beneath it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("What the chat template does with conversations")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 4, 0, 4)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    @property
    def texts(self) -> tuple[str, ...]:
        """What it says, line by line."""
        return tuple(label.text() for label in self._labels())

    def clear(self) -> None:
        """Nothing is known."""
        for label in self._labels():
            self._grid.removeWidget(label)
            label.hide()
            label.deleteLater()

    def _labels(self) -> list[Label]:
        items = (self._grid.itemAt(index) for index in range(self._grid.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if isinstance(widget, Label)]

    def show_verdict(self, verdict: TemplateVerdict) -> None:
        """Show what was found."""
        self.clear()
        if verdict.problem:
            self._grid.addWidget(Label(verdict.problem, "small", "bad", wrap=True), 0, 0, 1, 2)
            return
        for line, case in enumerate(verdict.cases):
            self._grid.addWidget(Label(CASE_TITLES[case.case], "small", "text-2"), line, 0)
            words = Label(case.words, "small", _tone(case), wrap=True)
            words.setToolTip(f"The template: {case.reason}" if case.reason else "")
            self._grid.addWidget(words, line, 1)
        thoughts = Label(verdict.thought_words, "small", "text-2", wrap=True)
        self._grid.addWidget(thoughts, len(verdict.cases), 0, 1, 2)


def _tone(case: CaseVerdict) -> str:
    if not case.taken:
        return "bad"
    return "warn" if case.changes else "text-3"
