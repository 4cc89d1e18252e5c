"""How code in answers is shown, the same in all of them: wrapped or not, and in which colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFont, QTextCharFormat

from workbench.domain.code import CodeKind
from workbench.ui.theme import color

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_COLORS: dict[CodeKind, str] = {
    "comment": "syn-comment",
    "string": "syn-string",
    "number": "syn-string",
    "keyword": "syn-keyword",
    "name": "syn-keyword",
}


class CodeLook(QObject):
    """One choice for all code.

    Signals:
        wrap_changed(): long lines are wrapped from now on, or no longer.
    """

    wrap_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.bridge: Bridge | None = None
        """To the core, which finds out what has a colour; without it code has none."""
        self.wraps = False

    def set_wraps(self, wraps: bool) -> None:
        """Wrap long lines, or let them be scrolled."""
        if wraps != self.wraps:
            self.wraps = wraps
            self.wrap_changed.emit()

    def toggle_wrap(self) -> None:
        """The other of both."""
        self.set_wraps(not self.wraps)


_look: CodeLook | None = None


def code_look() -> CodeLook:
    """The look of code in this program (made when first asked for)."""
    global _look  # noqa: PLW0603 - one for one application, as the theme
    if _look is None:
        _look = CodeLook()
    return _look


def code_format(kind: CodeKind) -> QTextCharFormat:
    """How a kind of code looks: never by colour alone, where it matters."""
    made = QTextCharFormat()
    made.setForeground(color(_COLORS[kind]))
    if kind == "keyword":
        made.setFontWeight(QFont.Weight.Bold.value)
    elif kind == "comment":
        made.setFontItalic(True)
    elif kind == "name":
        made.setFontWeight(QFont.Weight.Medium.value)
    return made
