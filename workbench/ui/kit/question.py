"""A question over the window, with its answers as buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from workbench.ui.kit.buttons import GhostButton, PrimaryButton
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column

_WIDTH = 460


class Question(QDialog):
    """A question with its answers as buttons; Esc and closing it choose none.

    Args:
        parent: the window that it is about.
        title: a few words.
        text: one or two sentences.
        answers: what can be done; the first is filled and has the focus.
    """

    def __init__(self, parent: QWidget, title: str, text: str, answers: tuple[str, ...]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.chosen = -1
        heading = Label(title, "heading")
        words = Label(text, "body", wrap=True)
        words.setFixedWidth(_WIDTH)
        self.buttons = [
            PrimaryButton(answer) if number == 0 else GhostButton(answer)
            for number, answer in enumerate(answers)
        ]
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addStretch(1)
        for number, button in enumerate(self.buttons):
            button.clicked.connect(lambda _=False, number=number: self._choose(number))
        for button in reversed(self.buttons):  # the filled one at the right
            line.addWidget(button)
        layout = column(heading, words, margins=(24, 20, 24, 20), gap=12)
        layout.addLayout(line)
        self.setLayout(layout)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.buttons[0].setFocus()

    def _choose(self, number: int) -> None:
        self.chosen = number
        self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            for button in self.buttons:
                if button is focused:
                    button.click()
                    return
        super().keyPressEvent(event)
