"""Asks before code is run that a model wrote."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.ui.kit.question import Question

_TITLE = "Run code that the model wrote?"
_TEXT = (
    "The checks of this set run the code in the answers with the tests of its row. Each runs in a "
    "process of its own for three seconds at most, without network, other programs or files to "
    "write. Code that means harm can still read files and make its own tests pass."
)


def ask_for_code(parent: QWidget, then: Callable[[], None]) -> Question:
    """Ask whether the code of a set's answers may be run, and do so where it may."""
    question = Question(parent.window(), _TITLE, _TEXT, ("Run the code", "Cancel"))
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.buttons[0].clicked.connect(then)
    question.open()
    return question
