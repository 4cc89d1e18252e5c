"""What a pane says while it has nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.buttons import PrimaryButton
from workbench.ui.widgets.label import Label
from workbench.ui.widgets.layout import column, row


class EmptyState(QWidget):
    """One sentence that says what the pane is for, and one primary action (``button``)."""

    def __init__(self, title: str, sentence: str, action: str = "", icon: str = "") -> None:
        super().__init__()
        self.title = Label(title, "heading")
        self.sentence = Label(sentence, "body", "text-3", wrap=True)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setMaximumWidth(420)
        self.sentence.setMinimumWidth(220)
        self.button = PrimaryButton(action, icon)
        self.button.setVisible(bool(action))
        self.setLayout(
            column(
                None,
                self.title,
                row(None, self.sentence, None),
                4,
                row(None, self.button, None),
                None,
                margins=(24, 24, 24, 24),
            )
        )
