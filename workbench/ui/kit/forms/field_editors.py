"""The editor of one parameter: a chooser, a box, a number with its unit, a line or texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from workbench.domain.parameters import Field, Values
from workbench.ui.kit.chooser import Chooser
from workbench.ui.kit.forms.texts_edit import TextsEdit

_LARGEST = 2**31 - 1
_SPIN_MARGIN = 6
"""Spin boxes without buttons do not take the padding of the style sheet."""


class _QuietWheel(QObject):
    """Keeps the wheel for scrolling while a field has no focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget):
            if watched.hasFocus():
                return False
            event.ignore()
            return True
        return False


def quiet_wheel(field: QWidget) -> None:
    """Let the wheel pass over a field that has no focus, so that it scrolls what is around it."""
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.installEventFilter(_QuietWheel(field))


def make_editor(field: Field, changed: Callable[[], None]) -> QWidget:
    """An editor with the default; ``changed`` is called when its value changed."""
    editor = _editor(field, changed)
    editor.setAccessibleName(field.label)
    editor.setAccessibleDescription(field.description)
    editor.setToolTip(field.description)
    return editor


def _editor(field: Field, changed: Callable[[], None]) -> QWidget:
    if field.kind == "choice":
        chooser = Chooser(field.label)
        for choice in field.choices:
            chooser.add_choice(field.choice_words(choice), choice)
        chooser.choose(field.default)
        chooser.currentIndexChanged.connect(changed)
        return chooser
    if field.kind == "bool":
        box = QCheckBox()
        box.setChecked(bool(field.default))
        box.toggled.connect(changed)
        return box
    if field.kind in ("int", "float"):
        return _number(field, changed)
    if field.kind == "texts":
        texts = TextsEdit(field.default)
        texts.textChanged.connect(changed)
        return texts
    line = QLineEdit(str(field.default))
    line.textChanged.connect(changed)
    return line


def _number(field: Field, changed: Callable[[], None]) -> QWidget:
    spin: QSpinBox | QDoubleSpinBox
    if field.kind == "int":
        spin = QSpinBox()
        spin.setRange(int(_or(field.minimum, 0)), int(_or(field.maximum, _LARGEST)))
        spin.setValue(int(field.default))
    else:
        spin = QDoubleSpinBox()
        spin.setRange(_or(field.minimum, 0.0), _or(field.maximum, 1e9))
        spin.setSingleStep(0.05)
        spin.setValue(float(field.default))
    spin.setGroupSeparatorShown(True)
    if field.unit:
        spin.setSuffix(f" {field.unit}")
    spin.lineEdit().setTextMargins(_SPIN_MARGIN, 0, 0, 0)
    quiet_wheel(spin)
    spin.valueChanged.connect(changed)
    return spin


def show_lowest(editor: QWidget, field: Field, values: Values) -> None:
    """Say what the smallest number means with the other values: "Off", "Auto (2)"."""
    if field.lowest and isinstance(editor, QSpinBox | QDoubleSpinBox):
        words = field.lowest_words(values)
        if editor.specialValueText() != words:
            editor.setSpecialValueText(words)


def value_of(editor: QWidget) -> Any:
    """The value that an editor shows."""
    if isinstance(editor, Chooser):
        return editor.currentData()
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, QSpinBox | QDoubleSpinBox):
        return editor.value()
    if isinstance(editor, TextsEdit):
        return editor.texts
    assert isinstance(editor, QLineEdit)
    return editor.text()


def show_value(editor: QWidget | None, value: Any) -> None:
    """Show another value; None is no editor."""
    if isinstance(editor, Chooser):
        editor.choose(value)
    elif isinstance(editor, QCheckBox):
        editor.setChecked(bool(value))
    elif isinstance(editor, QSpinBox):
        editor.setValue(min(int(value), editor.maximum()))
    elif isinstance(editor, QDoubleSpinBox):
        editor.setValue(float(value))
    elif isinstance(editor, TextsEdit):
        editor.set_texts(value)
    elif isinstance(editor, QLineEdit):
        editor.setText(str(value))


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
