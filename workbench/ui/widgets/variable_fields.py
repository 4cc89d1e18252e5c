"""The variables of the prompt, small: a name and a field each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QPlainTextEdit, QWidget

from workbench.domain.spec import Json
from workbench.domain.views import InputField
from workbench.ui.widgets.chooser import Chooser
from workbench.ui.widgets.label import Label, set_tone
from workbench.ui.widgets.layout import column, row
from workbench.ui.widgets.origin import OriginSquare
from workbench.ui.widgets.switch import Switch

_TEXT_HEIGHT = 62
_COLUMNS = 3


class VariableFields(QFrame):
    """Fields for the inputs of a prompt.

    Signals:
        changed(dict): values by name, those that can be read.
    """

    changed = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self._inputs: tuple[InputField, ...] = ()
        self.fields: dict[str, QWidget] = {}
        self._problems: dict[str, Label] = {}
        self._tones: Mapping[str, str] = {}
        self._filling = False
        self._body = QWidget()
        self.setLayout(column(self._body, gap=0))

    def show_inputs(
        self,
        inputs: Sequence[InputField],
        values: Mapping[str, Json],
        tones: Mapping[str, str] | None = None,
    ) -> None:
        """Make the fields anew and fill them; ``tones`` gives variables their colour."""
        self._filling = True
        self._tones = tones or {}
        self._inputs = tuple(inputs)
        self.fields, self._problems = {}, {}
        layout = self.layout()
        assert layout is not None
        layout.removeWidget(self._body)
        self._body.deleteLater()
        self._body = QWidget()
        grid = QGridLayout(self._body)
        grid.setContentsMargins(16, 8, 16, 12)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        place = 0
        for each in self._inputs:
            wide = each.multiline
            if wide and place % _COLUMNS:
                place += _COLUMNS - place % _COLUMNS
            cell = self._make_cell(each, values.get(each.name, each.default))
            grid.addWidget(cell, place // _COLUMNS, place % _COLUMNS, 1, _COLUMNS if wide else 1)
            place += _COLUMNS if wide else 1
        for index in range(_COLUMNS):
            grid.setColumnStretch(index, 1)
        layout.addWidget(self._body)
        self._filling = False

    def _make_cell(self, each: InputField, value: Json) -> QWidget:
        field = self._make_field(each, value)
        field.setAccessibleName(each.name)
        field.setAccessibleDescription(each.description)
        field.setToolTip(each.description)
        self.fields[each.name] = field
        problem = Label("", "small", "bad")
        self._problems[each.name] = problem
        needed = "" if each.required and each.default is None else "optional"
        head = row(Label(each.name, "code-small", "text-2"), Label(needed, "small", "text-3"), None)
        if each.name in self._tones:
            head.insertWidget(0, OriginSquare(self._tones[each.name]))
        head.addWidget(problem)
        cell = QWidget()
        cell.setLayout(column(head, field, gap=2))
        return cell

    def _make_field(self, each: InputField, value: Json) -> QWidget:
        tell = self._on_changed
        if each.choices:
            chooser = Chooser(each.name)
            for choice in each.choices:
                chooser.add_choice(choice, choice)
            chooser.choose(value)
            chooser.currentIndexChanged.connect(tell)
            return chooser
        if each.type == "boolean":
            switch = Switch("on")
            switch.setChecked(bool(value))
            switch.toggled.connect(tell)
            return switch
        shown = text_of(each, value)
        if each.multiline:
            area = QPlainTextEdit(shown)
            area.setProperty("input", True)
            area.setTabChangesFocus(True)
            area.setFixedHeight(_TEXT_HEIGHT)
            area.textChanged.connect(tell)
            return area
        line = QLineEdit(shown)
        if each.type in ("array", "object"):
            line.setPlaceholderText("JSON")
        line.textChanged.connect(tell)
        return line

    @Slot()
    def _on_changed(self) -> None:
        if not self._filling:
            self.changed.emit(self.values())

    def values(self) -> dict[str, Json]:
        """What the fields hold; a field that cannot be read is named and left out."""
        found: dict[str, Json] = {}
        for each in self._inputs:
            problem = ""
            try:
                value = value_of(each, self._raw(each))
            except ValueError:
                problem = f"not {_NOUNS[each.type]}"
            else:
                if value is not None:
                    found[each.name] = value
            self._problems[each.name].setText(problem)
            set_tone(self._problems[each.name], "bad")
        return found

    def _raw(self, each: InputField) -> str | bool:
        field = self.fields[each.name]
        if isinstance(field, Chooser):
            return str(field.currentData())
        if isinstance(field, Switch):
            return field.isChecked()
        if isinstance(field, QPlainTextEdit):
            return field.toPlainText()
        assert isinstance(field, QLineEdit)
        return field.text()


_NOUNS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a JSON list",
    "object": "a JSON object",
}


def text_of(each: InputField, value: Json) -> str:
    """A value as it stands in its field."""
    if value is None:
        return ""
    if isinstance(value, str) and each.type not in ("array", "object"):
        return value
    return json.dumps(value, ensure_ascii=False)


def value_of(each: InputField, raw: str | bool) -> Json:
    """The value of a field's content; None where an empty field means "not given".

    Raises:
        ValueError: it cannot be read as the input's type.
    """
    if isinstance(raw, bool):
        return raw
    if each.type == "string":
        return raw if raw or (each.required and each.default is None) else None
    if not raw.strip():
        return None
    if each.type == "integer":
        return int(raw)
    if each.type == "number":
        return float(raw)
    value = json.loads(raw)
    wanted = {"array": list, "object": dict, "boolean": bool}[each.type]
    if not isinstance(value, wanted):
        raise ValueError(f"{each.name} is {_NOUNS[each.type]}")
    return value
