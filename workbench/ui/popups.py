"""Remembers when a popup was closed: the next Esc may have been meant for it."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

_GRACE_MS = 400
_closed = QElapsedTimer()


def note_closed() -> None:
    """Something over the window was closed just now."""
    _closed.start()


def closed_just_now() -> bool:
    """Whether that was so short ago that a second Esc belongs to it: it stops nothing."""
    return _closed.isValid() and _closed.elapsed() < _GRACE_MS


class PopupWatch(QObject):
    """Notes the end of every popup, also of Qt's own menus, while it watches.

    It sees every event of the program then, so it watches only while there is a run to stop.
    """

    def watch(self, watching: bool) -> None:
        """Begin or end."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
            if watching:
                application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.Hide
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and watched.windowType() == Qt.WindowType.Popup
        ):
            note_closed()
        return False
