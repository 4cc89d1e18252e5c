"""The list of all problems of the template."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem

from workbench.domain.prompts.prompt import Problem
from workbench.ui.editor.problem_bar import ICONS
from workbench.ui.kit import column
from workbench.ui.theme import font, theme

_ROW = 28
_ROWS = 6


class ProblemList(QFrame):
    """A line a problem: Enter or a click goes there, Esc closes.

    Signals:
        chosen(int): go to the problem at that place of the list.
        closed(): back to the text.
    """

    chosen = Signal(int)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setProperty("rule", "top")
        self.list = QListWidget()
        self.list.setAccessibleName("Problems of this prompt")
        self.list.setFont(font("body"))
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._on_item)
        self.setLayout(column(self.list, margins=(12, 4, 8, 4), gap=0))
        self._problems: tuple[Problem, ...] = ()
        theme().changed.connect(self._fill)
        self.hide()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """List problems in the order of their lines; hides where there are none."""
        if tuple(problems) == self._problems:
            return
        self._problems = tuple(problems)
        self._fill()
        if not problems:
            self.hide()

    @Slot()
    def _fill(self) -> None:
        row = max(self.list.currentRow(), 0)
        self.list.clear()
        for problem in self._problems:
            name, tone = ICONS[problem.severity]
            place = f"Line {problem.line}" if problem.line else "Template"
            item = QListWidgetItem(theme().icon(name, tone, tone), f"{place}   {problem.message}")
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                f"{problem.severity.capitalize()}, {place}: {problem.message}",
            )
            item.setToolTip(problem.message)
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        self.setFixedHeight(min(len(self._problems), _ROWS) * _ROW + 12)

    def open_list(self) -> None:
        """Show the list and give it the keyboard."""
        if self._problems:
            self.show()
            self.list.setFocus()

    @Slot(QListWidgetItem)
    def _on_item(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self.list.row(item))

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # here it closes this, and stops no run
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentRow() >= 0:
            self.chosen.emit(self.list.currentRow())
        else:
            super().keyPressEvent(event)
