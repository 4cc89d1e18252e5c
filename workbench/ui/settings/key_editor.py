"""Editor of key bindings: all commands of the program with their keys."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from workbench.domain.finding import fit, name_words
from workbench.ui.actions import Action, ActionTable, shown_keys
from workbench.ui.kit import Banner, Button, IconButton, Label, row
from workbench.ui.preferences import Preferences
from workbench.ui.settings.key_button import KeyButton
from workbench.ui.settings.parts import Group

_NOTE = (
    "Press a key field, then its new keys; Backspace removes them, Esc leaves them as "
    "they are. Commands without keys are found by their names."
)
_LETTERS = ("tree",)
"""Where letters alone are keys: nothing is typed there but in forms of their own."""


class Keys(Group):
    """All keys, a field that narrows the list, and other keys for each command.

    Args:
        table: has all commands.
        preferences: where keys that were chosen are kept.
        places: ids and titles of the workspaces, in the order of the rail.
    """

    def __init__(
        self, table: ActionTable, preferences: Preferences, places: Iterable[tuple[str, str]]
    ) -> None:
        super().__init__("Keys")
        self._table, self._preferences = table, preferences
        self._places = (("", "Everywhere"), *places)
        self.search = QLineEdit()
        self.search.setAccessibleName("Find a key")
        self.search.setPlaceholderText("Find a command or a key")
        self.search.setFixedWidth(320)
        self.reset = Button("Back to the defaults")
        self.reset.clicked.connect(self._on_reset_all)
        self.banner = Banner()
        self.buttons: dict[str, KeyButton] = {}
        self._rows: dict[str, int] = {}
        self.list = QWidget()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnMinimumWidth(0, 168)
        self._grid.setColumnStretch(1, 1)
        self.list.setLayout(self._grid)
        self.add(
            Label(_NOTE, "small", "text-3", wrap=True), row(self.search, self.reset, None, gap=8),
            self.list,
        )  # fmt: skip
        self.search.textChanged.connect(self.show_keys)

    @Slot()
    def show_keys(self) -> None:
        """List the commands that have keys, or those that fit what was typed."""
        self._clear()
        groups = [(title, self._of(place)) for place, title in self._places]
        at = 0
        for heading, actions in groups:
            if not actions:
                continue
            self._grid.setRowMinimumHeight(at, 8 if at else 0)
            self._grid.addWidget(Label(heading, "body-strong"), at + 1, 0, 1, 3)
            at += 2
            for action in actions:
                self._add(action, at)
                at += 2  # a row for its message
        self.reset.setVisible(bool(self._table.changed_keys()))

    def _of(self, place: str) -> Sequence[Action]:
        """The commands of a workspace that are listed."""
        typed = self.search.text().strip()
        words, plain = name_words(typed), typed.casefold().replace(" ", "+")
        found = []
        for action in self._table.all():
            if action.scope != place:
                continue
            by_name = bool(words) and fit(words, name_words(action.title)) is not None
            by_keys = bool(action.keys) and action.keys.casefold() == plain
            has_keys = bool(action.keys or self._table.first_keys(action.id))
            if by_name or by_keys or (has_keys and not typed):
                found.append(action)
        return found

    def _clear(self) -> None:
        self.buttons, self._rows = {}, {}
        self.banner.hide()
        self._grid.removeWidget(self.banner)
        self.banner.setParent(self)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()  # one that a layout is about to show would be a window by itself
                widget.deleteLater()
        for at in range(self._grid.rowCount()):
            self._grid.setRowMinimumHeight(at, 0)

    def _add(self, action: Action, at: int) -> None:
        button = KeyButton(action.title, action.keys, letters=action.scope in _LETTERS)
        button.pressed_keys.connect(functools.partial(self._on_pressed, action.id))
        button.refused_keys.connect(functools.partial(self._on_refused, action.id))
        self._grid.addWidget(button, at, 0, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(Label(action.title, wrap=True), at, 1)
        first = self._table.first_keys(action.id)
        if action.keys != first:
            back = IconButton(
                "undo", f"Back to {shown_keys(first) or 'none'}: {action.title}", size=24, glyph=14
            )
            back.clicked.connect(functools.partial(self._on_back, action.id, first))
            self._grid.addWidget(back, at, 2)
        self.buttons[action.id], self._rows[action.id] = button, at

    # --- other keys -----------------------------------------------------------------------------

    def _place_banner(self, action_id: str) -> None:
        """Move the message line under a command's row."""
        self._grid.removeWidget(self.banner)
        self._grid.addWidget(self.banner, self._rows[action_id] + 1, 0, 1, 3)

    def _on_refused(self, action_id: str, sentence: str) -> None:
        self._place_banner(action_id)
        self.banner.show_message(sentence, "warn")

    def _on_back(self, action_id: str, first: str, _checked: bool = False) -> None:
        self._on_pressed(action_id, first)

    def _on_pressed(self, action_id: str, keys: str) -> None:
        """Give a command the keys; where another has them, only after asking."""
        other = self._table.clash(action_id, keys)
        if keys == self._table.get(action_id).keys:
            self.banner.hide()
        elif other is None:
            self._give(action_id, keys)
        else:
            self._place_banner(action_id)
            self.banner.show_message(
                f"{shown_keys(keys)} is “{other.title}” ({self._title(other.scope)}), "
                "which would have none.",
                "warn",
                "Take it from there",
                functools.partial(self._give, action_id, keys),
            )

    def _title(self, scope: str) -> str:
        return dict(self._places).get(scope, scope.capitalize())

    def _give(self, action_id: str, keys: str) -> None:
        self._table.rebind(action_id, keys)
        self._keep()
        if action_id in self.buttons:
            self.buttons[action_id].setFocus()

    def _keep(self) -> None:
        self._preferences.keep_keys(self._table.changed_keys())
        self.show_keys()

    @Slot()
    def _on_reset_all(self) -> None:
        self._table.reset_keys()
        self._keep()
        self.search.setFocus()
