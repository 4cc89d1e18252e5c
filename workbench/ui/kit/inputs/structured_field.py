"""Fields for lists, objects and conversations: a line that sums up, then part by part."""

from __future__ import annotations

import functools
import json

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.ui.kit.inputs.editors import GrowingText
from workbench.ui.kit.inputs.item_rows import (
    MOST_ROWS,
    ItemBody,
    MessageBody,
    RowList,
    new_item,
    new_message,
)
from workbench.ui.kit.inputs.values import count_of, fits, summary_of, value_of
from workbench.ui.kit.label import Label, set_tone
from workbench.ui.kit.panes.layout import column, row
from workbench.ui.kit.panes.summary_bar import SummaryBar
from workbench.ui.kit.segmented import Segmented

_PARTS, _JSON = range(2)
_NOUNS = {"array": "item", "object": "field", "thread": "message"}
_EMPTY: dict[str, Json] = {"array": [], "object": {}, "thread": []}


class StructuredField(QFrame):
    """A value with parts. The form and the JSON text are two views of it.

    Args:
        each: the input, of type array, object or thread.
        value: what it shows.
        opened: whether its parts are shown at first.

    Signals:
        changed(): the value changed. resized(): it needs another height.
        opened(bool): it was opened or folded. grown(QWidget): the item that was added, to be seen.
    """

    changed = Signal()
    resized = Signal()
    opened = Signal(bool)
    grown = Signal(QWidget)

    def __init__(self, each: InputField, value: Json, *, opened: bool = False) -> None:
        super().__init__()
        self._each = each
        self._noun = _NOUNS[each.type]
        self._value: Json = None
        self._problem = ""
        self._note = ""
        self._updating = False
        self._fresh = False
        self.bar = SummaryBar(each.name)
        self.bar.toggled.connect(self._on_toggled)
        self.views = Segmented(f"View of {each.name}", (f"{self._noun.capitalize()}s", "JSON"))
        self.views.chosen.connect(self._on_view)
        self.verdict = Label("", "small", "text-3", wrap=True)
        self.json = GrowingText(least=5, most=16, style="code-small")
        self.json.setAccessibleName(f"{each.name} as JSON")
        self.json.textChanged.connect(self._on_json)
        self.json.hide()
        self._parts: RowList | ItemBody | None = None
        self._part_place = column(gap=0)
        self._inner = QFrame()
        layout = column(
            row(self.views, self.verdict, gap=12),
            self._part_place,
            self.json,
            margins=(0, 8, 0, 8),
            gap=8,
        )
        layout.itemAt(0).layout().setStretch(1, 1)  # type: ignore[union-attr]
        self._inner.setLayout(layout)
        self._inner.hide()
        self.setLayout(column(self.bar, self._inner, gap=0))
        self.setFocusProxy(self.bar)
        self.show_value(value)
        self.bar.set_open(opened)

    # --- value ----------------------------------------------------------------------------------

    def value(self) -> Json:
        """The list or object; None where nothing was given.

        Raises:
            ValueError: what is typed cannot be read.
        """
        if self._problem:
            raise ValueError(self._problem)
        return self._value

    def typed(self) -> str | None:
        """The JSON text as typed; None where a part, and not the text, cannot be read."""
        return None if self.json.isHidden() else self.json.toPlainText()

    def show_value(self, value: Json) -> None:
        """Show another value, in the view that can show it."""
        if isinstance(value, str):
            try:
                value = value_of(self._each, value)
            except ValueError:
                self._show_text(value)
                return
        if value == self._value and not self._problem:
            return
        self._value, self._problem = value, ""
        self._fresh = False
        if self.bar.is_open:
            self._show_fresh()
        self._sum_up()

    def show_note(self, note: str) -> None:
        """The note at the right of the bar, as "283 tokens"."""
        self._note = note
        self._sum_up()

    def _text(self) -> str:
        if self._value is None:
            return ""
        return json.dumps(self._value, ensure_ascii=False, indent=2)

    def _start(self) -> Json:
        """What the form shows of a value that was not given: an object's parts are known."""
        if self._each.type == "object":
            return dict.fromkeys(self._each.parts, "")
        return _EMPTY[self._each.type]

    def _can_show_parts(self) -> bool:
        """Whether the value has the form that rows can show, and not too many."""
        value = self._start() if self._value is None else self._value
        if not fits(self._each.type, value) or len(value) > MOST_ROWS:
            return False
        return self._each.type != "object" or bool(value)

    # --- views ----------------------------------------------------------------------------------

    @Slot(bool)
    def _on_toggled(self, opened: bool) -> None:
        if opened and not self._fresh:
            self._show_fresh()
        self._inner.setVisible(opened)
        self._sum_up()
        self.opened.emit(opened)
        self.resized.emit()

    def _show_fresh(self) -> None:
        if self.views.index == _PARTS and self._can_show_parts():
            self._show_parts()
        else:
            self._show_text(self._text())

    @Slot(int)
    def _on_view(self, index: int) -> None:
        if index == _PARTS and not self._problem and self._can_show_parts():
            self._show_parts()
        elif self.json.isHidden():
            self._show_text(self._text())
        else:
            self._show_view(_JSON)  # what is typed there cannot be shown as parts

    def _show_parts(self) -> None:
        self._updating = True
        value = self._start() if self._value is None else self._value
        if isinstance(self._parts, RowList):
            self._parts.show_values(value)
        else:
            if self._parts is not None:
                self._part_place.removeWidget(self._parts)
                self._parts.hide()
                self._parts.deleteLater()
            self._parts = self._make_parts(value)
            self._part_place.addWidget(self._parts)
        self._updating = False
        self._show_view(_PARTS)

    def _make_parts(self, value: Json) -> RowList | ItemBody:
        if self._each.type == "object":
            body = ItemBody(value, self._each.name)
            body.changed.connect(self._on_parts)
            return body
        is_thread = self._each.type == "thread"
        item = functools.partial(new_item, self._each.parts)
        rows = RowList(
            self._noun,
            MessageBody if is_thread else ItemBody,
            new_message if is_thread else item,
        )
        rows.show_values(value)
        rows.changed.connect(self._on_parts)
        rows.resized.connect(self.resized)
        rows.added.connect(self.grown)
        return rows

    def _show_text(self, text: str) -> None:
        self._updating = True
        self.json.setPlainText(text)
        self._updating = False
        self._show_view(_JSON)
        self._read_json()

    def _show_view(self, index: int) -> None:
        self._fresh = True
        if self.views.index != index:
            self.views.blockSignals(True)
            self.views.choose(index)
            self.views.blockSignals(False)
        if self._parts is not None:
            self._parts.setVisible(index == _PARTS)
        self.json.setVisible(index == _JSON)
        self._say()
        self.resized.emit()

    # --- what is typed --------------------------------------------------------------------------

    @Slot()
    def _on_parts(self) -> None:
        if self._updating or self._parts is None:
            return
        try:
            self._value = (
                self._parts.values() if isinstance(self._parts, RowList) else self._parts.value()
            )
            self._problem = ""
        except ValueError as error:
            self._problem = str(error)
        self._after_change()

    @Slot()
    def _on_json(self) -> None:
        if not self._updating:
            self._read_json()
            self._after_change()

    def _read_json(self) -> None:
        try:
            self._value = value_of(self._each, self.json.toPlainText())
            self._problem = ""
        except ValueError as error:
            self._problem = str(error)
        self._say()

    def _after_change(self) -> None:
        self._say()
        self._sum_up()
        self.changed.emit()

    def _say(self) -> None:
        hint = ""
        if self.json.isVisibleTo(self._inner) and not self._problem:
            long = isinstance(self._value, list | dict) and len(self._value) > MOST_ROWS
            hint = f"valid; more than {MOST_ROWS} are edited here" if long else "valid JSON"
        set_tone(self.verdict, "bad" if self._problem else "text-3")
        self.verdict.setText(self._problem or hint)

    def _sum_up(self) -> None:
        if self._problem:
            self.bar.show_texts("Cannot be read", "" if self.bar.is_open else self._problem, "")
        elif not self._value:
            self.bar.show_texts("", f"No {self._noun}s", "")
        else:
            count = count_of(self._value, self._noun)
            self.bar.show_texts(count, summary_of(self._value), self._note)


def is_structured(each: InputField) -> bool:
    """Whether the input has parts, so that this field is its own."""
    return each.type in _NOUNS and not each.choices
