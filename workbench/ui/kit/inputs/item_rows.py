"""Rows of a list that can be added, moved and removed: items with their fields, or messages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from workbench.domain.prompts.prompt import InputField, type_of
from workbench.domain.runs.spec import Json
from workbench.ui.kit.buttons import GhostButton, IconButton
from workbench.ui.kit.chooser import Chooser
from workbench.ui.kit.inputs.editors import Editor, GrowingText
from workbench.ui.kit.inputs.values import ROLES
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row

_LONG = 60
"""Characters from which a text gets a field of several lines."""
MOST_ROWS = 100
"""More are edited as JSON: a form of thousands of rows is of no use."""


class _Body(QFrame):
    """What one row holds.

    Signals:
        changed(): something in it changed.
    """

    changed = Signal()

    def focus_first(self) -> None:
        """Put the focus where typing begins."""


class ItemBody(_Body):
    """A mapping with a field for each name, or one field for a plain value."""

    def __init__(self, value: Json, name: str) -> None:
        super().__init__()
        self._is_mapping = isinstance(value, dict)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self._editors: dict[str, Editor] = {}
        parts = value.items() if isinstance(value, dict) else [("", value)]
        for place, (key, part) in enumerate(parts):
            editor = _editor(str(key), part)
            editor.widget.setAccessibleName(f"{key} of {name}" if key else name)
            editor.changed.connect(self.changed)
            self._editors[str(key)] = editor
            if key:
                label = Label(str(key), "code-small", "text-2")
                grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignTop)
                label.setMinimumHeight(28)
                label.setMaximumWidth(160)
            grid.addWidget(editor.widget, place, 1)

    def value(self) -> Json:
        found = {}
        for key, editor in self._editors.items():
            try:
                found[key] = editor.value()
            except ValueError as error:
                raise ValueError(f"{key}: {error}" if key else str(error)) from None
        return found if self._is_mapping else found[""]

    def fields(self) -> list[QWidget]:
        """The fields in order."""
        return [editor.widget for editor in self._editors.values()]

    def focus_first(self) -> None:
        for editor in self._editors.values():
            editor.widget.setFocus()
            return


def _editor(key: str, value: Json) -> Editor:
    kind = type_of(value)
    long = isinstance(value, str) and (len(value) > _LONG or "\n" in value)
    required = kind == "string"  # an empty text is a text; other fields are null when empty
    each = InputField(name=key, type=kind, required=required, multiline=long)
    return Editor(each, value, small=True)


class MessageBody(_Body):
    """A role and a text."""

    def __init__(self, value: Json, name: str) -> None:
        super().__init__()
        message: dict[str, Any] = value if isinstance(value, dict) else {}
        self.role = Chooser(f"Role of {name}", width=104)
        for role in ROLES:
            self.role.add_choice(role.capitalize(), role)
        self.role.choose(message.get("role", "user"))
        self.text = GrowingText(str(message.get("content", "")), least=1)
        self.text.setAccessibleName(f"Text of {name}")
        self.text.setPlaceholderText("Message text")
        self.role.currentIndexChanged.connect(self.changed)
        self.text.textChanged.connect(self.changed)
        layout = row(self.role, self.text)
        layout.setAlignment(self.role, Qt.AlignmentFlag.AlignTop)
        self.setLayout(layout)

    def value(self) -> Json:
        return {"role": self.role.currentData(), "content": self.text.toPlainText()}

    def focus_first(self) -> None:
        self.text.setFocus()


Body = ItemBody | MessageBody


class _Row(QFrame):
    """A body with its number and buttons at the right."""

    def __init__(self, body: Body) -> None:
        super().__init__()
        self.body = body
        self.number = Label("", "small", "text-3")
        self.number.setFixedWidth(20)
        self.up = IconButton("chevron-up", "Move up", size=24, glyph=14)
        self.down = IconButton("chevron-down", "Move down", size=24, glyph=14)
        self.remove = IconButton("close", "Remove", size=24, glyph=14)
        layout = row(self.number, body, self.up, self.down, self.remove, gap=2)
        layout.setStretch(1, 1)
        for part in (self.number, self.up, self.down, self.remove):
            layout.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self.setLayout(layout)

    def place(self, index: int, count: int, noun: str) -> None:
        """Update its number and which buttons are enabled."""
        self.number.setText(str(index + 1))
        self.number.setMinimumHeight(28)
        self.up.setEnabled(index > 0)
        self.down.setEnabled(index < count - 1)
        for button, verb in (
            (self.up, "Move up"),
            (self.down, "Move down"),
            (self.remove, "Remove"),
        ):
            button.setAccessibleName(f"{verb} {noun} {index + 1}")


class RowList(QFrame):
    """Rows in order, and a button that adds one; Alt+Shift+Up and Down move the row with focus.

    Args:
        noun: what a row is called ("item", "message").
        make: makes the body of a row from a value and the row's name.
        new: the value of a row that is added, from the values there are.

    Signals:
        changed(): a value or the order changed. resized(): there are more or fewer rows.
        added(QWidget): the row that was added, which is to be seen.
    """

    changed = Signal()
    resized = Signal()
    added = Signal(QWidget)

    def __init__(
        self,
        noun: str,
        make: Callable[[Json, str], Body],
        new: Callable[[Sequence[_Row]], Json],
    ) -> None:
        super().__init__()
        self._noun, self._make, self._new = noun, make, new
        self.rows: list[_Row] = []
        self._body = column(gap=8)
        self.add = GhostButton(f"Add {noun}", "plus")
        self.add.setToolTip("Enter in the last field adds one, too")
        self.add.clicked.connect(self._on_add)
        self.setLayout(column(self._body, row(self.add, None), gap=6))

    def show_values(self, values: Sequence[Json]) -> None:
        """Show other rows."""
        for each in self.rows:
            self._drop(each)
        self.rows = []
        for value in values:
            self._insert(value)
        self._number()

    def values(self) -> list[Json]:
        """The values of the rows.

        Raises:
            ValueError: one cannot be read; names its number.
        """
        found = []
        for index, each in enumerate(self.rows, 1):
            try:
                found.append(each.body.value())
            except ValueError as error:
                raise ValueError(f"{self._noun} {index}: {error}") from None
        return found

    def _insert(self, value: Json) -> _Row:
        made = _Row(self._make(value, f"{self._noun} {len(self.rows) + 1}"))
        made.body.changed.connect(self.changed)
        made.up.clicked.connect(functools.partial(self._move, made, -1))
        made.down.clicked.connect(functools.partial(self._move, made, 1))
        made.remove.clicked.connect(functools.partial(self._on_remove, made))
        self.rows.append(made)
        self._body.addWidget(made)
        return made

    def _drop(self, each: QWidget) -> None:
        self._body.removeWidget(each)
        each.hide()
        each.deleteLater()

    def _number(self) -> None:
        for index, each in enumerate(self.rows):
            each.place(index, len(self.rows), self._noun)
        self.resized.emit()

    @Slot()
    def _on_add(self) -> None:
        made = self._insert(self._new(self.rows))
        self._number()
        made.show()
        made.body.focus_first()
        self.changed.emit()
        self.added.emit(made)

    def _on_remove(self, each: _Row) -> None:
        index = self.rows.index(each)
        self.rows.remove(each)
        self._drop(each)
        self._number()
        near = self.rows[min(index, len(self.rows) - 1)].remove if self.rows else self.add
        near.setFocus()
        self.changed.emit()

    def _move(self, each: _Row, by: int) -> None:
        index = self.rows.index(each)
        target = index + by
        if 0 <= target < len(self.rows):
            self.rows.insert(target, self.rows.pop(index))
            self._body.removeWidget(each)
            self._body.insertWidget(target, each)
            self._number()
            self.changed.emit()

    def _go_on(self) -> bool:
        """Enter in a line: go to the next field, after the last of all to an added row."""
        fields = [
            each for made in self.rows if isinstance(made.body, ItemBody)
            for each in made.body.fields()
        ]  # fmt: skip
        here = self.focusWidget()
        if here not in fields:
            return False
        if here is fields[-1]:
            self._on_add()
        else:
            fields[fields.index(here) + 1].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._go_on():
            return
        wanted = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
        if event.modifiers() == wanted and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            for each in self.rows:
                if each.isAncestorOf(self.focusWidget() or self):
                    self._move(each, -1 if event.key() == Qt.Key.Key_Up else 1)
                    return
        super().keyPressEvent(event)


def new_item(parts: Sequence[str], rows: Sequence[_Row]) -> Json:
    """An empty item in the form of the last one; the first has ``parts``, or is a text."""
    first: Json = dict.fromkeys(parts, "") if parts else ""
    try:
        last = rows[-1].body.value() if rows else first
    except ValueError:
        last = ""
    if isinstance(last, dict):
        return {key: _empty(value) for key, value in last.items()}
    return _empty(last)


def new_message(rows: Sequence[_Row]) -> Json:
    """An empty message of the one whose turn it is."""
    last = rows[-1].body.value() if rows else {}
    role = "assistant" if isinstance(last, dict) and last.get("role") == "user" else "user"
    return {"role": role, "content": ""}


def _empty(value: Json) -> Json:
    kinds: dict[str, Json] = {"boolean": False, "integer": 0, "number": 0.0, "array": [],
                              "object": {}}  # fmt: skip
    return "" if value is None else kinds.get(type_of(value), "")
