"""A form made from described parameters, and the button that opens one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QScrollArea, QWidget

from workbench.domain.parameters import ADVANCED, ANSWER, Field, effective_fields
from workbench.ui.kit.buttons import Button
from workbench.ui.kit.forms.field_editors import (
    make_editor,
    quiet_wheel,
    show_lowest,
    show_value,
    value_of,
)
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, show_part
from workbench.ui.kit.panes.section import Section
from workbench.ui.popups import note_closed

__all__ = ["FormButton", "ParameterForm", "Popover", "quiet_wheel"]

_EDGE = 4
"""The line around a popover, on both sides."""
_FIELD_WIDTH = 320


class _Rows(QFrame):
    """Labels and editors, each with its line of help; a row can be hidden."""

    def __init__(self, label_width: int, field_width: int) -> None:
        super().__init__()
        self._label_width, self._field_width = label_width, field_width
        self._rows: dict[str, QWidget] = {}
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        self.setLayout(self._form)

    def add(self, field: Field, editor: QWidget) -> None:
        """One row more."""
        label = Label(field.label, "body", "text-2")
        label.setToolTip(field.description)
        label.setMinimumWidth(self._label_width)
        label.setBuddy(editor)
        help_line = Label(field.description, "small", "text-3", wrap=True)
        help_line.setMinimumWidth(self._field_width)
        held = QWidget()
        held.setLayout(column(editor, help_line, gap=2))
        self._form.addRow(label, held)
        self._rows[field.name] = held

    def show_only(self, names: set[str]) -> bool:
        """Hide the rows of other parameters; whether any row came or went."""
        changed = False
        for name, held in self._rows.items():
            shown = name in names
            if self._form.isRowVisible(held) != shown:
                self._form.setRowVisible(held, shown)
                changed = True
        return changed

    @property
    def is_empty(self) -> bool:
        """Whether it has no row at all."""
        return not self._rows

    @property
    def shows_any(self) -> bool:
        """Whether a row can be seen."""
        return any(self._form.isRowVisible(held) for held in self._rows.values())


class ParameterForm(QFrame):
    """One row a parameter, in groups; what has no effect with the other values is hidden.

    Args:
        fields: what it asks for.
        label_width: so wide at least, to line up with other forms.
        field_width: so wide at least are the fields and their lines of help.

    Signals:
        changed(): a value changed.
    """

    changed = Signal()

    def __init__(
        self, fields: Sequence[Field], *, label_width: int = 0, field_width: int = _FIELD_WIDTH
    ) -> None:
        super().__init__()
        self._fields = tuple(fields)
        self._others: dict[str, Any] = {}
        self.editors: dict[str, QWidget] = {}
        self._usual, self._answer, self._advanced = (
            _Rows(label_width, field_width) for _ in range(3)
        )
        groups = {ADVANCED: self._advanced, ANSWER: self._answer}
        for field in self._fields:
            editor = make_editor(field, self._on_changed)
            self.editors[field.name] = editor
            groups.get(field.group, self._usual).add(field, editor)
        self.answer = Section("Answer", self._answer, opened=False)
        self.advanced = Section("Advanced", self._advanced, opened=False)
        self.cost = Label("", "small", "text-2", wrap=True)
        self.cost.setAccessibleName("Cost")
        self.cost.hide()
        for section in (self.answer, self.advanced):
            section.head.clicked.connect(self._refit_soon)
        self.setLayout(column(self._usual, self.answer, self.advanced, self.cost, gap=12))
        show_part(self._usual, shown=not self._usual.is_empty)
        self._show_effects()

    @Slot()
    def _on_changed(self) -> None:
        self._show_effects()
        self.changed.emit()

    def _show_effects(self) -> None:
        """Hide what has no effect, and say what folded values differ from the defaults."""
        values = {**self._others, **self.values()}
        for field in self._fields:
            show_lowest(self.editors[field.name], field, values)
        shown = {field.name for field in effective_fields(self._fields, values)}
        moved = [rows.show_only(shown) for rows in (self._usual, self._answer, self._advanced)]
        sections = ((self.answer, ANSWER, self._answer), (self.advanced, ADVANCED, self._advanced))
        for section, group, rows in sections:
            show_part(section, shown=rows.shows_any)
            changed = [
                f"{field.label}: {field.words(values[field.name], values)}"
                for field in self._fields
                if field.group == group
                and field.name in shown
                and values[field.name] != _listed(field.default)
            ]
            section.note.setText(", ".join(changed))
        if any(moved):
            self._refit_soon()

    def show_others(self, values: Mapping[str, Any]) -> None:
        """Values of other forms that decide what has an effect here."""
        self._others = dict(values)
        self._show_effects()

    def show_automatic(self, name: str, value: int) -> None:
        """What the automatic value of a parameter comes to; 0 where that is not known."""
        self._fields = tuple(
            msgspec.structs.replace(field, automatic=lambda _: value)
            if field.name == name
            else field
            for field in self._fields
        )
        self._show_effects()

    @property
    def shows_any(self) -> bool:
        """Whether any parameter has an effect."""
        return any(rows.shows_any for rows in (self._usual, self._answer, self._advanced))

    def show_cost(self, words: str) -> None:
        """What a run with these values would cost; "" for nothing that is known."""
        self.cost.setText(words)
        if self.cost.isHidden() != (not words):
            self.cost.setVisible(bool(words))
            self._refit_soon()

    @Slot()
    def _refit_soon(self) -> None:
        """Give the popover that it is in the room that it wants now."""
        QTimer.singleShot(0, self, self._refit)

    def _refit(self) -> None:
        window = self.window()
        if isinstance(window, Popover):
            window.refit()

    def values(self) -> dict[str, Any]:
        """The values by name."""
        return {name: value_of(editor) for name, editor in self.editors.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show other values; names that are not in the form are passed over."""
        for name, value in values.items():
            show_value(self.editors.get(name), value)


