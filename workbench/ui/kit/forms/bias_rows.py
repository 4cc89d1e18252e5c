"""Rows of the logit bias: texts made more or less likely."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QLineEdit, QWidget

from workbench.ui.kit.buttons import GhostButton, IconButton
from workbench.ui.kit.forms.parameter_form import quiet_wheel
from workbench.ui.kit.label import Label
from workbench.ui.kit.panes.layout import column, row

_MOST = 100.0
_HINT = "A text, or # and a token's number. -100 bans it, 5 makes it much more likely."


class _Row(QFrame):
    """A text and its bias."""

    def __init__(self, text: str, bias: float) -> None:
        super().__init__()
        self.text = QLineEdit(text)
        self.text.setAccessibleName("Text")
        self.text.setPlaceholderText("text or #id")
        self.bias = QDoubleSpinBox()
        self.bias.setAccessibleName("Added to its score")
        self.bias.setRange(-_MOST, _MOST)
        self.bias.setValue(bias)
        self.bias.setFixedWidth(84)
        self.bias.lineEdit().setTextMargins(6, 0, 0, 0)
        quiet_wheel(self.bias)
        self.remove = IconButton("close", "Remove this text", size=24, glyph=14)
        layout = row(self.text, self.bias, self.remove)
        layout.setStretch(0, 1)
        self.setLayout(layout)


class BiasRows(QFrame):
    """A row a text.

    Signals:
        changed(): a text or its bias changed.
        resized(): there are more or fewer rows.
    """

    changed = Signal()
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_Row] = []
        self._body = column(gap=6)
        self.add = GhostButton("Add a text", "plus")
        self.add.clicked.connect(self._on_add)
        hint = Label(_HINT, "small", "text-3", wrap=True)
        self.setLayout(column(hint, self._body, row(self.add, None), gap=6))

    @property
    def biases(self) -> dict[str, float]:
        """What is added to the score, by text; rows without a text are none."""
        return {each.text.text(): each.bias.value() for each in self._rows if each.text.text()}

    def show_biases(self, biases: Mapping[str, float]) -> None:
        """Show other texts."""
        if dict(biases) == self.biases:
            return
        for each in list(self._rows):
            self._take(each)
        for text, bias in biases.items():
            self._append(text, bias)

    def _append(self, text: str, bias: float) -> _Row:
        made = _Row(text, bias)
        made.text.textChanged.connect(self.changed)
        made.bias.valueChanged.connect(self.changed)
        made.remove.clicked.connect(functools.partial(self._on_remove, made))
        self._rows.append(made)
        self._body.addWidget(made)
        return made

    def _take(self, each: QWidget) -> None:
        self._rows = [other for other in self._rows if other is not each]
        self._body.removeWidget(each)
        each.hide()
        each.deleteLater()

    @Slot()
    def _on_add(self) -> None:
        self._append("", -_MOST).text.setFocus()
        self.resized.emit()

    def _on_remove(self, each: QWidget) -> None:
        self._take(each)
        self.resized.emit()
        self.changed.emit()
