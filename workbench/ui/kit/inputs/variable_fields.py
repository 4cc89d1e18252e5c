"""The variables of the prompt, small: a name and a field each."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.ui.bridge import Bridge
from workbench.ui.kit.inputs.editors import Editor
from workbench.ui.kit.inputs.file_fields import FileField, ImageField
from workbench.ui.kit.inputs.structured_field import StructuredField, is_structured
from workbench.ui.kit.label import Label, set_tone
from workbench.ui.kit.origin_colours import OriginSquare
from workbench.ui.kit.panes.layout import column, row
from workbench.ui.kit.panes.tab_order import reading_order

_COLUMNS = 3
_BESIDE = 4
"""Most small fields next to a text."""
_NARROW = 560
"""Below this width small fields go below a text rather than next to it."""
_LABEL = 84
_Own = StructuredField | FileField | ImageField
_Group = tuple[InputField | None, list[InputField]]


class VariableFields(QFrame):
    """Fields for the inputs of a prompt.

    Args:
        bridge: reads the files that are chosen.

    Signals:
        changed(object): values by name. Not ``dict``: Qt would sort the names in it.
        resized(): fields were opened, folded, added or removed.
        opened(QWidget): that field shows its parts now.
        grown(QWidget): the item that was added to one, or the field that was gone to, to be seen.
    """

    changed = Signal(object)
    resized = Signal()
    opened = Signal(QWidget)
    grown = Signal(QWidget)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self._bridge = bridge
        self._inputs: tuple[InputField, ...] = ()
        self.fields: dict[str, QWidget] = {}
        self._editors: dict[str, Editor | _Own] = {}
        self._notes: dict[str, Label] = {}
        self._problems: dict[str, str] = {}
        self._tokens: Mapping[str, int] = {}
        self._tones: Mapping[str, str] = {}
        self._unfolded: set[str] = set()
        self._updating = False
        self._body = QWidget()
        self.setLayout(column(self._body, None, gap=0))

    def show_inputs(
        self,
        inputs: Sequence[InputField],
        values: Mapping[str, Json],
        tones: Mapping[str, str] | None = None,
    ) -> None:
        """Make the fields again and fill them; ``tones`` gives variables their colour."""
        self._updating = True
        self._tones = tones or {}
        self._inputs = tuple(inputs)
        self.fields, self._editors, self._notes, self._problems = {}, {}, {}, {}
        layout = self.layout()
        assert isinstance(layout, QBoxLayout)
        layout.removeWidget(self._body)
        self._body.hide()
        self._body.deleteLater()
        self._body = QWidget()
        lines = column(margins=(16, 8, 16, 12), gap=12)
        for text, small in _groups(self._inputs, values):
            lines.addWidget(self._make_line(text, small, values))
        self._body.setLayout(lines)
        layout.insertWidget(0, self._body)
        self._body.show()  # else it has no height before the next turn of the event loop
        self._updating = False
        self._show_notes()
        self.resized.emit()

    def set_values(self, values: Mapping[str, Json]) -> None:
        """Fill the fields with other values; the focus stays where it is."""
        for each in self._inputs:
            editor = self._editors[each.name]
            if isinstance(editor, Editor) and not editor.can_show(values.get(each.name)):
                self.show_inputs(self._inputs, values, self._tones)
                return
        self._updating = True
        for each in self._inputs:
            self._editors[each.name].show_value(_shown(each, values))
        self._updating = False
        self.values()

    def focus_input(self, name: str) -> bool:
        """Go to the field of an input, or to the first; False where there is no field."""
        goal = next(reading_order(self.fields.get(name, self._body)), None)
        if goal is not None:
            goal.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.grown.emit(self.fields.get(name, goal))
        return goal is not None

    def show_tokens(self, tokens: Mapping[str, int]) -> None:
        """How many tokens each variable makes in the prompt."""
        self._tokens = dict(tokens)
        self._show_notes()

    def _make_line(
        self, text: InputField | None, small: Sequence[InputField], values: Mapping[str, Json]
    ) -> QWidget:
        if text is not None and _is_own(text):
            return self._make_own(text, values)
        if text is None:
            line = QWidget()
            grid = _grid(line)
            for place, each in enumerate(small):
                grid.addWidget(self._make_cell(each, values), 0, place)
            for index in range(_COLUMNS):
                grid.setColumnStretch(index, 1)
            return line
        cell = self._make_cell(text, values)
        if not small:
            return cell
        small_fields = QWidget()
        grid = _grid(small_fields)
        for place, each in enumerate(small):
            last = place == len(small) - 1 and place % 2 == 0
            grid.addWidget(self._make_cell(each, values), place // 2, place % 2, 1, 1 + last)
        grid.setRowStretch(_BESIDE, 1)
        for index in range(2):
            grid.setColumnStretch(index, 1)
        return _TextWithFields(cell, small_fields)

    def _make_own(self, each: InputField, values: Mapping[str, Json]) -> QWidget:
        """A line for a field with a summary: the name comes before it."""
        value = _shown(each, values)
        field: _Own
        if each.type == "file":
            field = FileField(each, self._bridge, value)
        elif each.type == "image":
            field = ImageField(each, self._bridge, value)
        else:
            field = StructuredField(each, value, opened=each.name in self._unfolded)
            field.opened.connect(functools.partial(self._on_opened, each.name))
        field.setAccessibleDescription(each.description)
        field.changed.connect(self._on_changed)
        field.resized.connect(self.resized)
        if isinstance(field, StructuredField):
            field.grown.connect(self.grown)
        self.fields[each.name] = field
        self._editors[each.name] = field
        head = QWidget()
        head.setFixedHeight(28)
        head.setMinimumWidth(_LABEL)
        head.setLayout(row(*self._name(each), None))
        line = QWidget()
        layout = row(head, field, gap=12)
        layout.setAlignment(head, Qt.AlignmentFlag.AlignTop)
        layout.setStretch(1, 1)
        line.setLayout(layout)
        return line

    def _make_cell(self, each: InputField, values: Mapping[str, Json]) -> QWidget:
        editor = Editor(each, _shown(each, values))
        field = editor.widget
        field.setAccessibleName(each.name)
        field.setAccessibleDescription(each.description)
        field.setToolTip(each.description)
        if isinstance(field, QLineEdit | QPlainTextEdit) and not field.placeholderText():
            optional = not each.required or each.default is not None
            field.setPlaceholderText("Optional" if optional else "")
        editor.changed.connect(self._on_changed)
        self.fields[each.name] = field
        self._editors[each.name] = editor
        note = Label("", "small", "text-3", elide=True)
        note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._notes[each.name] = note
        head = row(*self._name(each), note)
        head.setStretch(head.count() - 1, 1)
        cell = QWidget()
        cell.setLayout(column(head, field, None, gap=4))
        return cell

    def _name(self, each: InputField) -> list[QWidget]:
        label = Label(each.name, "code-small", "text-2")
        label.setToolTip(each.description)
        tone = self._tones.get(each.name)
        return [OriginSquare(tone), label] if tone else [label]

    def _on_opened(self, name: str, opened: bool) -> None:
        if opened:
            self._unfolded.add(name)
            self.opened.emit(self.fields[name])
        else:
            self._unfolded.discard(name)

    @Slot()
    def _on_changed(self) -> None:
        if not self._updating:
            self.changed.emit(self.values())

    def values(self) -> dict[str, Json]:
        """What the fields hold.

        A field that cannot be read is named, and gives its text as typed: nothing typed is
        lost, and no prompt is rendered as if it were empty.
        """
        found: dict[str, Json] = {}
        self._problems = {}
        for each in self._inputs:
            try:
                value = self._editors[each.name].value()
            except ValueError as error:
                self._problems[each.name] = str(error)
                value = self._editors[each.name].typed()
            if value is not None:
                found[each.name] = value
        self._show_notes()
        return found

    def _show_notes(self) -> None:
        """What is wrong with a field, or its tokens."""
        for each in self._inputs:
            count = self._tokens.get(each.name, 0)
            tokens = count_text(count, "token") if count else ""
            editor, note = self._editors[each.name], self._notes.get(each.name)
            if note is not None:
                problem = self._problems.get(each.name, "")
                shows = problem or each.type == "string"
                note.setText((problem or tokens) if shows else "")
                set_tone(note, "bad" if problem else "text-3")
            elif isinstance(editor, StructuredField | FileField):
                editor.show_note(tokens)


class _TextWithFields(QWidget):
    """A text with small fields at its right, or under it where there is little room."""

    def __init__(self, text: QWidget, small: QWidget) -> None:
        super().__init__()
        self._box = row(text, small, gap=16)
        self._box.setStretch(0, 5)
        self._box.setStretch(1, 3)
        self.setLayout(self._box)

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = event.size().width() < _NARROW
        self._box.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        self._box.setSpacing(8 if narrow else 16)
        super().resizeEvent(event)


def _groups(inputs: Sequence[InputField], values: Mapping[str, Json]) -> Iterator[_Group]:
    """The fields of one line: a text with small fields after it, up to three of those, or one."""
    small: list[InputField] = []
    text: InputField | None = None
    for each in inputs:
        wide = _is_own(each) or _is_text(each, values)
        room = _BESIDE if text is not None else _COLUMNS
        if (wide or len(small) == room) and (text is not None or small):
            yield text, small
            text, small = None, []
        if _is_own(each):
            yield each, []
        elif wide:
            text = each
        else:
            small.append(each)
    if text is not None or small:
        yield text, small


def _is_own(each: InputField) -> bool:
    return is_structured(each) or (each.type in {"file", "image"} and not each.choices)


def _is_text(each: InputField, values: Mapping[str, Json]) -> bool:
    if each.type != "string" or each.choices:
        return False
    return each.multiline or "\n" in str(_shown(each, values))


def _shown(each: InputField, values: Mapping[str, Json]) -> Json:
    value = values.get(each.name)
    return each.default if value is None else value


def _grid(widget: QWidget) -> QGridLayout:
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    return grid
