"""Alternatives of a token, and forking from one."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from workbench.domain.text import Token, is_part
from workbench.ui.kit import Label, column, row, rule
from workbench.ui.theme import color, font, theme
from workbench.ui.tree.inspector.token_view import shown_token

_ROW = 24
_MOST = 5
_MOST_BY_CLICK = 9
_WIDE = 340
_WIDTH = 256
NOT_RECORDED = "Alternatives were not recorded for this run."
PART_OF_CHARACTER = "Part of a character"


class AlternativeRows(QWidget):
    """Numbered bars; up and down choose, Return or a double click forks.

    Args:
        most: how many are shown.
        chooses_by_click: the pointer chooses where it is, and a single click forks.

    Signals:
        changed(): another alternative is chosen. forked(): write on with it. closed(): Esc.
    """

    changed = Signal()
    forked = Signal()
    closed = Signal()

    def __init__(self, most: int = _MOST, *, chooses_by_click: bool = False) -> None:
        super().__init__()
        self._most = most
        self._chooses_by_click = chooses_by_click
        self.setMouseTracking(chooses_by_click)
        self.choices: tuple[tuple[str, float], ...] = ()
        self.current = 0
        self._written = ""
        self.setAccessibleName("Alternatives")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme().changed.connect(self.update)

    def show_choices(self, token: Token) -> None:
        """The most probable texts at a token's place."""
        self.choices = token.alternatives[: self._most]
        self._written = token.text
        others = [
            place
            for place, (text, _) in enumerate(self.choices)
            if text != token.text and not is_part(text)
        ]
        self.current = others[0] if others else 0
        self.setFixedHeight(_ROW * len(self.choices))
        self.setVisible(bool(self.choices))
        self._tell()

    def choose(self, index: int) -> None:
        """Choose one by its place."""
        self.current = max(0, min(index, len(self.choices) - 1))
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        if self.choices:
            text, logprob = self.choices[self.current]
            words = f"{self.current + 1}, {shown_token(text)}, probability {math.exp(logprob):.2f}"
            self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _ROW * len(self.choices))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for index, (text, logprob) in enumerate(self.choices):
            box = QRect(0, index * _ROW, self.width(), _ROW)
            chosen = index == self.current
            if chosen:
                painter.fillRect(box, color("selected"))
            chance = math.exp(logprob)
            painter.setFont(font("small"))
            painter.setPen(color("text-3"))
            painter.drawText(box.adjusted(12, 0, 0, 0), _MIDDLE, str(index + 1))
            painter.setPen(color("text"))
            number = f"{chance:.2f}"
            painter.drawText(
                box.adjusted(0, 0, -12, 0), _MIDDLE | Qt.AlignmentFlag.AlignRight, number
            )
            painter.setFont(font("code"))
            place = box.adjusted(38, 0, -170, 0)
            shown = painter.fontMetrics().elidedText(
                shown_token(text), Qt.TextElideMode.ElideRight, place.width()
            )
            painter.drawText(place, _MIDDLE, shown)
            bar = QRect(box.right() - 168, box.center().y() - 2, 112, 5)
            painter.fillRect(bar, color("line"))
            bar.setWidth(max(1, round(bar.width() * chance)))
            painter.fillRect(bar, color("text" if chosen else "text-3"))
        if self.hasFocus():
            painter.setPen(color("focus"))
            painter.drawRect(0, self.current * _ROW, self.width() - 1, _ROW - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = int(event.position().y()) // _ROW
        if self._chooses_by_click and place != self.current:
            self.choose(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.choose(int(event.position().y()) // _ROW)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._chooses_by_click and self.rect().contains(event.position().toPoint()):
            self.forked.emit()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        if not self._chooses_by_click:
            self.forked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps:
            self.choose(self.current + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.forked.emit()
        elif event.text().isdigit() and 0 < int(event.text()) <= len(self.choices):
            self.choose(int(event.text()) - 1)
        elif key == Qt.Key.Key_Escape and self._chooses_by_click:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Alternatives(QFrame):
    """A surface beneath a token with its alternatives, and a line for any other text.

    Args:
        parent: what it lies over.
        verb: what is done with an alternative, before its text; ``ending`` what follows the text.
        missing: what is shown where no alternatives are known.
        chooses_by_click: a single click does it, and Esc closes.

    Signals:
        fork_wanted(str): write the thought again from this token on, with this text in its place.
        closed(): Esc.
    """

    fork_wanted = Signal(str)
    closed = Signal()

    def __init__(
        self,
        parent: QWidget,
        *,
        verb: str = "Fork with",
        ending: str = "",
        missing: str = NOT_RECORDED,
        chooses_by_click: bool = False,
    ) -> None:
        super().__init__(parent)
        self._wide = _WIDE if chooses_by_click else _WIDTH
        self._verb, self._ending = verb, f"  {ending}" if ending else ""
        self.setProperty("card", True)
        self.setAccessibleName("Alternatives of a token")
        self.title = Label("", "body", "text-2")
        self.chance = Label("", "small", "text-2")
        self.rows = AlternativeRows(
            _MOST_BY_CLICK if chooses_by_click else _MOST, chooses_by_click=chooses_by_click
        )
        self.missing = Label(missing, "small", "text-3", wrap=True)
        self.other = QLineEdit()
        self.other.setPlaceholderText("Another text, Enter forks")
        self.other.setAccessibleName("Another text in place of the token")
        self.fork = _ForkLine()
        head = row(self.title, None, self.chance, margins=(12, 8, 12, 4))
        unknown = row(self.missing, margins=(12, 0, 12, 4))
        other = row(self.other, margins=(12, 4, 12, 4))
        self.setLayout(
            column(head, self.rows, unknown, other, rule(), self.fork, margins=(1, 1, 1, 1), gap=0)
        )
        self.rows.changed.connect(self._show_fork)
        self.rows.forked.connect(self._fork)
        self.rows.closed.connect(self.closed)
        self.other.returnPressed.connect(self._fork)
        self.other.textChanged.connect(self._show_fork)
        self.fork.pressed.connect(self._fork)
        self.hide()

    def show_token(self, token: Token) -> None:
        """Show the alternatives of a token."""
        self.title.setText(f"Instead of  {shown_token(token.text)}")
        self.chance.setText(f"log p {token.logprob:.2f}".replace("-", "−"))
        self.rows.show_choices(token)
        self.missing.setVisible(not token.alternatives)
        self.other.clear()
        self._show_fork()
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self._wide, layout.sizeHint().height())
        self.show()
        self.raise_()

    def text(self) -> str:
        """What a fork would write: what was typed, else the chosen alternative."""
        if self.other.text():
            return self.other.text()
        choices = self.rows.choices
        return choices[self.rows.current][0] if choices else ""

    @property
    def _can_fork(self) -> bool:
        """Whether there is a text that can replace the token."""
        text = self.text()
        return bool(text) and not is_part(text)

    @Slot()
    def _show_fork(self) -> None:
        text = self.text()
        self.fork.setEnabled(self._can_fork)
        label = f"{self._verb}  {shown_token(text)}{self._ending}" if text else self._verb
        key = "↵" if self._can_fork else ""
        self.fork.show_text(PART_OF_CHARACTER if is_part(text) else label, key)

    @Slot()
    def _fork(self) -> None:
        if self._can_fork:
            self.fork_wanted.emit(self.text())


class _ForkLine(QFrame):
    """The last line: fork with what is chosen. A button in the look of a menu's line.

    Signals:
        pressed(): by click or key.
    """

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.label = Label("", "body", "text-2")
        self.key = Label("", "small", "text-2")
        self.key.setProperty("chip", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(32)
        self.key.setFixedHeight(20)
        self.setLayout(row(self.label, None, self.key, margins=(12, 0, 12, 0)))

    def show_text(self, text: str, key: str) -> None:
        """What it does, and by which key."""
        self.label.setText(text)
        self.setAccessibleName(text)
        self.key.setText(key)
        self.key.setVisible(bool(key))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(color("focus"))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -3), 4, 4)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)
