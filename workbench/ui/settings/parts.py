"""The parts of the page: a group under its heading, a line with a label and a control."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QFrame, QLayout, QWidget

from workbench.ui.kit import Label, column, row

_LABELS = 168


def line(title: str, *controls: QWidget, note: str = "") -> QBoxLayout:
    """A label at the left, controls behind it, and a sentence beneath."""
    label = Label(title)
    label.setFixedWidth(_LABELS)
    for control in controls:
        label.setBuddy(control)
    found = column(row(label, *controls, None, gap=8), gap=2)
    if note:
        words = Label(note, "small", "text-3", wrap=True)
        found.addLayout(row(words, margins=(_LABELS + 8, 0, 0, 0)))
    return found


class Group(QFrame):
    """A part of the page under its heading.

    Args:
        title: the heading.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.heading = Label(title, "heading")
        self.setAccessibleName(title)
        self._body = column(gap=12)
        self.setLayout(column(self.heading, self._body, gap=12))

    def add(self, *items: QLayout | QWidget) -> None:
        """Put lines and widgets beneath."""
        for item in items:
            if isinstance(item, QWidget):
                self._body.addWidget(item)
            else:
                self._body.addLayout(item)
