"""The user's name, for the texts of profiles."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit

from workbench.domain.profiles import USER
from workbench.ui.settings.parts import Group, line

_WIDTH = 240


class UserName(Group):
    """What ``{{user}}`` is.

    Signals:
        changed(str): another name.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__("Your name")
        self.field = QLineEdit()
        self.field.setAccessibleName("Your name")
        self.field.setPlaceholderText(USER)
        self.field.setMaximumWidth(_WIDTH)
        self.field.editingFinished.connect(self._on_edited)
        self.add(
            line(
                "Your name",
                self.field,
                note="In Chat, {{user}} in the texts of profiles and character cards becomes it.",
            )
        )

    def show_name(self, name: str) -> None:
        """Show the name that is kept; none where it is only the word for it."""
        if not self.field.hasFocus():
            self.field.setText("" if name == USER else name)

    @Slot()
    def _on_edited(self) -> None:
        self.changed.emit(self.field.text())
