"""A bar with a one-line summary of what is folded beneath it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.theme import color, font, theme


class SummaryBar(QWidget):
    """A bar over what is folded away: how much there is, a few words of it, a count, an arrow.

    Signals:
        toggled(bool): it was opened or folded.
    """

    toggled = Signal(bool)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFixedHeight(28)
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name = name
        self._open = False
        self._hovered = False
        self._texts = ("", "", "")
        theme().changed.connect(self.update)
        self._describe()

    @property
    def is_open(self) -> bool:
        """Whether what is beneath is shown."""
        return self._open

    @property
    def text(self) -> str:
        """What it says, from left to right."""
        return "  ".join(part for part in self._texts if part)

    def show_texts(self, strong: str, quiet: str, note: str) -> None:
        """Set its texts: title at the left, muted note behind it, note at the right."""
        if (strong, quiet, note) != self._texts:
            self._texts = (strong, quiet, note)
            self._describe()
            self.update()

    def set_open(self, opened: bool) -> None:
        """Open or fold, and emit the signal."""
        if opened != self._open:
            self._open = opened
            self._describe()
            self.update()
            self.toggled.emit(opened)

    def _describe(self) -> None:
        self.setAccessibleName(f"{self._name}: {self.text}" if self.text else self._name)
        self.setAccessibleDescription("open" if self._open else "folded")
        self.setToolTip("Fold (Enter)" if self._open else "Edit item by item (Enter)")

    def sizeHint(self) -> QSize:
        return QSize(240, 28)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier  # Ctrl+Enter runs
        if event.key() in keys and plain:
            self.set_open(not self._open)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.set_open(not self._open)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self._hovered = event.type() == QEvent.Type.Enter
            self.update()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_box(painter, self, hovered=self._hovered)
        arrow = "chevron-up" if self._open else "chevron-down"
        picture = theme().pixmap(arrow, "text-3", 14, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - 24, 7, picture)
        strong, quiet, note = self._texts
        right = self.width() - 32
        right -= paint_words(painter, note, "small", "text-3", right, self.height(), at_right=True)
        left = 10
        if strong:
            left += 8 + paint_words(painter, strong, "body", "text", right, self.height())
        paint_words(painter, quiet, "body", "text-3", right - 8, self.height(), left=left)


def paint_box(painter: QPainter, widget: QWidget, *, hovered: bool) -> None:
    """The surface of a field, as the chooser paints it."""
    box = widget.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
    focused = widget.hasFocus()
    painter.setPen(QPen(color("focus" if focused else "line-strong"), 1))
    painter.setBrush(color("hover" if hovered else "raised"))
    painter.drawRoundedRect(box, 6, 6)
    if not focused:
        painter.setPen(QPen(color("line-access"), 1))
        painter.drawLine(6, widget.height() - 1, widget.width() - 6, widget.height() - 1)


def paint_words(
    painter: QPainter,
    text: str,
    style: str,
    tone: str,
    right: int,
    height: int,
    *,
    left: int = 10,
    at_right: bool = False,
) -> int:
    """Paint one line of text up to ``right``, shortened where it must be; returns its width."""
    if not text or right <= left:
        return 0
    painter.setFont(font(style))
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, right - left)
    painter.setPen(color(tone))
    side = Qt.AlignmentFlag.AlignRight if at_right else Qt.AlignmentFlag.AlignLeft
    area = QRect(left, 0, right - left, height)
    painter.drawText(area, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
    return metrics.horizontalAdvance(shown)
