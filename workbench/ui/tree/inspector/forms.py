"""Forms of the inspector for user edits: a new thought, or other parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from workbench.domain.parameters import Field
from workbench.domain.runs.estimate_words import growth_text
from workbench.domain.views import Estimate
from workbench.ui.bindings import keep_own_keys
from workbench.ui.kit import Label, PrimaryButton, column, row
from workbench.ui.kit.forms.parameter_form import ParameterForm, Popover

_WIDTH = 340


class Unsent(NamedTuple):
    """A thought that was written and not given."""

    about: str
    text: str


class ThoughtForm(Popover):
    """A thought to be written or changed.

    What was written is kept in ``unsent``, and is there when the same is asked again, until
    :meth:`settle`.

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
        keep_own_keys(self.save)
        body = QFrame()
        body.setFixedWidth(_WIDTH)
        body.setLayout(column(self.box, row(None, self.save), gap=8))
        super().__init__(title, body)
        self.unsent: Unsent | None = None
        self._given = False
        self._about = Unsent("", "")
        self.setParent(parent, self.windowFlags())
        keys = QShortcut(QKeySequence("Ctrl+Return"), self)
        keys.activated.connect(self._on_save)
        self.save.clicked.connect(self._on_save)
        self.box.textChanged.connect(self._on_typed)

    def ask(self, anchor: QWidget, about: str, text: str) -> None:
        """Open next to a widget.

        Args:
            anchor: the widget.
            about: what the thought is for; what was written for it and not given comes back.
            text: what to begin from where nothing was.
        """
        self._given = False
        unsent, self._about = self.unsent, Unsent(about, text)
        begun = unsent is not None and unsent.about == about
        self.box.setPlainText(unsent.text if unsent is not None and begun else text)
        self.unsent = unsent  # a text that was not changed takes no space
        if not begun:
            self.box.selectAll()
        self.open_at(anchor)
        self.box.setFocus()

    @Slot()
    def _on_typed(self) -> None:
        text = self.box.toPlainText()
        changed = text != self._about.text
        self.unsent = Unsent(self._about.about, text) if changed else None

    @Slot()
    def _on_save(self) -> None:
        text = self.box.toPlainText().strip()
        if text:
            self._given = True
            self.hide()
            self.accepted.emit(text)

    def settle(self) -> None:
        """The search has the thought that was given: it need not be kept any longer."""
        if self._given:
            self._given = False
            self.unsent = None


class GrowForm(Popover):
    """The parameters of a strategy, to search on with; only those that were changed are sent.

    Signals:
        accepted(object): the changed values by name.
        changed(): a value changed; :meth:`values` has all.
    """

    accepted = Signal(object)
    changed = Signal()

    def __init__(
        self, fields: tuple[Field, ...], params: Mapping[str, Any], parent: QWidget
    ) -> None:
        self.form = ParameterForm(fields)
        self.form.set_values(params)
        self._before = self.form.values()
        self.grow = PrimaryButton("Grow", "grow", keys="Ctrl+Return")
        keep_own_keys(self.grow)
        note = Label("The search continues from this node. Nothing is lost.", "small")
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
        self.form.changed.connect(self.changed)

    def values(self) -> dict[str, Any]:
        """The parameters as they are in the form."""
        return self.form.values()

    @Slot(object)
    def show_estimate(self, estimate: Estimate | None) -> None:
        """Show what the growth will take at most, None where that is unknown."""
        self.form.show_cost(growth_text(estimate) if estimate is not None else "")

    @Slot()
    def _on_grow(self) -> None:
        values = self.form.values()
        changed = {name: value for name, value in values.items() if value != self._before[name]}
        self.hide()
        self.accepted.emit(changed)
