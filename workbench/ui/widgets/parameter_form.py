"""A form made from described parameters, and the button that opens one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QWidget,
)

from workbench.domain.parameters import Field
from workbench.ui.widgets.buttons import Button
from workbench.ui.widgets.chooser import Chooser
from workbench.ui.widgets.label import Label
from workbench.ui.widgets.layout import column
from workbench.ui.widgets.texts_edit import TextsEdit

_LARGEST = 2**31 - 1
_EDGE = 4
"""The line around a popover, on both sides."""
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


class ParameterForm(QFrame):
    """One line a parameter; its sentence is the tooltip.

    Args:
        fields: what it asks for.
        label_width: so wide at least, to line up with other forms.

    Signals:
        changed(): a value is another one.
    """

    changed = Signal()

    def __init__(self, fields: Sequence[Field], *, label_width: int = 0) -> None:
        super().__init__()
        self._fields = tuple(fields)
        self.editors: dict[str, QWidget] = {}
        layout = QFormLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(16)
        layout.setVerticalSpacing(8)
        for field in self._fields:
            editor = self._editor(field)
            editor.setAccessibleName(field.name.replace("_", " "))
            editor.setAccessibleDescription(field.description)
            editor.setToolTip(field.description)
            self.editors[field.name] = editor
            label = Label(field.name.replace("_", " "), "body", "text-2")
            label.setToolTip(field.description)
            label.setMinimumWidth(label_width)
            layout.addRow(label, editor)
        self.setLayout(layout)

    def _editor(self, field: Field) -> QWidget:
        if field.kind == "choice":
            chooser = Chooser(field.name)
            for choice in field.choices:
                chooser.add_choice(choice.replace("_", " "), choice)
            chooser.choose(field.default)
            chooser.currentIndexChanged.connect(self._on_changed)
            return chooser
        if field.kind == "bool":
            box = QCheckBox()
            box.setChecked(bool(field.default))
            box.toggled.connect(self._on_changed)
            return box
        if field.kind == "int":
            whole = QSpinBox()
            whole.setRange(int(_or(field.minimum, 0)), int(_or(field.maximum, _LARGEST)))
            whole.setGroupSeparatorShown(True)
            whole.setValue(int(field.default))
            whole.lineEdit().setTextMargins(_SPIN_MARGIN, 0, 0, 0)
            quiet_wheel(whole)
            whole.valueChanged.connect(self._on_changed)
            return whole
        if field.kind == "float":
            number = QDoubleSpinBox()
            number.setRange(_or(field.minimum, 0.0), _or(field.maximum, 1e9))
            number.setSingleStep(0.05)
            number.setValue(float(field.default))
            number.lineEdit().setTextMargins(_SPIN_MARGIN, 0, 0, 0)
            quiet_wheel(number)
            number.valueChanged.connect(self._on_changed)
            return number
        if field.kind == "texts":
            texts = TextsEdit(field.default)
            texts.textChanged.connect(self._on_changed)
            return texts
        line = QLineEdit(str(field.default))
        line.textChanged.connect(self._on_changed)
        return line

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    def values(self) -> dict[str, Any]:
        """The values by name."""
        return {name: _value(editor) for name, editor in self.editors.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show other values; names that are not in the form are passed over."""
        for name, value in values.items():
            editor = self.editors.get(name)
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


def _value(editor: QWidget) -> Any:
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


class Popover(QFrame):
    """A small surface over the window that goes away when one clicks elsewhere or presses Esc."""

    def __init__(self, title: str, body: QWidget) -> None:
        super().__init__(None, Qt.WindowType.Popup)
        self.setAccessibleName(title)
        self.setProperty("surface", "raised")
        self.setProperty("card", True)
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

    def open_at(self, anchor: QWidget) -> None:
        """Show it above ``anchor`` where there is room, else beneath."""
        self.place_at(anchor)
        self.show()
        self.setFocus()

    def place_at(self, anchor: QWidget) -> None:
        """Give it the size that its body wants, and put it beside ``anchor``, on the screen.

        A body that is taller than the screen is scrolled.
        """
        screen = anchor.screen().availableGeometry()
        wanted = self._body.sizeHint().expandedTo(self._body.minimumSize())
        wanted += self._frame
        height = min(wanted.height(), screen.height() - 16)
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self.resize(wanted.width() + (bar if height < wanted.height() else 0), height)
        corner = anchor.mapToGlobal(QPoint(0, 0))
        above = corner.y() - self.height() - 6
        beneath = min(corner.y() + anchor.height() + 6, screen.bottom() - self.height())
        top = above if above >= screen.top() else max(beneath, screen.top())
        left = min(corner.x(), screen.right() - self.width() - 8)
        self.move(max(left, screen.left() + 8), top)


class FormButton(Button):
    """A button that opens a form; its text is a summary of the values.

    Signals:
        changed(): a value in the form is another one.
    """

    changed = Signal()
    kind = "ghost"

    def __init__(self, title: str, form: QWidget) -> None:
        super().__init__(title, "settings", tall=True)
        self._title = title
        self._popover = Popover(title, form)
        self.clicked.connect(self._on_clicked)

    def replace_form(self, form: QWidget) -> None:
        """Another form in the same place."""
        self._popover.deleteLater()
        self._popover = Popover(self._title, form)

    def summary(self) -> str:
        """A few words for the button; subclasses say more."""
        return self._title

    def show_summary(self) -> None:
        """Put the summary on the button."""
        self.set_text(self.summary())

    @Slot()
    def refit(self) -> None:
        """Give the open form the room that it wants now."""
        if self._popover.isVisible():
            self._popover.place_at(self)

    @Slot()
    def on_form(self) -> None:
        """A value of the form is another one."""
        self.show_summary()
        self.changed.emit()

    @Slot()
    def _on_clicked(self) -> None:
        self._popover.open_at(self)
