"""A field that records pressed keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence

from workbench.ui.actions import shown_keys
from workbench.ui.kit import Button
from workbench.ui.kit.buttons import is_enter
from workbench.ui.theme import font

_ALONE = (
    Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_unknown,
)  # fmt: skip
_MOVING = (
    Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete,
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
    Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
)  # fmt: skip
_Standard = QKeySequence.StandardKey
_EDITING = (
    _Standard.Copy, _Standard.Cut, _Standard.Paste, _Standard.Undo, _Standard.Redo,
    _Standard.SelectAll, _Standard.MoveToNextWord, _Standard.MoveToPreviousWord,
    _Standard.SelectNextWord, _Standard.SelectPreviousWord, _Standard.MoveToStartOfDocument,
    _Standard.MoveToEndOfDocument, _Standard.SelectStartOfDocument, _Standard.SelectEndOfDocument,
    _Standard.DeleteStartOfWord, _Standard.DeleteEndOfWord,
)  # fmt: skip
_WIDTH = 128
_WAITING = "Press the keys…"


class KeyButton(Button):
    """Shows the keys of a command; pressed, it waits for others.

    Args:
        title: of the command.
        keys: that it has, "" for none.
        letters: whether a letter alone will do, as in Tree.

    Signals:
        pressed_keys(str): these are wanted, "" for none.
        refused_keys(str): a sentence: why the pressed keys cannot be used.
    """

    is_waiting = False
    """Whether the next keys are taken; Qt asks before the button is made."""
    pressed_keys = Signal(str)
    refused_keys = Signal(str)

    def __init__(self, title: str, keys: str, *, letters: bool = False) -> None:
        super().__init__("")
        self._title, self._now, self._letters = title, keys, letters
        self.setFont(font("code-small"))
        self.setMinimumWidth(_WIDTH)
        self.setProperty("keys", True)
        self.clicked.connect(self._wait)
        self._show()

    def _wait(self) -> None:
        self.is_waiting = True
        self.setFocus()
        self._show()

    def _end(self) -> None:
        self.is_waiting = False
        self._show()

    def _show(self) -> None:
        shown = _WAITING if self.is_waiting else shown_keys(self._now) or "None"
        self.setText(shown)
        self.setAccessibleName(f"Keys of {self._title}: {shown}")
        self.setToolTip("" if self.is_waiting else f"Change the keys of “{self._title}”")

    # --- what is pressed ------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if self.is_waiting and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no command is done by the keys that are pressed here
            return True
        return super().event(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        return False if self.is_waiting else super().focusNextPrevChild(forwards)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.is_waiting:
            self._end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.is_waiting:
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in _ALONE:
            return
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_Escape and not held:
            self._end()
        elif key == Qt.Key.Key_Backspace and not held:
            self._end()
            self.pressed_keys.emit("")
        else:
            self._take(event, key, held)

    def _take(self, event: QKeyEvent, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
        sequence = QKeySequence(int(held.value) | int(key.value))
        keys = sequence.toString(QKeySequence.SequenceFormat.PortableText)
        plain = not held & ~Qt.KeyboardModifier.ShiftModifier
        types = bool(event.text()) and event.text().isprintable()
        if any(event.matches(each) for each in _EDITING):
            self.refused_keys.emit(f"Text fields use {shown_keys(keys)} themselves: press others.")
        elif plain and (key in _MOVING or is_enter(event) or key == Qt.Key.Key_Space):
            words = f"{shown_keys(keys)} moves or presses in lists and fields"
            self.refused_keys.emit(f"{words}: hold Ctrl or Alt with it.")
        elif plain and types and not self._letters:
            self.refused_keys.emit(f"{shown_keys(keys)} types text: hold Ctrl or Alt with it.")
        else:
            self._end()
            self.pressed_keys.emit(keys)
