"""The window's picture until the last session is restored."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QImage, QImageWriter, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.bridge import Bridge
from workbench.ui.theme import color, font, theme

_TICK_MS = 30
_LONGEST_MS = 5_000
"""How long after the core is open the workspace is shown, whatever is still being read."""
_WORDS_MS = 300
_LOOK, _CRUMBS = "Look", "Breadcrumb"


class LastSeen(NamedTuple):
    """How a workspace looked, and its title above."""

    picture: QImage
    breadcrumb: list[str]


def _look(panel_id: str) -> str:
    """All that another picture would belong to, but the size."""
    look = theme()
    return f"{panel_id} {look.scheme} {look.text_scale} {look.editor_family}"


def keep_picture(file: Path, stack: QWidget, panel_id: str, breadcrumb: Sequence[str]) -> None:
    """Write down how a workspace looks, for the next start; without it that start shows none."""
    picture = stack.grab().toImage()
    picture.setText(_LOOK, _look(panel_id))
    picture.setText(_CRUMBS, "\n".join(breadcrumb))
    temporary = file.with_suffix(".part")
    with contextlib.suppress(OSError):
        temporary.touch(mode=0o600)
        if QImageWriter(str(temporary), QByteArray(b"png")).write(picture):
            temporary.replace(file)


def take_picture(file: Path, panel_id: str) -> LastSeen | None:
    """The kept picture of ``panel_id`` in the present theme, once.

    It is gone afterwards: a session that is killed leaves none, as its picture would be of the
    session before.
    """
    picture = QImage(str(file)) if file.exists() else QImage()
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)
    if picture.isNull() or picture.text(_LOOK) != _look(panel_id):
        return None
    return LastSeen(picture, picture.text(_CRUMBS).split("\n"))


class FirstPaint(QWidget):
    """Lies over a workspace until what belongs into it has come, and takes its clicks.

    Shows the workspace as it was at the end of the last session where that is known, and else a
    calm surface: never a workspace with missing parts.

    Args:
        covered: what is covered.
        bridge: to the core; the cover goes when it has answered all that was asked.
    """

    def __init__(self, covered: QWidget, bridge: Bridge) -> None:
        super().__init__(covered)
        self._bridge, self._covered = bridge, covered
        self._picture: QImage | None = None
        self._quiet = 0
        self._says = False
        self.setAccessibleName("Opening the last session")
        self.setCursor(Qt.CursorShape.BusyCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        covered.installEventFilter(self)
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self._look_again)
        self._words = QTimer(self, singleShot=True, interval=_WORDS_MS)
        self._words.timeout.connect(self._say)
        bridge.failed.connect(self.go)
        self.hide()

    def cover(self, picture: QImage | None) -> None:
        """Lie over it from now on; ``picture`` is how it looked."""
        self._picture = picture
        self._words.start()
        self.resize(self._covered.size())
        self.raise_()
        self.show()

    def restored(self) -> None:
        """The session is back: go as soon as all that it asked for has come."""
        self._ticks.start()
        QTimer.singleShot(_LONGEST_MS, self, self.go)

    @Slot()
    def _look_again(self) -> None:
        self._quiet = 0 if self._bridge.unanswered else self._quiet + 1
        if self._quiet > 1:  # once is too few: some things are asked a moment after others
            self.go()

    @Slot()
    def go(self) -> None:
        """Show what is beneath."""
        self._ticks.stop()
        self._words.stop()
        self._picture = None
        self.hide()

    @Slot()
    def _say(self) -> None:
        self._says = True
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as what is covered, and above all that is put into it."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.resize(watched.size())
        elif event.type() in (QEvent.Type.ChildAdded, QEvent.Type.LayoutRequest):
            self.raise_()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click is not for what it hits, which may not be there yet; but it waits no longer."""
        event.accept()
        if self._ticks.isActive():
            self.go()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("panel"))
        if self._fits():
            assert self._picture is not None
            painter.drawImage(QRect(0, 0, self.width(), self.height()), self._picture)
        elif self._says:
            painter.setFont(font("body"))
            painter.setPen(color("text-3"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Opening…")

    def _fits(self) -> bool:
        """Whether the picture is of this size: it is never stretched."""
        return self._picture is not None and self._picture.size() == (
            self.size() * self.devicePixelRatioF()
        )
