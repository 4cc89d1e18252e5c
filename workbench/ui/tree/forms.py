"""What is asked before a person's hand changes the search: a thought, or other parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from workbench.domain.parameters import Field
from workbench.ui.widgets import Label, PrimaryButton, column, row
from workbench.ui.widgets.parameter_form import ParameterForm, Popover

_WIDTH = 340


class ThoughtForm(Popover):
    """A thought to be written or changed.

    Signals:
        accepted(str): the text.
    """

    accepted = Signal(str)

    def __init__(self, title: str, action: str, parent: QWidget) -> None:
        self.box = QPlainTextEdit()
        self.box.setProperty("input", True)
        self.box.setProperty("lines", "3")
        self.box.setAccessibleName(title)
        self.box.setTabChangesFocus(True)
        self.save = PrimaryButton(action, keys="Ctrl+Return")
        body = QFrame()
        body.setFixedWidth(_WIDTH)
        body.setLayout(column(self.box, row(None, self.save), gap=8))
        super().__init__(title, body)
        self.setParent(parent, self.windowFlags())
        keys = QShortcut(QKeySequence("Ctrl+Return"), self)
        keys.activated.connect(self._on_save)
        self.save.clicked.connect(self._on_save)

    def ask(self, anchor: QWidget, text: str) -> None:
        """Open beside a widget, with a text to begin from."""
        self.box.setPlainText(text)
        self.box.selectAll()
        self.open_at(anchor)
        self.box.setFocus()

    @Slot()
    def _on_save(self) -> None:
        text = self.box.toPlainText().strip()
        if text:
            self.hide()
            self.accepted.emit(text)


class GrowForm(Popover):
    """The parameters of a strategy, to search on with; only those that were changed are told.

    Signals:
        accepted(object): the changed values by name.
    """

    accepted = Signal(object)

    def __init__(
        self, fields: tuple[Field, ...], params: Mapping[str, Any], parent: QWidget
    ) -> None:
        self.form = ParameterForm(fields)
        self.form.set_values(params)
        self._before = self.form.values()
        self.grow = PrimaryButton("Grow", "grow", keys="Ctrl+Return")
        note = Label("The search goes on from this node. Nothing that is there is lost.", "small")
        note.setProperty("tone", "text-3")
        body = QFrame()
        body.setMinimumWidth(_WIDTH)
        body.setLayout(column(note, self.form, row(None, self.grow), gap=12))
        super().__init__("Grow from here", body)
        self.setParent(parent, self.windowFlags())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        keys = QShortcut(QKeySequence("Ctrl+Return"), self)
        keys.activated.connect(self._on_grow)
        self.grow.clicked.connect(self._on_grow)

    @Slot()
    def _on_grow(self) -> None:
        values = self.form.values()
        changed = {name: value for name, value in values.items() if value != self._before[name]}
        self.hide()
        self.accepted.emit(changed)
