"""The simple fields of a form: a line, a text that grows, a number, a choice, a switch."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from workbench.domain.prompts.prompt import InputField
from workbench.domain.runs.spec import Json
from workbench.ui.kit.chooser import Chooser
from workbench.ui.kit.inputs.values import text_of, value_of
from workbench.ui.kit.switch import Switch
from workbench.ui.theme import font, theme

_ARROWS = 22
_CHROME = 12
"""Height of a growing text beyond its lines: padding and border."""


class GrowingText(QPlainTextEdit):
    """A text of several lines that is as high as it needs, between two numbers of lines.

    Args:
        text: what it shows.
        least: lines that are always there.
        most: lines after which it scrolls.
        style: a type token.
    """

    def __init__(
        self, text: str = "", *, least: int = 3, most: int = 9, style: str = "body"
    ) -> None:
        super().__init__()
        self._least, self._most = least, most
        self.setProperty("grows", True)
        self.setFont(font(style))
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(2)
        self.setPlainText(text)
        self.textChanged.connect(self._fit)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Take the height of the text as it is wrapped now; long texts are not laid out for it."""
        lines = self._most
        if self.blockCount() < self._most:
            layout = self.document().documentLayout()
            lines = int(layout.documentSize().height())  # of a plain text: in lines
        lines = min(max(lines, self._least), self._most)
        scrolls = lines == self._most
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if scrolls
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        height = self.fontMetrics().lineSpacing() * lines + _CHROME
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the text while it has focus, else what is around it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class NumberLine(QLineEdit):
    """A number that may be left out; the arrow keys, and the arrows in it, step it.

    Args:
        each: has the limits and the step.
    """

    def __init__(self, each: InputField) -> None:
        super().__init__()
        self._each = each
        self.setTextMargins(0, 0, _ARROWS - 6, 0)
        low, high = each.minimum, each.maximum
        if low is not None and high is not None:
            self.setPlaceholderText(f"{low:g} to {high:g}")
        theme().changed.connect(self.update)

    def step(self, direction: int) -> None:
        """A step up (1) or down (-1), within the limits."""
        each = self._each
        by = each.step or 1
        try:
            now = float(self.text())
        except ValueError:
            now = (each.minimum or 0) - by * direction
        value = round(now + by * direction, 9)
        if each.minimum is not None:
            value = max(value, each.minimum)
        if each.maximum is not None:
            value = min(value, each.maximum)
        self.setText(str(int(value)) if value == int(value) else f"{value:g}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier,
        )  # fmt: skip
        if plain and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step(1 if event.key() == Qt.Key.Key_Up else -1)
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.position().x() > self.width() - _ARROWS:
            self.setFocus()
            self.step(1 if event.position().y() < self.height() / 2 else -1)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = event.position().x() > self.width() - _ARROWS
        self.setCursor(Qt.CursorShape.ArrowCursor if over else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        arrows = theme().pixmap("chevrons-up-down", "text-3", 14, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - 20, (self.height() - 14) // 2, arrows)


class Editor(QObject):
    """Reads and fills one of the simple fields.

    Signals:
        changed(): the user, or :meth:`show_value`, changed it.
    """

    changed = Signal()

    def __init__(self, each: InputField, value: Json, *, small: bool = False) -> None:
        super().__init__()
        self.each = each
        self.widget = self._make(each, value, small=small)
        self.setParent(self.widget)

    def _make(self, each: InputField, value: Json, *, small: bool) -> QWidget:
        if each.choices:
            chooser = Chooser(each.name)
            if not each.required and each.default is None:
                chooser.add_choice("Not given", "")
            for choice in each.choices:
                chooser.add_choice(choice, choice)
            _choose(chooser, value)
            chooser.currentIndexChanged.connect(self.changed)
            return chooser
        if each.type == "boolean":
            switch = Switch("on")
            switch.setChecked(bool(value))
            switch.toggled.connect(self.changed)
            return switch
        shown = text_of(each, value)
        if each.type == "string" and (each.multiline or "\n" in shown):
            area = GrowingText(shown, least=1 if small else 3)
            area.textChanged.connect(self.changed)
            return area
        line = NumberLine(each) if each.type in {"number", "integer"} else QLineEdit()
        line.setText(shown)
        line.setCursorPosition(0)
        line.textChanged.connect(self.changed)
        return line

    def value(self) -> Json:
        """What the field holds; None where it means "not given".

        Raises:
            ValueError: it cannot be read as the input's type.
        """
        return value_of(self.each, self._raw())

    def typed(self) -> str | None:
        """The text as typed, also where it cannot be read."""
        return str(self._raw())

    def _raw(self) -> str | bool:
        field = self.widget
        if isinstance(field, Chooser):
            return str(field.currentData() or "")
        if isinstance(field, Switch):
            return field.isChecked()
        if isinstance(field, QPlainTextEdit):
            return field.toPlainText()
        assert isinstance(field, QLineEdit)
        return field.text()

    def show_value(self, value: Json) -> None:
        """Show another value, in a line with what does not go on one line written as blanks."""
        field = self.widget
        shown = text_of(self.each, value)
        if isinstance(field, Chooser):
            _choose(field, value)
        elif isinstance(field, Switch):
            field.setChecked(bool(value))
        elif isinstance(field, QPlainTextEdit):
            if field.toPlainText() != shown:
                field.setPlainText(shown)
        elif isinstance(field, QLineEdit) and field.text() != shown:
            field.setText(shown)
            field.setCursorPosition(0)

    def can_show(self, value: Json) -> bool:
        """Whether the field shows the value as it is: a line cannot show several."""
        return not (isinstance(self.widget, QLineEdit) and isinstance(value, str) and "\n" in value)


def _choose(chooser: Chooser, value: Json) -> None:
    """Choose a value; where it is none of the choices, none is chosen and it is named."""
    text = "" if value is None else str(value)
    if not chooser.choose(text):
        chooser.setPlaceholderText(f"{text}: not a choice" if text else "Choose…")
        chooser.setCurrentIndex(-1)
