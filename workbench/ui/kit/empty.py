"""The text of a pane while it has nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.ui.kit.buttons import GhostButton, PrimaryButton
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row


class EmptyState(QWidget):
    """One sentence that says what the pane is for, and one primary action (``button``).

    ``link`` is a second, quiet one; ``keys`` is the shortcut of the first.
    """

    def __init__(
        self,
        title: str,
        sentence: str,
        action: str = "",
        icon: str = "",
        link: str = "",
        *,
        keys: str = "",
    ) -> None:
        super().__init__()
        self.title = Label(title, "heading")
        self.sentence = Label(sentence, "body", "text-3", wrap=True)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setMaximumWidth(420)
        self.sentence.setMinimumWidth(220)
        self.button = PrimaryButton(action, icon, keys=keys)
        self.link = GhostButton(link)
        self.setLayout(
            column(
                None,
                self.title,
                row(None, self.sentence, None),
                4,
                row(None, self.button, None),
                row(None, self.link, None),
                None,
                margins=(24, 24, 24, 24),
            )
        )
        self.button.setVisible(bool(action))
        self.link.setVisible(bool(link))
