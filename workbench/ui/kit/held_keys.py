"""Holds typed keys until their widget is there."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Slot
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

_Typed = QKeyEvent | QInputMethodEvent


class HeldKeys(QObject):
    """Holds what is typed into a widget while another text is on its way into it.

    Made after the widget's other event filters, so that it is asked first.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._held: deque[_Typed] = deque()
        self.is_holding = False
        widget.installEventFilter(self)

    @Slot()
    def hold(self) -> None:
        """Keep what is typed from now on."""
        self.is_holding = True

    @Slot(bool)
    def settle(self, is_shown: bool) -> None:
        """Hold no more: type what was held into the text that is shown, or forget it."""
        self.is_holding = False
        if not is_shown:
            self._held.clear()
        while self._held and not self.is_holding:
            QCoreApplication.sendEvent(self._widget, self._held.popleft())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take keys out while they are held."""
        if not self.is_holding:
            return False
        if isinstance(event, QKeyEvent) and event.type() != QEvent.Type.ShortcutOverride:
            self._held.append(
                QKeyEvent(
                    event.type(),
                    event.key(),
                    event.modifiers(),
                    event.text(),
                    event.isAutoRepeat(),
                    event.count(),
                )
            )
            return True
        if isinstance(event, QInputMethodEvent):
            self._held.append(QInputMethodEvent(event))
            return True
        return False
