"""Asks for the name of a branch."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from workbench.ui.kit import GhostButton, Label, PrimaryButton, column, row

_WIDTH = 360


class LabelForm(QDialog):
    """One line of text; an empty one takes the name away.

    Args:
        parent: the window.
        label: the name until now.
    """

    def __init__(self, parent: QWidget, label: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("Name of the branch")
        self.setAccessibleName("Name of the branch")
        self.field = QLineEdit(label)
        self.field.setAccessibleName("Name of the branch")
        self.field.setPlaceholderText("The branch from this message on")
        self.field.setMinimumWidth(_WIDTH)
        self.field.selectAll()
        self.save = PrimaryButton("Save")
        self.save.clicked.connect(self.accept)
        cancel = GhostButton("Cancel")
        cancel.clicked.connect(self.reject)
        self.field.returnPressed.connect(self.accept)
        self.setLayout(
            column(
                Label("Name of the branch", "heading"),
                self.field,
                row(None, cancel, self.save),
                margins=(24, 20, 24, 20),
                gap=12,
            )
        )
        self.field.setFocus()
