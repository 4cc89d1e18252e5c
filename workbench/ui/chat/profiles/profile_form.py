"""The fields of a profile: name, system prompt, note, greetings."""

from __future__ import annotations

import re

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit

from workbench.domain.profiles import Profile
from workbench.ui.kit import Button, GhostButton, Label, column, row
from workbench.ui.theme import font

_LINE = 22
_BETWEEN = re.compile(r"^[ \t]*---[ \t]*$", re.MULTILINE)


class ProfileForm(QFrame):
    """Edits one profile.

    Signals:
        saved(Profile). deleted(Profile). cancelled().
    """

    saved = Signal(object)
    deleted = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.profile = Profile(name="")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the profile")
        self.name.setPlaceholderText("Name")
        self.name.textChanged.connect(self._on_name)
        self.system = _text("System prompt of the profile", 5)
        self.note = _text("Note after the last message of the user", 2)
        self.greetings = _text("Greetings of the profile", 3)
        self.save = Button("Save the profile", "save")
        self.save.clicked.connect(self._on_save)
        self.delete = GhostButton("Delete")
        self.delete.clicked.connect(self._on_delete)
        cancel = GhostButton("Cancel")
        cancel.clicked.connect(self.cancelled)
        names = "{{char}} is the profile's name, {{user}} that of the user"
        self.setLayout(
            column(
                self.name,
                row(
                    Label("System prompt", "small", "text-2"), Label(names, "small", "text-3"), None
                ),
                self.system,
                Label("After the last message of the user", "small", "text-2"),
                self.note,
                Label("Greetings, with a line --- between two", "small", "text-2"),
                self.greetings,
                row(self.delete, None, cancel, self.save),
                margins=(12, 12, 12, 12),
                gap=6,
            )
        )

    def show_profile(self, profile: Profile) -> None:
        """Show a profile, a new one where its id is 0."""
        self.profile = profile
        self.name.setText(profile.name)
        self.system.setPlainText(profile.system)
        self.note.setPlainText(profile.note)
        self.greetings.setPlainText("\n---\n".join(profile.greetings))
        self.delete.setVisible(bool(profile.profile_id))
        self._on_name()
        self.name.setFocus()

    def value(self) -> Profile:
        """What the fields hold."""
        greetings = _BETWEEN.split(self.greetings.toPlainText())
        return msgspec.structs.replace(
            self.profile,
            name=self.name.text().strip(),
            system=self.system.toPlainText(),
            note=self.note.toPlainText(),
            greetings=tuple(each.strip() for each in greetings if each.strip()),
        )

    @Slot()
    def _on_name(self) -> None:
        self.save.setEnabled(bool(self.name.text().strip()))

    @Slot()
    def _on_save(self) -> None:
        self.saved.emit(self.value())

    @Slot()
    def _on_delete(self) -> None:
        self.deleted.emit(self.profile)


def _text(name: str, lines: int) -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setAccessibleName(name)
    made.setProperty("input", True)
    made.setFont(font("body"))
    made.setTabChangesFocus(True)
    made.setFixedHeight(lines * _LINE + 12)
    return made