def _listed(value: Any) -> Any:
    """A default as an editor gives it."""
    return list(value) if isinstance(value, tuple) else value


class Popover(QFrame):
    """A small surface over the window that goes away when one clicks elsewhere or presses Esc."""

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__(None, Qt.WindowType.Popup)
        self.setAccessibleName(title)
        self.setProperty("popover", True)
        self._body = body
        self._scroll = QScrollArea()
        self._scroll.setWidget(body)
        self._scroll.setWidgetResizable(True)
        body.setAutoFillBackground(False)  # setWidget() turns it on
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        title_label = Label(title, "body-strong")
        self.setLayout(column(title_label, self._scroll, margins=(16, 12, 16, 16), gap=12))
        self._frame = QSize(32 + _EDGE, title_label.sizeHint().height() + 40 + _EDGE)
        self._anchor: QWidget | None = None

    def refit(self) -> None:
        """Take the room that the body wants now, where it was opened."""
        if self.isVisible() and self._anchor is not None:
            self.place_at(self._anchor)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        note_closed()

    def open_at(self, anchor: QWidget) -> None:
        """Show it above ``anchor`` where the window has room, else beneath."""
        self.place_at(anchor)
        self.show()
        self.setFocus()

    def place_at(self, anchor: QWidget) -> None:
        """Resize it to its body, and place it next to ``anchor``, on the screen.

        A body that is taller than the screen is scrolled.
        """
        self._anchor = anchor
        screen = anchor.screen().availableGeometry()
        wanted = self._body.sizeHint().expandedTo(self._body.minimumSize())
        wanted += self._frame
        height = min(wanted.height(), screen.height() - 16)
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self.resize(wanted.width() + (bar if height < wanted.height() else 0), height)
        corner = anchor.mapToGlobal(QPoint(0, 0))
        window = anchor.window().frameGeometry() & screen
        above = corner.y() - self.height() - 6
        beneath = corner.y() + anchor.height() + 6
        lowest = screen.bottom() - self.height()
        fits = above >= window.top() or (above >= screen.top() and beneath > lowest)
        top = above if fits else max(min(beneath, lowest), screen.top())
        left = min(corner.x(), window.right() - self.width() - 8)
        self.move(max(left, screen.left() + 8), top)


class FormButton(Button):
    """A button that opens a form; its text is a summary of the values.

    The popover is made when it is first opened: to put a form into it takes as long as to make it.

    Signals:
        changed(): a value in the form changed.
    """

    changed = Signal()
    kind = "ghost"

    def __init__(self, title: str, form: QWidget) -> None:
        super().__init__(title, "settings", tall=True)
        self._title = title
        self._body = form
        self._popover: Popover | None = None
        self.clicked.connect(self._on_clicked)

    def replace_form(self, form: QWidget) -> None:
        """Another form in the same place."""
        (self._popover or self._body).deleteLater()
        self._body, self._popover = form, None

    def summary(self) -> str:
        """A few words for the button; subclasses say more."""
        return self._title

    def show_summary(self) -> None:
        """Put the summary on the button."""
        self.set_text(self.summary())

    @Slot()
    def refit(self) -> None:
        """Give the open form the room that it wants now."""
        if self._popover is not None:
            self._popover.refit()

    @Slot()
    def on_form(self) -> None:
        """A value of the form changed."""
        self.show_summary()
        self.changed.emit()

    @Slot()
    def _on_clicked(self) -> None:
        if self._popover is None:
            self._popover = Popover(self._title, self._body)
        self._popover.open_at(self)
